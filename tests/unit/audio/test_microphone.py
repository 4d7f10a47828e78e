"""The microphone: which frames the room gets, and what is measured."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from app.audio.base import FRAME, DeviceState, Levels
from app.audio.microphone import QUEUE, TOGETHER, CaptureMicrophone
from app.audio.voice import VoiceDetector

pytestmark = pytest.mark.asyncio

VOICE = np.full(FRAME, 4000, np.int16)
ROOM = np.full(FRAME, 300, np.int16)
DEAD = np.zeros(FRAME, np.int16)


class LoudnessModel:
    """A model that takes everything loud for speech."""

    def __call__(self, audio: bytes) -> float:
        return 1.0 if np.abs(np.frombuffer(audio, np.int16)).max() > 1000 else 0.0

    def reset(self) -> None:
        pass


class MicrophoneRig:
    def __init__(self) -> None:
        self.levels = Levels()
        self.released = 0
        self.delays: list[float] = []
        self.microphone = CaptureMicrophone(self._clean, VoiceDetector(LoudnessModel()), self.levels, self._release)
        self.microphone.connected(0.04)

    def _clean(self, sound, delay_s):
        self.delays.append(delay_s)
        return sound // 2

    async def _release(self, microphone):
        self.released += 1

    def hear(self, frame, blocks: int = 1, speaker_is_quiet: bool = True) -> None:
        for _ in range(blocks):
            self.microphone.hear(frame, 0.1, speaker_is_quiet)


@pytest.fixture
def rig():
    return MicrophoneRig()


async def taken(microphone: CaptureMicrophone, count: int) -> list[np.ndarray]:
    frames = []
    async for frame in microphone.frames():
        frames.append(frame)
        if len(frames) == count:
            break
    return frames


async def test_the_room_gets_clean_frames_in_order(rig):
    taking = asyncio.create_task(taken(rig.microphone, 3))
    await asyncio.sleep(0)
    for value in (100, 200, 300):
        rig.hear(np.full(FRAME, value, np.int16))
        rig.hear(np.full(FRAME, value + 2, np.int16))
    assert [(int(frame[0]), int(frame[-1]), len(frame)) for frame in await taking] == [
        (50, 51, 960), (100, 101, 960), (150, 151, 960),
    ]  # fmt: skip
    assert rig.delays == [0.1] * 6
    assert rig.microphone.sent_s == pytest.approx(0.06)


async def test_a_frame_from_another_thread_wakes_the_room(rig):
    taking = asyncio.create_task(taken(rig.microphone, 1))
    await asyncio.sleep(0)
    await asyncio.to_thread(rig.hear, VOICE, TOGETHER)
    assert len(await taking) == 1


async def test_a_slow_room_loses_the_oldest(rig):
    taking = asyncio.create_task(taken(rig.microphone, QUEUE // TOGETHER))
    await asyncio.sleep(0)
    for value in range(QUEUE + 5):
        rig.hear(np.full(FRAME, 2 * value, np.int16))
    assert int((await taking)[0][0]) == 5


async def test_what_came_before_the_room_listened_is_past(rig):
    rig.hear(VOICE, 5)
    taking = asyncio.create_task(taken(rig.microphone, 1))
    await asyncio.sleep(0)
    rig.hear(ROOM, TOGETHER)
    assert int((await taking)[0][0]) == 150


async def test_disabled_it_sends_silence_and_hears_no_speech(rig):
    rig.hear(VOICE, 30)
    assert rig.microphone.speaking
    taking = asyncio.create_task(taken(rig.microphone, 1))
    await asyncio.sleep(0)
    rig.microphone.enabled = False
    rig.hear(VOICE, TOGETHER)
    assert not (await taking)[0].any()
    assert not rig.microphone.speaking
    assert rig.microphone.level == rig.levels.microphone == 0
    assert rig.microphone.state is DeviceState.MUTED
    assert rig.microphone.sent_s == 0
    rig.microphone.enabled = True
    rig.hear(ROOM)
    assert not rig.microphone.speaking  # nothing is left of what was said before
    assert rig.microphone.state is DeviceState.ON


async def test_speech_and_level_are_those_of_the_visitor(rig):
    rig.hear(VOICE, 30)
    assert rig.microphone.speaking
    assert 0.3 < rig.microphone.level < 0.7
    assert rig.levels.microphone == rig.microphone.level
    rig.hear(DEAD, 100)
    assert not rig.microphone.speaking
    assert rig.microphone.level == 0


async def test_the_noise_of_the_room_is_neither_the_visitor_nor_the_avatar(rig):
    rig.hear(ROOM, 100)
    quiet = rig.microphone.noise
    assert quiet > 0.1
    rig.hear(VOICE, 300)
    rig.hear(np.full(FRAME, 1500, np.int16), 300, speaker_is_quiet=False)
    assert rig.microphone.noise == pytest.approx(quiet, abs=0.05)


async def test_digital_silence_is_a_microphone_that_hears_nothing(rig):
    rig.hear(DEAD, 100)
    rig.hear(np.ones(FRAME, np.int16), 100)  # one bit of dither
    assert not rig.microphone.heard_anything
    rig.hear(ROOM)
    assert rig.microphone.heard_anything


async def test_without_a_device_the_room_gets_silence(rig):
    rig.hear(VOICE, 30)
    taking = asyncio.create_task(taken(rig.microphone, 2))
    await asyncio.sleep(0)
    rig.microphone.disconnected()
    for _ in range(2 * TOGETHER):
        rig.microphone.miss()
    assert not np.concatenate(await taking).any()
    assert rig.microphone.state is DeviceState.MISSING
    assert not rig.microphone.speaking
    assert rig.microphone.sent_s == 0


async def test_closing_ends_the_frames_and_frees_the_device_once(rig):
    async def take_all():
        return [frame async for frame in rig.microphone.frames()]

    taking = asyncio.create_task(take_all())
    await asyncio.sleep(0)
    rig.hear(VOICE)
    await asyncio.sleep(0)
    await rig.microphone.close()
    await rig.microphone.close()
    assert len(await taking) <= 1
    assert rig.released == 1
    assert rig.microphone.state is DeviceState.OFF
    rig.hear(VOICE)
    rig.microphone.miss()
    assert rig.microphone.state is DeviceState.OFF
    assert rig.levels.microphone == 0
