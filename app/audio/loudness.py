"""Level metering: from samples to a level of 0 to 1, and the noise floor of the room."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FLOOR_DB = -50.0  # dBFS that is shown as 0; 0 dBFS is 1, and the scale between is linear in decibels, as hearing is
_RELEASE_PER_BLOCK = 0.04  # of the scale, in 10 ms: 0.25 s from 1 to 0
_SETTLE = 0.1  # share of the difference by which the noise floor falls in one block of 10 ms
_RISE_DB = 0.03  # decibels by which it rises at most in one block: 3 dB a second


def decibels(sound: NDArray[np.int16] | NDArray[np.float32]) -> float:
    """Return the root mean square of samples, shape (n,), in the range of int16, as dBFS; -120 for silence."""
    if not len(sound):
        return -120.0
    wide = sound.astype(np.float32)
    power = float(np.dot(wide, wide)) / len(wide) / 32768.0**2
    return 10 * float(np.log10(max(power, 1e-12)))


def loudness(level_db: float) -> float:
    """Convert dBFS to the scale of 0 to 1; speech is between 0.4 and 0.7."""
    return min(1.0, max(0.0, 1 - level_db / FLOOR_DB))


class Meter:
    """A level meter: rises at once, falls slowly. `value`: 0 to 1."""

    def __init__(self) -> None:
        self.value = 0.0

    def feed(self, level_db: float) -> float:
        """Take the next 10 ms, dBFS; return the value of the meter, 0 to 1."""
        self.value = max(loudness(level_db), self.value - _RELEASE_PER_BLOCK)
        return self.value


class NoiseFloor:
    """How loud the room is while nobody speaks: follows quieter moments fast, louder ones slowly.

    Attributes:
        level_db: The floor, dBFS; None before the first block.
    """

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
