"""Where a picture is drawn: it fills its area while at least 70 % of it stays, and is never stretched."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, QRectF

from app.window.video.place import place_picture


def shares(width, height, area):
    place = place_picture(width, height, area)
    return place.crop.width() * place.crop.height() / (width * height)


@pytest.mark.parametrize(
    ("width", "height", "area"),
    [
        (720, 1280, QRect(0, 0, 1080, 1920)),  # the same shape
        (720, 1280, QRect(0, 0, 800, 1280)),  # a tablet
        (720, 1280, QRect(0, 0, 768, 1024)),  # 3:4, 75 % stays
        (1280, 720, QRect(10, 20, 1024, 768)),  # 4:3, 75 % stays
        (100, 70, QRect(0, 0, 70, 70)),  # 70 % stays, exactly
    ],
)
def test_it_fills_the_area_and_is_cropped_without_stretching(width, height, area):
    place = place_picture(width, height, area)
    assert place.target == area
    assert place.crop.width() / place.crop.height() == pytest.approx(area.width() / area.height())
    assert QRectF(0, 0, width, height).contains(place.crop)
    assert shares(width, height, area) >= 0.7 - 1e-9


@pytest.mark.parametrize(
    ("width", "height", "area"),
    [
        (1280, 720, QRect(0, 0, 1080, 1920)),
        (720, 1280, QRect(0, 0, 1920, 1080)),
        (100, 70, QRect(0, 0, 69, 70)),  # a little less than 70 %
        (640, 361, QRect(7, 9, 333, 951)),
    ],
)
def test_otherwise_it_is_shown_whole_in_the_middle(width, height, area):
    place = place_picture(width, height, area)
    assert place.crop == QRectF(0, 0, width, height)
    assert area.contains(place.target)
    assert place.target.width() == area.width() or place.target.height() == area.height()
    assert abs(place.target.center().x() - area.center().x()) <= 1
    assert abs(place.target.center().y() - area.center().y()) <= 1
    assert place.target.width() / place.target.height() == pytest.approx(width / height, rel=0.01)


def test_less_is_cut_above_a_face_than_below():
    place = place_picture(720, 1280, QRect(0, 0, 768, 1024))
    assert 0 < place.crop.top() < 1280 - place.crop.bottom()


def test_a_picture_of_the_areas_size_is_copied_pixel_for_pixel():
    place = place_picture(720, 1280, QRect(30, 40, 720, 1000))
    assert place.scale == 1.0
    assert place.crop == place.crop.toRect()
    assert place.crop.size() == place.target.size()


def test_no_area_no_place():
    assert place_picture(720, 1280, QRect()) is None
