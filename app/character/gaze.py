"""Where the eyes look and when they blink. Eyes jump and do not glide; the random generator is passed in."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.character.base import Mood
from app.character.springs import ease, noise

_JUMP_S = 0.035  # an eye movement of a person takes 20 to 60 ms
_DOWN_S, _SHUT_S, _UP_S = 0.06, 0.04, 0.11
_BLINK_S = _DOWN_S + _SHUT_S + _UP_S


@dataclass(frozen=True, slots=True)
class _Habit:
    """How the eyes move in one mood.

    Attributes:
        away: Probability that the next look goes elsewhere than to the visitor.
        hold_s: Shortest and longest time that a look rests.
        wide: How far from `home` a look elsewhere may go.
        home: Middle of the looks elsewhere, each coordinate -1 to 1.
    """

    away: float = 0.04
    hold_s: tuple[float, float] = (1.2, 2.6)
    wide: float = 0.75
    home: tuple[float, float] = (0.0, 0.0)


# People who listen look at the speaker nearly always, who speak about four fifths of the time, who think hardly ever.
_HABITS: Mapping[Mood, _Habit] = MappingProxyType(
    {
        Mood.IDLE: _Habit(0.35, (1.2, 3.2)),
        Mood.ATTRACT: _Habit(0.45, (1.0, 2.4)),
        Mood.SPEAKING: _Habit(0.22, (0.9, 2.4), 0.3),
        Mood.THINKING: _Habit(0.9, (0.7, 1.5), 0.3, (0.6, 0.75)),
        Mood.SORRY: _Habit(0.3, (1.0, 2.0)),
        Mood.ASLEEP: _Habit(0.0, (5.0, 6.0)),
    }
)
_ATTENTIVE = _Habit()
_VISITOR = (0.0, 0.0)  # visitors stand in front of the picture


class Gaze:
    """The direction of the eyes: they jump to a place, stay on it for a while, and jump to the next.

    Attributes:
        x: -1 to 1.
        y: -1 to 1, + is up.
        jumped: The last step began a large jump: a good moment to blink.
    """

    def __init__(self, chance: random.Random) -> None:
        self.x = 0.0
        self.y = 0.0
        self.jumped = False
        self._chance = chance
        self._look: tuple[float, float] | None = None  # None: at the visitor
        self._until = 0.0

    def turn_to_visitor(self, t: float) -> None:
        """Choose the next look at `t`, because something has changed."""
        self._until = t

    def step(self, t: float, dt: float, mood: Mood, calm: bool) -> tuple[float, float]:
        """Move on by `dt` seconds; return the place looked at, -1 to 1 each (the head follows it later and less)."""
        self.jumped = False
        if t >= self._until:
            self._choose(t, mood)
        goal = _VISITOR if self._look is None else self._look
        tremor = 0.0 if calm else 0.025
        step = math.floor(t * 1.6)
        k = min(1.0, dt / _JUMP_S) if dt else 1.0
        self.x += (goal[0] + tremor * noise(step * 3.7, 31) - self.x) * k
        self.y += (goal[1] + tremor * noise(step * 2.9, 32) - self.y) * k
        return goal

    def _choose(self, t: float, mood: Mood) -> None:
        habit, r = _HABITS.get(mood, _ATTENTIVE), self._chance
        old = self._look
        back = mood is Mood.SPEAKING and old is not None
        if r.random() < habit.away and not back:
            self._look = (
                habit.home[0] + habit.wide * r.uniform(-1, 1),
                habit.home[1] + 0.35 * habit.wide * r.uniform(-1, 1),
            )
        else:
            self._look = None
        self._until = t + r.uniform(*habit.hold_s)
        self.jumped = math.dist(old or (0, 0), self._look or (0, 0)) > 0.45


class Blink:
    """The eyelids: a blink every 2.2 to 6.5 seconds, one in eight double; less often while it listens."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._from = -9.0
        self._next = 1.4

    def now(self, t: float) -> None:
        """Blink at `t`, unless it has just blinked: people do when their attention moves."""
        if t - self._from > 0.6:
            self._from = t

    def step(self, t: float, mood: Mood) -> float:
        """Return how far the lids are shut at `t`: 0 open, 1 shut."""
        if t >= self._next:
            self._from = t
            again = self._chance.random() < 0.12
            slower = 1.5 if mood is Mood.LISTENING else 1.0
            self._next = t + (0.32 if again else self._chance.uniform(2.2, 6.5) * slower)
        age = t - self._from
        if not 0 <= age <= _BLINK_S:
            return 0.0
        if age < _DOWN_S:
            return ease(age / _DOWN_S)
        if age < _DOWN_S + _SHUT_S:
            return 1.0
        return ease(1 - (age - _DOWN_S - _SHUT_S) / _UP_S)
