"""One kiosk process under its parent's eyes: the pipe it beats into, its silence, and its end. POSIX."""

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
    """A running kiosk. Leaving its block kills whatever is left of it.

    Raises OSError where the command cannot be started.
    """

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], run: str, safe_mode: bool) -> None:
        self.has_beaten = False
        self.left_nothing = False  # it said that every session was given back
        self.pipe, childs_end = os.pipe()
        os.set_blocking(self.pipe, False)
        self._silent_since = time.monotonic()
        told = {
            heartbeat.PIPE: str(childs_end),
            heartbeat.PARENT: str(os.getpid()),
            heartbeat.RUN: run,
            heartbeat.SAFE: "1" if safe_mode else "0",
        }
        try:
            # A group of its own: Ctrl+C in a terminal reaches the parent alone, which hands it on in order.
            self._process = subprocess.Popen(
                command, env={**environ, **told}, stdin=subprocess.DEVNULL, pass_fds=(childs_end,), process_group=0
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
        """Seconds since the last beat, or since the start."""
        return time.monotonic() - self._silent_since

    def code(self) -> int | None:
        """The exit code (negative: the signal it died of), None while it runs."""
        return self._process.poll()

    def beats(self) -> bytes | None:
        """What it has said since the last look; None: nothing; empty: it will say no more."""
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
        """The proper way down."""
        self._process.terminate()

    def abort(self, last_words_s: float) -> None:
        """Let its fault handler write where it hangs, `last_words_s` seconds at most; then kill it."""
        self._process.send_signal(signal.SIGABRT)
        try:
            self._process.wait(last_words_s)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once, with every tool it has started."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
