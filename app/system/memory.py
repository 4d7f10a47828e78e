"""How much memory this process uses, compared with what a kiosk may use."""

from __future__ import annotations

import os
from pathlib import Path

MOST_BYTES = 1_500_000_000  # about twice what a kiosk with every model loaded needs
MOST_SHARE = 0.5  # of the machine's memory


def used_share() -> float:
    """Return the memory in use as a share of the limit, 1.0: too much; 0.0 where the system does not tell."""
    used = used_bytes()
    return 0.0 if used is None else used / _most_bytes()


def used_bytes() -> int | None:
    """Return the resident memory of this process in bytes, None where the system does not tell (not Linux)."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def _most_bytes() -> float:
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(MOST_BYTES, MOST_SHARE * machine)
