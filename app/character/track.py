"""Mouth shapes over the time of one turn of speech."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping

Weights = Mapping[str, float]
Shape = tuple[float, Weights]  # seconds into the turn, weights by viseme name

REST: Weights = {}
_HOLD_S = 0.12  # a shape stays so long when none follows
_AFTER_S = 0.5  # the mouth follows its shapes until so long after the last one
STALL_S = 0.3  # shapes that come while they are spoken: the last one stays so long, then they have stopped
_MIX_S = 0.25  # between shapes further apart than this lies a pause


class MouthTrack:
    """Shapes at rising times. Those between two are mixed; in a pause and after the end the mouth rests."""

    def __init__(self) -> None:
        self._shapes: list[Shape] = []
        self._hold_s, self._after_s = _HOLD_S, _AFTER_S

    @property
    def end_s(self) -> float:
        """When the last shape begins, seconds into the turn; 0 while there is none."""
        return self._shapes[-1][0] if self._shapes else 0.0

    def is_over(self, t: float) -> bool:
        """Whether no shape is known any more `t` seconds into the turn."""
        return t > self.end_s + self._after_s

    def grows(self) -> None:
        """Shapes come while they are spoken."""
        self._hold_s = self._after_s = STALL_S

    def add(self, shapes: Iterable[Shape]) -> None:
        """Add shapes; late ones find their place."""
        for shape in shapes:
            if not self._shapes or shape[0] >= self._shapes[-1][0]:
                self._shapes.append(shape)
            else:
                insort(self._shapes, shape, key=lambda s: s[0])

    def at(self, t: float) -> Weights:
        """The shape `t` seconds into the turn."""
        after = bisect_right(self._shapes, t, key=lambda s: s[0])
        if after == 0:
            return REST
        begin, now = self._shapes[after - 1]
        if after < len(self._shapes):
            end, then = self._shapes[after]
            if end - begin <= _MIX_S:
                return _mix(now, then, (t - begin) / max(1e-6, end - begin))
        return now if t - begin <= (self._hold_s if after == len(self._shapes) else _HOLD_S) else REST


def _mix(a: Weights, b: Weights, part: float) -> Weights:
    return {name: a.get(name, 0.0) * (1 - part) + b.get(name, 0.0) * part for name in {*a, *b}}
