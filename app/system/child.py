"""One kiosk process as its parent sees it: its heartbeat pipe, its silence, and its end. POSIX."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from app.system import heartbeat


class Child:
    """A running kiosk. Leaving its `with` block kills what is left of it.

    Args:
        command: The whole command.
        environ: Environment variables, to which those of `heartbeat` are added.
        run: Name of this run.
        safe_mode: Start in safe mode.

    Attributes:
        has_beaten: Whether a heartbeat ever came.
        left_nothing: The child reported that every session was given back.
        pipe: Descriptor that the heartbeats are read from.

    Raises:
        OSError: The command cannot be started.
    """

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], run: str, safe_mode: bool) -> None:
        self.has_beaten = False
        self.left_nothing = False
        self.pipe, childs_end = os.pipe()
        os.set_blocking(self.pipe, False)
        self._silent_since = time.monotonic()
        variables = {
            heartbeat.PIPE: str(childs_end),
            heartbeat.PARENT: str(os.getpid()),
            heartbeat.RUN: run,
            heartbeat.SAFE: "1" if safe_mode else "0",
        }
        try:
            # A process group of its own: Ctrl+C in a terminal reaches only the parent, which then stops the child.
            self._process = subprocess.Popen(
                command, env={**environ, **variables}, stdin=subprocess.DEVNULL, pass_fds=(childs_end,), process_group=0
            )
        except OSError:
            os.close(self.pipe)
            raise
        finally:
            os.close(childs_end)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()
        self._process.wait()
        os.close(self.pipe)

    @property
    def silent_s(self) -> float:
        """Seconds since the last heartbeat, or since the start."""
        return time.monotonic() - self._silent_since

    def code(self) -> int | None:
        """Return the exit code (negative: the signal that ended it), None while it runs."""
        return self._process.poll()

    def beats(self) -> bytes | None:
        """Return the bytes that came since the last call; None: nothing came; empty: the pipe is closed."""
        try:
            found = os.read(self.pipe, 4096)
        except BlockingIOError:
            return None
        if found:
            self.has_beaten = True
            self.left_nothing = self.left_nothing or heartbeat.NOTHING_LEFT in found
            self._silent_since = time.monotonic()
        return found

    def ask_to_end(self) -> None:
        """Ask it to end in order (SIGTERM)."""
        self._process.terminate()

    def abort(self, last_words_s: float) -> None:
        """Let its fault handler write where it hangs, for `last_words_s` seconds at most; then kill it."""
        self._process.send_signal(signal.SIGABRT)
        try:
            self._process.wait(last_words_s)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once, with every process that it has started."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
