"""Ends a process whose event loop hangs, after writing where it hangs; works even while native code holds the GIL."""

from __future__ import annotations

import faulthandler
from typing import TextIO

HANG_S = 15.0
START_S = 60.0  # until the first heartbeat; the first read from a slow disk takes long


class HangWatch:
    """A timer of the interpreter, in C: it needs neither the event loop nor the GIL.

    When it expires, every thread's stack (places only, no values) is written, and the process ends with code 1, which
    its parent counts as a fault. It starts now.

    Args:
        stacks: Open file with a descriptor, for the stacks.
        hang_s: Longest time between two heartbeats, seconds.
        start_s: Longest time until the first heartbeat, seconds.
    """

    def __init__(self, stacks: TextIO, hang_s: float = HANG_S, start_s: float = START_S) -> None:
        self._stacks = stacks
        self._hang_s = hang_s
        self._arm(start_s)

    def beat(self) -> None:
        """Start the timer again: the event loop runs."""
        self._arm(self._hang_s)

    def stop(self) -> None:
        """Stop watching; call it before the file is closed."""
        faulthandler.cancel_dump_traceback_later()

    def _arm(self, seconds: float) -> None:
        faulthandler.dump_traceback_later(seconds, exit=True, file=self._stacks)
