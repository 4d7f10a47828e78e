"""Ends that the visitor did not ask for: by the room, the service, the network, or what is used up."""

from __future__ import annotations

import asyncio

import pytest

from app.events import AvatarEnds, Caption, Ended, Ending, Thinking
from app.findings import Finding
from app.intents import Activity, End
from app.rooms.base import AvatarGone, AvatarLeft
from app.screens import Attract, EndReason, Farewell, Live, Speaker, Trouble, Unavailable, UnavailableReason, Waiting
from app.vendors.errors import Busy
from tests.fakes.kiosk import Rig, settings, told_staff
from tests.fakes.service import FakeControl

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize(
    "reason", [EndReason.ROOM_CLOSED, EndReason.DUPLICATE_IDENTITY, EndReason.ERROR, EndReason.NETWORK]
)
async def test_a_closed_room_ends_the_visit_with_its_reason(reason: EndReason) -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.room.drop(reason)
        assert (await rig.until(Farewell, within=1)).reason is reason
        await rig.until(Attract)
        await asyncio.sleep(1)
        rig.nothing_is_left()


async def test_a_room_lost_by_the_network_is_joined_once_more_inside_the_same_timers() -> None:
    async with Rig(settings(visit={"idle_s": 1000})) as rig:
        await rig.to_live()
        began = rig.loop.time()
        await asyncio.sleep(100)
        rig.room.drop(EndReason.NETWORK, may_rejoin=True)
        await rig.until(lambda s: isinstance(s, Live) and s.trouble is Trouble.STALLED, within=1)
        await rig.until(lambda s: isinstance(s, Live) and s.trouble is None, within=5)
        assert len(rig.rooms) == 2 and len(rig.control.running) == 1
        await rig.until(Farewell)
        assert rig.loop.time() - began == pytest.approx(300, abs=0.5)
        assert not any(isinstance(s.screen, Waiting) for s in rig.shown)


async def test_busy_at_the_second_join_ends_the_visit_as_network() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.control.refusals.append(Busy("fake"))
        rig.room.drop(EndReason.NETWORK, may_rejoin=True)
        assert (await rig.until(Farewell, within=5)).reason is EndReason.NETWORK
        await rig.until(Attract)
        await asyncio.sleep(1)
        rig.nothing_is_left()


async def test_an_avatar_that_left_ends_the_visit() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.room.tell(AvatarGone())
        assert (await rig.until(Farewell, within=1)).reason is EndReason.AVATAR_LEFT


async def test_an_avatar_that_leaves_on_purpose_has_left_however_short_a_standstill_is_borne() -> None:
    async with Rig(settings(visit={"stall_end_s": 1.0, "stall_notice_s": 0.5})) as rig:
        await rig.to_live()
        rig.room.moving = False
        rig.room.tell(AvatarLeft())
        await asyncio.sleep(5)
        rig.room.tell(AvatarGone())
        assert (await rig.until(Farewell, within=1)).reason is EndReason.AVATAR_LEFT


async def test_an_avatar_that_left_and_came_back_goes_on() -> None:
    async with Rig(settings(visit={"stall_end_s": 2.0, "stall_notice_s": 1.0})) as rig:
        await rig.to_live()
        rig.room.moving = False
        rig.room.tell(AvatarLeft())
        await asyncio.sleep(4)
        rig.room.moving = True
        await asyncio.sleep(20)
        assert isinstance(rig.screen, Live)
        rig.room.moving = False
        assert (await rig.until(Farewell, within=3)).reason is EndReason.NETWORK


async def test_an_avatar_that_ends_the_visit_is_heard_out() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.audio.speaker.level = 0.5
        await asyncio.sleep(1)
        rig.room.say(AvatarEnds())
        rig.room.say(Caption(Speaker.AVATAR, "1", "Goodbye, and come back soon!"))
        await asyncio.sleep(4)
        assert isinstance(rig.screen, Live) and rig.screen.captions[-1].text == "Goodbye, and come back soon!"
        rig.audio.speaker.level = 0.0
        assert (await rig.until(Farewell, within=2)).reason is EndReason.AVATAR_ENDED
        await rig.until(Attract)
        await asyncio.sleep(1)
        rig.nothing_is_left()


async def test_an_avatar_that_ends_the_visit_may_still_begin_its_last_words() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.room.say(AvatarEnds())
        rig.room.say(Thinking(True))
        await asyncio.sleep(4)
        rig.room.say(Thinking(False))
        rig.audio.speaker.level = 0.5
        await asyncio.sleep(3)
        assert isinstance(rig.screen, Live)
        rig.audio.speaker.level = 0.0
        assert (await rig.until(Farewell, within=2)).reason is EndReason.AVATAR_ENDED


@pytest.mark.parametrize(("level", "within"), [(0.0, 2.2), (0.5, 15.2)])
async def test_an_avatar_that_ends_the_visit_is_waited_for_only_so_long(level: float, within: float) -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.audio.speaker.level = level
        await asyncio.sleep(1)
        began = rig.loop.time()
        rig.room.say(AvatarEnds())
        assert (await rig.until(Farewell, within=20)).reason is EndReason.AVATAR_ENDED
        assert rig.loop.time() - began == pytest.approx(within, abs=0.4)


async def test_nothing_keeps_an_avatar_that_ends_the_visit_and_it_ends_only_once() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.room.say(AvatarEnds())
        await asyncio.sleep(1)
        rig.room.say(AvatarEnds())
        rig.room.say(Caption(Speaker.VISITOR, "1", "Wait, please", True))
        rig.tap(Activity())
        assert (await rig.until(Farewell, within=1.3)).reason is EndReason.AVATAR_ENDED
        rig.room.say(AvatarEnds())
        await rig.until(Attract)
        await rig.to_live()
        rig.rooms[0].say(AvatarEnds())
        await asyncio.sleep(5)
        assert isinstance(rig.screen, Live)
        ends = [s.screen for s, after in zip(rig.shown, rig.shown[1:], strict=False) if s.step != after.step]
        assert sum(isinstance(screen, Farewell) for screen in ends) == 1


@pytest.mark.parametrize("how", ["left", "closed", "lost"])
async def test_an_avatar_that_ends_the_visit_may_leave_without_more_ado(how: str) -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.audio.speaker.level = 0.5
        rig.room.say(AvatarEnds())
        if how == "left":
            rig.room.tell(AvatarGone())
        else:
            rig.room.drop(EndReason.ROOM_CLOSED if how == "closed" else EndReason.NETWORK, may_rejoin=how == "lost")
        assert (await rig.until(Farewell, within=1)).reason is EndReason.AVATAR_ENDED
        assert len(rig.rooms) == 1
        await rig.until(Attract)
        await asyncio.sleep(1)
        rig.nothing_is_left()


@pytest.mark.expect_log("the service cannot be used")
async def test_credits_that_run_out_are_told_even_where_the_avatar_ended_the_visit() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.room.say(AvatarEnds())
        rig.room.say(Ended(EndReason.OUT_OF_CREDITS))
        assert (await rig.until(Farewell, within=1)).reason is EndReason.OUT_OF_CREDITS


async def test_the_services_own_word_tells_why_an_avatar_left() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.protocol.true_reason = EndReason.VENDOR_MAX_DURATION
        rig.room.tell(AvatarGone())
        assert (await rig.until(Farewell, within=1)).reason is EndReason.VENDOR_MAX_DURATION


@pytest.mark.expect_log("the service cannot be used")
async def test_credits_that_run_out_in_a_visit_say_goodbye_and_then_unavailable() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.room.say(Ended(EndReason.OUT_OF_CREDITS))
        assert (await rig.until(Farewell, within=1)).reason is EndReason.OUT_OF_CREDITS
        assert (await rig.until(Unavailable)).reason is UnavailableReason.CREDITS
        assert "used up in a visit" in told_staff(rig.vitals)


@pytest.mark.parametrize(("lasted_s", "is_early"), [(86, True), (250, False)])
@pytest.mark.expect_log("ended a conversation before its time")
async def test_used_up_minutes_that_look_like_the_longest_session_are_told_to_staff(lasted_s, is_early) -> None:
    control = FakeControl(max_duration_s=300.0)
    async with Rig(settings(visit={"idle_s": 1000}), control) as rig:
        await rig.to_live()
        await asyncio.sleep(lasted_s)
        rig.protocol.true_reason = EndReason.VENDOR_MAX_DURATION
        rig.room.drop(EndReason.ROOM_CLOSED)
        await rig.until(Farewell)
        assert ("before its time" in told_staff(rig.vitals)) is is_early
        rig.vitals.staff_notes.seen(rig.vitals.staff_notes)
        assert not told_staff(rig.vitals)


async def test_a_warning_of_the_service_is_shown_as_time_left() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.room.say(Ending(18))
        live = await rig.until(lambda s: isinstance(s, Live) and s.remaining_s is not None, within=1)
        assert live.remaining_s in (17, 18) and live.urgent and not live.may_extend


async def test_nothing_left_to_spend_is_told_before_anybody_taps_and_mends_itself() -> None:
    nothing_left = [Finding("credits", False, "10.0 of 10 credits are used")]
    async with Rig() as rig:
        await rig.to_live()
        rig.spent, rig.control.findings = UnavailableReason.CREDITS, nothing_left
        rig.tap(End())
        assert (await rig.until(Unavailable)).reason is UnavailableReason.CREDITS
        await asyncio.sleep(200)
        assert rig.vitals.unavailable is UnavailableReason.CREDITS and len(rig.control.started) == 1
        rig.spent, rig.control.findings = None, []
        await rig.until(Attract, within=62)


async def test_an_announced_end_counts_by_its_own_reason_where_it_comes_before_ours() -> None:
    for remaining_s, reason in ((60, EndReason.OUT_OF_CREDITS), (400, EndReason.HARD_LIMIT)):
        async with Rig(settings(visit={"idle_s": 900})) as rig:
            await rig.to_live()
            rig.room.say(Ending(remaining_s, reason=EndReason.OUT_OF_CREDITS))
            assert (await rig.until(Farewell)).reason is reason
