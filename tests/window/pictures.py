"""Test pictures: colour bars as bytes that a room delivers, and the reference conversion for both painters."""

from __future__ import annotations

import numpy as np

from app.picture import Frame, PixelFormat

COLOURS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255), "white": (255, 255, 255)}
EVERY = tuple(COLOURS.values())
TO_YUV = np.array([[65.481, 128.553, 24.966], [-37.797, -74.203, 112.0], [112.0, -93.786, -18.214]])  # BT.601


def yuv_of(rgb: tuple[int, int, int]) -> tuple[int, int, int]:
    """Three bytes of BT.601 in limited range, as a video encoder is given them."""
    y, u, v = np.rint(TO_YUV @ (np.array(rgb) / 255) + [16, 128, 128]).astype(int)
    return int(y), int(u), int(v)


def rgb_of(yuv: tuple[int, int, int]) -> np.ndarray:
    """The reference: the exact inverse, clamped and rounded."""
    back = np.linalg.inv(TO_YUV) @ (np.array(yuv) - [16, 128, 128])
    return np.rint(np.clip(back * 255, 0, 255)).astype(int)


def bars(width: int, height: int, colours=EVERY, kind=PixelFormat.I420) -> Frame:
    """Return vertical bars of equal width; their edges are between chroma samples."""
    half_w, half_h = (width + 1) // 2, (height + 1) // 2
    which = np.minimum(np.arange(half_w) * len(colours) // half_w, len(colours) - 1)
    table = np.array([yuv_of(colour) for colour in colours], np.uint8)
    if kind is PixelFormat.BGRA:
        rgb = np.array([rgb_of(tuple(int(v) for v in row)) for row in table], np.uint8)
        bgra = np.concatenate([rgb[:, ::-1], np.full((len(colours), 1), 255, np.uint8)], axis=1)
        row = bgra[which.repeat(2)[:width]]
        return Frame(width, height, kind, bytearray(np.tile(row, (height, 1, 1)).tobytes()))
    luma = np.tile(table[which.repeat(2)[:width], 0], (height, 1))
    chroma = [np.tile(table[which, plane], (half_h, 1)) for plane in (1, 2)]
    data = bytearray(b"".join(plane.tobytes() for plane in (luma, *chroma)))
    return Frame(width, height, kind, data)


def plain(colour, width=540, height=960, kind=PixelFormat.I420) -> Frame:
    """Return a picture of one colour."""
    return bars(width, height, (colour,), kind)
