"""The child's side of supervision: follows its parent, and reports that it is ready and, every second, well."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable, MutableMapping

from app.system.hang import HangWatch
from app.system.notify import READY, WATCHDOG, Notifier

PIPE = "AVATAR_KIOSK_HEARTBEAT_FD"
PARENT = "AVATAR_KIOSK_PARENT_PID"
RUN = "AVATAR_KIOSK_RUN"
SAFE = "AVATAR_KIOSK_SAFE_MODE"

BEAT_S = 1.0
FIRST_SCREEN = b"R"
WELL = b"w"
ALIVE = b"a"  # the event loop runs, but picture or sound stand still
NOTHING_LEFT = b"n"

PR_SET_PDEATHSIG = 1  # linux/prctl.h


class Heartbeat:
    """Reports to the parent process or, where there is none, to the service manager.

    If the parent dies, this process gets a SIGTERM and ends in order.

    Args:
        environ: Environment variables; the parent's are removed, so that no process started from here inherits them.

    Attributes:
        run: Name that the parent gave this run; "" without a parent: then the kiosk names itself.
        safe_mode: The parent saw too many faults: show *Unavailable* and start nothing.
        hang_watch: Is told of every heartbeat, where there is one.
    """

    def __init__(self, environ: MutableMapping[str, str] = os.environ) -> None:
        self.run = environ.pop(RUN, "")
        self.safe_mode = environ.pop(SAFE, "") == "1"
        self.hang_watch: HangWatch | None = None
        self._notifier = Notifier(environ)
        pipe = environ.pop(PIPE, "")
        self._pipe = int(pipe) if pipe.isdecimal() else None
        if self._pipe is not None:
            os.set_inheritable(self._pipe, False)
            os.set_blocking(self._pipe, False)
        parent = environ.pop(PARENT, "")
        if parent.isdecimal():
            _follow(int(parent))

    def ready(self) -> None:
        """Report that the first screen of any kind is painted."""
        if self._pipe is None:
            self._notifier.send(READY)
        else:
            self._write(FIRST_SCREEN)

    def beat(self, is_well: bool) -> None:
        """Report that the event loop runs; `is_well`: and that picture and sound do not stand still."""
        if self.hang_watch is not None:
            self.hang_watch.beat()
        if self._pipe is not None:
            self._write(WELL if is_well else ALIVE)
        elif is_well:
            self._notifier.send(WATCHDOG)

    def nothing_left(self) -> None:
        """Report at the end that every session was given back."""
        if self._pipe is not None:
            self._write(NOTHING_LEFT)

    async def keep_beating(self, is_well: Callable[[], bool]) -> None:
        """Send a heartbeat every second until cancelled. Runs on the event loop whose health it reports."""
        import asyncio  # loaded only after the first picture

        while True:
            self.beat(is_well())
            await asyncio.sleep(BEAT_S)

    def _write(self, byte: bytes) -> None:
        assert self._pipe is not None  # noqa: S101 - reason: for the type checker; all callers have checked
        with contextlib.suppress(BlockingIOError):  # a parent that does not read, such as one stopped in a debugger
            try:
                os.write(self._pipe, byte)
            except BrokenPipeError:
                # Systems without a parent-death signal notice the parent's end here.
                os.close(self._pipe)
                self._pipe = None
                os.kill(os.getpid(), signal.SIGTERM)


def _follow(parent: int) -> None:
    """Ask the kernel for a SIGTERM when the parent dies (Linux); send it now if the parent is already dead."""
    if sys.platform == "linux":
        import ctypes  # not needed without a parent

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)
