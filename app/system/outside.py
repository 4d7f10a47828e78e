"""The environment for other programs, and a ban on memory dumps of this one."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for a program of the system, without the loader path that the frozen start-up sets."""
    found = dict(environ)
    if getattr(sys, "frozen", False):
        original = found.pop("LD_LIBRARY_PATH_ORIG", None)
        found.pop("LD_LIBRARY_PATH", None)
        if original:
            found["LD_LIBRARY_PATH"] = original
    return found


def forbid_dumps() -> None:
    """Forbid memory dumps of this process and its children: memory holds keys and visitors' words."""
    if sys.platform == "win32":
        return
    import resource

    most = resource.getrlimit(resource.RLIMIT_CORE)[1]
    # 0 prevents files, but not a dump that Linux pipes into a program; 1 prevents both (core(5), fs/coredump.c).
    least = 1 if most == resource.RLIM_INFINITY else min(1, most)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (least, most))
