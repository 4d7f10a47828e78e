"""The short process that stops the sessions of dead runs. Used by the parent, so it loads neither Qt nor an SDK."""

from __future__ import annotations

import logging
import subprocess
import time
from collections.abc import Mapping, Sequence

from app.system import heartbeat

log = logging.getLogger(__name__)


class RecoveryProcess:
    """Runs the release command, one at a time.

    Args:
        command: The release command.
        environ: Environment variables.
        release_s: Longest time that one may work, seconds.
        handover_s: How long the next one waits for one that still works, seconds.
    """

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], release_s: float, handover_s: float) -> None:
        self._command = command
        self._environ = environ
        self._release_s = release_s
        self._handover_s = handover_s
        self._process: subprocess.Popen[bytes] | None = None
        self._until = 0.0

    def start(self, living: str) -> None:
        """Start a release.

        One that still works for an earlier run is replaced, because the new one does its work too; but only after
        `handover_s`. Otherwise children that die at once, for example without a display, would let none finish.

        Args:
            living: The run whose sessions are left alone. Passed directly, because on a failing disk the lock may still
                hold an old name.
        """
        self.finish(self._handover_s)
        environ = {**self._environ, heartbeat.RUN: living}
        try:
            self._process = subprocess.Popen(self._command, env=environ, stdin=subprocess.DEVNULL)
        except OSError as error:
            log.error("release could not start", extra={"error": type(error).__name__})
        self._until = time.monotonic() + self._release_s

    def look(self) -> None:
        """Collect a release that has ended; end one that takes too long, because the kiosk itself goes on trying."""
        if self._process is not None and (self._process.poll() is not None or time.monotonic() > self._until):
            self.finish(0.0)

    def finish(self, most_s: float) -> None:
        """Wait for its end, `most_s` seconds at most; then kill it."""
        if self._process is None:
            return
        try:
            self._process.wait(most_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
