"""Phonemes are aligned with the sound."""

# ruff: noqa: RUF001 - phonetic letters look like others by nature

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.character.mouth import MOUTHS
from app.character.phonemes import align

RATE = 24_000


def tone(seconds, level=0.3):
    t = np.arange(int(seconds * RATE)) / RATE
    return (level * np.sin(2 * np.pi * 180 * t)).astype(np.float32)


def hiss(seconds, level=0.08):
    return np.random.default_rng(1).normal(0, level, int(seconds * RATE)).astype(np.float32)


def pause(seconds):
    return np.zeros(int(seconds * RATE), np.float32)


def strongest(aligned, t):
    weights = min(aligned.shapes, key=lambda shape: abs(shape[0] - t))[1]
    return max(weights, key=weights.get)


def test_a_vowel_a_hiss_and_a_vowel_lie_where_they_sound():
    sound = np.concatenate([pause(0.2), tone(0.25), hiss(0.2), tone(0.3), pause(0.3)])
    aligned = align("ˈɑsˈu", sound, RATE)
    assert strongest(aligned, 0.3) == "aa"
    assert strongest(aligned, 0.55) == "SS"
    assert strongest(aligned, 0.8) == "ou"
    assert strongest(aligned, 1.2) == "sil"


def test_words_begin_where_they_are_heard():
    sound = np.concatenate([pause(0.3), tone(0.3), pause(0.4), tone(0.4), pause(0.2)])
    aligned = align("ˈɑ, ˈO.", sound, RATE)
    assert len(aligned.words) == 2
    assert aligned.words[0] == pytest.approx(0.3, abs=0.06)
    assert aligned.words[1] == pytest.approx(1.0, abs=0.06)


def test_a_closure_lies_in_the_gap_between_two_vowels():
    sound = np.concatenate([pause(0.1), tone(0.25), tone(0.07, 0.02), tone(0.25), pause(0.1)])
    aligned = align("ˈɑpˈɑ", sound, RATE)
    at, weights = max(aligned.shapes, key=lambda shape: shape[1].get("PP", 0))
    assert weights["PP"] > 0.7
    assert at == pytest.approx(0.385, abs=0.05)


@settings(max_examples=40, deadline=None)
@given(st.text("pbmfvθðtdsznlɹhjwɑæəɛiɔuAIOWYˈˌː ,.!?xyz\u0303", max_size=30), st.floats(0, 1.5))
def test_whatever_the_words_the_shapes_cover_the_sound_and_stay_in_bounds(phonemes, seconds):
    aligned = align(phonemes, tone(seconds), RATE)
    times = [t for t, _ in aligned.shapes]
    assert times == sorted(times)
    assert not times or times[-1] <= aligned.length_s + 1e-9
    assert all(name in MOUTHS and 0 <= weight <= 3 for _, weights in aligned.shapes for name, weight in weights.items())
    assert list(aligned.words) == sorted(aligned.words)
    assert len(aligned.words) <= len(phonemes.split()) + phonemes.count(" ") + 1


def test_silence_of_any_length_is_no_mistake():
    assert align("", np.zeros(0, np.float32), RATE).words == ()
    assert align("hˈɛlO", np.zeros(100, np.float32), RATE).length_s == pytest.approx(100 / RATE)
