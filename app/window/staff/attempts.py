"""Counts wrong PINs and makes a pause after too many; both outlive a restart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

FREE_TRIES = 5
FIRST_PAUSE_S = 30.0
# Nobody may lose access for ever: a faulty touch screen or a playing visitor locks the panel for an hour at most.
LONGEST_PAUSE_S = 3600.0
_WRONG, _UNTIL = "pin_wrong", "pin_until"


class Store(Protocol):
    """Numbers that outlive the process; 0 where nothing was set."""

    def get(self, name: str) -> float:
        """Return a number."""
        ...

    def set(self, values: Mapping[str, float]) -> None:
        """Set some numbers."""
        ...


class PinAttempts:
    """Five tries, then a pause of 30 s that doubles with each further wrong one, up to an hour.

    Args:
        store: Keeps the count and the end of the pause.
        now: Unix seconds, a clock that goes on over a restart.
    """

    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        self._store = store
        self._now = now

    @property
    def count(self) -> int:
        """How many wrong PINs there were in a row."""
        return max(0, int(self._store.get(_WRONG)))

    def locked_s(self) -> float:
        """Return the seconds until the next try is allowed, 0 if it is allowed now."""
        # After the clock was set back the pause is not longer than it was meant to be.
        return min(max(0.0, self._store.get(_UNTIL) - self._now()), self._pause_s(self.count))

    def wrong(self) -> None:
        """Count a wrong PIN."""
        count = self.count + 1
        self._store.set({_WRONG: count, _UNTIL: self._now() + self._pause_s(count)})

    def right(self) -> None:
        """Start counting anew: the right PIN was entered."""
        if self.count:
            self._store.set({_WRONG: 0, _UNTIL: 0})

    def _pause_s(self, count: int) -> float:
        over = count - FREE_TRIES
        return min(FIRST_PAUSE_S * 2.0 ** min(over, 16), LONGEST_PAUSE_S) if over >= 0 else 0.0
