"""Running sound streams: the library's callbacks, at the device's rate and channels, and ours at 48 kHz in 10 ms."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.audio.base import FRAME, RATE, Sound
from app.audio.resample import Blocks, Resampler, to_int16

log = logging.getLogger(__name__)

STALE_S = 1.5  # a device that asks for nothing for so long is gone


class OpenStream:
    """A running stream; `is_lost` tells when its device has gone. `rate` is the device's, Hz."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.called_at = time.monotonic()
        self.stream: Any = None
        self._stale = 0

    @property
    def latency_s(self) -> float:
        """What the device says of its latency, seconds."""
        return float(self.stream.latency)

    def is_lost(self) -> bool:
        """Whether the device stopped asking; to be called about twice a second."""
        if not self.stream.active:
            return True
        # Twice running: after a stall of the whole process the stream gets its chance first.
        self._stale = self._stale + 1 if time.monotonic() - self.called_at > STALE_S else 0
        return self._stale >= 2

    def close(self, *, at_once: bool) -> None:
        """Free the device, unless `at_once` after what it still holds was played; a lost device may fail in peace."""
        try:
            if at_once:
                self.stream.abort(ignore_errors=True)
            else:
                self.stream.stop(ignore_errors=True)
            self.stream.close(ignore_errors=True)
        except Exception as error:  # reason: a device that is gone may fail in any way
            log.info("a sound device did not close cleanly", extra={"error": type(error).__name__})


class Player:
    """The output callback: 48 kHz blocks to the device's rate and channels."""

    def __init__(self, opened: OpenStream, next_block: Callable[[float], Sound]) -> None:
        self._opened = opened
        self._next_block = next_block
        self._resampler = Resampler(RATE, opened.rate)
        self._blocks = Blocks(opened.rate // 100)
        self._ready: list[NDArray[np.float32]] = []
        self._has_failed = False

    def __call__(self, out: NDArray[np.int16], frames: int, times: Any, status: object) -> None:
        """Serve the library; shapes (frames, channels)."""
        self._opened.called_at = time.monotonic()
        try:
            delay_s = times.outputBufferDacTime - times.currentTime
            if not 0 < delay_s < 1:
                delay_s = self._opened.latency_s
            out[:] = self._block(delay_s)[:, None]
        except Exception as error:  # reason: an exception would end the stream, and with it the avatar's voice
            out[:] = 0
            if not self._has_failed:
                log.exception("the speaker's callback failed", extra={"error": type(error).__name__})
            self._has_failed = True

    def _block(self, delay_s: float) -> Sound:
        if self._opened.rate == RATE:
            return self._next_block(delay_s)
        while not self._ready:
            sound = self._next_block(delay_s).astype(np.float32)
            self._ready.extend(self._blocks.feed(self._resampler.feed(sound)))
        return to_int16(self._ready.pop(0))


class Listener:
    """The input callback: the device's rate and channels to 48 kHz blocks."""

    def __init__(self, opened: OpenStream, heard: Callable[[Sound, float], None]) -> None:
        self._opened = opened
        self._heard = heard
        self._resampler = Resampler(opened.rate, RATE)
        self._blocks = Blocks(FRAME)
        self._has_failed = False

    def __call__(self, incoming: NDArray[np.int16], frames: int, times: Any, status: object) -> None:
        """Serve the library; shapes (frames, channels)."""
        self._opened.called_at = time.monotonic()
        try:
            delay_s = times.currentTime - times.inputBufferAdcTime
            if not 0 < delay_s < 1:
                delay_s = self._opened.latency_s
            mono = incoming.astype(np.float32).mean(axis=1)
            for block in self._blocks.feed(self._resampler.feed(mono)):
                self._heard(to_int16(block), delay_s)
        except Exception as error:  # reason: an exception would end the stream
            if not self._has_failed:
                log.exception("the microphone's callback failed", extra={"error": type(error).__name__})
            self._has_failed = True
