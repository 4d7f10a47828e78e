"""The parser of the command line; wrong usage ends with exit code 2 and one line."""

from __future__ import annotations

import argparse
import math
import re
import sys
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from app import __version__

PROGRAM = "avatar-kiosk"
DEFAULT = "run"
_RUNNING = ("run", "demo")
_REPORTING = ("check", "visits", "release", "self-test")

_COMMANDS = {
    "run": "the kiosk, full screen (what happens without a command)",
    "demo": "the same with the built-in guide, whatever the settings say",
    "setup": "ask for the few things that a kiosk needs, and save them",
    "check": "readiness report; takes no slot at the service",
    "visits": "statistics of past visits; none is recorded yet",
    "release": "stop every session that a dead kiosk left behind",
    "self-test": "load every part without network",
}

# Values of options that were not given. No parser sets them, because the parser of a sub-command would then overwrite
# options given before the command.
_DEFAULTS: dict[str, Any] = {
    "config": None,
    "state_dir": None,
    "json": False,
    "log_level": "info",
    "windowed": None,
    "display": None,
    "no_supervise": False,
    "busy": 0.0,
    "force": False,
    "csv": None,
    "plot": None,
    "since": None,
}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        from app.settings.remarks import printable

        sys.stderr.write(f"{PROGRAM}: {printable(message)} (see {PROGRAM} --help)\n")
        raise SystemExit(2)


def parse(arguments: list[str]) -> argparse.Namespace:
    """Return the command and every option, with defaults. Exits with code 2 and one line where they are wrong."""
    parser = _parser()
    given = parser.parse_args(arguments)
    command = getattr(given, "command", None) or DEFAULT
    allowed = _options_of(command)
    for name in vars(given):
        if name != "command" and name not in allowed:
            parser.error(f"{command} has no option --{name.replace('_', '-')}")
    return argparse.Namespace(**{**_DEFAULTS, **vars(given), "command": command})


def again(given: argparse.Namespace, command: str) -> list[str]:
    """Return the arguments that start `command` with the same options, as far as it knows them."""
    arguments = [command]
    for name in sorted(_options_of(command)):
        value, option = getattr(given, name), f"--{name.replace('_', '-')}"
        if value == _DEFAULTS[name]:
            continue
        if value is True:
            arguments.append(option)
        elif name == "windowed":
            arguments.append(f"{option}={value[0]}x{value[1]}")
        else:
            arguments.append(f"{option}={value}")
    return arguments


def _options_of(command: str) -> set[str]:
    options = {"config", "state_dir", "log_level"}
    if command in _REPORTING:
        options |= {"json"}
    if command in _RUNNING:
        options |= {"windowed", "display", "no_supervise"}
    return options | {"demo": {"busy"}, "release": {"force"}, "visits": {"csv", "plot", "since"}}.get(command, set())


def _parser() -> _Parser:
    parser = _Parser(
        prog=PROGRAM,
        description="A full-screen kiosk where a visitor talks with a live avatar.",
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands", required=False)
    for name, does in _COMMANDS.items():
        one = commands.add_parser(
            name, help=does, description=f"{does[0].upper()}{does[1:]}.", argument_default=argparse.SUPPRESS,
            allow_abbrev=False,
        )  # fmt: skip
        _add(one, _options_of(name))
    # Every option may also stand before the command.
    _add(parser, set(_DEFAULTS), shown=_options_of(DEFAULT) | {"json"})
    return parser


def _add(parser: argparse.ArgumentParser, names: set[str], shown: set[str] | None = None) -> None:
    for name, options in _OPTIONS.items():
        if name in names:
            is_shown = shown is None or name in shown
            hidden = {} if is_shown else {"help": argparse.SUPPRESS}
            parser.add_argument(f"--{name.replace('_', '-')}", **{**options, **hidden})


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"([1-9][0-9]{1,4})x([1-9][0-9]{1,4})", text, re.ASCII)
    if match is None:
        raise argparse.ArgumentTypeError(f"'{text}' is not a size, allowed: WxH in pixels, for example 540x960")
    return int(match[1]), int(match[2])


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not math.isfinite(seconds) or seconds < 0:
        raise argparse.ArgumentTypeError(f"'{text}' is not a time, allowed: seconds, 0 or more")
    return seconds


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a date, allowed: YYYY-MM-DD") from None


def _text(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("'' is empty, allowed: a name")
    return text


def _path(text: str) -> Path:
    return Path(_text(text))


_OPTIONS: dict[str, dict[str, Any]] = {
    "config": {"metavar": "FILE", "type": _path, "help": "the settings, instead of kiosk.toml in the usual place"},
    "state_dir": {"metavar": "DIR", "type": _path, "help": "where the kiosk keeps its journal and logs"},
    "log_level": {"choices": ("debug", "info", "warning", "error"), "help": "how much is logged (info)"},
    "json": {"action": "store_true", "help": "print the report as JSON (check, visits, release, self-test)"},
    "windowed": {"metavar": "WxH", "type": _size, "help": "an ordinary window of that size in pixels"},
    "display": {"metavar": "NAME", "type": _text, "help": "the screen with that output name or serial"},
    "no_supervise": {"action": "store_true", "help": "run alone, without a parent process that restarts it"},
    "busy": {"metavar": "SECONDS", "type": _seconds, "help": "pretend to be full for so long"},
    "force": {"action": "store_true", "help": "stop the sessions of a running kiosk too"},
    "csv": {"metavar": "FILE", "type": _path, "help": "write one line a visit into this file"},
    "plot": {"metavar": "FILE.png", "type": _path, "help": "draw the statistics into this file"},
    "since": {"metavar": "DATE", "type": _date, "help": "only visits since that day (YYYY-MM-DD)"},
}
