"""Counts visits without an answer: a service that answers nobody is unavailable, and tried again now and then."""

from __future__ import annotations

IN_A_ROW = 3  # visits (docs/vendors/README.md R28)
RETRIES_S = (60.0, 120.0, 300.0)  # until the next visitor may try; the last one again and again


class UnansweredVisits:
    """The visits in a row in which the avatar answered nothing.

    Attributes:
        retry_s: After how many seconds the next visitor may try.
    """

    def __init__(self) -> None:
        self.retry_s = RETRIES_S[0]
        self._in_a_row = 0

    def note(self, was_answered: bool | None) -> bool:
        """Take how a visit went, and return whether the service counts as unavailable now.

        Args:
            was_answered: `VisitVitals.was_answered`. A visit in which no question waited for long proves nothing.
        """
        if was_answered is None:
            return False
        self._in_a_row = 0 if was_answered else self._in_a_row + 1
        if self._in_a_row < IN_A_ROW:
            return False
        times = self._in_a_row - IN_A_ROW
        self.retry_s = RETRIES_S[min(times, len(RETRIES_S) - 1)]
        return True
