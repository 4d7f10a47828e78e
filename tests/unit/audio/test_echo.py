"""The echo canceller: real WebRTC processing, and any length other than 10 ms is refused."""

from __future__ import annotations

import numpy as np
import pytest

from app.audio.base import FRAME, RATE
from app.audio.echo import EchoCanceller
from app.audio.loudness import decibels


def babble(seconds: float, seed: int) -> np.ndarray:
    """Noise with the rhythm of syllables: int16."""
    rng = np.random.default_rng(seed)
    count = int(seconds * RATE)
    rhythm = np.clip(np.sin(2 * np.pi * 3 * np.arange(count) / RATE), 0.05, 1)
    return (rng.standard_normal(count) * rhythm * 2500).astype(np.int16)


def cleaned(far: np.ndarray, near: np.ndarray, *, cancels: bool = True, delay_s: float = 0.08) -> np.ndarray:
    canceller = EchoCanceller(cancels)
    out = []
    for at in range(0, len(far) - FRAME + 1, FRAME):
        canceller.played(far[at : at + FRAME])
        out.append(canceller.clean(near[at : at + FRAME], delay_s))
    return np.concatenate(out)


def echo_of(far: np.ndarray, delay: int = int(0.08 * RATE)) -> np.ndarray:
    return (np.concatenate([np.zeros(delay), far[:-delay]]) * 0.4).astype(np.int16)


def test_the_echo_is_at_least_twenty_decibels_down_after_two_seconds():
    far = babble(5, 1)
    echo = echo_of(far)
    left = cleaned(far, echo)
    assert decibels(echo[2 * RATE :]) - decibels(left[2 * RATE :]) > 20


def test_a_wrong_guess_of_the_delay_is_found_out():
    far = babble(5, 1)
    echo = echo_of(far)
    left = cleaned(far, echo, delay_s=0.25)
    assert decibels(echo[3 * RATE :]) - decibels(left[3 * RATE :]) > 20


def test_switched_off_the_echo_stays():
    far = babble(4, 1)
    echo = echo_of(far)
    left = cleaned(far, echo, cancels=False)
    assert decibels(echo[2 * RATE :]) - decibels(left[2 * RATE :]) < 12  # noise suppression takes its part


@pytest.mark.parametrize("wrong", [np.zeros(441, np.int16), np.zeros(960, np.int16), np.zeros(480, np.float32)])
def test_anything_but_ten_milliseconds_is_refused(wrong):
    canceller = EchoCanceller(True)
    with pytest.raises(AssertionError, match="10 ms"):
        canceller.clean(wrong, 0.0)
    with pytest.raises(AssertionError, match="10 ms"):
        canceller.played(wrong)
