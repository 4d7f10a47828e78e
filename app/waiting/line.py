"""What a visit needs to know of other visitors on the same account."""

from __future__ import annotations

from typing import Protocol


class Line(Protocol):
    """The line of an account's visitors, or its replacement on a single kiosk.

    Attributes:
        most_extensions: For one visit; at most one where others may wait unseen.
    """

    most_extensions: int

    def somebody_waits(self) -> bool:
        """Whether anybody is known to wait."""
        ...


class NoLine:
    """A single kiosk: no other visitor is known to wait.

    Args:
        is_shared: Other kiosks use the account, and their visitors are not seen here.
    """

    def __init__(self, is_shared: bool) -> None:
        self.most_extensions = 1 if is_shared else 1_000_000

    def somebody_waits(self) -> bool:
        """Nobody, as far as this kiosk can know."""
        return False
