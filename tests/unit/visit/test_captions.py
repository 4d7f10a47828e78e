"""Captions of a whole visit: markup, utterances finalised several times, names that begin anew after a second join."""

from __future__ import annotations

import asyncio

import pytest

from app.events import Caption
from app.screens import Live, Speaker
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
