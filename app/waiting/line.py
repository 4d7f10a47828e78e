"""What a visit needs to know of other visitors on the same account."""

from __future__ import annotations

from typing import Protocol


class Line(Protocol):
    """The line of an account's visitors, or what stands for it on a kiosk alone."""

    most_extensions: int  # for one visit; at most one where others may wait unseen

    def somebody_waits(self) -> bool:
        """Whether anybody is known to wait."""
        ...


class NoLine:
    """A kiosk alone on its plan: nobody else waits. is_shared: others use the account, unseen."""

    def __init__(self, is_shared: bool) -> None:
        self.most_extensions = 1 if is_shared else 1_000_000

    def somebody_waits(self) -> bool:
        """Nobody, as far as anybody can know."""
        return False
