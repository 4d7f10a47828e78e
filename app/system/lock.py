"""The lock on the state directory: one kiosk at a time, and which run of it is the living one."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path

FILE = "lock"
PROBE_S = 0.5  # somebody may be looking at the lock just now, which takes microseconds


class Taken(Exception):
    """Another kiosk holds this state directory; the text is for staff and names the directory."""


class StateLock:
    """Holds `state_dir` (made private to the user if it is not there) until `close`, or until this process ends.

    A directory that cannot be written now (a full disk, a read-only one) is held as well as it can be: a kiosk there
    starts no session, but it shows a screen. Raises Taken.
    """

    def __init__(self, state_dir: Path, sleep: Callable[[float], None] = time.sleep) -> None:
        self._folder = state_dir
        self._file: int | None = _opened(state_dir)
        if self._file is None:
            return
        for last_try in (False, True):
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if last_try:
                    self.close()
                    raise Taken(f"Another kiosk already runs with {state_dir}.") from None
                sleep(PROBE_S)

    def name_run(self, run: str) -> None:
        """Write which run is the living one; what the journal holds of any other may be stopped.

        A lock that could not be taken or written, or that lies below a directory mounted later, is taken anew.
        """
        if not self._write(run):
            self.close()
            file = _opened(self._folder)
            with contextlib.suppress(OSError):
                if file is not None:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self._file, file = file, None
                    self._write(run)
            if file is not None:
                os.close(file)  # somebody else holds it: this kiosk goes on without, as it had to before

    def _write(self, run: str) -> bool:
        """Return whether others can read it now: the file is ours, and it is the one at its place."""
        if self._file is None:
            return False
        try:
            os.pwrite(self._file, run.encode(), 0)
            os.ftruncate(self._file, len(run.encode()))
            return os.fstat(self._file).st_ino == os.stat(self._folder / FILE).st_ino
        except OSError:
            return False

    def close(self) -> None:
        """Let go; idempotent."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)


def _opened(state_dir: Path) -> int | None:
    with contextlib.suppress(OSError):
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(state_dir / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with contextlib.suppress(OSError):
        return os.open(state_dir / FILE, os.O_RDONLY | os.O_CLOEXEC)
    return None


def living_run(state_dir: Path) -> str | None:
    """The run of the kiosk that holds `state_dir` now ("" while it starts), or None where nobody holds it."""
    try:
        file = os.open(state_dir / FILE, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.pread(file, 200, 0).decode("ascii", "replace")
    finally:
        os.close(file)
    return None
