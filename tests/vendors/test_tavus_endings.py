"""Whole visits with Tavus: every way in which it ends a conversation by itself, and lost answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from app.intents import AskText, End, Interrupt
from app.rooms.daily.room import DailyRooms
from app.rooms.presence import RoomTimes
from app.screens import CaptionLine, EndReason, Farewell, Live, Unavailable, UnavailableReason
from tests.fakes import daily
from tests.vendors.kiosk_rig import KioskRig
from tests.vendors.tavus_replica import ReplicaScript
from tests.vendors.tavus_service import KEY, TavusService
from tests.vendors.test_tavus_acceptance import TavusUnderTest

pytestmark = pytest.mark.asyncio

EARLY = "ended a conversation before its time"


@pytest_asyncio.fixture
async def vendor() -> AsyncIterator[TavusUnderTest]:
    if not daily.Daily._is_ready:
        daily.Daily.init()
    rooms = DailyRooms(RoomTimes(reconnect_s=1.0, absent_s=0.3, gone_s=3.0), library=daily)
    async with TavusService(script=lambda: ReplicaScript(joins_after_s=0.02)) as service:
        yield TavusUnderTest(service, rooms)
        assert await rooms.background.settled(10.0)
    assert daily.clients == []


@pytest.mark.expect_log(EARLY)
@pytest.mark.parametrize("in_room", [True, False])
@pytest.mark.parametrize("replica_first", [True, False])
@pytest.mark.parametrize("room_end", ["left", "error", "silent"])
async def test_the_plans_maximum_has_one_reason_however_the_room_ends(
    vendor: TavusUnderTest, room_end: str, replica_first: bool, in_room: bool
) -> None:
    knobs = vendor.service.knobs
    knobs.plan_max_s, knobs.room_end, knobs.replica_first, knobs.in_room = 1.0, room_end, replica_first, in_room
    async with KioskRig(vendor) as rig:
        await rig.to_live()
        assert (await rig.until(Farewell, within=8)).reason is EndReason.VENDOR_MAX_DURATION
        await rig.all_given_back()


@pytest.mark.expect_log(f"{EARLY}|the service cannot be used")
async def test_minutes_that_run_out_in_a_visit_end_it_and_the_next_one_is_not_available(
    vendor: TavusUnderTest,
) -> None:
    vendor.service.seconds_left[KEY] = 1.0
    async with KioskRig(vendor) as rig:
        await rig.to_live()
        assert (await rig.until(Farewell, within=8)).reason is EndReason.VENDOR_MAX_DURATION
        await rig.all_given_back()
        await rig.tap_start()
        assert (await rig.until(Unavailable, within=5)).reason is UnavailableReason.CREDITS


@pytest.mark.expect_log("the service cannot be used")
@pytest.mark.parametrize(
    ("status", "text", "reason"),
    [
        (401, "Invalid access token", UnavailableReason.AUTH),
        (402, "The user is out of conversational credits", UnavailableReason.CREDITS),
        (400, "Invalid replica_uuid", UnavailableReason.CONFIG),
    ],
)
async def test_what_the_next_visitor_would_meet_too_is_not_available(
    vendor: TavusUnderTest, status: int, text: str, reason: UnavailableReason
) -> None:
    vendor.emulator.fail(status=status, body={"error": text})
    async with KioskRig(vendor) as rig:
        await rig.tap_start()
        assert (await rig.until(Unavailable, within=5)).reason is reason
        assert rig.journal.kept == {}
        assert vendor.taken() == 0


async def test_a_lost_answer_is_an_apology_and_its_conversation_is_found_and_ended(vendor: TavusUnderTest) -> None:
    vendor.emulator.fail(lose=True)
    async with KioskRig(vendor) as rig:
        await rig.tap_start()
        assert (await rig.until(Farewell, within=5)).reason is EndReason.NO_START
        await rig.all_given_back()
        assert len(vendor.emulator.sessions) == 1


async def test_an_end_call_that_fails_is_repeated_until_it_is_confirmed(vendor: TavusUnderTest) -> None:
    async with KioskRig(vendor) as rig:
        await rig.to_live()
        vendor.emulator.fail(path="/end", times=2, status=500)
        rig.tap(End())
        await rig.all_given_back()
        assert len(vendor.emulator.asked("/end")) == 3
        assert rig.vitals.unconfirmed == 0


async def test_a_broken_connection_is_joined_anew_once_with_a_fresh_conversation(vendor: TavusUnderTest) -> None:
    async with KioskRig(vendor) as rig:
        await rig.to_live()
        vendor.service.talk.room.cut()
        async with asyncio.timeout(10):
            while len(vendor.service.talks) < 2 or not vendor.service.talk.room.is_joined:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)
        assert isinstance(rig.screen, Live)
        first, second = vendor.service.talks.values()
        assert first.session.ended_at is not None and second.session.ended_at is None
        assert first.asked["conversation_name"] != second.asked["conversation_name"]
        rig.tap(End())
        await rig.all_given_back()


def captions(rig: KioskRig) -> tuple[CaptionLine, ...]:
    assert isinstance(rig.screen, Live)
    return rig.screen.captions


async def test_words_and_interruptions_reach_both_sides(vendor: TavusUnderTest) -> None:
    vendor.service.script = lambda: ReplicaScript(
        joins_after_s=0.02, word_s=0.1, greeting="Welcome to the museum of clocks"
    )
    async with KioskRig(vendor) as rig:
        await rig.to_live()
        replica = vendor.service.talk.replica
        rig.tap(Interrupt())
        async with asyncio.timeout(5):
            while not replica.interrupts:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        rig.tap(AskText("Where is the cafe?"))
        async with asyncio.timeout(5):
            while not any(line.text == "You asked: Where is the cafe?" for line in captions(rig)):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        rig.tap(End())
        await rig.all_given_back()
        assert replica.interrupts == 2  # and at the goodbye


async def said(rig: KioskRig, last: str) -> list[str]:
    """Wait until the newest line is this one and return all lines."""
    async with asyncio.timeout(5):
        while not (lines := captions(rig)) or lines[-1].text != last:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return [line.text for line in lines]


SENTENCE = "I would like to know more about clocks."


async def test_a_turn_is_one_line_however_the_service_tells_it(vendor: TavusUnderTest) -> None:
    vendor.service.script = lambda: ReplicaScript(joins_after_s=0.02, greeting="Welcome.")
    async with KioskRig(vendor) as rig:
        await rig.to_live()
        replica = vendor.service.talk.replica
        assert await said(rig, "Welcome.") == ["Welcome."]
        ways: list[dict[str, Any]] = [
            {},
            {"shape": "text"},
            {"flat": True, "words_key": "content"},
            {"visitor_ids": "one", "visitor_whole": "end"},
            {"visitor_ids": "turn", "visitor_final": "end"},
            {"visitor_ids": "several alone"},
            {"visitor_ids": "none", "visitor_final": "never", "late_piece": False},
            {"visitor_whole": "never", "words_key": "transcript"},
        ]
        for number, knobs in enumerate(ways):
            replica.script = ReplicaScript(greeting="", **knobs)
            replica.hear(f"{number}. {SENTENCE}")
            replica.begin(f"Answer {number}.")
            assert (await said(rig, f"Answer {number}."))[-2:] == [f"{number}. {SENTENCE}", f"Answer {number}."]
        rig.tap(AskText("Where is the cafe?"))
        shown = await said(rig, "You asked: Where is the cafe?")
        assert shown.count("Where is the cafe?") == 1
        rig.tap(End())
        await rig.all_given_back()


@pytest.mark.expect_log("a message was not sent")
async def test_questions_and_interruptions_reach_the_avatar_where_the_room_sends_nothing(
    vendor: TavusUnderTest,
) -> None:
    async with KioskRig(vendor) as rig:
        await rig.to_live()
        talk = vendor.service.talk
        talk.room.channel("broken")
        await asyncio.sleep(0.2)
        rig.tap(AskText("Where is the cafe?"))
        assert "You asked: Where is the cafe?" in await said(rig, "You asked: Where is the cafe?")
        rig.tap(Interrupt())
        async with asyncio.timeout(5):
            while not talk.replica.interrupts:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert talk.replica.asked == ["Where is the cafe?"] and talk.room.messages == []
        rig.tap(End())
        await rig.all_given_back()


@pytest.mark.expect_log(f"{EARLY}|a message was not sent")
async def test_a_question_that_meets_an_ended_conversation_ends_the_visit(vendor: TavusUnderTest) -> None:
    knobs = vendor.service.knobs
    knobs.in_room, knobs.room_end, knobs.replica_stays = False, "silent", True
    async with KioskRig(vendor) as rig:
        await rig.to_live()
        talk = vendor.service.talk
        talk.room.channel("broken")
        vendor.service.end(talk.session, "max_call_duration")
        await asyncio.sleep(0.2)
        assert isinstance(rig.screen, Live)  # the room looks as before
        rig.tap(AskText("Where is the cafe?"))
        assert (await rig.until(Farewell, within=5)).reason is EndReason.VENDOR_MAX_DURATION
        await rig.all_given_back()


@pytest.mark.parametrize("when", ["speech", "silence"])
@pytest.mark.parametrize("name", ["end_call", "end_conversation"])
async def test_the_avatar_ends_the_visit_with_its_tool_once_it_has_finished(
    vendor: TavusUnderTest, name: str, when: str
) -> None:
    script = ReplicaScript(joins_after_s=0.02, word_s=0.2, tool=name, tool_when=when, shape="text")
    vendor.service.script = lambda: script
    async with KioskRig(vendor) as rig:
        await rig.to_live()
        rig.tap(AskText("Goodbye"))
        await said(rig, "You asked: Goodbye")
        assert (await rig.until(Farewell, within=8)).reason is EndReason.AVATAR_ENDED
        await rig.all_given_back()
        assert len(vendor.emulator.sessions) == 1


async def test_a_tool_that_means_nothing_here_ends_nothing(vendor: TavusUnderTest) -> None:
    script = ReplicaScript(joins_after_s=0.02, tool="book_a_tour")
    vendor.service.script = lambda: script
    async with KioskRig(vendor) as rig:
        await rig.to_live()
        rig.tap(AskText("Hello"))
        await said(rig, "You asked: Hello")
        await asyncio.sleep(3)
        assert isinstance(rig.screen, Live)
        rig.tap(End())
        await rig.all_given_back()
