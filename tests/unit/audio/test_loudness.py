"""Level meters and the noise floor of a room."""

from __future__ import annotations

import numpy as np
import pytest

from app.audio.base import FRAME
from app.audio.loudness import Meter, NoiseFloor, decibels, loudness


def test_decibels_of_full_scale_half_and_nothing():
    assert decibels(np.full(FRAME, 32767, np.int16)) == pytest.approx(0, abs=0.01)
    assert decibels(np.full(FRAME, 16384, np.int16)) == pytest.approx(-6, abs=0.1)
    assert decibels(np.zeros(FRAME, np.int16)) == -120
    assert decibels(np.zeros(0, np.int16)) == -120


def test_the_scale_runs_from_nothing_to_full_and_not_beyond():
    assert [loudness(db) for db in (-120, -50, -25, 0, 6)] == [0, 0, 0.5, 1, 1]


def test_a_meter_rises_at_once_and_falls_slowly():
    meter = Meter()
    assert meter.feed(-10) == pytest.approx(0.8)
    falling = [meter.feed(-120) for _ in range(30)]
    assert falling[0] > 0.7
    assert falling[-1] == 0
    assert np.abs(np.diff(falling)).max() < 0.05


def test_the_room_is_as_loud_as_its_quiet_moments():
    floor = NoiseFloor()
    speech = [-20.0] * 60 + [-45.0] * 15  # words and the gaps between them
    for _ in range(10):
        for level in speech:
            floor.feed(level)
    assert floor.level_db == pytest.approx(-45, abs=3)


def test_a_room_that_becomes_loud_is_known_as_loud_after_some_seconds():
    floor = NoiseFloor()
    for _ in range(100):
        floor.feed(-60)
    for _ in range(1000):
        floor.feed(-35)
    assert floor.level_db == pytest.approx(-35, abs=1)
