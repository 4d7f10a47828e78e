"""The queue between the avatar's voice and the speaker: bounded, without a click where it starts, ends or is cut."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

from app.audio.base import FRAME, RATE, Sound

FADE = 240  # samples, 5 ms: short enough to go unnoticed, long enough not to click
QUIET = 100  # amplitude of int16 below which nobody hears anything, -50 dBFS
LIMIT_S = 1.5  # sound queued at most
PRIME_S = 0.06  # sound collected before playing begins: covers the jitter with which a media stream arrives
LATE_S = 0.5  # a queue longer than this is shortened in the pauses of speech
PAUSE_S = 0.15  # how much of each pause stays


class RingBuffer:
    """Sound enters in any pieces and leaves in blocks, at most `LIMIT_S` later; the oldest is dropped to keep that.

    Every jump in the signal that this would cause becomes a fade of 5 ms. Meant for writers that deliver in real time:
    a queue of more than 0.5 s is shortened in the pauses of speech. Every method may be called from any thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._limit = int(LIMIT_S * RATE)
        self._store = np.zeros(2 * self._limit, np.int16)
        self._head = self._tail = 0  # what is queued is store[head:tail]
        self._audible = 0  # samples from the head up to the last one that can be heard
        self._gain = 0.0  # 0 to 1, of the last sample that went out
        self._is_primed = False
        self._waited = 0  # samples of silence given out since something is queued
        self._quiet_run = 0  # samples of a pause that have gone out
        self._risen = FADE  # samples of the fade with which new sound begins after a flush

    def write(self, sound: Sound) -> None:
        """Queue sound, shape (n,), int16."""
        if not len(sound):
            return
        with self._lock:
            sound = self._faded_in(sound)
            excess = self._tail - self._head + len(sound) - self._limit
            if excess > 0:
                self._drop_oldest(excess, sound)
            else:
                self._append(sound)
            heard = np.flatnonzero((sound > QUIET) | (sound < -QUIET))
            if len(heard):
                self._audible = max(0, self._tail - self._head - len(sound) + int(heard[-1]) + 1)

    def flush(self) -> None:
        """Forget what is queued, but for the 5 ms in which it fades out."""
        with self._lock:
            keep = min(FADE if self._gain > 0 else 0, self._tail - self._head)
            self._tail = self._head + keep
            self._store[self._head : self._tail] = self._store[self._head : self._tail] * np.linspace(1, 0, keep)
            self._audible = min(self._audible, keep)
            self._risen = 0

    def skip_late(self) -> None:
        """Forget all but the newest `PRIME_S`: what came before a device was there is too old to be played."""
        with self._lock:
            late = self._tail - self._head - int(PRIME_S * RATE)
            if late > 0:
                self._consume(late)
            self._gain = 0.0

    def unheard(self) -> int:
        """Return the number of samples up to the last audible one that is queued; 0: nothing is left to be heard."""
        with self._lock:
            return self._audible

    def read(self, count: int) -> tuple[NDArray[np.float32], int]:
        """Take the next `count` samples.

        Returns:
            The samples, float32, shape (count,), in the range of int16; and how many of them were queued.
        """
        with self._lock:
            out = np.zeros(count, np.float32)
            if not self._primed(count):
                return out, 0
            self._catch_up()
            queued = self._tail - self._head
            taken = min(count, queued)
            out[:taken] = self._store[self._head : self._head + taken]
            self._shape(out[:taken], queued)
            self._consume(taken)
            self._note_pause(out[:taken])
            if self._head == self._tail:
                self._is_primed, self._waited, self._gain = False, 0, 0.0
            return out, taken

    def _primed(self, count: int) -> bool:
        queued = self._tail - self._head
        if not self._is_primed and queued:
            prime = int(PRIME_S * RATE)
            self._is_primed = queued >= prime or self._waited >= prime
            self._waited += count
        return self._is_primed and queued > 0

    def _shape(self, out: NDArray[np.float32], queued: int) -> None:
        """Fade in from the gain of the last block, and out so that the fade ends at the end of the queue."""
        if self._gain == 1.0 and queued - FADE >= len(out):
            return
        rising = max(0, min(len(out), queued - FADE))
        up = np.minimum(1.0, self._gain + np.arange(1, rising + 1) / FADE)
        gain = float(up[-1]) if rising else self._gain
        down = np.maximum(0.0, gain - np.arange(1, len(out) - rising + 1) / FADE)
        ramp = np.concatenate([up, down])
        out *= ramp
        self._gain = float(ramp[-1]) if len(ramp) else self._gain

    def _catch_up(self) -> None:
        """Skip silence in a long queue: the voice must not stay late for the rest of the visit after one stall."""
        late = self._tail - self._head - int(LATE_S * RATE)
        if late <= 0 or self._quiet_run < PAUSE_S * RATE:
            return
        ahead = self._store[self._head : self._head + late]
        loud = np.flatnonzero((ahead > QUIET) | (ahead < -QUIET))
        # Half a frame of silence stays, so that the next syllable keeps its soft beginning.
        skip = late if not len(loud) else int(loud[0]) - FRAME // 2
        if skip > 0:
            self._consume(skip)

    def _note_pause(self, out: NDArray[np.float32]) -> None:
        if len(out) and float(np.abs(out).max()) <= QUIET:
            self._quiet_run += len(out)
        else:
            self._quiet_run = 0

    def _consume(self, count: int) -> None:
        self._head += count
        self._audible = max(0, self._audible - count)

    def _faded_in(self, sound: Sound) -> Sound:
        left = min(FADE - self._risen, len(sound))
        if not left:
            return sound
        ramp = (self._risen + 1 + np.arange(left)) / FADE
        self._risen += left
        return np.concatenate([(sound[:left] * ramp).astype(np.int16), sound[left:]])

    def _append(self, sound: Sound) -> None:
        if self._tail + len(sound) > len(self._store):
            queued = self._tail - self._head
            self._store[:queued] = self._store[self._head : self._tail]
            self._head, self._tail = 0, queued
        self._store[self._tail : self._tail + len(sound)] = sound
        self._tail += len(sound)

    def _drop_oldest(self, excess: int, sound: Sound) -> None:
        """Keep the newest `LIMIT_S` of queue and `sound` together, crossfaded from what would have been played next."""
        whole = np.concatenate([self._store[self._head : self._tail], sound])
        kept = whole[excess:].copy()
        fade = np.arange(FADE) / FADE
        kept[:FADE] = whole[:FADE] * (1 - fade) + kept[:FADE] * fade
        self._store[: len(kept)] = kept
        self._head, self._tail = 0, len(kept)
        self._audible = max(0, self._audible - excess)
