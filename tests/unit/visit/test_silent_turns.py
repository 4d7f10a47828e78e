"""An avatar that says it speaks, and is not heard: also in turns too short for any time limit."""

from __future__ import annotations

import asyncio

import pytest

from app.events import Caption, Speaking
from app.intents import AskText, Interrupt
from app.screens import EndReason, Farewell, Live, Speaker
from app.visit.silent_turns import SOUND_S, SilentTurns
from tests.fakes.kiosk import Rig, settings, told_staff

pytestmark = pytest.mark.asyncio


def patient() -> Rig:
    return Rig(settings(visit={"idle_s": 300.0}))


async def turn(rig: Rig, seconds: float = 2.0, sound_after: float | None = None, pause: float = 3.0) -> None:
    """One turn by the service's word. sound_after: seconds from its beginning; None: no sound."""
    rig.room.say(Speaking(Speaker.AVATAR, True))
    rig.room.say(Caption(Speaker.AVATAR, f"turn-{rig.loop.time()}", f"At {rig.loop.time()}", True))
    sound = None if sound_after is None else asyncio.create_task(beep(rig, sound_after))
    await asyncio.sleep(seconds)
    rig.room.say(Speaking(Speaker.AVATAR, False))
    await asyncio.sleep(pause)
    if sound is not None:
        await sound


async def beep(rig: Rig, after: float) -> None:
    await asyncio.sleep(after)
    rig.audio.speaker.level = 0.4
    await asyncio.sleep(0.3)
    rig.audio.speaker.level = 0.0


@pytest.mark.parametrize("seconds", [0.4, 2.0, 8.0])
async def test_two_silent_turns_in_a_row_are_a_dead_voice(seconds: float) -> None:
    async with patient() as rig:
        await rig.to_live()
        await turn(rig, seconds)
        assert len(rig.rooms) == 1
        await turn(rig, seconds)
        assert len(rig.rooms) == 2 and isinstance(rig.screen, Live)
        assert "voice did not arrive" in told_staff(rig.vitals)
        await turn(rig, seconds)
        assert isinstance(rig.screen, Live)
        await turn(rig, seconds)
        assert isinstance(rig.screen, Farewell) and rig.screen.reason is EndReason.NETWORK


@pytest.mark.parametrize("sound_after", [0.2, 0.9, 1.4])
async def test_one_turn_with_sound_between_is_enough_also_where_it_comes_a_little_late(sound_after: float) -> None:
    async with patient() as rig:
        await rig.to_live()
        for _ in range(3):
            await turn(rig, 0.8)
            await turn(rig, 0.8, sound_after)
        assert len(rig.rooms) == 1


async def test_a_turn_that_we_silenced_or_that_a_question_cut_short_does_not_count() -> None:
    async with patient() as rig:
        await rig.to_live()
        for intent in (Interrupt(), AskText("And this?"), Interrupt(), AskText("Why?")):
            rig.room.say(Speaking(Speaker.AVATAR, True))
            await asyncio.sleep(0.3)
            rig.tap(intent)
            await asyncio.sleep(0.3)
            rig.room.say(Speaking(Speaker.AVATAR, False))
            await asyncio.sleep(3)
        assert len(rig.rooms) == 1


async def test_an_answer_that_a_visitor_who_goes_on_took_back_does_not_count() -> None:
    async with patient() as rig:
        await rig.to_live()
        rig.audio.microphone.speaking = True
        for _ in range(4):
            await turn(rig, 0.4, pause=1.5)
        assert len(rig.rooms) == 1


async def test_several_words_of_the_service_before_the_first_sound_are_one_turn() -> None:
    turns = SilentTurns()
    for tenth in range(8):
        (turns.begin if tenth % 2 == 0 else turns.end)()
        turns.look(tenth / 10, sound=False, visitor=False)
    turns.look(0.8 + SOUND_S, sound=False, visitor=False)
    assert turns.in_a_row == 1
    turns.look(3.0, sound=True, visitor=False)
    assert turns.in_a_row == 0
