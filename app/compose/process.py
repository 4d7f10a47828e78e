"""Runs a kiosk process: one event loop, a new kiosk where new settings have to be read, one way to take it down."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import qasync

from app.compose.options import RunOptions
from app.compose.presentation import Presentation
from app.kiosk.exit_code import ExitCode
from app.screens import UnavailableReason
from app.settings.startup import StartupSettings, startup_settings_of
from app.state import StateDirectory
from app.system import power
from app.system.heartbeat import Heartbeat
from app.system.panic import PanicDetector
from app.vitals import Vitals

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from app.compose.composition import Composition
    from app.settings.load import Loaded

log = logging.getLogger(__name__)

PANICKED = 70  # exit code after a panic of the media library
_MORE_SIGNALS = (signal.SIGHUP,) if hasattr(signal, "SIGHUP") else ()  # the terminal or the desktop session ends
_ASK = {ExitCode.REBOOT: power.reboot, ExitCode.SHUT_DOWN: power.shut_down}


def loop_of(application: QApplication) -> asyncio.Runner:
    """Return what runs coroutines on the application's own event loop."""
    return asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(application))


class Process:
    """Loads the settings after the first picture, runs a kiosk built from them, and another one when they change.

    Args:
        options: What the command line asks for.
        state: The state directory.
        heartbeat: Reports to the parent process.
        run: Name of this run, as in the journal.
        vitals: Where every part reports its state.
        presentation: The window, where it is already shown.
        panic: Knows whether the media library has panicked.
    """

    def __init__(
        self,
        *,
        options: RunOptions,
        state: StateDirectory,
        heartbeat: Heartbeat,
        run: str,
        vitals: Vitals,
        presentation: Presentation | None,
        panic: PanicDetector,
    ) -> None:
        self._options = options
        self._state = state
        self._heartbeat = heartbeat
        self._run = run
        self._vitals = vitals
        self._presentation = presentation
        self._panic = panic
        self._wanted: ExitCode | None = None
        self._pass_on: Callable[[ExitCode], None] | None = None

    async def live(self) -> int:
        """Run until the process shall end; return its exit code."""
        loop = asyncio.get_running_loop()
        workers = ThreadPoolExecutor(4, thread_name_prefix="work")
        loop.set_default_executor(workers)
        _log_unhandled_errors(loop)
        for number in (signal.SIGTERM, signal.SIGINT, *_MORE_SIGNALS):
            loop.add_signal_handler(number, self._on_signal)
        beats = self._heartbeat.keep_beating(lambda: self._vitals.media_overdue is None)
        beating = asyncio.create_task(beats, name="beat")
        try:
            return await self._serve()
        finally:
            if self._presentation is not None:
                self._presentation.close()
            beating.cancel()
            # The loop waits for its workers when it closes; a name lookup without answer blocks one for half a minute.
            workers.shutdown(wait=False, cancel_futures=True)
            loop.set_default_executor(ThreadPoolExecutor(1))

    async def _serve(self) -> int:
        if self._presentation is not None:
            self._enter(self._presentation)
        while True:
            loaded = await asyncio.to_thread(self._options.load)
            presentation = await self._open(startup_settings_of(loaded))
            code = await self._run_kiosk(await asyncio.to_thread(self._composition, loaded, presentation))
            if code is ExitCode.RELOAD:
                continue
            ask = _ASK.get(code)
            if ask is not None and not await asyncio.to_thread(ask):
                code = ExitCode.RESTART  # the system refused, so start again instead of leaving a dark screen
            if self._vitals.open_sessions == 0:
                self._heartbeat.nothing_left()
            return int(code)

    async def _open(self, startup: StartupSettings) -> Presentation:
        """Return the painted window for these settings; a new one only where they differ from the last."""
        if self._presentation is not None and self._presentation.startup == startup:
            return self._presentation
        if self._presentation is not None:
            self._presentation.close()
            self._vitals.degraded = frozenset()
        why = UnavailableReason.SAFE_MODE if self._heartbeat.safe_mode else None
        self._presentation = presentation = Presentation(startup, self._options, self._vitals)
        presentation.appear(why)
        self._enter(presentation)
        await presentation.painted()
        self._heartbeat.ready()
        return presentation

    def _enter(self, presentation: Presentation) -> None:
        presentation.enter(asyncio.get_running_loop(), lambda: self._end(ExitCode.STAFF_EXIT))

    def _composition(self, loaded: Loaded, presentation: Presentation) -> Composition:
        from app.compose.composition import Composition  # it imports everything that a visit needs

        return Composition(
            options=self._options,
            loaded=loaded,
            presentation=presentation,
            state=self._state,
            vitals=self._vitals,
            run=self._run,
            safe_mode=self._heartbeat.safe_mode,
        )

    async def _run_kiosk(self, composition: Composition) -> ExitCode:
        try:
            kiosk = await composition.build()
            if not gc.isenabled():
                # These objects stay until the end: keep them out of garbage collections during visits.
                gc.freeze()
                gc.enable()
            self._pass_on = kiosk.request_exit
            if self._wanted is not None:
                kiosk.request_exit(self._wanted)
            return await kiosk.run()
        finally:
            self._pass_on = None
            await composition.take_down()

    def _on_signal(self) -> None:
        if self._panic.heard:
            # The library cannot leave rooms in order any more; the parent stops the sessions.
            log.critical("the media library panicked")
            self._options.die(PANICKED)
        self._end(ExitCode.RESTART)

    def _end(self, code: ExitCode) -> None:
        self._wanted = code
        if self._pass_on is not None:
            self._pass_on(code)


def _log_unhandled_errors(loop: asyncio.AbstractEventLoop) -> None:
    """Log every error that no code handles; the process continues."""

    def in_slot(kind: type[BaseException], error: BaseException, trace: Any) -> None:
        log.error("unhandled error", exc_info=(kind, error, trace))

    def in_loop(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        log.error("unhandled error in the loop", exc_info=context.get("exception"))

    def in_thread(args: threading.ExceptHookArgs) -> None:
        log.error("unhandled error in a thread", exc_info=args.exc_value)

    def in_callback(args: sys.UnraisableHookArgs) -> None:
        log.error("unhandled error in a callback", exc_info=args.exc_value)

    sys.excepthook = in_slot
    sys.unraisablehook = in_callback
    threading.excepthook = in_thread
    loop.set_exception_handler(in_loop)
