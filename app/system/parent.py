"""The parent process: starts the kiosk as its child, watches it, restarts it, and stops the sessions it left. POSIX.

Loads neither Qt nor an SDK: a fault of those must not end the parent too.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.system import heartbeat
from app.system.child import Child
from app.system.lock import StateLock, Taken
from app.system.notify import READY, WATCHDOG, Notifier
from app.system.recovery_process import RecoveryProcess

log = logging.getLogger(__name__)

RESTART_WANTED = 0
FINAL = (10, 20, 30)  # reboot, shut down, staff exit: also the parent's exit code
# By default glibc returns the memory of every freed picture to the system and requests it again. With both of these set
# it keeps the memory: converting a 720p picture takes 1.0 ms instead of 6. Older glibc ignores larger values.
ALLOCATOR = {"MALLOC_TRIM_THRESHOLD_": "33554432", "MALLOC_MMAP_THRESHOLD_": "33554432"}


@dataclass(frozen=True, slots=True)
class Limits:
    """Time limits of the parent, seconds.

    Attributes:
        start_s: Until the first heartbeat; the first read from a slow disk takes long.
        hang_s: Between two heartbeats.
        last_words_s: For a hung child to write its stacks.
        stop_s: For a child to end; it promises 5.
        end_s: From the request to stop to our end, where all goes well; the last release gets what is left of it.
        least_release_s: The last release gets this much at least.
        release_s: For a release.
        handover_s: For a release that still works when the next one is wanted, before another child starts.
        delay_s: Before the next start, for each fault in the window from `faults` on.
        faults: Faults in the window that turn safe mode on.
        window_s: Length of the window in which faults count.
        tick_s: Longest wait in the main loop.
    """

    start_s: float = 60.0
    hang_s: float = 15.0
    last_words_s: float = 1.0
    stop_s: float = 8.0
    end_s: float = 5.0
    least_release_s: float = 1.0
    release_s: float = 60.0
    handover_s: float = 2.0
    delay_s: float = 2.0
    faults: int = 5
    window_s: float = 600.0
    tick_s: float = 1.0


def own_command() -> list[str]:
    """Return the command that starts this program, from a checkout or as the installed package."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "app"]


def run_parent(kiosk: Sequence[str], release: Sequence[str], state_dir: Path) -> int:
    """Run the kiosk until it shall end.

    Args:
        kiosk: Whole command of the child, which must not supervise again.
        release: Command that stops the sessions of dead runs in the journal.
        state_dir: The state directory.

    Returns:
        Exit code of this process: 0 after SIGTERM, SIGINT or SIGHUP; 10, 20 or 30 as the child ended; 1 where another
        kiosk holds `state_dir` or it cannot be used.
    """
    try:
        lock = StateLock(state_dir)
    except (Taken, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    try:
        return Parent(kiosk, release, lock).run()
    finally:
        lock.close()


class Parent:
    """Runs one child after another. Call `run` once, on the main thread, because it handles the signals."""

    def __init__(
        self,
        kiosk: Sequence[str],
        release: Sequence[str],
        lock: StateLock,
        limits: Limits = Limits(),
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._kiosk = kiosk
        self._lock = lock
        self._limits = limits
        self._environ = _for_children(environ)
        self._recovery = RecoveryProcess(release, self._environ, limits.release_s, limits.handover_s)
        self._notifier = Notifier(environ)
        self._faults: deque[float] = deque()
        self._stopping = False
        self._stop_asked_at = 0.0
        self._is_release_due = False  # the last child may have left a session behind

    def run(self) -> int:
        """See `run_parent`."""
        was_fault = False
        code: int | None = None
        with _signals(self._ask_to_stop) as wake:
            while not self._stopping:
                run = self._name_next_run()
                if was_fault:
                    self._recovery.start(run)  # before anything else: the dead child's session costs money every second
                    self._pause(wake)
                code = self._one_child(run, wake)
                if code in FINAL:
                    break
                was_fault = code is not None
                if code is not None:
                    self._count_fault(code)
            self._lock.name_run("")
            if self._is_release_due:  # no later child will release it
                self._recovery.start("")
            self._recovery.finish(self._left_s())
            return 0 if self._stopping or code is None else code

    def _left_s(self) -> float:
        """Return for how many seconds the last release may work; the journal keeps what it does not manage."""
        if not self._stopping:
            return self._limits.stop_s
        return max(self._limits.least_release_s, self._limits.end_s - (time.monotonic() - self._stop_asked_at))

    def _name_next_run(self) -> str:
        """Write the name of the next child's run to the lock, so that no release stops its sessions."""
        run = os.urandom(6).hex()
        self._lock.name_run(run)
        return run

    def _recent_faults(self) -> int:
        while self._faults and self._faults[0] < time.monotonic() - self._limits.window_s:
            self._faults.popleft()
        return len(self._faults)

    @property
    def _is_safe_mode(self) -> bool:
        return self._recent_faults() >= self._limits.faults

    def _one_child(self, run: str, wake: int) -> int | None:
        """Start a kiosk, watch it to its end, and return its exit code, or None where it ended as planned."""
        if self._stopping:
            return None
        in_safe_mode = self._is_safe_mode
        try:
            child = Child(self._kiosk, self._environ, run, in_safe_mode)
        except OSError as error:
            log.error("kiosk could not start", extra={"error": type(error).__name__})
            return 127
        self._is_release_due = True
        with child:
            code = self._watch(child, wake, in_safe_mode)
            child.beats()
            self._is_release_due = not child.left_nothing
            return code

    def _watch(self, child: Child, wake: int, in_safe_mode: bool) -> int | None:
        kill_at: float | None = None
        files = [wake, child.pipe]
        while (code := child.code()) is None:
            _wait(files, self._limits.tick_s)
            now = time.monotonic()
            beats = child.beats()
            if beats == b"":
                files = [wake]  # the pipe is closed: the child ends, or its silence will be noticed
            self._relay(beats, child)
            self._recovery.look()
            if kill_at is None and (self._stopping or (in_safe_mode and not self._is_safe_mode)):
                child.ask_to_end()
                kill_at = now + self._limits.stop_s
            if kill_at is not None and now >= kill_at:
                log.error("kiosk did not stop in time")
                child.kill()
            elif kill_at is None and child.silent_s > self._silence_limit_s(child):
                log.error("kiosk hangs", extra={"silent_s": round(child.silent_s, 1)})
                child.abort(self._limits.last_words_s)
        # A child that asks for a restart before its first heartbeat counts as a fault, or it would restart forever.
        is_planned = code == RESTART_WANTED and (child.has_beaten or kill_at is not None)
        return None if is_planned else code

    def _silence_limit_s(self, child: Child) -> float:
        return self._limits.hang_s if child.has_beaten else self._limits.start_s

    def _relay(self, beats: bytes | None, child: Child) -> None:
        """Pass the child's reports on to the service manager; while it loads, only its start limit counts."""
        if beats and heartbeat.FIRST_SCREEN in beats:
            self._notifier.send(READY)
        if (beats and heartbeat.WELL in beats) or not child.has_beaten:
            self._notifier.send(WATCHDOG)

    def _count_fault(self, code: int) -> None:
        self._faults.append(time.monotonic())
        log.error("kiosk ended by a fault", extra={"code": code, "faults": self._recent_faults()})

    def _pause(self, wake: int) -> None:
        """Wait before a start in safe mode, longer with each fault. Without safe mode the next child starts at once."""
        until = time.monotonic() + self._limits.delay_s * (self._recent_faults() - self._limits.faults + 1)
        while not self._stopping and (left_s := until - time.monotonic()) > 0:
            self._notifier.send(WATCHDOG)
            self._recovery.look()
            _wait([wake], min(left_s, self._limits.tick_s))

    def _ask_to_stop(self) -> None:
        if not self._stopping:
            self._stopping, self._stop_asked_at = True, time.monotonic()


def _for_children(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the kiosk: with `ALLOCATOR`, and without what is meant for the parent only."""
    found = {**ALLOCATOR, **environ} if sys.platform == "linux" else dict(environ)
    found.pop("NOTIFY_SOCKET", None)
    if getattr(sys, "frozen", False):
        # The frozen start-up sets the loader path to the bundle; the child does so again for itself.
        original = found.pop("LD_LIBRARY_PATH_ORIG", None)
        found.pop("LD_LIBRARY_PATH", None)
        if original:
            found["LD_LIBRARY_PATH"] = original
    return found


@contextlib.contextmanager
def _signals(ask_to_stop: Callable[[], None]) -> Iterator[int]:
    """Call `ask_to_stop` at SIGTERM, SIGINT and SIGHUP; yield a pipe that gets a byte at every signal, SIGCHLD too."""
    wake, waker = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(waker, False)
    ends = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)  # SIGHUP: the user logs off
    before = {number: signal.signal(number, lambda *_: ask_to_stop()) for number in ends}
    before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    try:
        yield wake
    finally:
        signal.set_wakeup_fd(-1)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(wake)
        os.close(waker)


def _wait(files: Sequence[int], seconds: float) -> None:
    """Wait until one of the files can be read; the first one is the wake-up pipe and is emptied."""
    ready, _, _ = select.select(files, [], [], seconds)
    if files[0] in ready:
        os.read(files[0], 4096)
