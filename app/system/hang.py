"""Ends a process whose event loop stands still, after it has written where; also while a native call holds Python."""

from __future__ import annotations

import faulthandler
from typing import TextIO

HANG_S = 15.0
START_S = 60.0  # until the first beat; a cold disk is slow


class HangWatch:
    """A timer of the interpreter's own, in C: it needs neither the loop nor Python.

    stacks: an open file with a descriptor; every thread's stack (places only, no values) is written there before the
    process ends with code 1, which its parent counts as a fault. Counts from now until the first `beat`.
    """

    def __init__(self, stacks: TextIO, hang_s: float = HANG_S, start_s: float = START_S) -> None:
        self._stacks = stacks
        self._hang_s = hang_s
        self._arm(start_s)

    def beat(self) -> None:
        """The loop runs."""
        self._arm(self._hang_s)

    def stop(self) -> None:
        """Watch no longer; call it before the file is closed."""
        faulthandler.cancel_dump_traceback_later()

    def _arm(self, seconds: float) -> None:
        faulthandler.dump_traceback_later(seconds, exit=True, file=self._stacks)
