"""The microphone as the visit and the room see it: processed frames, and what is measured of visitor and room."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable

import numpy as np

from app.audio.base import FRAME, RATE, DeviceState, Levels, Sound
from app.audio.loudness import Meter, NoiseFloor, decibels, loudness
from app.audio.voice import VoiceDetector

QUEUE = 20  # blocks, 0.2 s, that wait for a slow consumer at most
TOGETHER = 2  # blocks in a frame for the consumer: Opus sends 20 ms at a time, and each wake-up costs processor time
_FRAME_S = FRAME / RATE
_SILENCE = np.zeros(FRAME, np.int16)
_SILENCE.flags.writeable = False


class CaptureMicrophone:
    """A `Microphone`. The sound thread calls `hear` with each block, or `miss` while there is no device.

    Args:
        clean: Called with 480 samples and the delay in seconds; returns them without echo and noise, as
            `EchoCanceller.clean`.
        detector: Tells whether somebody speaks.
        levels: Where the level is written.
        release: Frees the device; awaited once, by `close`.
    """

    def __init__(
        self,
        clean: Callable[[Sound, float], Sound],
        detector: VoiceDetector,
        levels: Levels,
        release: Callable[[CaptureMicrophone], Awaitable[None]],
    ) -> None:
        self.enabled = True
        self.level = 0.0
        self.speaking = False
        self.noise = 0.0
        self.heard_anything = False
        self.state = DeviceState.MISSING
        self.sent_s = 0.0
        self._clean = clean
        self._detector = detector
        self._levels = levels
        self._release = release
        self._meter = Meter()
        self._floor = NoiseFloor()
        self._ready: deque[tuple[Sound, bool]] = deque(maxlen=QUEUE)  # block, and whether it is the visitor's
        self._wake: Callable[[], object] = lambda: None
        self._is_closed = False

    async def frames(self) -> AsyncGenerator[Sound, None]:
        """Yield 960 samples, int16, every 20 ms until it is closed; one consumer; a slow one loses the oldest."""
        loop = asyncio.get_running_loop()
        woken = asyncio.Event()

        def wake() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(woken.set)

        self._ready.clear()
        self._wake = wake
        while not self._is_closed:
            while len(self._ready) >= TOGETHER:
                blocks = [self._ready.popleft() for _ in range(TOGETHER)]
                self.sent_s += _FRAME_S * sum(is_visitor for _, is_visitor in blocks)
                yield np.concatenate([block for block, _ in blocks])
            woken.clear()
            if len(self._ready) < TOGETHER and not self._is_closed:
                await woken.wait()

    async def close(self) -> None:
        """Stop and free the device; idempotent."""
        if self._is_closed:
            return
        self._is_closed = True
        self._wake()
        await self._release(self)
        self._forget()
        self.state = DeviceState.OFF

    def is_idle(self) -> bool:
        """Return whether nobody would notice a short interruption now."""
        return not self.speaking

    def connected(self, delay_s: float) -> None:
        """A device records from now on; its latency (`delay_s`, seconds) comes with each block."""
        self.state = DeviceState.ON

    def disconnected(self) -> None:
        """No device records any more."""
        self.state = DeviceState.OFF if self._is_closed else DeviceState.MISSING

    def hear(self, raw: Sound, delay_s: float, speaker_is_quiet: bool) -> None:
        """Take what the device recorded.

        Args:
            raw: 480 samples, int16.
            delay_s: As `EchoCanceller.clean` takes it, seconds.
            speaker_is_quiet: Nothing of the speaker is in the room, so that `raw` may count as noise.
        """
        if self._is_closed:
            return
        self.heard_anything = self.heard_anything or bool(np.abs(raw.astype(np.int32)).max() > 1)
        clean = self._clean(raw, delay_s)
        if not self.enabled:
            self._forget()
            self.state = DeviceState.MUTED
            self._hand_on(_SILENCE, False)
            return
        self.state = DeviceState.ON
        self.speaking = self._detector.feed(clean)
        if speaker_is_quiet and not self.speaking:
            self.noise = loudness(self._floor.feed(decibels(raw)))
        self.level = self._levels.microphone = self._meter.feed(decibels(clean))
        self._hand_on(clean, True)

    def miss(self) -> None:
        """Let 10 ms pass without a device."""
        if self._is_closed:
            return
        self._forget()
        self.state = DeviceState.MISSING
        self._hand_on(_SILENCE, False)

    def _hand_on(self, block: Sound, is_visitor: bool) -> None:
        self._ready.append((block, is_visitor))
        if len(self._ready) >= TOGETHER:
            self._wake()

    def _forget(self) -> None:
        if self.speaking:
            self.speaking = False
            self._detector.reset()
        self._meter.value = 0.0
        self.level = self._levels.microphone = 0.0
