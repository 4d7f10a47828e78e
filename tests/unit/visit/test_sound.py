"""The devices of one visit: opened beside everything else, closed with it, and never waited for."""

from __future__ import annotations

import asyncio

import pytest

from app.screens import TalkMode
from app.visit.sound import CLOSE_S, VisitSound
from app.vitals import Vitals
from tests.fakes.audio import FakeAudio

pytestmark = pytest.mark.asyncio


async def test_both_devices_open_side_by_side_and_close_with_the_visit() -> None:
    audio, vitals = FakeAudio(open_delay_s=0.5), Vitals()
    async with VisitSound(audio, TalkMode.HANDS_FREE, 0.4, vitals) as sound:
        sound.open_microphone()
        sound.open_microphone()
        sound.measure()
        assert vitals.audio is not None and (vitals.audio.microphone, vitals.audio.speaker) == ("off", "off")
        assert (await sound.speaker()).volume == 0.4 and await sound.microphone() is audio.microphone
        sound.measure()
        assert (vitals.audio.microphone, vitals.audio.speaker) == ("on", "on")
        assert audio.open_devices == ["speaker", "microphone"]
    assert audio.open_devices == [] and vitals.audio is None
    assert audio.speaker.muted and not audio.microphone.enabled, "silence does not wait for the devices"


async def test_by_text_no_microphone_is_opened() -> None:
    audio = FakeAudio()
    async with VisitSound(audio, TalkMode.TEXT, 0.8, Vitals()) as sound:
        sound.open_microphone()
        assert await sound.microphone() is None
    assert audio.microphones == []


async def test_a_device_that_is_still_opening_is_not_waited_for_and_closed_as_soon_as_it_is_open() -> None:
    audio, clock = FakeAudio(open_delay_s=CLOSE_S + 5), asyncio.get_running_loop().time
    async with VisitSound(audio, TalkMode.HANDS_FREE, 0.8, Vitals()) as sound:
        sound.open_microphone()
        began = clock()
    assert clock() - began == pytest.approx(CLOSE_S, abs=0.01)
    await asyncio.sleep(6)
    assert len(audio.speakers) == len(audio.microphones) == 1 and audio.open_devices == []


async def test_outside_of_a_visit_there_is_no_speaker() -> None:
    with pytest.raises(RuntimeError, match="outside their context"):
        await VisitSound(FakeAudio(), TalkMode.TEXT, 0.8, Vitals()).speaker()
