"""Captions of a whole visit: markup, utterances finalised several times, names that begin anew after a second join."""

from __future__ import annotations

import asyncio

import pytest

from app.events import Caption
from app.intents import AskText
from app.screens import EndReason, Live, Speaker, Trouble
from tests.fakes.kiosk import Rig

pytestmark = pytest.mark.asyncio
AVATAR, VISITOR = Speaker.AVATAR, Speaker.VISITOR


def shown(rig: Rig) -> list[str]:
    assert isinstance(rig.screen, Live)
    return [line.text for line in rig.screen.captions]


async def say(rig: Rig, speaker: Speaker, segment: str, text: str, final: bool = True) -> list[str]:
    rig.room.say(Caption(speaker, segment, text, final))
    await asyncio.sleep(0.2)
    return shown(rig)


def counted(rig: Rig) -> int:
    assert rig.vitals.visit is not None
    return rig.vitals.visit.captions


async def test_no_screen_ever_shows_markup_of_the_avatars_text() -> None:
    text = '[warmly] **Hello** <break time="1s"/>dear *guest*, see [the map](https://m.org) :smile:.'
    async with Rig() as rig:
        await rig.to_live()
        for end in range(1, len(text)):
            await say(rig, AVATAR, "a", text[:end], False)
        assert await say(rig, AVATAR, "a", text) == ["Hello dear guest, see the map."]
        await say(rig, AVATAR, "b", "<break/>")
        seen = {line.text for at in rig.shown if isinstance(at.screen, Live) for line in at.screen.captions}
        assert not {text for text in seen if set(text) & set("<[*:(")}
        assert counted(rig) == 1


async def test_an_utterance_that_is_finalised_twice_is_one_line() -> None:
    async with Rig() as rig:
        await rig.to_live()
        await say(rig, VISITOR, "1", "I would")
        for text in ("I", "I would", "I would like"):
            await say(rig, VISITOR, "2", text, False)
        assert await say(rig, VISITOR, "2", "I would like to know") == ["I would like to know"]
        assert await say(rig, VISITOR, "3", "I would like to know") == ["I would like to know"]
        assert await say(rig, VISITOR, "3", "") == ["I would like to know"]
        assert not any(isinstance(at.screen, Live) and len(at.screen.captions) > 1 for at in rig.shown)
        assert counted(rig) == 1


async def test_after_a_second_join_new_words_are_below_the_old_ones() -> None:
    async with Rig() as rig:
        await rig.to_live()
        for turn in (0, 1):
            await say(rig, VISITOR, f"turn-{turn}", f"Question {turn}")
            await say(rig, AVATAR, f"said-{turn}", f"Answer {turn}")
        rig.room.drop(EndReason.NETWORK, may_rejoin=True)
        await rig.until(lambda s: isinstance(s, Live) and s.trouble is Trouble.STALLED, within=1)
        await rig.until(lambda s: isinstance(s, Live) and s.trouble is None, within=5)
        await say(rig, VISITOR, "turn-0", "Question 2")
        await say(rig, AVATAR, "said-0", "Answer 2", False)
        assert shown(rig)[-2:] == ["Question 2", "Answer 2"]
        assert await say(rig, AVATAR, "said-0", "Answer 2.") == [
            "Question 0", "Answer 0", "Question 1", "Answer 1", "Question 2", "Answer 2.",
        ]  # fmt: skip
        assert counted(rig) == 6
        rig.tap(AskText("Where is it?"))
        await asyncio.sleep(0.2)
        await say(rig, AVATAR, "said-1", "There", False)
        assert (await say(rig, VISITOR, "turn-1", "where is it"))[-3:] == ["Answer 2.", "Where is it?", "There"]
        assert counted(rig) == 8


async def test_a_question_that_is_tapped_twice_goes_out_twice_and_is_counted_once() -> None:
    async with Rig() as rig:
        await rig.to_live()
        for _ in range(2):
            rig.tap(AskText("Where is it?"))
            await asyncio.sleep(0.2)
        assert shown(rig) == ["Where is it?"] and counted(rig) == 1
        assert rig.protocol.calls == [("ask", "Where is it?")] * 2
