"""Giving a lease back: in order, bounded, retried until confirmed, whatever service, disk and clock do."""

from __future__ import annotations

import asyncio
import math

import pytest

from app.aio import TaskSet
from app.records.journal import JournalRow
from app.screens import EndReason
from app.sessions.release import GOODBYE_S, LEAST_S, NOT_STOPPED, UNKNOWN_S, SessionReleaser, bound_s, lease_of
from app.vendors.base import Capabilities
from app.vendors.errors import AuthError
from app.vendors.session import SessionInfo, VisitRequest
from app.vitals import Vitals
from tests.fakes.journal import FakeJournal
from tests.fakes.kiosk import told_staff
from tests.fakes.service import FakeControl

pytestmark = pytest.mark.asyncio

NOW = 1_700_000_000.0


class Rig:
    def __init__(self, **control) -> None:
        self.control = FakeControl(**control)
        self.journal = FakeJournal()
        self.vitals = Vitals()
        self.tasks = TaskSet()
        self.jump_s = 0.0  # how far the time of day was set
        self.releaser = SessionReleaser(self.journal, self.vitals, self.tasks, self.epoch)

    def epoch(self) -> float:
        return NOW + asyncio.get_running_loop().time() + self.jump_s

    async def lease(self, max_s: float = 100.0):
        lease = await self.releaser.open("fake", self.control, "name-1", "run", max_s)
        self.control.running["s1"] = VisitRequest("name-1", "i", "k", "en", max_s, 95)
        await self.releaser.complete(lease, SessionInfo("fake", "s1", "", "", stop_context={"k": "v"}))
        return lease

    async def write(self, name: str = "lost", vendor: str = "fake", run: str = "earlier", expires_in: float = 1000.0):
        row = await self.journal.open(vendor, name, run, self.epoch(), self.epoch() + expires_in)
        await self.journal.complete(row, f"id-of-{name}", {})
        self.control.running[f"id-of-{name}"] = VisitRequest(name, "i", "k", "en", 100, 95)

    def of(self, vendor: str):
        return self.control if vendor == "fake" else None


async def test_staff_see_a_stop_that_fails_until_it_is_confirmed() -> None:
    rig = Rig(stop_failures=3)
    rig.releaser.hand_over(await rig.lease(), EndReason.VISITOR)
    await asyncio.sleep(1)
    assert NOT_STOPPED in rig.vitals.degraded and "stop failed" in told_staff(rig.vitals)
    assert rig.vitals.open_sessions == 1 and rig.releaser.is_stuck
    await asyncio.sleep(30)
    assert rig.vitals.degraded == frozenset() and rig.vitals.open_sessions == 0
    assert rig.control.running == {} and rig.journal.kept == {}
    assert not told_staff(rig.vitals) and not rig.releaser.is_stuck


async def test_each_session_that_cannot_be_stopped_is_told_until_it_is() -> None:
    rig, other = Rig(stop_failures=3), FakeControl(stop_failures=8)
    rig.releaser.hand_over(await rig.lease(), EndReason.VISITOR)
    lease = await rig.releaser.open("other", other, "name-2", "run", 100.0)
    await rig.releaser.complete(lease, SessionInfo("other", "s2", "", ""))
    other.running["s2"] = VisitRequest("name-2", "i", "k", "en", 100, 95)
    rig.releaser.hand_over(lease, EndReason.VISITOR)
    rig.vitals.staff_notes.report("elsewhere", "The disk is slow.")
    await asyncio.sleep(1)
    assert [note.key for note in rig.vitals.staff_notes] == ["elsewhere", "session 1", "session 2"]
    await asyncio.sleep(30)
    assert [note.key for note in rig.vitals.staff_notes] == ["elsewhere", "session 2"]
    await asyncio.sleep(300)
    assert [note.key for note in rig.vitals.staff_notes] == ["elsewhere"]


async def test_a_key_revoked_under_way_is_retried_and_the_reason_told() -> None:
    rig = Rig()
    whole = rig.control.stop

    async def refuse(order):
        raise AuthError("fake", "the key was revoked", 401)

    rig.control.stop = refuse
    rig.releaser.hand_over(await rig.lease(), EndReason.VISITOR)
    await asyncio.sleep(50)
    assert "the key was revoked" in told_staff(rig.vitals) and len(rig.journal.kept) == 1
    rig.control.stop = whole
    await asyncio.sleep(61)
    assert rig.journal.kept == {} and rig.control.running == {}


async def test_it_is_retried_for_as_long_as_the_service_could_bill_and_then_counted() -> None:
    rig = Rig(stop_failures=10_000, capabilities=Capabilities(orphan_s=500.0))
    rig.releaser.hand_over(await rig.lease(max_s=100.0), EndReason.VISITOR)
    await asyncio.sleep(595)
    assert len(rig.journal.kept) == 1 and rig.vitals.unconfirmed == 0
    await asyncio.sleep(70)
    assert rig.journal.kept == {} and rig.vitals.unconfirmed == 1 and rig.vitals.degraded == frozenset()


@pytest.mark.expect_log("fault of ours")
@pytest.mark.parametrize("error", [KeyError("data"), RecursionError(), AttributeError("NoneType"), UnicodeError()])
async def test_an_answer_that_breaks_the_adapter_is_retried_like_any_failure(error: Exception) -> None:
    rig = Rig()
    whole, calls = rig.control.stop, []

    async def stop(order):
        calls.append(order)
        if len(calls) < 3:
            raise error
        return await whole(order)

    rig.control.stop = stop
    rig.releaser.hand_over(await rig.lease(), EndReason.VISITOR)
    await asyncio.sleep(10)
    assert rig.control.running == {} and rig.journal.kept == {}


async def test_a_row_that_cannot_be_struck_out_frees_the_slot_and_stays_until_it_can() -> None:
    rig = Rig()
    lease = await rig.lease()
    rig.journal.broken = {"erase"}
    rig.releaser.hand_over(lease, EndReason.VISITOR)
    await asyncio.sleep(1)
    assert lease.freed.is_set() and await rig.releaser.finished(0.1)
    assert "the disk is full" in told_staff(rig.vitals) and rig.vitals.open_sessions == 1
    rig.journal.broken = set()
    await asyncio.sleep(61)
    assert rig.journal.kept == {} and rig.vitals.open_sessions == 0 and not told_staff(rig.vitals)


async def test_a_journal_that_cannot_be_counted_is_told_until_it_can() -> None:
    rig = Rig()
    lease = await rig.lease()
    rig.journal.broken = {"rows"}
    rig.releaser.hand_over(lease, EndReason.VISITOR)
    await asyncio.sleep(1)
    assert [note.key for note in rig.vitals.staff_notes] == ["open sessions"]
    rig.journal.broken = set()
    await rig.lease()
    assert not told_staff(rig.vitals)


async def test_what_the_journal_names_is_stopped_all_at_once() -> None:
    rig = Rig(stop_s=1.5)
    for name in ("a", "b", "c"):
        await rig.write(name)
    rig.control.running["of-another-kiosk"] = VisitRequest("x", "i", "k", "en", 100, 95)
    await rig.releaser.recover(rig.of)
    assert rig.vitals.open_sessions == 3
    await asyncio.sleep(1.6)
    assert list(rig.control.running) == ["of-another-kiosk"] and rig.journal.kept == {}


async def test_the_living_runs_own_rows_are_left_alone() -> None:
    rig = Rig()
    await rig.write("a", run="living")
    await rig.write("b")
    await rig.releaser.recover(rig.of, "living")
    await asyncio.sleep(1)
    assert list(rig.control.running) == ["id-of-a"]


@pytest.mark.expect_log("not understood")
async def test_a_service_that_is_not_set_up_is_told_kept_and_never_dropped_before_it_must_be_over() -> None:
    rig = Rig()
    await rig.write("a", vendor="gone", expires_in=3000.0)
    await rig.write("b")
    await rig.releaser.recover(rig.of)
    await asyncio.sleep(2900)
    assert [row.name for row in rig.journal.kept.values()] == ["a"]
    assert NOT_STOPPED in rig.vitals.degraded and "not set up" in told_staff(rig.vitals)
    await asyncio.sleep(200)
    assert rig.journal.kept == {} and rig.vitals.unconfirmed == 1 and rig.vitals.degraded == frozenset()


@pytest.mark.expect_log("not understood")
async def test_a_damaged_row_is_told_and_stopped_with_what_is_left_of_it() -> None:
    rig = Rig()
    rig.journal.kept[7] = JournalRow(7, "fake", "lost", "", "", {}, 0.0, math.inf, is_damaged=True)
    rig.control.running["s9"] = VisitRequest("lost", "i", "k", "en", 100, 95)
    await rig.releaser.recover(rig.of)
    await asyncio.sleep(1)
    assert rig.control.running == {} and rig.journal.kept == {}


async def test_a_journal_that_cannot_be_read_at_the_start_is_made_up_for() -> None:
    from app.records.journal import JournalError

    rig = Rig()
    await rig.write("a")
    rig.journal.broken = {"rows", "open"}
    with pytest.raises(JournalError):
        await rig.releaser.recover(rig.of)
    with pytest.raises(JournalError):
        await rig.releaser.check()
    rig.journal.broken = set()
    await rig.releaser.check()
    await rig.releaser.check()
    await asyncio.sleep(1)
    assert rig.control.running == {} and len(rig.control.stopped) == 1


# ---------------------------------------------------------------- the time of day


@pytest.mark.parametrize("jump_s", [-5 * 3600.0, 5 * 3600.0])
async def test_a_clock_that_jumps_changes_nothing_for_a_running_lease(jump_s: float) -> None:
    rig = Rig(stop_failures=6, capabilities=Capabilities(orphan_s=500.0))
    lease = await rig.lease()
    rig.jump_s = jump_s
    rig.releaser.hand_over(lease, EndReason.VISITOR)
    await asyncio.sleep(300)
    assert rig.control.running == {} and rig.vitals.unconfirmed == 0


@pytest.mark.parametrize("stop_failures", [0, 5])
async def test_a_row_that_looks_old_after_a_jump_is_stopped_all_the_same(stop_failures: int) -> None:
    rig = Rig(stop_failures=stop_failures)
    await rig.write("a")
    rig.jump_s = 5 * 3600.0
    await rig.releaser.recover(rig.of)
    await asyncio.sleep(LEAST_S)
    assert rig.control.running == {} and rig.journal.kept == {} and rig.vitals.unconfirmed == 0


async def test_no_clock_lets_a_session_last_longer_than_it_ever_could() -> None:
    control = FakeControl()
    row = JournalRow(1, "fake", "n", "r", "s", {}, opened_at=NOW, expires_at=NOW + 700)
    assert bound_s(row, control, NOW + 100) == 600
    assert bound_s(row, control, NOW - 7 * 3600) == 700
    assert bound_s(row, control, NOW + 7 * 3600) == 0
    backwards = JournalRow(1, "fake", "n", "r", "s", {}, opened_at=NOW + 900, expires_at=NOW + 700)
    assert bound_s(backwards, control, NOW) == 700
    assert bound_s(JournalRow(1, "fake", "n", "r", "s", {}, 0.0, math.inf, True), control, NOW) == UNKNOWN_S
    control.capabilities = Capabilities(stop=False, orphan_s=35)
    assert bound_s(row, control, NOW + 100) == 35


async def test_a_session_that_nobody_can_stop_and_that_must_be_over_is_not_waited_for() -> None:
    control = FakeControl()
    row = JournalRow(1, "fake", "n", "r", "s", {}, opened_at=NOW, expires_at=NOW + 700)
    now = asyncio.get_running_loop().time()
    assert lease_of(row, control, NOW + 9000).ends_at - now == LEAST_S
    control.capabilities = Capabilities(stop=False, orphan_s=35)
    assert lease_of(row, control, NOW + 9000).ends_at - now == 0


@pytest.mark.expect_log("a release step failed")
async def test_whoever_has_not_left_the_room_has_not_given_the_slot_back() -> None:
    rig = Rig(capabilities=Capabilities(stop=False, orphan_s=50.0))
    lease = await rig.lease()

    class StuckRoom:
        async def leave(self) -> None:
            raise OSError("the connection does not close")

    lease.room = StuckRoom()
    rig.releaser.hand_over(lease, EndReason.VISITOR)
    await asyncio.sleep(5)
    assert not lease.freed.is_set() and len(rig.journal.kept) == 1


async def test_a_session_that_nobody_can_stop_is_shown_to_staff_until_it_must_be_over() -> None:
    rig = Rig(capabilities=Capabilities(orphan_s=20.0))

    async def refuse(order):
        return False

    rig.control.stop = refuse
    rig.releaser.hand_over(await rig.lease(max_s=100.0), EndReason.VISITOR)
    await asyncio.sleep(100)
    assert NOT_STOPPED in rig.vitals.degraded and "ends by the service's own limit" in told_staff(rig.vitals)
    await asyncio.sleep(30)
    assert rig.vitals.degraded == frozenset() and rig.vitals.unconfirmed == 1 and rig.journal.kept == {}


async def test_a_refusal_that_names_the_session_tells_staff_why_and_not_which() -> None:
    rig = Rig()

    async def refuse(order):
        raise AuthError("fake", f"no right to end session-one-two of {order.name}")

    rig.control.stop = refuse
    lease = await rig.releaser.open("fake", rig.control, "name-of-the-room", "run", 100.0)
    await rig.releaser.complete(lease, SessionInfo("fake", "session-one-two", "", ""))
    rig.releaser.hand_over(lease, EndReason.VISITOR)
    await asyncio.sleep(1)
    assert "no right to end" in told_staff(rig.vitals)
    assert "session-one-two" not in told_staff(rig.vitals) and "name-of-the-room" not in told_staff(rig.vitals)


async def test_a_count_that_cannot_be_read_holds_up_no_release() -> None:
    rig = Rig()
    lease = await rig.lease()
    rig.journal.broken = {"rows"}
    rig.releaser.hand_over(lease, EndReason.VISITOR)
    await asyncio.sleep(1)
    assert rig.control.running == {} and rig.journal.kept == {} and lease.freed.is_set()
    assert "the disk is full" in told_staff(rig.vitals)


async def test_a_row_that_cannot_be_struck_out_for_an_hour_is_struck_out_after_it() -> None:
    rig = Rig()
    lease = await rig.lease()
    rig.journal.broken = {"erase"}
    rig.releaser.hand_over(lease, EndReason.VISITOR)
    await asyncio.sleep(3600)
    assert len(rig.journal.kept) == 1 and lease.freed.is_set()
    rig.journal.broken = set()
    await asyncio.sleep(61)
    assert rig.journal.kept == {} and rig.vitals.open_sessions == 0


async def test_a_row_of_a_create_that_was_cut_off_is_stopped_by_its_name() -> None:
    rig = Rig()
    await rig.journal.open("fake", "cut-off", "earlier", rig.epoch(), rig.epoch() + 1000)
    rig.control.running["s7"] = VisitRequest("cut-off", "i", "k", "en", 100, 95)
    await rig.releaser.recover(rig.of)
    await asyncio.sleep(1)
    (order,) = rig.control.stopped
    assert (order.name, order.session_id) == ("cut-off", "")
    assert rig.journal.kept == {} and rig.control.running == {}


async def test_the_next_visit_waits_for_the_slot_of_the_last_one_and_no_longer_than_it_may() -> None:
    rig = Rig(stop_s=1.5)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await rig.releaser.settled(10)
    assert loop.time() == began, "nothing was ever held"
    rig.releaser.hand_over(await rig.lease(), EndReason.VISITOR)
    await rig.releaser.settled(0.5)
    assert loop.time() - began == pytest.approx(0.5) and len(rig.control.running) == 1
    await rig.releaser.settled(10)
    assert loop.time() - began == pytest.approx(1.5, abs=0.1) and rig.control.running == {}


async def test_a_goodbye_comes_before_the_leaving_and_holds_up_nothing() -> None:
    rig = Rig()
    lease, steps = await rig.lease(), []

    class Room:
        async def leave(self) -> None:
            steps.append("leave")

    class Protocol:
        async def goodbye(self, room: object) -> None:
            steps.append("goodbye")
            await asyncio.sleep(GOODBYE_S + 60)

    lease.room, lease.protocol = Room(), Protocol()
    rig.releaser.hand_over(lease, EndReason.VISITOR)
    await asyncio.sleep(GOODBYE_S + 1)
    assert steps == ["goodbye", "leave"] and rig.control.running == {} and rig.journal.kept == {}
