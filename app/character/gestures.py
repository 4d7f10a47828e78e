"""Small gestures: a wave, a wink, a look up at its own flower. Each is a function of the time since it began."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.character.base import Mood
from app.character.springs import ease

# What a gesture adds to the targets, by name of the spring; also "gaze_x", "gaze_y" and "wink" (0 to 1, right lid).
Offsets = Mapping[str, float]
_NOTHING: Offsets = {}


def _window(age: float, begin: float, end: float, soft: float = 0.18) -> float:
    """Return 0 outside begin..end and 1 inside, eased over `soft` seconds at both ends."""
    return ease((age - begin) / soft) * ease((end - age) / soft)


def _wave(age: float) -> Offsets:
    swing = math.sin(2 * math.pi * 1.7 * (age - 0.25)) * _window(age, 0.2, 2.6)
    return {"leaf_r": 24 * swing + 10 * _window(age, 0.2, 2.6), "lean": 0.8 * swing}


def _beckon(age: float) -> Offsets:
    on = _window(age, 0.0, 1.7)
    swing = math.sin(2 * math.pi * 1.6 * age)
    return {
        "leaf_r": on * (14 + 22 * swing),
        "curl_r": -0.5 * on,
        "brow": 7 * on,
        "smile": 0.2 * on,
        "near": 0.012 * on,
    }


def _wink(age: float) -> Offsets:
    on = _window(age, 0.0, 1.3)
    return {
        "wink": _window(age, 0.25, 0.72, 0.09), "lean": 2.6 * on, "smile": 0.25 * on, "brow_skew": -9 * on,
        "skew": 5 * on,
    }  # fmt: skip


def _admire(age: float) -> Offsets:
    """It looks up at its flower, and the flower bends down and looks back."""
    on, bow = _window(age, 0.0, 2.6, 0.3), _window(age, 0.5, 2.5, 0.4)
    return {
        "gaze_y": 0.95 * on, "gaze_x": 0.4 * on, "pitch": 0.45 * on, "smile": 0.15 * on, "stem0": 3 * bow,
        "stem1": 16 * bow, "stem2": 44 * bow, "bloom": 0.25 * bow, "brow": 5 * on,
    }  # fmt: skip


def _hop(age: float) -> Offsets:
    up = math.sin(math.pi * max(0.0, min(1.0, age / 0.5)))
    return {"rise": 0.06 * up * ease(age / 0.08), "bloom": 0.3 * up, "ears": 0.5 * up, "smile": 0.2 * up}


@dataclass(frozen=True, slots=True)
class _Gesture:
    curve: Callable[[float], Offsets]
    length_s: float


WAVE = _Gesture(_wave, 2.8)
_BECKON = _Gesture(_beckon, 1.8)
_ATTRACTIONS = (_BECKON, _Gesture(_wink, 1.4), _BECKON, _Gesture(_admire, 2.8), _BECKON, _Gesture(_hop, 0.6))
_PAUSE_S = (5.0, 7.5)


class Gestures:
    """Plays one gesture at a time: a wave at greeting and goodbye, and a small one every few seconds in attract."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._playing: _Gesture | None = None
        self._since = 0.0
        self._turn = chance.randrange(len(_ATTRACTIONS))
        self._next = chance.uniform(1.5, 3.0)

    def enter(self, mood: Mood, t: float) -> None:
        """Take a new mood at `t`."""
        waves = mood in {Mood.GREETING, Mood.GOODBYE}
        self._playing, self._since = (WAVE if waves else None), t
        self._next = t + self._chance.uniform(1.5, 3.0)

    def step(self, t: float, mood: Mood, calm: bool) -> Offsets:
        """Return what is added to the targets at `t`."""
        if calm:
            return _NOTHING
        if self._playing is not None and t - self._since > self._playing.length_s:
            self._playing = None
        if self._playing is None and mood is Mood.ATTRACT and t >= self._next:
            self._playing, self._since = _ATTRACTIONS[self._turn % len(_ATTRACTIONS)], t
            self._turn += 1
            self._next = t + self._playing.length_s + self._chance.uniform(*_PAUSE_S)
        return self._playing.curve(t - self._since) if self._playing is not None else _NOTHING
