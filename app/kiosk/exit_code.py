"""What the process ends with."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process ends with (docs/contract.md 1.1)."""

    RESTART = 0
    REBOOT = 10
    SHUT_DOWN = 20
    STAFF_EXIT = 30
    RELOAD = -1  # not an exit: composition reads the settings again and goes on
