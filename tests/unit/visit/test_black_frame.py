"""What counts as black: in both layouts and both ranges, with noise or data on it, and no dark scene."""

from __future__ import annotations

import numpy as np
import pytest

from app.picture import Frame, PixelFormat
from app.visit.black_frame import STEP, is_black
from tests.fakes.pictures import DARK, black, black_data, dim_face, frame_of, night_sky, to_i420

SIZES = [(640, 360), (720, 1280), (854, 480), (333, 191), (16, 16), (17, 16)]
LAYOUTS = list(PixelFormat)


def grey(width: int, height: int, value: int, layout: PixelFormat) -> Frame:
    """A frame whose bytes have this value, whatever its range means by it."""
    if layout is PixelFormat.BGRA:
        return Frame(width, height, layout, bytes([value, value, value, 255]) * (width * height))
    halves = 2 * ((width + 1) // 2) * ((height + 1) // 2)
    return Frame(width, height, layout, bytes([value]) * (width * height) + bytes([128]) * halves)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("value", [0, 16])
def test_black_is_black_in_limited_and_in_full_range(layout, width, height, value):
    assert is_black(grey(width, height, value, layout), 0)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_grey_is_not_black(layout, width, height):
    assert not is_black(grey(width, height, 60, layout), 0)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_noise_of_the_compression_is_black(layout):
    noise = np.random.default_rng(1).integers(0, 8, (360, 640, 3), np.uint8)
    assert all(is_black(frame_of(noise, layout), turn) for turn in range(STEP))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("width", "height"), SIZES[:4])
def test_data_in_black_frames_is_black(layout, width, height):
    assert all(is_black(frame_of(black_data(width, height, turn), layout), turn) for turn in range(STEP))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("width", "height"), SIZES[:4])
def test_stars_are_seen_within_a_few_looks(layout, width, height):
    assert not all(is_black(frame_of(night_sky(width, height, turn), layout), turn) for turn in range(STEP))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_single_star_that_stands_still_is_seen_within_a_few_looks(layout):
    sky = black(640, 360)
    sky[201, 77] = 200
    assert [is_black(frame_of(sky, layout), turn) for turn in range(STEP)].count(False) == 1


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("width", "height"), SIZES[:4])
def test_a_face_in_the_dark_is_seen_at_every_look(layout, width, height):
    assert not any(is_black(frame_of(dim_face(width, height, turn), layout), turn) for turn in range(STEP))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_shape_darker_than_any_bright_spot_is_seen(layout):
    scene = black(640, 360)
    scene[100:300, 200:400] = 14
    assert not is_black(frame_of(scene, layout), 0)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("colour", [(0, 0, 90), (90, 0, 0)])
def test_deep_colours_are_seen_though_they_are_dark(layout, colour):
    scene = np.broadcast_to(np.array(colour, np.uint8), (360, 640, 3))
    assert not is_black(frame_of(scene, layout), 0)


def test_the_frame_may_be_a_view_and_nothing_of_it_is_kept():
    data = bytearray(to_i420(black(640, 360)).tobytes())
    assert is_black(Frame(640, 360, PixelFormat.I420, memoryview(data)), 3)
    data.append(0)  # raises BufferError while anybody holds the buffer


def test_every_pattern_of_the_emulators_has_its_verdict_here():
    assert set(DARK) == {"black", "black data", "night sky", "dim face"}
