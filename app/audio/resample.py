"""Sample rate conversion between our 48 kHz and a device's or a model's rate: band-limited, block by block."""

from __future__ import annotations

from math import gcd

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

_REACH = 12  # zero crossings of the sinc on each side: the stop band is down by more than 70 dB
_PASS = 0.92  # share of the lower Nyquist frequency that passes unchanged
_KAISER = 7.5  # beta of the window
_MOST = 4096  # samples computed at once: each of them needs a copy of as many input samples as the filter is long


class Resampler:
    """Converts a stream from one sample rate to another; consecutive blocks join without a jump.

    The delay is 0.3 ms between 44.1 and 48 kHz, 0.6 ms from 24 kHz, 0.9 ms from or to 16 kHz, and nothing is held back:
    10 ms in are 10 ms out. That is why it is ours (docs/decisions/0012-one-resampler.md).

    Args:
        source: Hz.
        target: Hz.
    """

    def __init__(self, source: int, target: int) -> None:
        common = gcd(source, target)
        self._up, self._down = target // common, source // common
        cutoff = _PASS * min(1.0, target / source)
        self._taps = 2 * int(np.ceil(_REACH / cutoff))
        # A polyphase filter: one row for each place that an output sample can have between two input samples.
        place = np.arange(self._up)[:, None] / self._up
        distance = np.arange(self._taps)[None, :] - (self._taps // 2 - 1) - place
        window = np.i0(_KAISER * np.sqrt(np.maximum(0, 1 - (distance / (self._taps / 2)) ** 2)))
        rows = np.sinc(distance * cutoff) * window
        self._rows: NDArray[np.float32] = (rows / rows.sum(axis=1, keepdims=True)).astype(np.float32)
        self._input: NDArray[np.float32] = np.zeros(self._taps - 1, np.float32)
        self._at = 0  # place of the next output sample, in steps of 1 / up input samples from the input's first one

    def feed(self, sound: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take samples, float32, shape (n,); return those that can be computed now: n * target / source on average."""
        if self._up == self._down or not len(sound):
            return sound
        self._input = np.concatenate([self._input, sound])
        spots = len(self._input) - self._taps + 1
        count = max(0, -(-(spots * self._up - self._at) // self._down))
        steps = self._at + np.arange(count) * self._down
        first, row = np.divmod(steps, self._up)
        windows = sliding_window_view(self._input, self._taps)
        out = np.empty(count, np.float32)
        for begin in range(0, count, _MOST):
            part = slice(begin, begin + _MOST)
            np.einsum("nt,nt->n", windows[first[part]], self._rows[row[part]], out=out[part])
        self._at += count * self._down - spots * self._up
        self._input = self._input[spots:]
        return out


class Blocks:
    """Cuts a stream into blocks of `length` samples."""

    def __init__(self, length: int) -> None:
        self._length = length
        self._rest: NDArray[np.float32] = np.zeros(0, np.float32)

    def feed(self, sound: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Take samples, float32, shape (n,); return the whole blocks, each of shape (length,)."""
        if not len(self._rest) and len(sound) == self._length:
            return [sound]
        whole = np.concatenate([self._rest, sound])
        count = len(whole) // self._length
        self._rest = whole[count * self._length :]
        return [whole[i * self._length : (i + 1) * self._length] for i in range(count)]


def to_int16(sound: NDArray[np.float32]) -> NDArray[np.int16]:
    """Round samples in the range of int16 to int16; what is outside the range is clipped."""
    return np.clip(np.rint(sound), -32768, 32767).astype(np.int16)
