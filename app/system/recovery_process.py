"""The short process that stops what dead runs left in the journal. The parent's: loads neither Qt nor an SDK."""

from __future__ import annotations

import logging
import subprocess
import time
from collections.abc import Mapping, Sequence

from app.system import heartbeat

log = logging.getLogger(__name__)


class RecoveryProcess:
    """One release at a time.

    command: of the release. release_s: how long one may work. handover_s: how long one still at work keeps the next
    one waiting.
    """

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], release_s: float, handover_s: float) -> None:
        self._command = command
        self._environ = environ
        self._release_s = release_s
        self._handover_s = handover_s
        self._process: subprocess.Popen[bytes] | None = None
        self._until = 0.0

    def start(self, living: str) -> None:
        """Begin; one still at work for an earlier run is replaced: the new one does its work too. But not at once:
        children that die as they start, where there is no display any more, would let none come to its end.

        living: the run that it leaves alone; told directly, because a disk that fails keeps an old name in the lock.
        """
        self.finish(self._handover_s)
        environ = {**self._environ, heartbeat.RUN: living}
        try:
            self._process = subprocess.Popen(self._command, env=environ, stdin=subprocess.DEVNULL)
        except OSError as error:
            log.error("release could not start", extra={"error": type(error).__name__})
        self._until = time.monotonic() + self._release_s

    def look(self) -> None:
        """Bury one that has ended; end one that takes too long: the kiosk itself goes on trying."""
        if self._process is not None and (self._process.poll() is not None or time.monotonic() > self._until):
            self.finish(0.0)

    def finish(self, most_s: float) -> None:
        """Wait for its end, `most_s` seconds at most."""
        if self._process is None:
            return
        try:
            self._process.wait(most_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
