"""Frames of the media library converted to ours: upright, in the wanted layout, without blank end frames."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from livekit import rtc

from app.picture import PixelFormat
from app.rooms.livekit.tracks import ask_for_layer, frame_of

LAYOUTS = {PixelFormat.BGRA: rtc.VideoBufferType.BGRA, PixelFormat.I420: rtc.VideoBufferType.I420}


def event(width: int, height: int, layout: PixelFormat, data: bytes, rotation: int = 0):
    frame = rtc.VideoFrame(width, height, LAYOUTS[layout], bytearray(data))
    return SimpleNamespace(frame=frame, rotation=rotation)


def size(width: int, height: int, layout: PixelFormat) -> int:
    if layout is PixelFormat.BGRA:
        return width * height * 4
    return width * height + 2 * ((width + 1) // 2) * ((height + 1) // 2)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_frame_is_taken_as_it_is_without_a_copy(layout):
    source = event(641, 361, layout, bytes(size(641, 361, layout)))
    frame = frame_of(source, layout)
    assert (frame.width, frame.height, frame.format) == (641, 361, layout)
    assert len(frame.data) == size(641, 361, layout)
    assert frame.data.obj is source.frame.data.obj


@pytest.mark.parametrize(("width", "height"), [(8, 8), (2, 2), (15, 640), (640, 15)])
def test_the_servers_end_frames_are_no_pictures(width, height):
    assert frame_of(event(width, height, PixelFormat.BGRA, bytes(width * height * 4)), PixelFormat.BGRA) is None


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_turned_bgra_frame_comes_upright(turns):
    picture = np.random.default_rng(turns).integers(0, 256, (20, 34, 4), np.uint8)
    lying = np.rot90(picture, turns)  # as a camera sends it that is turned the other way
    frame = frame_of(event(lying.shape[1], lying.shape[0], PixelFormat.BGRA, lying.tobytes(), turns), PixelFormat.BGRA)
    assert (frame.width, frame.height) == (34, 20)
    assert bytes(frame.data) == picture.tobytes()


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_turned_i420_frame_comes_upright_with_odd_sizes(turns):
    random = np.random.default_rng(turns)
    planes = [random.integers(0, 256, shape, np.uint8) for shape in ((21, 35), (11, 18), (11, 18))]
    lying = [np.rot90(plane, turns) for plane in planes]
    height, width = lying[0].shape
    data = b"".join(plane.tobytes() for plane in lying)
    frame = frame_of(event(width, height, PixelFormat.I420, data, turns), PixelFormat.I420)
    assert (frame.width, frame.height) == (35, 21)
    assert bytes(frame.data) == b"".join(plane.tobytes() for plane in planes)


class Publication:
    def __init__(self, width: int = 1280, height: int = 720, simulcasted: bool = True) -> None:
        self.width, self.height, self.simulcasted = width, height, simulcasted
        self.asked: list[int] = []

    def set_video_quality(self, quality: int) -> None:
        if not self.simulcasted:
            raise ValueError
        self.asked.append(quality)


@pytest.mark.parametrize(
    ("shown", "quality"),
    [
        ((1920, 1080), rtc.VideoQuality.VIDEO_QUALITY_HIGH),
        ((641, 360), rtc.VideoQuality.VIDEO_QUALITY_HIGH),
        ((640, 360), rtc.VideoQuality.VIDEO_QUALITY_MEDIUM),
        ((100, 50), rtc.VideoQuality.VIDEO_QUALITY_MEDIUM),
    ],
)
def test_the_smallest_layer_that_is_not_below_the_painted_size(shown, quality):
    publication = Publication()
    ask_for_layer(publication, shown)
    assert publication.asked == [quality]


def test_a_track_without_layers_is_not_asked():
    publication = Publication(simulcasted=False)
    ask_for_layer(publication, (100, 50))
    assert publication.asked == []


def test_nothing_is_asked_while_nothing_is_painted():
    publication = Publication()
    ask_for_layer(publication, (0, 0))
    assert publication.asked == []
