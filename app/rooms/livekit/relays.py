"""Whether media go through the service's relays: because the settings say so, or because nothing else gets through."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

DAY_S = 24 * 3600.0


class Relays:
    """Decides for each join, and learns from how it went. One for the life of the process.

    Where the network blocks direct media, the next join goes through relays. If that works, all do so for a day; if
    relays are blocked as well, the next join is a direct one again.

    Args:
        always: The settings ask for relays, so every join uses them.
        tell: Told True when relays turn out to be needed, False when they are not any more.
        clock: Returns a monotonic time in seconds.
    """

    def __init__(
        self,
        *,
        always: bool = False,
        tell: Callable[[bool], None] = lambda needed: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._always = always
        self._tell = tell
        self._clock = clock
        self._tries = False  # the next join tries relays
        self._until: float | None = None  # relays worked: they are used until then; a direct join ends that

    @property
    def in_use(self) -> bool:
        """Whether the next join goes through relays."""
        is_known = self._until is not None and self._clock() < self._until
        return self._always or self._tries or is_known

    def joined(self, relayed: bool) -> None:
        """Note that a join got through; `relayed`: by relays."""
        if not relayed:
            self._forget()
        elif self._tries:
            log.info("direct media are blocked: relays are used for a day")
            if self._until is None:
                self._tell(True)
            self._until = self._clock() + DAY_S
        self._tries = False

    def blocked(self, relayed: bool) -> None:
        """Note that a join found no way for media; `relayed`: not even by relays."""
        self._tries = not relayed
        if relayed:
            self._forget()

    def _forget(self) -> None:
        if self._until is not None:
            self._until = None
            self._tell(False)
