"""Starts a kiosk process: one at a time, and with its first picture before the event loop is even loaded."""

from __future__ import annotations

import faulthandler
import gc
import logging
import os
import sys
import time
from typing import TextIO, cast

from PySide6.QtCore import QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from app import __version__
from app.compose.options import RunOptions
from app.compose.presentation import Presentation
from app.resources import resource
from app.screens import UnavailableReason
from app.settings.startup import read_startup_settings
from app.state import StateDirectory
from app.system.hang import HangWatch
from app.system.heartbeat import Heartbeat
from app.system.lock import StateLock, Taken
from app.system.panic import PanicDetector
from app.system.redact import redact
from app.vitals import Vitals
from app.window.toolkit.look import load_fonts

FIRST_PAINT_S = 10.0  # longest wait for the first picture: the display may be off


def run_kiosk(options: RunOptions) -> int:
    """Run the kiosk until it shall end; return the exit code. 1: another kiosk holds the state directory."""
    # All objects made now stay; garbage collections in between take a twentieth of the start.
    gc.disable()
    heartbeat = Heartbeat(os.environ)
    state = StateDirectory(options.state_dir)
    run = heartbeat.run or os.urandom(8).hex()
    lock: StateLock | None = None
    if not heartbeat.run:  # there is no parent, so this process takes the lock
        try:
            lock = StateLock(options.state_dir)
        except Taken as taken:
            sys.stderr.write(f"{taken}\n")
            return 1
        lock.name_run(run)
    with _stacks(state) as stacks:
        faulthandler.enable(stacks)
        heartbeat.hang_watch = HangWatch(stacks)
        panic = PanicDetector(sys.stderr, redact)
        sys.stderr = cast("TextIO", panic)
        try:
            application = _application()
            vitals = Vitals(version=__version__)
            presentation = _first_picture(application, options, vitals, heartbeat)
            from app.compose.process import Process, loop_of

            process = Process(
                options=options,
                state=state,
                heartbeat=heartbeat,
                run=run,
                vitals=vitals,
                presentation=presentation,
                panic=panic,
            )
            with loop_of(application) as runner:
                return runner.run(process.live())
        finally:
            heartbeat.hang_watch.stop()
            faulthandler.disable()
            if lock is not None:
                lock.close()


def _stacks(state: StateDirectory) -> TextIO:
    """Return the file for the stacks of a process that hangs or crashes; stderr where no file can be written."""
    try:
        return state.crash_file().open("a", encoding="utf-8")
    except OSError:
        return os.fdopen(os.dup(2), "a", encoding="utf-8")


def _first_picture(
    application: QApplication, options: RunOptions, vitals: Vitals, heartbeat: Heartbeat
) -> Presentation | None:
    """Return the painted window; None where the settings must be checked before anything can be shown."""
    startup = read_startup_settings(options.config, os.environ)
    if startup is None:
        return None
    presentation = Presentation(startup, options, vitals)
    presentation.appear(UnavailableReason.SAFE_MODE if heartbeat.safe_mode else None)
    deadline = time.monotonic() + FIRST_PAINT_S
    while not presentation.is_painted and time.monotonic() < deadline:
        application.processEvents()  # allowed, because no event loop runs yet
        time.sleep(0.001)
    heartbeat.ready()
    return presentation


def _application() -> QApplication:
    qInstallMessageHandler(_log_qt)
    application = QApplication(sys.argv[:1])
    application.setApplicationName("avatar-kiosk")
    # Otherwise closing the window makes Qt stop the event loop while coroutines still run.
    application.setQuitOnLastWindowClosed(False)
    load_fonts(resource("fonts"))
    return application


def _log_qt(kind: QtMsgType, _context: object, message: str) -> None:
    level = logging.INFO if kind in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) else logging.WARNING
    logging.getLogger("qt").log(level, "Qt says", extra={"said": message})
