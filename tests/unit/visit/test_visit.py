"""The visit from tap to reset, on fakes and jumping time."""

from __future__ import annotations

import asyncio

import pytest

from app.intents import Accept, Activity, Cancel, End, StaffAction, Start
from app.screens import Attract, Connecting, EndReason, Farewell, Live, Notice, Screen
from app.vendors.base import Capabilities
from tests.fakes.kiosk import Rig, settings
from tests.fakes.service import FakeControl, RoomScript

pytestmark = pytest.mark.asyncio


async def test_a_visit_goes_from_attract_to_attract_and_leaves_nothing() -> None:
    async with Rig() as rig:
        await rig.to_live()
        assert rig.vitals.visits == 1
        rig.tap(End())
        assert (await rig.until(Farewell)).reason is EndReason.VISITOR
        await rig.until(Attract, within=4)
        await asyncio.sleep(1)
        rig.nothing_is_left()
        assert rig.vitals.last_end is EndReason.VISITOR
        kinds = [type(s.screen) for s in rig.shown]
        order = [k for i, k in enumerate(kinds) if i == 0 or kinds[i - 1] is not k]
        assert order == [Attract, Notice, Connecting, Live, Farewell, Attract]


async def test_the_paper_trail_is_on_disk_before_the_create_and_complete_before_the_join() -> None:
    async with Rig() as rig:
        await rig.accept()
        await rig.until(Connecting)
        await asyncio.sleep(0.05)
        assert rig.journal.log == [("open", 1)] and rig.control.started == []
        await rig.until(Live)
        assert rig.journal.log == [("open", 1), ("complete", 1)]


async def test_the_devices_close_before_the_release_begins() -> None:
    async with Rig() as rig:
        await rig.to_live()
        order = []
        leave = rig.room.leave

        async def watched() -> None:
            order.append(list(rig.audio.open_devices))
            await leave()

        rig.room.leave = watched
        rig.tap(End())
        await rig.until(Attract)
        assert order == [[]]
        assert rig.protocol.calls[-1] == ("goodbye", None)


async def test_no_device_is_open_and_no_create_is_sent_in_attract() -> None:
    async with Rig() as rig:
        await rig.until(Attract)
        await asyncio.sleep(600)
        assert rig.audio.speakers == [] and rig.control.creates_at == []


async def test_the_microphone_opens_only_after_the_notice_is_accepted() -> None:
    async with Rig() as rig:
        await rig.until(Attract)
        rig.tap(Start())
        await rig.until(Notice)
        await asyncio.sleep(5)
        assert rig.audio.open_devices == ["speaker"]
        rig.tap(Accept())
        await rig.until(Live)
        assert rig.audio.open_devices == ["speaker", "microphone"]


@pytest.mark.parametrize("local", [False, True])
async def test_the_notice_tells_whether_what_is_said_stays_here(local: bool) -> None:
    async with Rig(control=FakeControl(capabilities=Capabilities(local=local))) as rig:
        await rig.until(Attract)
        rig.tap(Start())
        assert (await rig.until(Notice)).local is local


async def test_a_notice_nobody_answers_goes_back_after_20_seconds() -> None:
    async with Rig() as rig:
        await rig.until(Attract)
        rig.tap(Start())
        await rig.until(Notice)
        began = rig.loop.time()
        await rig.until(Attract)
        assert rig.loop.time() - began == pytest.approx(20, abs=0.5)
        assert rig.vitals.last_end is EndReason.CANCELLED and rig.control.creates_at == []


async def test_with_notice_tap_the_screen_is_not_shown() -> None:
    async with Rig(settings(visit={"notice": "tap"})) as rig:
        await rig.until(Attract)
        rig.tap(Start())
        await rig.until(Live)
        assert not any(isinstance(s.screen, Notice) for s in rig.shown)


async def test_a_tap_on_a_screen_that_is_gone_is_dropped() -> None:
    async with Rig() as rig:
        await rig.until(Attract)
        old = rig.stage.step
        rig.tap(Start())
        await rig.until(Notice)
        rig.tap(Accept(), step=old)
        await asyncio.sleep(3)
        assert isinstance(rig.screen, Notice)


async def test_an_impatient_tap_right_after_the_reset_starts_nothing() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.tap(End())
        await rig.until(Attract)
        rig.tap(Start())
        await asyncio.sleep(1)
        assert isinstance(rig.screen, Attract)
        await asyncio.sleep(1)
        rig.tap(Start())
        await rig.until(Notice, within=1)


async def test_start_again_on_the_farewell_begins_the_next_visit_at_once() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.room.drop(EndReason.NETWORK)
        await rig.until(Farewell)
        rig.tap(Start())
        await rig.until(Notice, within=1)


async def test_a_stop_that_fails_is_tried_until_it_is_confirmed() -> None:
    control = FakeControl(stop_failures=3)
    async with Rig(control=control) as rig:
        await rig.to_live()
        rig.tap(End())
        await rig.until(Attract)
        assert rig.vitals.open_sessions == 1
        await asyncio.sleep(60)
        assert rig.vitals.open_sessions == 0 and len(control.stopped) == 4
        rig.nothing_is_left()


async def test_a_request_to_leave_ends_the_visit_properly_within_five_seconds() -> None:
    from app.kiosk.kiosk import ExitCode

    async with Rig() as rig:
        await rig.to_live()
        began = rig.loop.time()
        rig.kiosk.request_exit(ExitCode.RESTART)
        assert await rig.running is ExitCode.RESTART
        assert rig.loop.time() - began < 5
        assert rig.control.running == {} and rig.audio.open_devices == []


async def test_what_an_earlier_run_left_is_stopped_and_nothing_else() -> None:
    rig = Rig()
    rig.control.slots = 3
    async with rig:
        from app.vendors.session import VisitRequest

        request = VisitRequest("lost", "i", "k", "en", 100, 95)
        rig.control.running |= {"lost-id": request, "other-kiosk": request}
        row = await rig.journal.open("fake", "lost", "earlier-run", 0, 1e12)
        await rig.journal.complete(row, "lost-id", {})
        await rig.releaser.recover(lambda vendor: rig.control, "this-run")
        await asyncio.sleep(3)
        assert set(rig.control.running) == {"other-kiosk"} and rig.journal.kept == {}


async def test_who_cancels_on_the_notice_is_back_at_once_and_nothing_was_opened() -> None:
    async with Rig() as rig:
        await rig.until(Attract)
        rig.tap(Start())
        await rig.until(Notice)
        rig.tap(Activity())
        rig.tap(Cancel())
        await rig.until(Attract, within=1)
        await asyncio.sleep(1)
        assert rig.audio.microphones == [] and rig.control.creates_at == []
        rig.nothing_is_left()


async def test_who_cancels_while_the_avatar_comes_leaves_no_session() -> None:
    async with Rig() as rig:
        rig.scripts.append(RoomScript(join_s=5.0))
        await rig.accept()
        await rig.until(Connecting)
        await asyncio.sleep(1)
        rig.tap(Activity())
        rig.tap(Cancel())
        await rig.until(Attract, within=5)
        await asyncio.sleep(3)
        assert len(rig.control.started) == 1
        rig.nothing_is_left()


@pytest.mark.parametrize("when", [Connecting, Live])
async def test_staff_may_end_a_visit_at_any_moment(when: type[Screen]) -> None:
    async with Rig() as rig:
        await rig.accept()
        await rig.until(when)
        rig.kiosk.on_staff(StaffAction.END_VISIT)
        if when is Live:
            assert (await rig.until(Farewell)).reason is EndReason.STAFF
        await rig.until(Attract)
        await asyncio.sleep(3)
        rig.nothing_is_left()
