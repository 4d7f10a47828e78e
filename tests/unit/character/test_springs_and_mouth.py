"""Springs settle, mouth shapes mix, and no value leaves its bounds."""

from __future__ import annotations

import math
from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.character.mouth import MOUTHS, Lips, Mouth, babble, blend
from app.character.pose import SPRINGS
from app.character.springs import Spring, ease, noise


@pytest.mark.parametrize("name", SPRINGS)
@pytest.mark.parametrize("dt", [0.01, 0.04, 0.2])
def test_every_spring_of_the_figure_settles_on_its_target(name, dt):
    hz, zeta, rest = SPRINGS[name]
    spring = Spring(rest + 50.0, hz, zeta)
    for _ in range(int(12 / dt)):
        spring.step(rest, dt)
    assert spring.x == pytest.approx(rest, abs=0.05)
    assert spring.v == pytest.approx(0.0, abs=0.1)


def test_a_spring_without_time_stays_where_it_is():
    spring = Spring(3.0)
    assert spring.step(10.0, 0.0) == 3.0


@given(st.floats(-1e6, 1e6), st.integers(0, 99))
def test_noise_and_ease_stay_in_their_bounds(t, seed):
    assert -1.0 <= noise(t, seed) <= 1.0
    assert 0.0 <= ease(t) <= 1.0


weights = st.dictionaries(st.sampled_from([*MOUTHS, "pp", "unknown"]), st.floats(-1, 5), max_size=8)


@given(weights)
def test_a_mixed_mouth_never_leaves_the_shapes_it_is_made_of(given_weights):
    mixed = blend(given_weights)
    for value, column in zip(astuple(mixed), zip(*(astuple(m) for m in MOUTHS.values()), strict=True), strict=True):
        assert min(column) - 1e-6 <= value <= max(column) + 1e-6


def test_what_misses_to_one_is_rest_and_closures_win():
    assert blend({}) == MOUTHS["sil"]
    assert blend({"aa": 0.5}).down == pytest.approx(31)
    assert blend({"aa": 0.5, "PP": 0.5}).press == pytest.approx(2 / 3)


def test_names_are_understood_in_any_case_and_strangers_are_rest():
    assert blend({"OH": 1.0}) == MOUTHS["oh"]
    assert blend({"jawOpen": 1.0}) == MOUTHS["sil"]


def test_a_loud_voice_opens_the_mouth_and_silence_closes_it():
    assert max(babble(1.0, t / 10).down for t in range(40)) > 20
    assert babble(0.0, 1.0) == MOUTHS["sil"]


def test_a_closure_is_reached_within_a_short_consonant():
    lips = Lips()
    for _ in range(10):
        open_mouth = lips.step(blend({"aa": 1.0}), 0.04)
    assert open_mouth.up + open_mouth.down > 60
    lips.step(blend({"PP": 1.0}), 0.04)
    shut = lips.step(blend({"PP": 1.0}), 0.04)
    assert shut.up + shut.down < 5


@given(st.lists(st.tuples(st.sampled_from(list(MOUTHS)), st.floats(0, 0.2)), max_size=40))
def test_lips_stay_finite_and_never_inside_out(path):
    lips = Lips()
    for name, dt in path:
        mouth = lips.step(MOUTHS[name], dt)
        assert all(math.isfinite(v) for v in astuple(mouth))
        assert isinstance(mouth, Mouth)
        assert min(astuple(mouth)) >= 0
