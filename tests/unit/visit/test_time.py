"""Idle and longest time: an empty room is left, nobody who talks is cut off, and more time is given in bounds."""

from __future__ import annotations

import asyncio

import pytest

from app.events import Caption, Thinking
from app.intents import Extend, Stay
from app.screens import EndReason, Farewell, Live, Speaker, StillThere, Trouble, WhyNot
from tests.fakes.kiosk import Rig, settings
from tests.fakes.service import FakeControl, RoomScript

pytestmark = pytest.mark.asyncio


async def test_an_empty_room_is_asked_and_then_ended() -> None:
    async with Rig() as rig:
        await rig.to_live()
        began = rig.loop.time()
        await rig.until(StillThere)
        assert rig.loop.time() - began == pytest.approx(45, abs=0.5)
        assert (await rig.until(Farewell)).reason is EndReason.IDLE
        assert rig.loop.time() - began == pytest.approx(65, abs=0.7)


async def test_someone_talking_is_never_cut_off() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.audio.microphone.speaking = True
        for n in range(9):
            await asyncio.sleep(20)
            rig.room.say(Caption(Speaker.VISITOR, f"s{n}", "and then"))
        assert isinstance(rig.screen, Live)
        assert rig.vitals.visit.idle_held_s is not None


async def test_an_avatar_that_prompts_an_empty_room_does_not_keep_it_alive() -> None:
    async with Rig() as rig:
        await rig.to_live()

        async def prompt() -> None:
            while True:
                rig.audio.speaker.level = 0.5
                await asyncio.sleep(4)
                rig.audio.speaker.level = 0.0
                await asyncio.sleep(36)

        prompting = asyncio.create_task(prompt())
        assert (await rig.until(Farewell, within=140)).reason is EndReason.IDLE
        prompting.cancel()


async def test_room_noise_without_words_holds_two_minutes_at_most() -> None:
    async with Rig() as rig:
        await rig.to_live()
        began = rig.loop.time()
        rig.audio.microphone.speaking = True
        await rig.until(StillThere)
        assert rig.loop.time() - began == pytest.approx(120 + 45, abs=1)
        assert (await rig.until(Farewell)).reason is EndReason.IDLE


@pytest.mark.expect_log("the visitor is not heard")
async def test_a_visitor_whom_nobody_hears_is_told_and_never_ended_while_he_talks() -> None:
    async with Rig() as rig:
        await rig.to_live()
        offers: set[bool] = set()
        began = rig.loop.time()
        while not isinstance(rig.screen, Farewell):
            elapsed_s = rig.loop.time() - began
            rig.audio.microphone.speaking = elapsed_s % 8 < 4
            await asyncio.sleep(0.1)
            if isinstance(rig.screen, Live) and rig.screen.trouble is Trouble.CANNOT_HEAR:
                offers.add(rig.screen.show_questions)
            assert not isinstance(rig.screen, StillThere)
        assert offers == {True} and len(rig.rooms) == 2
        assert rig.screen.reason is EndReason.HARD_LIMIT


@pytest.mark.expect_log("the visitor is not heard")
async def test_a_visitor_whom_nobody_hears_and_who_leaves_is_missed() -> None:
    async with Rig() as rig:
        await rig.to_live()
        for _ in range(20):
            rig.audio.microphone.speaking = True
            await asyncio.sleep(4)
            rig.audio.microphone.speaking = False
            await asyncio.sleep(4)
        began = rig.loop.time()
        await rig.until(StillThere)
        assert rig.loop.time() - began == pytest.approx(45 - 4, abs=1)
        assert (await rig.until(Farewell)).reason is EndReason.IDLE


async def test_words_that_come_at_the_last_moment_keep_the_visit() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.audio.microphone.speaking = True
        await rig.until(StillThere)
        await asyncio.sleep(15)
        rig.audio.microphone.speaking = False
        await asyncio.sleep(4)
        rig.audio.microphone.speaking = True
        await asyncio.sleep(4)
        assert isinstance(rig.screen, StillThere) and rig.screen.seconds == 0
        rig.room.say(Caption(Speaker.VISITOR, "v", "I am here"))
        await rig.until(Live, within=0.5)


async def test_words_that_come_just_before_the_question_spare_it() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.audio.microphone.speaking = True
        await asyncio.sleep(120 + 43)
        rig.audio.microphone.speaking = False
        await asyncio.sleep(0.5)
        rig.audio.microphone.speaking = True
        await asyncio.sleep(3)
        assert isinstance(rig.screen, Live), "it waits for the end of the sentence"
        rig.room.say(Caption(Speaker.VISITOR, "v", "and what is that"))
        await asyncio.sleep(0.3)
        rig.audio.microphone.speaking = False
        await asyncio.sleep(40)
        assert isinstance(rig.screen, Live)


@pytest.mark.parametrize("thinking_s", [60.0, 90.0, 150.0])
async def test_thinking_is_waited_for_and_the_answer_starts_the_time_anew(thinking_s: float) -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.room.say(Caption(Speaker.VISITOR, "v", "Find it", False))
        rig.room.say(Thinking(True))
        await asyncio.sleep(thinking_s)
        assert isinstance(rig.screen, Live)
        rig.room.say(Thinking(False))
        rig.audio.speaker.level = 0.5
        await asyncio.sleep(4)
        rig.audio.speaker.level = 0.0
        began = rig.loop.time()
        await rig.until(StillThere)
        assert rig.loop.time() - began == pytest.approx(45.6, abs=1)


async def test_thinking_in_an_empty_room_does_not_keep_it_alive() -> None:
    async with Rig(settings(visit={"hard_limit_s": 900.0})) as rig:
        await rig.to_live()
        began = rig.loop.time()

        async def think() -> None:
            while True:
                rig.room.say(Thinking(True))
                await asyncio.sleep(50)
                rig.room.say(Thinking(False))
                await asyncio.sleep(1)

        thinking = asyncio.create_task(think())
        assert (await rig.until(Farewell)).reason is EndReason.IDLE
        assert rig.loop.time() - began < 120 + 45 + 20 + 5
        thinking.cancel()


@pytest.mark.parametrize("answer", ["tap", "words", "voice"])
async def test_still_there_is_answered_by_tap_words_or_voice(answer: str) -> None:
    async with Rig() as rig:
        await rig.to_live()
        await rig.until(StillThere)
        await asyncio.sleep(5)
        if answer == "tap":
            rig.tap(Stay())
        elif answer == "words":
            rig.room.say(Caption(Speaker.VISITOR, "s", "yes"))
        else:
            rig.audio.microphone.speaking = True
        await rig.until(Live, within=1.0)
        rig.audio.microphone.speaking = False
        began = rig.loop.time()
        await rig.until(StillThere)
        assert rig.loop.time() - began == pytest.approx(45, abs=1)


async def test_the_hard_limit_is_announced_counted_down_and_kept() -> None:
    async with Rig(settings(visit={"idle_s": 1000})) as rig:
        await rig.to_live()
        began = rig.loop.time()
        chip = await rig.until(lambda s: isinstance(s, Live) and s.remaining_s is not None)
        assert chip.remaining_s == 60 and chip.may_extend and not chip.urgent
        await rig.until(lambda s: isinstance(s, Live) and s.urgent)
        assert rig.loop.time() - began == pytest.approx(280, abs=0.3)
        assert (await rig.until(Farewell)).reason is EndReason.HARD_LIMIT
        assert rig.loop.time() - began == pytest.approx(300, abs=0.3)
        assert ("wrap_up", 15) in rig.protocol.calls
        assert "time_20s" in rig.audio.speaker.chimes


async def test_a_sentence_under_way_may_finish_within_the_grace() -> None:
    async with Rig(settings(visit={"hard_limit_s": 30})) as rig:
        await rig.to_live()
        began = rig.loop.time()
        await asyncio.sleep(29)
        rig.audio.speaker.level = 0.5
        await asyncio.sleep(3)
        rig.audio.speaker.level = 0.0
        await rig.until(Farewell)
        assert rig.loop.time() - began == pytest.approx(32.6, abs=0.4)


async def test_an_endless_speech_ends_with_the_grace() -> None:
    async with Rig(settings(visit={"hard_limit_s": 30})) as rig:
        await rig.to_live()
        began = rig.loop.time()
        rig.audio.speaker.level = 0.5
        await rig.until(Farewell)
        assert rig.loop.time() - began == pytest.approx(35, abs=0.3)


async def test_more_time_is_given_up_to_the_ceiling() -> None:
    async with Rig(settings(visit={"hard_limit_s": 50, "max_extensions": 1, "idle_s": 1000})) as rig:
        live = await rig.to_live()
        assert live.may_extend
        began = rig.loop.time()
        rig.tap(Extend())
        await rig.until(lambda s: isinstance(s, Live) and s.why_not is WhyNot.LIMIT)
        rig.tap(Extend())
        assert (await rig.until(Farewell)).reason is EndReason.HARD_LIMIT
        assert rig.loop.time() - began == pytest.approx(170, abs=0.5)
        assert rig.vitals.last_end is None or rig.vitals.last_end is EndReason.HARD_LIMIT


async def test_no_extension_beyond_what_the_service_confirmed() -> None:
    control = FakeControl(max_duration_s=75.0)
    async with Rig(settings(visit={"hard_limit_s": 50}), control) as rig:
        live = await rig.to_live()
        assert not live.may_extend and live.why_not is WhyNot.LIMIT


async def test_a_service_maximum_below_the_hard_limit_ends_politely_before_it() -> None:
    control = FakeControl(max_duration_s=100.0)
    async with Rig(settings(visit={"idle_s": 1000}), control) as rig:
        await rig.to_live()
        began = rig.loop.time()
        assert (await rig.until(Farewell)).reason is EndReason.VENDOR_MAX_DURATION
        assert rig.loop.time() - began == pytest.approx(85, abs=0.5)


async def test_a_long_way_to_the_avatar_counts_in_the_services_maximum() -> None:
    control = FakeControl(max_duration_s=100.0)
    async with Rig(settings(visit={"idle_s": 1000}), control) as rig:
        rig.scripts.append(RoomScript(join_s=40.0))
        await rig.to_live()
        assert (await rig.until(Farewell)).reason is EndReason.VENDOR_MAX_DURATION
        assert rig.loop.time() - control.creates_at[0] == pytest.approx(97, abs=0.5)


async def test_shared_account_without_a_line_gives_one_extension() -> None:
    async with Rig(settings(visit={"hard_limit_s": 50, "idle_s": 1000}, line={"account": "shared"})) as rig:
        await rig.to_live()
        rig.tap(Extend())
        await rig.until(lambda s: isinstance(s, Live) and s.remaining_s is None)
        await rig.until(lambda s: isinstance(s, Live) and s.why_not is WhyNot.LIMIT)
