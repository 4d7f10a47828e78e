"""Sound without devices: what was written is kept, what is heard is set by the test, and time is the loop's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import numpy as np

from app.audio.base import (
    FRAME,
    RATE,
    AudioBackend,
    DeviceState,
    Heard,
    Levels,
    Microphone,
    Sound,
    SpeakerOut,
)


class FakeSpeaker(SpeakerOut):
    """A speaker that "plays" in the loop's time. Set `pending` to a number to say yourself what is still unheard."""

    def __init__(self, volume: float = 0.8, state: DeviceState = DeviceState.ON) -> None:
        self.volume = volume
        self.muted = False
        self.level = 0.0
        self.played_s = 0.0
        self.state = state
        self.pending: float | None = None
        self.written: list[Sound] = []
        self.chimes: list[str] = []
        self.flushes = 0
        self.closed = False
        self.stretch: Heard | None = None  # set by the test
        self._heard_at = 0.0
        self._clock = asyncio.get_running_loop().time

    def write(self, sound: Sound) -> None:
        assert sound.dtype == np.int16 and sound.ndim == 1, "sound is mono int16"
        if self.closed:
            return
        self.written.append(sound.copy())
        now = self._clock()  # any thread may write
        self._heard_at = max(self._heard_at, now) + len(sound) / RATE
        self.played_s += len(sound) / RATE

    def flush(self) -> None:
        self.flushes += 1
        self._heard_at = 0.0
        if self.pending is not None:
            self.pending = 0.0

    def pending_s(self) -> float:
        if self.closed:
            return 0.0
        if self.pending is not None:
            return self.pending
        return max(0.0, self._heard_at - self._clock())

    def heard(self) -> Heard | None:
        return self.stretch

    def chime(self, name: str) -> None:
        self.chimes.append(name)

    async def close(self) -> None:
        self.closed = True
        self.state = DeviceState.OFF

    @property
    def written_s(self) -> float:
        return sum(len(piece) for piece in self.written) / RATE


class FakeMicrophone(Microphone):
    """A microphone that yields what the test feeds; `level`, `speaking`, `noise` are set by the test."""

    def __init__(self, state: DeviceState = DeviceState.ON) -> None:
        self.enabled = True
        self.level = 0.0
        self.speaking = False
        self.noise = 0.0
        self.heard_anything = False
        self.state = state
        self.sent_s = 0.0
        self.closed = False
        self._queue: asyncio.Queue[Sound | None] = asyncio.Queue()

    def feed(self, sound: Sound) -> None:
        """Let the visitor be heard: any length, handed on in whole 10 ms frames."""
        for start in range(0, len(sound) - FRAME + 1, FRAME):
            self._queue.put_nowait(np.asarray(sound[start : start + FRAME], np.int16))

    async def frames(self) -> AsyncGenerator[Sound, None]:
        while not self.closed:
            frame = await self._queue.get()
            if frame is None:
                return
            self.heard_anything = self.heard_anything or bool(frame.any())
            if self.enabled:
                self.sent_s += FRAME / RATE
            yield frame if self.enabled else np.zeros(FRAME, np.int16)

    async def close(self) -> None:
        self.closed = True
        self.speaking = False
        self.state = DeviceState.OFF
        self._queue.put_nowait(None)


class FakeAudio(AudioBackend):
    """Devices without hardware. A device opened twice at once is an error, as in a kiosk."""

    def __init__(self, levels: Levels | None = None, *, open_delay_s: float = 0.0) -> None:
        self.levels = levels or Levels()
        self.open_delay_s = open_delay_s
        self.speaker_state = DeviceState.ON
        self.microphone_state = DeviceState.ON
        self.speakers: list[FakeSpeaker] = []
        self.microphones: list[FakeMicrophone] = []
        self.closed = False

    @property
    def speaker(self) -> FakeSpeaker:
        """The one opened last."""
        return self.speakers[-1]

    @property
    def microphone(self) -> FakeMicrophone:
        """The one opened last."""
        return self.microphones[-1]

    @property
    def open_devices(self) -> list[str]:
        """Names of what is open now: empty in attract."""
        names = ["speaker"] * sum(not s.closed for s in self.speakers)
        return names + ["microphone"] * sum(not m.closed for m in self.microphones)

    async def open_speaker(self, volume: float) -> SpeakerOut:
        await asyncio.sleep(self.open_delay_s)
        assert all(s.closed for s in self.speakers), "the last visit's speaker is still open"
        self.speakers.append(FakeSpeaker(volume, self.speaker_state))
        return self.speaker

    async def open_microphone(self) -> Microphone:
        await asyncio.sleep(self.open_delay_s)
        assert all(m.closed for m in self.microphones), "the last visit's microphone is still open"
        self.microphones.append(FakeMicrophone(self.microphone_state))
        return self.microphone

    async def close(self) -> None:
        for speaker in self.speakers:
            await speaker.close()
        for microphone in self.microphones:
            await microphone.close()
        self.closed = True
