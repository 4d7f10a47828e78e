"""The speaker as the visit sees it: a queue, a volume, chimes, and how much was really heard."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from app.audio.base import FRAME, RATE, DeviceState, Heard, Levels, Sound
from app.audio.chimes import ChimePlayer
from app.audio.loudness import Meter, decibels
from app.audio.resample import to_int16
from app.audio.ring import QUIET, RingBuffer

_STEP = 0.35  # share of the difference to a new volume in one block: the change takes about 50 ms
_BLOCK_S = FRAME / RATE
_PAUSE_S = 0.2  # silence that ends a stretch of voice


class Playout:
    """A `SpeakerOut`. The device's thread calls `next_block`; the sound thread calls `drain` while there is no device.

    Args:
        volume: 0 to 1.
        chimes: By name; each 48 kHz, mono, int16.
        levels: Where the level is written.
        release: Frees the device; awaited once, by `close`.
        clock: Seconds, monotonic.
    """

    def __init__(
        self,
        volume: float,
        chimes: Mapping[str, Sound],
        levels: Levels,
        release: Callable[[Playout], Awaitable[None]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.volume = volume
        self.muted = False
        self.level = 0.0
        self.played_s = 0.0
        self.state = DeviceState.MISSING
        self._ring = RingBuffer()
        self._chimes = ChimePlayer(chimes)
        self._levels = levels
        self._release = release
        self._clock = clock
        self._meter = Meter()
        self._soon: deque[float] = deque()  # levels of what the device has, but has not played yet
        self._delay_s = 0.0
        self._heard_at = 0.0  # on the clock: when the last audible sample leaves the device
        self._stretch = (0, 0.0)  # number of the stretch of voice, and when its first sample leaves the device
        self._voice_gain = self._chime_gain = _gain(volume)
        self._is_closed = False

    def write(self, sound: Sound) -> None:
        """Queue sound, shape (n,), int16; never blocks. Nothing happens after `close`."""
        if sound.dtype != np.int16 or sound.ndim != 1:
            raise ValueError(f"sound is mono int16, not {sound.dtype} {sound.shape}")
        if not self._is_closed:
            self._ring.write(sound)

    def flush(self) -> None:
        """Forget what is queued, with a short fade."""
        self._ring.flush()

    def pending_s(self) -> float:
        """Return the seconds until the last audible sample that was written leaves the device; 0: it has left."""
        if self._is_closed:
            return 0.0
        unheard = self._ring.unheard()
        if unheard:
            return unheard / RATE + self._delay_s
        return max(0.0, self._heard_at - self._clock())

    def heard(self) -> Heard | None:
        """Return the stretch of voice that is heard now, or is on its way through the device; None in a pause."""
        number, began_at = self._stretch
        now = self._clock()
        return Heard(number, now - began_at) if now <= self._heard_at + _PAUSE_S else None

    def chime(self, name: str) -> None:
        """Play a chime in the next pause of the voice, if that comes soon; `muted` concerns the voice only."""
        if not self._is_closed:
            self._chimes.ask(name)

    async def close(self) -> None:
        """Fade out and free the device; idempotent."""
        if self._is_closed:
            return
        self._ring.flush()
        self._is_closed = True
        await self._release(self)
        self.disconnected()
        self.state = DeviceState.OFF
        self.level = self._levels.speaker = 0.0

    def is_idle(self) -> bool:
        """Return whether nobody would notice a short interruption now."""
        return self.pending_s() == 0 and not self._chimes.is_playing()

    def connected(self, delay_s: float) -> None:
        """A device plays from now on; `delay_s`: what it says of its latency, seconds."""
        self._delay_s = delay_s
        self._ring.skip_late()
        self.state = DeviceState.ON

    def disconnected(self) -> None:
        """No device plays any more: what it held will not be heard."""
        self._delay_s = 0.0
        self._heard_at = 0.0
        self.state = DeviceState.OFF if self._is_closed else DeviceState.MISSING

    def next_block(self, delay_s: float) -> Sound:
        """Return the next 480 samples, int16; they leave the device in `delay_s` seconds. The device's thread only."""
        self._delay_s = delay_s
        voice, taken = self._ring.read(FRAME)
        self.played_s += taken / RATE
        out = self._mix(voice)
        if not self._is_closed:
            self.state = DeviceState.MUTED if self.muted else DeviceState.ON
        return to_int16(out)

    def drain(self) -> None:
        """Let 10 ms pass without a device: the visit goes on as if they had been heard."""
        voice, _ = self._ring.read(FRAME)
        self._mix(voice)
        if not self._is_closed:
            self.state = DeviceState.MISSING

    def _mix(self, voice: NDArray[np.float32]) -> NDArray[np.float32]:
        level_db = decibels(voice)
        loud = np.flatnonzero(np.abs(voice) > QUIET)
        is_heard = len(loud) > 0
        if is_heard:
            leaves_at = self._clock() + self._delay_s
            if leaves_at > self._heard_at + _PAUSE_S:
                self._stretch = (self._stretch[0] + 1, leaves_at + int(loud[0]) / RATE)
            self._heard_at = leaves_at + _BLOCK_S
        self._show(level_db)
        volume = _gain(self.volume)
        self._voice_gain, voice_gains = _soften(self._voice_gain, 0.0 if self.muted else volume)
        self._chime_gain, chime_gains = _soften(self._chime_gain, volume)
        out = voice * voice_gains
        is_due = not self.muted and (is_heard or self._ring.unheard() > 0)
        chime = self._chimes.next_block(level_db, is_due)
        return out if chime is None else out + chime * chime_gains

    def _show(self, level_db: float) -> None:
        """Show a block's level when it is heard, not when the device takes it."""
        self._soon.append(self._meter.feed(level_db))
        while len(self._soon) > round(self._delay_s / _BLOCK_S) + 1:
            self.level = self._soon.popleft()
        if not self._is_closed:
            self._levels.speaker = self.level


def _gain(volume: float) -> float:
    """Convert the visitor's 0 to 1 to a factor for samples, even in perceived loudness; never above 1."""
    return min(1.0, max(0.0, volume)) ** 2


def _soften(gain: float, target: float) -> tuple[float, NDArray[np.float32] | np.float32]:
    if gain == target:
        return gain, np.float32(gain)
    end = target if abs(target - gain) < 1e-3 else gain + (target - gain) * _STEP
    return end, np.linspace(gain, end, FRAME, dtype=np.float32)
