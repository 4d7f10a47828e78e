"""Sample rate conversion: the same sound, no jumps between blocks, no aliasing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.audio.resample import Blocks, Resampler, to_int16

RATES = [(44_100, 48_000), (48_000, 44_100), (16_000, 48_000), (48_000, 16_000), (96_000, 48_000), (8_000, 48_000),
         (24_000, 48_000)]  # fmt: skip


def tone(frequency: float, rate: int, seconds: float = 0.5) -> np.ndarray:
    return np.sin(2 * np.pi * frequency * np.arange(int(rate * seconds)) / rate).astype(np.float32)


def is_tone(sound: np.ndarray, frequency: float, rate: int) -> float:
    """How much is left, in dB below the tone, when the best fitting tone is taken away."""
    angle = 2 * np.pi * frequency * np.arange(len(sound)) / rate
    basis = np.stack([np.sin(angle), np.cos(angle)], axis=1)
    fit = basis @ np.linalg.lstsq(basis, sound.astype(float), rcond=None)[0]
    return 20 * np.log10(np.linalg.norm(fit) / np.linalg.norm(sound - fit))


@pytest.mark.parametrize(("source", "target"), RATES)
def test_a_tone_stays_the_tone(source, target):
    resampler = Resampler(source, target)
    blocks = tone(1000, source).reshape(-1, source // 100)
    out = np.concatenate([resampler.feed(block) for block in blocks])
    assert len(out) == target // 2
    settled = out[target // 50 :]
    assert is_tone(settled, 1000, target) > 60
    assert np.abs(settled).max() == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(("source", "target"), [(48_000, 16_000), (96_000, 48_000), (48_000, 8_000)])
def test_what_the_lower_rate_cannot_hold_is_gone(source, target):
    out = Resampler(source, target).feed(tone(target * 0.6, source))
    assert np.abs(out[target // 50 : -target // 50]).max() < 0.001


@pytest.mark.parametrize(("source", "target"), [(24_000, 48_000), (16_000, 48_000), (44_100, 48_000)])
def test_no_mirror_image_of_what_the_lower_rate_holds_appears(source, target):
    settled = Resampler(source, target).feed(tone(source * 0.45, source))[target // 50 :]
    assert is_tone(settled, source * 0.45, target) > 70


@pytest.mark.parametrize(("source", "target"), RATES)
def test_nothing_is_held_back_and_the_delay_is_below_a_millisecond(source, target):
    """A device is served every 10 ms, and the echo canceller is told when each sound was played."""
    resampler = Resampler(source, target)
    click = np.zeros(source, np.float32)
    click[source // 4] = 1
    blocks = [resampler.feed(block) for block in click.reshape(-1, source // 100)]
    assert {len(block) for block in blocks} == {target // 100}
    at_s = np.abs(np.concatenate(blocks)).argmax() / target
    assert 0 <= at_s - 0.25 < (0.001 if min(source, target) >= 16_000 else 0.002)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(RATES), st.lists(st.integers(0, 2000), min_size=1, max_size=8))
def test_how_it_is_cut_makes_no_difference(rates, cuts):
    sound = np.random.default_rng(1).standard_normal(sum(cuts)).astype(np.float32)
    whole = Resampler(*rates).feed(sound)
    pieces = Resampler(*rates)
    parts = [pieces.feed(part) for part in np.split(sound, np.cumsum(cuts)[:-1])]
    assert np.allclose(np.concatenate(parts), whole, atol=1e-5)


def test_the_same_rate_is_left_alone():
    sound = tone(1000, 48_000)
    assert np.array_equal(Resampler(48_000, 48_000).feed(sound), sound)


@given(st.lists(st.integers(0, 2000), max_size=10))
def test_blocks_lose_nothing_and_keep_the_order(sizes):
    blocks = Blocks(480)
    sound = np.arange(sum(sizes), dtype=np.float32)
    out = [b for part in np.split(sound, np.cumsum(sizes)[:-1]) for b in blocks.feed(part)] if sizes else []
    assert all(len(block) == 480 for block in out)
    assert np.array_equal(np.concatenate([sound[:0], *out]), sound[: len(sound) // 480 * 480])


def test_what_is_too_loud_is_limited_not_wrapped():
    assert list(to_int16(np.array([40_000.0, -40_000.0, 0.6], np.float32))) == [32_767, -32_768, 1]
