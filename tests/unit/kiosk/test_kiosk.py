"""The day around the visits: what keeps visitors away, and when the kiosk restarts itself."""

from __future__ import annotations

import asyncio

import pytest

from app.intents import Accept, Cancel, End, StaffAction, Start
from app.kiosk.exit_code import ExitCode
from app.kiosk.planned_restart import MOST_VISITS
from app.kiosk.safe_mode import SafeMode
from app.records.journal import JournalError
from app.screens import Attract, EndReason, Live, Notice, Unavailable, UnavailableReason
from app.settings.model import HoursSettings
from app.vendors.errors import AuthError
from app.vendors.session import VisitRequest
from tests.fakes.kiosk import Rig, settings, told_staff
from tests.fakes.service import FakeControl

pytestmark = pytest.mark.asyncio


async def tap_through(rig: Rig) -> None:
    await rig.until(Attract)
    await asyncio.sleep(2)
    rig.tap(Start())
    await rig.until(Notice)
    rig.tap(Accept())


@pytest.mark.expect_log("journal cannot be used")
async def test_without_a_usable_journal_no_session_is_started_and_it_mends_itself() -> None:
    async with Rig() as rig:
        rig.journal.broken = {"open"}
        await tap_through(rig)
        screen = await rig.until(Unavailable)
        assert screen.reason is UnavailableReason.CONFIG and not screen.staff_hint
        assert rig.control.creates_at == [] and rig.vitals.last_end is EndReason.UNAVAILABLE
        assert "the disk is full" in told_staff(rig.vitals)
        await asyncio.sleep(130)
        assert isinstance(rig.screen, Unavailable)
        rig.journal.broken = set()
        await rig.until(Attract, within=62)
        assert not told_staff(rig.vitals)
        await rig.to_live()


@pytest.mark.expect_log("cannot be used")
async def test_two_troubles_at_once_are_both_told_and_each_goes_when_it_is_mended() -> None:
    async with Rig() as rig:
        rig.control.refusals.append(AuthError("fake", "the key was revoked", 401))
        rig.control.refusals.append(AuthError("fake", "the key was revoked", 401))
        rig.control.check_error = AuthError("fake", "the key was revoked", 401)
        await tap_through(rig)
        await rig.until(Unavailable)
        rig.journal.broken = {"open"}
        await asyncio.sleep(62)
        assert [note.key for note in rig.vitals.staff_notes] == ["service", "journal"]
        assert "revoked" in told_staff(rig.vitals) and "the disk is full" in told_staff(rig.vitals)
        rig.journal.broken = set()
        await asyncio.sleep(62)
        assert [note.key for note in rig.vitals.staff_notes] == ["service"]
        rig.control.check_error = None
        await rig.until(Attract, within=62)
        assert list(rig.vitals.staff_notes) == []


@pytest.mark.expect_log("journal cannot be used")
async def test_a_session_whose_id_cannot_be_written_down_is_stopped_and_never_joined() -> None:
    async with Rig() as rig:
        rig.journal.broken = {"complete"}
        await tap_through(rig)
        await rig.until(Unavailable)
        await asyncio.sleep(3)
        assert rig.control.running == {} and rig.journal.kept == {} and rig.rooms == []
        assert [order.session_id for order in rig.control.stopped] == ["session-0"]


async def test_a_disk_that_fills_up_in_a_visit_disturbs_nobody() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.journal.broken = {"open", "complete", "erase"}
        await asyncio.sleep(20)
        assert isinstance(rig.screen, Live)
        rig.tap(End())
        await rig.until(Attract)
        await asyncio.sleep(2)
        assert rig.control.running == {} and rig.vitals.open_sessions == 1
        rig.journal.broken = set()
        await asyncio.sleep(61)
        rig.nothing_is_left()


async def test_the_kiosk_restarts_in_attract_after_many_visits() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.vitals.visits = MOST_VISITS
        await asyncio.sleep(30)
        assert isinstance(rig.screen, Live)
        rig.tap(End())
        assert await rig.running is ExitCode.RESTART
        assert isinstance(rig.screen, Attract)


async def test_nobody_is_near_when_the_kiosk_restarts_at_night() -> None:
    hours = HoursSettings(timezone="UTC", restart="04:45")
    async with Rig(settings().model_copy(update={"hours": hours})) as rig:
        await rig.until(Attract)
        due_s = rig.kiosk._restart._hours.seconds_to_restart(rig.kiosk._context.epoch())
        await asyncio.sleep(due_s - 1)
        rig.tap(Start())
        await rig.until(Notice)
        await rig.until(Attract, within=25)
        began = rig.loop.time()
        assert await rig.running is ExitCode.RESTART
        assert rig.loop.time() - began >= 19


async def test_safe_mode_is_a_quiet_screen_that_only_staff_or_the_parent_end() -> None:
    async with Rig() as rig:
        rig.kiosk.request_exit(ExitCode.RELOAD)
        await rig.running
        safe = SafeMode(rig.stage, rig.vitals, rig.releaser, lambda: rig.settings_changed)
        running = asyncio.create_task(safe.run())
        await asyncio.sleep(0.1)
        assert rig.screen == Unavailable(UnavailableReason.SAFE_MODE)
        for _ in range(5):
            rig.tap(Start())
            await asyncio.sleep(100)
        assert rig.screen == Unavailable(UnavailableReason.SAFE_MODE) and rig.control.creates_at == []
        safe.on_staff(StaffAction.CLOSE)
        await asyncio.sleep(5)
        assert not running.done()
        safe.on_staff(StaffAction.RESTART)
        assert await running is ExitCode.RESTART


async def test_changed_settings_are_read_again_in_safe_mode() -> None:
    async with Rig() as rig:
        rig.kiosk.request_exit(ExitCode.RELOAD)
        await rig.running
        running = asyncio.create_task(SafeMode(rig.stage, rig.vitals, rig.releaser, lambda: rig.settings_changed).run())
        await asyncio.sleep(5)
        rig.settings_changed = True
        assert await running is ExitCode.RELOAD


async def test_new_settings_are_read_in_attract_while_a_session_cannot_be_stopped_with_the_old_ones() -> None:
    control = FakeControl(stop_failures=1_000)
    async with Rig(control=control) as rig:
        await rig.to_live()
        rig.tap(End())
        await rig.until(Attract)
        await asyncio.sleep(10)
        rig.settings_changed = rig.settings_broken = True
        await asyncio.sleep(10)
        assert not rig.running.done(), "with a mistake in them they would help nobody, and keep visitors away"
        rig.settings_broken = False
        await asyncio.sleep(2)
        assert await rig.running is ExitCode.RELOAD


@pytest.mark.parametrize(
    "state", ["safe mode", pytest.param("wrong settings", marks=pytest.mark.expect_log("journal cannot be used"))]
)
async def test_a_journal_that_could_not_be_read_at_the_start_is_read_as_soon_as_it_can_be(state: str) -> None:
    rig = Rig()
    rig.unavailable = UnavailableReason.CONFIG if state == "wrong settings" else None
    async with rig:
        rig.control.running["lost"] = VisitRequest("lost", "i", "k", "en", 100, 95)
        row = await rig.journal.open("fake", "lost", "earlier", 0.0, 1e12)
        await rig.journal.complete(row, "lost", {})
        rig.journal.broken = {"open", "rows"}
        with pytest.raises(JournalError):
            await rig.releaser.recover(lambda vendor: rig.control)
        if state == "safe mode":
            rig.kiosk.request_exit(ExitCode.RELOAD)
            await rig.running
            safe = SafeMode(rig.stage, rig.vitals, rig.releaser, lambda: False)
            rig.running = asyncio.create_task(safe.run())
        await asyncio.sleep(100)
        assert list(rig.control.running) == ["lost"]
        rig.journal.broken = set()
        await asyncio.sleep(62)
        assert rig.control.running == {} and rig.journal.kept == {}
        if state == "safe mode":
            safe.request_exit(ExitCode.RESTART)
            await rig.running


async def test_no_planned_restart_while_a_create_call_may_still_make_a_session() -> None:
    async with Rig(control=FakeControl(create_s=200.0)) as rig:
        await rig.accept()
        await asyncio.sleep(1)
        rig.tap(Cancel())
        await rig.until(Attract)
        rig.vitals.visits = MOST_VISITS
        await asyncio.sleep(150)
        assert not rig.running.done()
        await asyncio.sleep(100)
        assert await rig.running is ExitCode.RESTART
        assert rig.control.running == {} and rig.journal.kept == {}
