"""The life of a kiosk process: one event loop, one kiosk after another as its settings change, one way down."""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import os
import secrets
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import qasync
from PySide6.QtCore import QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from app import __version__
from app.compose.house import House
from app.kiosk import ExitCode
from app.options import RunOptions
from app.resources import resource
from app.settings.shape import secret_values
from app.state import StateDirectory
from app.system.heartbeat import Heartbeat
from app.system.lock import StateLock, Taken
from app.vitals import Vitals
from app.window.look import load_fonts

log = logging.getLogger(__name__)


def run_kiosk(options: RunOptions) -> int:
    """Run the kiosk until it is meant to end; return the exit code. 1: another kiosk holds the state directory."""
    heartbeat = Heartbeat(os.environ)
    state = StateDirectory(options.state_dir)
    run = heartbeat.run or secrets.token_hex(8)
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
    """Settings are read, a kiosk is built from them and runs; when they change, another one."""

    def __init__(self, options: RunOptions, state: StateDirectory, heartbeat: Heartbeat, run: str) -> None:
        self._options = options
        self._state = state
        self._heartbeat = heartbeat
        self._run = run
        self._wanted: ExitCode | None = None
        self._pass_on: Callable[[ExitCode], None] | None = None

    async def live(self) -> int:
        """Return the exit code."""
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(4, thread_name_prefix="work"))
        _catch_what_nobody_handles(loop)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._end, ExitCode.RESTART)
        loaded = self._options.loaded
        while True:
            vitals = Vitals(version=__version__, kiosk=loaded.settings.kiosk.id)
            house = House(
                options=self._options,
                loaded=loaded,
                state=self._state,
                vitals=vitals,
                run=self._run,
                heartbeat=self._heartbeat,
                end=self._end,
            )
            code = await self._live_in(house, vitals)
            if code is not ExitCode.RELOAD:
                return int(code)
            loaded = await asyncio.to_thread(loaded.again)
            self._options.redactor.learn(secret_values(loaded.settings))

    async def _live_in(self, house: House, vitals: Vitals) -> ExitCode:
        beating = asyncio.create_task(self._heartbeat.keep_beating(lambda: vitals.media_overdue is None), name="beat")
        try:
            kiosk = await house.build()
            self._pass_on = kiosk.request_exit
            if self._wanted is not None:
                kiosk.request_exit(self._wanted)
            return await kiosk.run()
        finally:
            self._pass_on = None
            await house.take_down()
            beating.cancel()

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
