"""Whether there is anything to see in a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.picture import Frame, PixelFormat

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STEP = 4  # rows; only each fourth is looked at
_BRIGHT = 32  # black is 16 or 0, by the sender's range of values; noise, and data carried as noise, lie on top of it
_BRIGHT_BITS = 0x00E0E0E0  # of the four bytes blue, green, red, alpha: set where one of the colours reaches _BRIGHT
_GREY, _COLOURED = 128, 24  # colour planes of I420: their value without colour, and how far off it colour is seen
_POINTS = 64  # of a row or column, at most, that shapes are looked for in
_BLOCKS = 8  # the means of so many blocks in a row or column are compared: noise is gone from them, shapes are not
_FLAT = 10.0  # the most by which they differ where there is no shape


def is_black(frame: Frame, turn: int) -> bool:
    """Return whether nothing can be seen: no bright or coloured spot, and no shape that is darker still.

    Of a real picture that costs some 10 microseconds, of a black one some 60 at 720 x 1280.

    Args:
        frame: A whole one. No part of it is kept.
        turn: Number of the look. Only each `STEP`-th row is looked at, and `STEP` looks in a row see all of them: stars
            of one pixel are found too.
    """
    import numpy as np  # first needed in a conversation: loading it takes longer than the first screen

    width, height, first = frame.width, frame.height, turn % STEP
    if frame.format is PixelFormat.BGRA:
        if not _is_flat(np.frombuffer(frame.data, np.uint8, 4 * width * height).reshape(height, width, 4)[..., 1]):
            return False
        rows = np.frombuffer(frame.data, "<u4", width * height).reshape(height, width)[first::STEP]
        set_bits = np.bitwise_or.reduce(np.bitwise_or.reduce(rows, axis=0))
        return not int(set_bits) & _BRIGHT_BITS
    luma = np.frombuffer(frame.data, np.uint8, width * height).reshape(height, width)
    if not _is_flat(luma) or luma[first::STEP].max() >= _BRIGHT:
        return False
    half = (width + 1) // 2, (height + 1) // 2
    colours = np.frombuffer(frame.data, np.uint8, 2 * half[0] * half[1], width * height).reshape(2 * half[1], half[0])
    rows = colours[first::STEP]
    return bool(rows.min() >= _GREY - _COLOURED and rows.max() <= _GREY + _COLOURED)


def _is_flat(plane: NDArray[np.uint8]) -> bool:
    """Return whether a coarse look finds one dark grey."""
    points: NDArray[Any] = plane[_every(plane.shape[0]), _every(plane.shape[1])]
    if points.max() >= _BRIGHT:
        return False
    rows, columns = (length // _BLOCKS for length in points.shape)
    points = points[: rows * _BLOCKS, : columns * _BLOCKS]
    means = points.reshape(_BLOCKS, rows, _BLOCKS, columns).mean(axis=(1, 3))
    return bool(means.max() - means.min() <= _FLAT)


def _every(length: int) -> slice:
    step = -(-length // _POINTS)
    return slice(step // 2, None, step)
