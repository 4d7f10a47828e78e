"""Five taps in one corner within two seconds: opens the staff panel where there is no keyboard."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

TAPS = 5
WITHIN_S = 2.0


class CornerTaps:
    """Counts taps in the corners of a window.

    Args:
        now: Seconds on a clock that does not go back.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._corner: tuple[bool, bool] | None = None
        self._times: deque[float] = deque(maxlen=TAPS)

    def tap(self, at: tuple[float, float], size: tuple[int, int], side: float) -> bool:
        """Count a tap; one elsewhere, or in another corner, starts the count anew.

        Args:
            at: (x, y) of the tap, pixels.
            size: (width, height) of the window, pixels.
            side: Side of the square that counts as a corner, pixels.

        Returns:
            Whether it was the fifth tap in time.
        """
        corner = _corner(at, size, side)
        if corner is None or corner != self._corner:
            self._times.clear()
        self._corner = corner
        if corner is None:
            return False
        now = self._now()
        self._times.append(now)
        if len(self._times) == TAPS and now - self._times[0] <= WITHIN_S:
            self._times.clear()
            return True
        return False


def _corner(at: tuple[float, float], size: tuple[int, int], side: float) -> tuple[bool, bool] | None:
    across, down = at
    left, right = across < side, across >= size[0] - side
    top, bottom = down < side, down >= size[1] - side
    return (left, top) if (left or right) and (top or bottom) else None
