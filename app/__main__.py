"""The command line: run (default), demo, setup, check, visits, release, self-test."""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO

from app import __version__
from app.commands.parser import PROGRAM, again, parse
from app.state import StateDirectory, default_state_dir
from app.system.log import start_logging
from app.system.outside import forbid_dumps
from app.system.redact import Redactor

if TYPE_CHECKING:
    from app.settings.load import Loaded

log = logging.getLogger(__name__)

FAULT = 70  # of a kiosk: the parent counts it and starts another one
INTERRUPTED = 130


def console() -> NoReturn:
    """Run the command line of this process, and end it."""
    os.environ["QT_API"] = "pyside6"
    if getattr(sys, "frozen", False):
        import multiprocessing

        multiprocessing.freeze_support()  # `check` runs probes in processes of their own
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a character that the terminal cannot show must not raise
    code = main(sys.argv[1:])
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            _flush(stream)
    if "livekit.rtc._ffi_client" in sys.modules:
        # A native thread of the media library sometimes aborts the interpreter while it finalises.
        from app.rooms.livekit.end import shut_down_library

        shut_down_library()
        os._exit(code)
    sys.exit(code)


def _flush(stream: TextIO) -> None:
    try:
        stream.flush()
    except BrokenPipeError:
        # The reader of the output went away; the interpreter must not complain about it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code; wrong usage exits with 2."""
    given = parse(arguments)
    os.umask(0o077)  # only the user can read what we write
    redactor = Redactor()
    start_logging(given.log_level, redactor)
    state = StateDirectory(_state_dir(given))
    command = _COMMANDS[given.command]
    try:
        return command(given, state, redactor)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return 1
    except Exception:
        log.critical("the command failed", extra={"command": given.command}, exc_info=True)
        return FAULT if given.command in ("run", "demo") else 1


def _state_dir(given: argparse.Namespace) -> Path:
    folder: Path = given.state_dir or default_state_dir()
    return folder.absolute()


def _load(given: argparse.Namespace, redactor: Redactor) -> Loaded:
    from app.settings.load import load
    from app.settings.shape import secret_values
    from app.vendors.registry import vendors

    loaded = load(given.config, vendors=vendors())
    redactor.learn(secret_values(loaded.settings))
    return loaded


def _tell(loaded: Loaded, *, as_warnings: bool = False) -> None:
    """Print the mistakes and warnings of the settings, a line for each."""
    for mistake in loaded.mistakes:
        sys.stderr.write(f"{'warning: ' if as_warnings else ''}{mistake}\n")
    for warning in loaded.warnings:
        sys.stderr.write(f"warning: {warning}\n")


def _is_usable(state: StateDirectory) -> bool:
    try:
        state.prepare()
    except OSError as error:
        from app.settings.remarks import printable

        why = error.strerror or type(error).__name__
        sys.stderr.write(f"{PROGRAM}: the state directory {printable(str(state.folder))} cannot be used: {why}\n")
        return False
    return True


def _may_recover(state: StateDirectory) -> bool:
    """Tell whether an unusable state directory is a temporary fault of the disk, not a wrong path."""
    import errno

    if state.folder.is_dir():
        return True
    try:
        state.prepare()
    except OSError as error:
        return error.errno in (errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EIO)
    return True


def _log_to(given: argparse.Namespace, redactor: Redactor, file: Path) -> None:
    """Log into a file as well, where it can be opened."""
    try:
        start_logging(given.log_level, redactor, file)
    except OSError:
        start_logging(given.log_level, redactor)


def _die(code: int) -> None:
    logging.shutdown()
    os._exit(code)


def _run(given: argparse.Namespace, state: StateDirectory, redactor: Redactor) -> int:
    is_usable = _is_usable(state)
    if not is_usable and not _may_recover(state):
        return 1
    forbid_dumps()
    if not given.no_supervise and os.name == "posix":
        from app.system.parent import own_command, run_parent

        kiosk = [*own_command(), *again(given, given.command), "--no-supervise"]
        return run_parent(kiosk, [*own_command(), *again(given, "release")], state.folder)
    _log_to(given, redactor, state.logs / "kiosk.jsonl")
    is_demo = given.command == "demo"

    def load() -> Loaded:
        loaded = _load(given, redactor)
        if is_demo:
            loaded = loaded.as_demo()
        _tell(loaded)
        return loaded

    from app.compose import run_kiosk
    from app.compose.options import RunOptions

    return run_kiosk(
        RunOptions(
            load=load,
            state_dir=state.folder,
            die=_die,
            is_makeshift=not is_usable,
            config=given.config,
            windowed=given.windowed,
            display=given.display,
            demo=is_demo,
            busy_s=given.busy,
            log_level=given.log_level,
        )
    )


def _setup(given: argparse.Namespace, _state: StateDirectory, redactor: Redactor) -> int:
    from app.commands.setup import Console, ask_and_save
    from app.vendors.registry import vendors

    loaded = _load(given, redactor)
    if loaded.path.exists():  # `setup` creates a missing file
        _tell(loaded, as_warnings=True)
    return 0 if ask_and_save(loaded, vendors(), Console()) else 1


def _check(given: argparse.Namespace, state: StateDirectory, redactor: Redactor) -> int:
    import asyncio

    from app.commands.check import is_ready, readiness
    from app.commands.report import show_findings, show_json
    from app.findings import Finding
    from app.http import HttpClient
    from app.vendors.registry import vendors

    loaded = _load(given, redactor)
    _tell(loaded)

    async def ask() -> list[Finding]:
        http = HttpClient(__version__)
        try:
            return await readiness(loaded, state, redactor, vendors(), http)
        finally:
            await http.close()

    findings = asyncio.run(ask())
    ready = is_ready(findings)
    if given.json:
        mistakes, warnings = [list(map(str, remarks)) for remarks in (loaded.mistakes, loaded.warnings)]
        show_json(findings, ready=ready, mistakes=mistakes, warnings=warnings)
    else:
        show_findings(findings, "READY" if ready else "NOT READY")
    return 0 if ready else 1


def _visits(given: argparse.Namespace, _state: StateDirectory, redactor: Redactor) -> int:
    _tell(_load(given, redactor), as_warnings=True)
    if given.json:
        sys.stdout.write(json.dumps({"visits": []}) + "\n")
    else:
        sys.stdout.write("No visit has been recorded yet.\n")
    return 0


def _release(given: argparse.Namespace, state: StateDirectory, redactor: Redactor) -> int:
    import asyncio

    from app.commands.release import release_all

    if not _is_usable(state) and not _may_recover(state):
        return 1
    forbid_dumps()
    _log_to(given, redactor, state.logs / "release.jsonl")
    loaded = _load(given, redactor)
    _tell(loaded, as_warnings=True)
    return asyncio.run(release_all(loaded.settings, state, force=given.force, as_json=given.json))


def _self_test(given: argparse.Namespace, state: StateDirectory, redactor: Redactor) -> int:
    from app.commands.self_test import all_parts, self_test

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    loaded = _load(given, redactor)
    _tell(loaded)
    return 0 if self_test(all_parts(loaded, state), as_json=given.json) else 1


_COMMANDS: dict[str, Callable[[argparse.Namespace, StateDirectory, Redactor], int]] = {
    "run": _run,
    "demo": _run,
    "setup": _setup,
    "check": _check,
    "visits": _visits,
    "release": _release,
    "self-test": _self_test,
}


if __name__ == "__main__":
    console()
