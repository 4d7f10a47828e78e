"""The life of a kiosk process: one event loop, one kiosk after another as its settings change, one way down."""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import qasync
from PySide6.QtCore import QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from app import __version__
from app.compose.front import Front
from app.exit_code import ExitCode
from app.opening import Opening, glimpse, opening_of
from app.options import RunOptions
from app.resources import resource
from app.screens import UnavailableReason
from app.state import StateDirectory
from app.system.heartbeat import Heartbeat
from app.system.lock import StateLock, Taken
from app.vitals import Vitals
from app.window.look import load_fonts

if TYPE_CHECKING:
    from app.compose.house import House
    from app.settings.load import Loaded

log = logging.getLogger(__name__)


def run_kiosk(options: RunOptions) -> int:
    """Run the kiosk until it is meant to end; return the exit code. 1: another kiosk holds the state directory."""
    heartbeat = Heartbeat(os.environ)
    state = StateDirectory(options.state_dir)
    run = heartbeat.run or os.urandom(8).hex()
    lock: StateLock | None = None
    if not heartbeat.run:  # nobody supervises: the lock is ours
        try:
            lock = StateLock(options.state_dir)
        except Taken as taken:
            sys.stderr.write(f"{taken}\n")
            return 1
        lock.name_run(run)
    with state.crash_file().open("a", encoding="utf-8") as stacks:
        faulthandler.enable(stacks)
        try:
            application = _application()
            with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(application)) as runner:
                return runner.run(_Process(options, state, heartbeat, run).live())
        finally:
            faulthandler.disable()
            if lock is not None:
                lock.close()


def _application() -> QApplication:
    qInstallMessageHandler(_log_qt)
    application = QApplication(sys.argv[:1])
    application.setApplicationName("avatar-kiosk")
    # The window closing would make Qt stop the loop under running coroutines.
    application.setQuitOnLastWindowClosed(False)
    load_fonts(resource("fonts"))
    return application


def _log_qt(kind: QtMsgType, _context: object, message: str) -> None:
    level = logging.INFO if kind in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) else logging.WARNING
    logging.getLogger("qt").log(level, "Qt says", extra={"said": message})


class _Process:
    """The first picture, then the settings, then a kiosk built from them; when they change, another one."""

    def __init__(self, options: RunOptions, state: StateDirectory, heartbeat: Heartbeat, run: str) -> None:
        self._options = options
        self._state = state
        self._heartbeat = heartbeat
        self._run = run
        self._vitals = Vitals(version=__version__)
        self._front: Front | None = None
        self._wanted: ExitCode | None = None
        self._pass_on: Callable[[ExitCode], None] | None = None

    async def live(self) -> int:
        """Return the exit code."""
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(4, thread_name_prefix="work"))
        _catch_what_nobody_handles(loop)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._end, ExitCode.RESTART)
        beats = self._heartbeat.keep_beating(lambda: self._vitals.media_overdue is None)
        beating = asyncio.create_task(beats, name="beat")
        try:
            return await self._serve()
        finally:
            if self._front is not None:
                self._front.close()
            beating.cancel()

    async def _serve(self) -> int:
        opening = glimpse(self._options.config, os.environ)
        if opening is not None:
            await self._open(opening)
        while True:
            loaded = await asyncio.to_thread(self._options.load)
            front = await self._open(opening_of(loaded))
            code = await self._live_in(await asyncio.to_thread(self._house, loaded, front))
            if code is not ExitCode.RELOAD:
                return int(code)

    async def _open(self, opening: Opening) -> Front:
        """Return the window for these settings, painted; another one only where they differ."""
        if self._front is not None and self._front.opening == opening:
            return self._front
        if self._front is not None:
            self._front.close()
            self._vitals.degraded = frozenset()
        why = UnavailableReason.SAFE_MODE if self._heartbeat.safe_mode else None
        self._front = Front(opening, self._options, self._vitals, lambda: self._end(ExitCode.STAFF_EXIT))
        self._front.appear(why)
        await self._front.painted()
        self._heartbeat.ready()
        return self._front

    def _house(self, loaded: Loaded, front: Front) -> House:
        from app.compose.house import House  # with everything that a visit needs

        return House(
            options=self._options,
            loaded=loaded,
            front=front,
            state=self._state,
            vitals=self._vitals,
            run=self._run,
            safe_mode=self._heartbeat.safe_mode,
        )

    async def _live_in(self, house: House) -> ExitCode:
        try:
            kiosk = await house.build()
            self._pass_on = kiosk.request_exit
            if self._wanted is not None:
                kiosk.request_exit(self._wanted)
            return await kiosk.run()
        finally:
            self._pass_on = None
            await house.take_down()

    def _end(self, code: ExitCode) -> None:
        self._wanted = code
        if self._pass_on is not None:
            self._pass_on(code)


def _catch_what_nobody_handles(loop: asyncio.AbstractEventLoop) -> None:
    """One place hears of it; the process goes on as long as the day does."""

    def of_a_slot(kind: type[BaseException], error: BaseException, trace: Any) -> None:
        log.error("unhandled error", exc_info=(kind, error, trace))

    def of_the_loop(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        log.error("unhandled error in the loop", exc_info=context.get("exception"))

    def of_a_thread(args: threading.ExceptHookArgs) -> None:
        log.error("unhandled error in a thread", exc_info=args.exc_value)

    sys.excepthook = of_a_slot
    threading.excepthook = of_a_thread
    loop.set_exception_handler(of_the_loop)
