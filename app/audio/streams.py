"""Running sound streams: one thread each, converting between the device's rate and channels and ours (48 kHz mono).

PortAudio offers callbacks and blocking calls. We use blocking calls: a callback stream on ALSA waits for ever in its
start when the device is unplugged in that moment (pa_linux_alsa.c 19.6: the failed thread keeps a mutex), and a
blocking call reports at once that its device is gone. Measured: a device was unplugged 150 times under streams that
start and write, and none hung; with callbacks the tenth did.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.audio.base import FRAME, RATE, Sound
from app.audio.resample import Blocks, Resampler, to_int16

log = logging.getLogger(__name__)

STALE_S = 1.5  # a device that takes or delivers nothing for so long is gone
END_S = 0.3  # how long `end` waits for a stream; where the device hangs, the caller asks again later


def raise_priority() -> None:
    """Raise the priority of this thread, where the system allows it: sound that is late is heard as a gap."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), -11)


class RunningStream(threading.Thread):
    """A started stream of PortAudio and the thread that serves it.

    Args:
        stream: A stream of `sounddevice` that runs already.
        rate: Sample rate of the device, Hz.
        name: Of the thread.

    Attributes:
        rate: Sample rate of the device, Hz.
        latency_s: As the device reports it.
    """

    def __init__(self, stream: Any, rate: int, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.rate = rate
        self.latency_s = float(stream.latency)
        self._stream = stream
        self._served_at = time.monotonic()
        self._stale = 0
        self._is_ending = False
        self._is_closed = False

    def run(self) -> None:
        """Serve the device until `end`, or until it is gone."""
        raise_priority()
        try:
            self._prepare()
            while not self._is_ending:
                self._serve()
                self._served_at = time.monotonic()
        except Exception as error:  # reason: the library raises all kinds of errors when a device is unplugged
            if not self._is_ending:
                log.info("a sound stream ended", extra={"stream": self.name, "error": str(error)})

    def is_lost(self) -> bool:
        """Return whether the device is gone; to be called about twice a second."""
        if not self.is_alive():
            return True
        # Only at the second call in a row: after a stall of the whole process the stream must get a turn first.
        self._stale = self._stale + 1 if time.monotonic() - self._served_at > STALE_S else 0
        return self._stale >= 2

    def end(self, wait_s: float = END_S) -> bool:
        """Stop and free the device; what it still holds is not played.

        Returns:
            False: the device hangs, and the caller must call again later.
        """
        self._is_ending = True
        self.join(wait_s)
        if self.is_alive():
            return False
        if not self._is_closed:
            self._is_closed = True
            try:
                self._stream.abort(ignore_errors=True)
                self._stream.close(ignore_errors=True)
            except Exception as error:  # reason: as above
                log.info("a sound device did not close cleanly", extra={"error": str(error)})
        return True

    def _prepare(self) -> None:
        """Do what comes before the first block."""

    def _serve(self) -> None:
        """Move 10 ms of sound; blocks for as long as the device takes."""
        raise NotImplementedError


class Player(RunningStream):
    """Plays blocks of 10 ms.

    Args:
        stream: A running output stream of `sounddevice`.
        rate: Sample rate of the device, Hz.
        channels: Of the device; each plays the same.
        next_block: Called with the latency in seconds; returns 480 samples, int16, that will be heard after it.
    """

    def __init__(self, stream: Any, rate: int, channels: int, next_block: Callable[[float], Sound]) -> None:
        super().__init__(stream, rate, "sound-out")
        self._channels = channels
        self._next_block = next_block
        self._resampler = Resampler(RATE, rate)

    def _prepare(self) -> None:
        # Fills the device's buffer with silence: empty, it would take that much of the voice at once.
        self._write(np.zeros(self._stream.write_available, np.int16))

    def _serve(self) -> None:
        block = self._next_block(self.latency_s)
        if self.rate != RATE:
            block = to_int16(self._resampler.feed(block.astype(np.float32)))
        self._write(block)

    def _write(self, block: Sound) -> None:
        self._stream.write(np.repeat(block[:, None], self._channels, axis=1))


class Listener(RunningStream):
    """Records blocks of 10 ms.

    Args:
        stream: A running input stream of `sounddevice`.
        rate: Sample rate of the device, Hz.
        heard: Called with 480 samples, int16, the mean of all channels, and how many seconds ago they sounded.
    """

    def __init__(self, stream: Any, rate: int, heard: Callable[[Sound, float], None]) -> None:
        super().__init__(stream, rate, "sound-in")
        self._heard = heard
        self._resampler = Resampler(rate, RATE)
        self._blocks = Blocks(FRAME)

    def _serve(self) -> None:
        incoming: NDArray[np.int16] = self._stream.read(self.rate // 100)[0]
        mono = incoming.astype(np.float32).mean(axis=1)
        for block in self._blocks.feed(self._resampler.feed(mono)):
            self._heard(to_int16(block), self.latency_s)
