"""From samples to what a meter shows: loudness on a scale of 0 to 1, and the loudness of an empty room."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FLOOR_DB = -50.0  # dBFS that counts as nothing; 0 dBFS is 1, and between the scale is even in decibels, as hearing is
_RELEASE_PER_BLOCK = 0.04  # of the scale: 0.25 s from full to nothing
_SETTLE = 0.1  # share of the way that the room's loudness falls in one block of 10 ms
_RISE_DB = 0.03  # decibels that it rises in one block: 3 dB a second


def decibels(sound: NDArray[np.int16] | NDArray[np.float32]) -> float:
    """Root mean square of samples in the range of int16, in dBFS; -120 for silence."""
    if not len(sound):
        return -120.0
    wide = sound.astype(np.float32)
    power = float(np.dot(wide, wide)) / len(wide) / 32768.0**2
    return 10 * float(np.log10(max(power, 1e-12)))


def loudness(level_db: float) -> float:
    """Place dBFS on the scale of 0 to 1: speech lies between 0.4 and 0.7."""
    return min(1.0, max(0.0, 1 - level_db / FLOOR_DB))


class Meter:
    """A level meter: jumps up with the sound, falls softly."""

    def __init__(self) -> None:
        self.value = 0.0

    def feed(self, level_db: float) -> float:
        """Take the next 10 ms, dBFS; return the value of the meter, 0 to 1."""
        self.value = max(loudness(level_db), self.value - _RELEASE_PER_BLOCK)
        return self.value


class NoiseFloor:
    """How loud it is when nobody speaks: follows the quietest moments at once, the louder ones slowly."""

    def __init__(self) -> None:
        self.level_db: float | None = None

    def feed(self, level_db: float) -> float:
        """Take the next 10 ms, dBFS; return the floor, dBFS."""
        if self.level_db is None:
            self.level_db = level_db
        elif level_db < self.level_db:
            self.level_db += (level_db - self.level_db) * _SETTLE
        else:
            self.level_db = min(level_db, self.level_db + _RISE_DB)
        return self.level_db
