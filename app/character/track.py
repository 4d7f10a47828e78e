"""Mouth shapes over the time of one turn of speech."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping

Weights = Mapping[str, float]
Shape = tuple[float, Weights]  # seconds into the turn, weights by viseme name

REST: Weights = {}
_HOLD_S = 0.12  # how long a shape stays when none follows
_AFTER_S = 0.5  # so long after the last shape the mouth still rests by the track, before it follows loudness again
STALL_S = 0.3  # where shapes arrive while they are spoken: how long the last one stays, before they count as stopped
_MIX_S = 0.25  # shapes further apart than this are not mixed: there is a pause between them


class MouthTrack:
    """Shapes at rising times. Between two shapes they are mixed; in a pause and after the end the mouth rests."""

    def __init__(self) -> None:
        self._shapes: list[Shape] = []
        self._hold_s, self._after_s = _HOLD_S, _AFTER_S

    @property
    def end_s(self) -> float:
        """When the last shape begins, seconds into the turn; 0 without a shape."""
        return self._shapes[-1][0] if self._shapes else 0.0

    def is_over(self, t: float) -> bool:
        """Return whether no shape is known any more `t` seconds into the turn."""
        return t > self.end_s + self._after_s

    def grows(self) -> None:
        """Note that shapes arrive while they are spoken: `STALL_S` holds from now on."""
        self._hold_s = self._after_s = STALL_S

    def add(self, shapes: Iterable[Shape]) -> None:
        """Add shapes; those that come late are sorted in."""
        for shape in shapes:
            if not self._shapes or shape[0] >= self._shapes[-1][0]:
                self._shapes.append(shape)
            else:
                insort(self._shapes, shape, key=lambda s: s[0])

    def at(self, t: float) -> Weights:
        """Return the shape `t` seconds into the turn."""
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
