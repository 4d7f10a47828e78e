"""The parent process: starts the kiosk as its child, watches it, restarts it, and cleans up behind it. POSIX.

Loads neither Qt nor an SDK: it must not die of what its child dies of.
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
FINAL = (10, 20, 30)  # reboot, shut down, staff exit: handed on
# glibc gives every freed picture back to the system and faults it in again; with both of these set it keeps them:
# converting a 720p picture takes 1.0 ms instead of 6. Larger values are ignored by older glibc.
ALLOCATOR = {"MALLOC_TRIM_THRESHOLD_": "33554432", "MALLOC_MMAP_THRESHOLD_": "33554432"}


@dataclass(frozen=True, slots=True)
class Limits:
    """How patient the parent is, in seconds. Safe mode is on while `window_s` holds `faults` faults."""

    start_s: float = 60.0  # until the first beat; a cold disk is slow
    hang_s: float = 15.0
    last_words_s: float = 1.0  # a hung child writes its stacks
    stop_s: float = 8.0  # the child promises 5
    end_s: float = 5.0  # from the wish to stop to the end, where all goes well; the last release gets what is left
    least_release_s: float = 1.0
    release_s: float = 60.0
    handover_s: float = 2.0  # for a release still at work when the next one is wanted, before another child starts
    delay_s: float = 2.0  # before the next start, for each fault in the window from `faults` on
    faults: int = 5
    window_s: float = 600.0
    tick_s: float = 1.0


def own_command() -> list[str]:
    """How this program starts itself, from a checkout or as the installed package."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "app"]


def run_parent(kiosk: Sequence[str], release: Sequence[str], state_dir: Path) -> int:
    """Run the kiosk until it is meant to end; return the exit code for this process.

    kiosk: the whole command of the child (it must not supervise again). release: the command that stops what dead runs
    left in the journal. Ends with 0 after SIGTERM, SIGINT or SIGHUP, with 10, 20 or 30 as the child did, and with 1
    where another kiosk holds `state_dir` or it cannot be used.
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
    """One child after another. Call `run` once, on the main thread (it takes the signals)."""

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
        self._wished_at = 0.0
        self._is_owed = False  # the last child may have left a session behind

    def run(self) -> int:
        """See `run_parent`."""
        was_fault = False
        code: int | None = None
        with _signals(self._wish_to_stop) as wake:
            while not self._stopping:
                run = self._name_next_run()
                if was_fault:
                    self._recovery.start(run)  # first of all: the session of the dead one costs money by the second
                    self._rest(wake)
                code = self._one_child(run, wake)
                if code in FINAL:
                    break
                was_fault = code is not None
                if code is not None:
                    self._count_fault(code)
            self._lock.name_run("")
            if self._is_owed:  # no child comes after this one to make up for it
                self._recovery.start("")
            self._recovery.finish(self._left_s())
            return 0 if self._stopping or code is None else code

    def _left_s(self) -> float:
        """Return for how long the last release may work: the journal names what it does not manage."""
        if not self._stopping:
            return self._limits.stop_s
        return max(self._limits.least_release_s, self._limits.end_s - (time.monotonic() - self._wished_at))

    def _name_next_run(self) -> str:
        """Write down what the journal calls the next child, so that no release takes it for a dead one."""
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
        """Start a kiosk, see it through, and return its exit code, or None where it ended as it should."""
        if self._stopping:
            return None
        in_safe_mode = self._is_safe_mode
        try:
            child = Child(self._kiosk, self._environ, run, in_safe_mode)
        except OSError as error:
            log.error("kiosk could not start", extra={"error": type(error).__name__})
            return 127
        self._is_owed = True
        with child:
            code = self._watch(child, wake, in_safe_mode)
            child.beats()
            self._is_owed = not child.left_nothing
            return code

    def _watch(self, child: Child, wake: int, in_safe_mode: bool) -> int | None:
        kill_at: float | None = None
        files = [wake, child.pipe]
        while (code := child.code()) is None:
            _wait(files, self._limits.tick_s)
            now = time.monotonic()
            beats = child.beats()
            if beats == b"":
                files = [wake]  # it is ending, or will be found silent
            self._relay(beats, child)
            self._recovery.look()
            if kill_at is None and (self._stopping or (in_safe_mode and not self._is_safe_mode)):
                child.ask_to_end()
                kill_at = now + self._limits.stop_s
            if kill_at is not None and now >= kill_at:
                log.error("kiosk did not stop in time")
                child.kill()
            elif kill_at is None and child.silent_s > self._patience_s(child):
                log.error("kiosk hangs", extra={"silent_s": round(child.silent_s, 1)})
                child.abort(self._limits.last_words_s)
        # A restart wanted before the first beat would go round and round.
        is_planned = code == RESTART_WANTED and (child.has_beaten or kill_at is not None)
        return None if is_planned else code

    def _patience_s(self, child: Child) -> float:
        return self._limits.hang_s if child.has_beaten else self._limits.start_s

    def _relay(self, beats: bytes | None, child: Child) -> None:
        """Hand on what the child says; while it loads, its start limit vouches for it."""
        if beats and heartbeat.FIRST_SCREEN in beats:
            self._notifier.send(READY)
        if (beats and heartbeat.WELL in beats) or not child.has_beaten:
            self._notifier.send(WATCHDOG)

    def _count_fault(self, code: int) -> None:
        self._faults.append(time.monotonic())
        log.error("kiosk ended by a fault", extra={"code": code, "faults": self._recent_faults()})

    def _rest(self, wake: int) -> None:
        """Wait before a start in safe mode, longer with each fault; before safe mode visitors are not kept waiting."""
        until = time.monotonic() + self._limits.delay_s * (self._recent_faults() - self._limits.faults + 1)
        while not self._stopping and (left_s := until - time.monotonic()) > 0:
            self._notifier.send(WATCHDOG)
            self._recovery.look()
            _wait([wake], min(left_s, self._limits.tick_s))

    def _wish_to_stop(self) -> None:
        if not self._stopping:
            self._stopping, self._wished_at = True, time.monotonic()


def _for_children(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of the kiosk: tuned, and without what is the parent's alone."""
    found = {**ALLOCATOR, **environ} if sys.platform == "linux" else dict(environ)
    found.pop("NOTIFY_SOCKET", None)
    if getattr(sys, "frozen", False):
        # The frozen start-up points the loader into the bundle; the child does so again for itself.
        original = found.pop("LD_LIBRARY_PATH_ORIG", None)
        found.pop("LD_LIBRARY_PATH", None)
        if original:
            found["LD_LIBRARY_PATH"] = original
    return found


@contextlib.contextmanager
def _signals(wish_to_stop: Callable[[], None]) -> Iterator[int]:
    """Turn SIGTERM, SIGINT and SIGHUP into a wish, and every signal (a child's end too) into a byte to wake up by."""
    wake, waker = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(waker, False)
    ends = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)  # SIGHUP: the user logs off
    before = {number: signal.signal(number, lambda *_: wish_to_stop()) for number in ends}
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
    """Wait for news on any of the files; the first one is the wake-up pipe and is emptied."""
    ready, _, _ = select.select(files, [], [], seconds)
    if files[0] in ready:
        os.read(files[0], 4096)
