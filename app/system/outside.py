"""What is not ours: the environment of other programs, and the memory dumps that the system would make of us."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for a program of the system: the frozen start-up points the loader into our bundle."""
    found = dict(environ)
    if getattr(sys, "frozen", False):
        original = found.pop("LD_LIBRARY_PATH_ORIG", None)
        found.pop("LD_LIBRARY_PATH", None)
        if original:
            found["LD_LIBRARY_PATH"] = original
    return found


def forbid_dumps() -> None:
    """Let the system write no image of our memory, which holds keys and a visitor's words; children inherit it."""
    if sys.platform == "win32":
        return
    import resource

    most = resource.getrlimit(resource.RLIMIT_CORE)[1]
    # 0 stops files, but not a dump that Linux pipes into a program; 1 stops both (core(5), fs/coredump.c).
    least = 1 if most == resource.RLIM_INFINITY else min(1, most)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (least, most))
