"""The drawn mouth moves with Convai's voice: measured from the first audible sample to the first mouth shape."""

from __future__ import annotations

import asyncio
import statistics
import threading
import time

import numpy as np
import pytest

from app.audio.base import FRAME, RATE, Heard, Levels
from app.audio.playout import Playout
from app.audio.ring import QUIET
from app.character.pose import Pose
from app.character.renderer import CharacterRenderer
from app.intents import AskText, End
from app.picture import Frame, PixelFormat
from app.screens import TalkMode
from app.visit.speech_activity import SpeechActivity
from tests.fakes.audio import FakeAudio, FakeSpeaker
from tests.rigs.livekit_server import LiveKitServer
from tests.vendors.agent_media import tone
from tests.vendors.convai_bot import BotScript
from tests.vendors.convai_service import ConvaiService
from tests.vendors.kiosk_rig import KioskRig
from tests.vendors.test_convai_acceptance import ConvaiUnderTest

DELAY_S = 0.05
TURNS = 5


class Clock:
    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


# ---------------------------------------------------------------- what was heard


def test_the_speaker_tells_when_a_stretch_of_voice_came_out() -> None:
    clock = Clock()
    speaker = Playout(1.0, {}, Levels(), lambda speaker: asyncio.sleep(0), clock)
    speaker.connected(DELAY_S)

    def play(seconds: float) -> None:
        for _ in range(round(seconds * 100)):
            speaker.next_block(DELAY_S)
            clock.now += 0.01

    assert speaker.heard() is None
    silence = np.zeros(RATE // 10, np.int16)
    speaker.write(np.concatenate([silence, tone(0.5)]))
    play(0.11)
    heard = speaker.heard()
    assert heard is not None and heard.number == 1
    assert heard.for_s == pytest.approx(-DELAY_S, abs=0.02), "on its way through the device"
    play(0.4)
    heard = speaker.heard()
    assert heard is not None and heard.for_s == pytest.approx(0.4 - DELAY_S, abs=0.02)
    play(0.5)
    assert speaker.heard() is None
    speaker.write(tone(0.5))
    play(0.2)
    heard = speaker.heard()
    assert heard is not None and heard.number == 2


def test_a_short_pause_ends_no_stretch() -> None:
    clock = Clock()
    speaker = Playout(1.0, {}, Levels(), lambda speaker: asyncio.sleep(0), clock)
    speaker.connected(0.0)
    pause = np.zeros(int(0.15 * RATE), np.int16)
    speaker.write(np.concatenate([tone(0.3), pause, tone(0.3)]))
    numbers = set()
    for _ in range(75):
        speaker.next_block(0.0)
        clock.now += 0.01
        heard = speaker.heard()
        numbers |= {heard.number} if heard else set()
    assert numbers == {1}


@pytest.mark.asyncio
async def test_a_turn_begins_with_a_voice_that_belongs_to_no_earlier_one() -> None:
    speaker, clock = FakeSpeaker(), Clock()
    speech = SpeechActivity(speaker, None, TalkMode.TEXT)
    speaker.stretch = Heard(3, 2.0)
    speech.avatar_says(False)  # the service says that it has ended; its end is still heard here
    heard_s = speech.begin_turn(clock)
    assert heard_s() is None
    speaker.stretch = None
    assert heard_s() is None
    speaker.stretch = Heard(4, 0.1)
    assert heard_s() == pytest.approx(0.1)
    clock.now += 1.0
    speaker.stretch = Heard(5, 0.0)  # a pause between two sentences begins no turn
    assert heard_s() == pytest.approx(1.1)


@pytest.mark.asyncio
async def test_after_an_interruption_the_voice_of_now_is_past() -> None:
    speaker, clock = FakeSpeaker(), Clock()
    speech = SpeechActivity(speaker, None, TalkMode.TEXT)
    speaker.stretch = Heard(1, 2.0)
    speech.interrupt()
    assert speech.begin_turn(clock)() is None


# ---------------------------------------------------------------- the whole way


class Device(threading.Thread):
    """Plays a real `SpeakerOut` in real time, and records when each voice becomes audible."""

    def __init__(self, speaker: Playout) -> None:
        super().__init__(daemon=True)
        self.onsets: list[float] = []
        self.running = True
        self._speaker = speaker

    def run(self) -> None:
        due, quiet_since = time.monotonic(), 0.0
        while self.running:
            block = self._speaker.next_block(DELAY_S)
            leaves_at = time.monotonic() + DELAY_S
            loud = np.flatnonzero(np.abs(block.astype(np.int32)) > QUIET)
            if len(loud):
                if leaves_at - quiet_since > 0.3:
                    self.onsets.append(leaves_at + int(loud[0]) / RATE)
                quiet_since = leaves_at
            due += FRAME / RATE
            time.sleep(max(0.0, due - time.monotonic()))


class RealSpeaker(FakeAudio):
    """A real speaker on that device; the microphone is a fake."""

    device: Device

    async def open_speaker(self, volume: float) -> Playout:
        async def release(speaker: Playout) -> None:
            self.device.running = False

        speaker = Playout(1.0, {}, Levels(), release)
        speaker.connected(DELAY_S)
        self.device = Device(speaker)
        self.device.start()
        return speaker


class Watcher:
    """Paints nothing; records when the lips begin to close, which only the service's shapes cause, not loudness."""

    def __init__(self) -> None:
        self.begins: list[float] = []
        self._was_pressed = False

    def __call__(self, pose: Pose) -> Frame:
        is_pressed = pose.mouth.press > 0.02
        if is_pressed and not self._was_pressed:
            self.begins.append(time.monotonic())
        self._was_pressed = is_pressed
        return Frame(16, 16, PixelFormat.BGRA, bytes(1024))


@pytest.mark.live
@pytest.mark.asyncio
@pytest.mark.expect_log("media library|a message was not sent")
@pytest.mark.parametrize(
    ("face", "silence_s"),
    [
        ("visemes", 0.4), ("15", 0.0),
        pytest.param("visemes", 0.0, marks=pytest.mark.long), pytest.param("15", 0.4, marks=pytest.mark.long),
    ],
)  # fmt: skip
async def test_the_first_shape_of_a_turn_comes_with_its_first_audible_sample(
    livekit_server: LiveKitServer, face: str, silence_s: float
) -> None:
    from tests.vendors.livekit_media_server import LiveKitMediaServer

    media_server = LiveKitMediaServer(livekit_server)
    script = BotScript(face=face, shape="pp", voice_s=0.8, silence_s=silence_s)
    async with ConvaiService(media_server, script=script) as service:
        rig = KioskRig(ConvaiUnderTest(service))
        watcher, rig.audio = Watcher(), RealSpeaker()
        rig.figure = renderer = CharacterRenderer(watcher, 1)
        renderer.start(lambda frame: None)
        try:
            async with rig:
                await rig.to_live()
                await asyncio.sleep(1.0)
                for number in range(TURNS):
                    rig.tap(AskText(f"question {number}"))
                    async with asyncio.timeout(5):
                        while len(rig.audio.device.onsets) <= number:  # noqa: ASYNC110 - a thread counts them
                            await asyncio.sleep(0.02)
                    await asyncio.sleep(1.4)  # the voice, and the quiet after which another one is a new turn
                onsets = rig.audio.device.onsets
                rig.tap(End())
                await rig.all_given_back()
        finally:
            renderer.stop()
    await media_server.close()
    assert len(onsets) == TURNS
    offsets = [min((begin - onset for begin in watcher.begins), key=abs) for onset in onsets]
    print("offsets, ms:", [round(1000 * offset) for offset in offsets])
    assert abs(statistics.median(offsets)) <= 0.08
