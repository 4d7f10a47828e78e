"""Ends that the visitor did not ask for: by the room, the service, the network, or what is used up."""

from __future__ import annotations

import asyncio

import pytest

from app.events import Ended, Ending
from app.findings import Finding
from app.intents import End
from app.rooms.base import AvatarGone
from app.screens import Attract, EndReason, Farewell, Live, Trouble, Unavailable, UnavailableReason, Waiting
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
