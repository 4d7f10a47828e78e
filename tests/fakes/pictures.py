"""Pictures as an avatar's provider may send them, as (height, width, 3) red, green, blue, and as frames."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from app.picture import Frame, PixelFormat

Pixels = NDArray[np.uint8]


def black(width: int, height: int, _number: int = 0) -> Pixels:
    """Nothing at all."""
    return np.zeros((height, width, 3), np.uint8)


def black_data(width: int, height: int, number: int = 0) -> Pixels:
    """Data for a player of the provider's: blocks so dark that nobody sees them, others in each picture."""
    chance = np.random.default_rng(number)
    blocks = chance.integers(0, 10, (-(-height // 4), -(-width // 4)), np.uint8)
    grey = blocks.repeat(4, axis=0).repeat(4, axis=1)[:height, :width]
    return np.repeat(grey[..., None], 3, axis=2)


def night_sky(width: int, height: int, number: int = 0) -> Pixels:
    """A dark scene that moves: stars of one pixel drift over black, one to some 4,000 pixels."""
    chance = np.random.default_rng(7)
    sky, many = black(width, height), max(1, width * height // 4000)
    rows, columns = chance.integers(0, height, many), chance.integers(0, width, many)
    sky[rows, (columns + number) % width] = 150
    return sky


def dim_face(width: int, height: int, number: int = 0) -> Pixels:
    """A face in a dark room, which sways; nothing of it is brighter than a tenth of white."""
    middle = width * (0.5 + 0.1 * np.sin(number / 10))
    across, down = np.arange(width)[None, :] - middle, np.arange(height)[:, None] - height / 2
    face = (across / (width / 5)) ** 2 + (down / (height / 3)) ** 2 < 1
    return np.where(face[..., None], np.array((26, 20, 16), np.uint8), np.uint8(0)).astype(np.uint8)


DARK: dict[str, Callable[[int, int, int], Pixels]] = {
    "black": black,
    "black data": black_data,
    "night sky": night_sky,
    "dim face": dim_face,
}
"""By the names of patterns in the emulators."""


def to_i420(rgb: Pixels, *, full_range: bool = False) -> Pixels:
    """Return flat I420, BT.601, in limited range unless `full_range`; odd sizes round the colour planes up."""
    height, width = rgb.shape[:2]
    red, green, blue = (rgb[..., n].astype(np.float64) / 255 for n in range(3))
    luma = 16 + 65.481 * red + 128.553 * green + 24.966 * blue
    if full_range:
        luma = (luma - 16) * 255 / 219
    cb = 128 - 37.797 * red - 74.203 * green + 112.0 * blue
    cr = 128 + 112.0 * red - 93.786 * green - 18.214 * blue
    planes = [luma] + [_halved(plane, height, width) for plane in (cb, cr)]
    return np.concatenate([np.clip(np.rint(plane), 0, 255).astype(np.uint8).ravel() for plane in planes])


def _halved(plane: NDArray[np.float64], height: int, width: int) -> NDArray[np.float64]:
    even = np.pad(plane, ((0, height % 2), (0, width % 2)), mode="edge")
    halved: NDArray[np.float64] = even.reshape(even.shape[0] // 2, 2, even.shape[1] // 2, 2).mean(axis=(1, 3))
    return halved


def frame_of(rgb: Pixels, layout: PixelFormat = PixelFormat.BGRA) -> Frame:
    """Return the picture as a frame of this layout."""
    height, width = rgb.shape[:2]
    if layout is PixelFormat.I420:
        return Frame(width, height, layout, to_i420(rgb).tobytes())
    alpha = np.full((height, width, 1), 255, np.uint8)
    return Frame(width, height, layout, np.concatenate([rgb[..., ::-1], alpha], axis=2).tobytes())


def plain(value: int = 128, size: int = 16) -> Frame:
    """Return a small frame of one grey."""
    return frame_of(np.full((size, size, 3), value, np.uint8))
