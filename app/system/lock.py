"""The lock on the state directory: one kiosk at a time, and the name of the run that holds it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path

FILE = "lock"
PROBE_S = 0.5  # pause before a second try: `living_run` holds the lock for microseconds


class Taken(Exception):
    """Another kiosk holds this state directory; the text is for staff and names the directory."""


class StateLock:
    """Holds the state directory until `close`, or until this process ends.

    A directory that cannot be written now (a full or read-only disk) is locked as far as possible: a kiosk there starts
    no session, but it shows a screen.

    Args:
        state_dir: The directory; it is created, private to the user, where it is missing.
        sleep: Waits for some seconds.

    Raises:
        Taken: Another kiosk holds it.
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
        """Write the name of the running kiosk; sessions of any other run in the journal may be stopped.

        The lock is taken again where it could not be taken or written before, or where a directory was mounted over it.
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
                os.close(file)  # another process holds it: this kiosk continues without the lock, as before

    def _write(self, run: str) -> bool:
        """Write the name; return whether others can read it: the open file is the one in the directory."""
        if self._file is None:
            return False
        try:
            os.pwrite(self._file, run.encode(), 0)
            os.ftruncate(self._file, len(run.encode()))
            return os.fstat(self._file).st_ino == os.stat(self._folder / FILE).st_ino
        except OSError:
            return False

    def close(self) -> None:
        """Release the lock; may be called again."""
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
    """Return the run that holds `state_dir` now ("" while it starts), or None where it is free."""
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
