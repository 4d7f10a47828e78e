"""How often a wrong PIN was entered, and the pause that it costs; a restart does not forget it."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger(__name__)

FREE_TRIES = 5
FIRST_PAUSE_S = 30.0
# Nobody may lose access for ever: a jammed touch screen, or a bored visitor, must not outlast an hour.
LONGEST_PAUSE_S = 3600.0


class PinAttempts:
    """Five tries, then a pause of 30 s that doubles with each further wrong one, up to an hour.

    file: a small JSON file in the state directory, written whole. now: Unix seconds (a clock that goes on over a
    restart). A file that cannot be read counts as no tries; one that cannot be written is logged and kept in memory.
    """

    def __init__(self, file: Path, now: Callable[[], float]) -> None:
        self._file = file
        self._now = now
        self._wrong = 0
        self._until = 0.0
        try:
            state = json.loads(file.read_text(encoding="utf-8"))
            self._wrong, self._until = max(0, int(state["wrong"])), float(state["until"])
        except FileNotFoundError:
            pass
        except (OSError, ValueError, TypeError, KeyError):
            log.warning("the file of PIN attempts is unreadable; counting starts anew")

    @property
    def count(self) -> int:
        """How many wrong ones there were in a row."""
        return self._wrong

    def locked_s(self) -> float:
        """Return the seconds until the next try is allowed, 0 if it is allowed now."""
        # A clock set back must not make the pause longer than it was meant to be.
        return min(max(0.0, self._until - self._now()), self._pause_s())

    def wrong(self) -> None:
        """Count a wrong PIN."""
        self._wrong += 1
        self._until = self._now() + self._pause_s()
        self._save()

    def right(self) -> None:
        """Forget the wrong ones: the right PIN was entered."""
        if self._wrong:
            self._wrong, self._until = 0, 0.0
            self._save()

    def _pause_s(self) -> float:
        over = self._wrong - FREE_TRIES
        return min(FIRST_PAUSE_S * 2.0 ** min(over, 16), LONGEST_PAUSE_S) if over >= 0 else 0.0

    def _save(self) -> None:
        # Written beside and moved over: a power cut leaves the old count, never half a file.
        new = self._file.with_suffix(".new")
        try:
            new.write_text(json.dumps({"wrong": self._wrong, "until": self._until}), encoding="utf-8")
            os.replace(new, self._file)
        except OSError:
            log.warning("the file of PIN attempts could not be written")
