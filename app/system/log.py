"""Logs: JSON lines in the state directory, lines for people on stderr; neither has a secret or a visitor's words."""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.system.redact import HIDDEN, Redactor

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_SENSITIVE = re.compile(
    r"(^|[._])(pii|token|secret|password|api_?key|authorization|session_id|room|room_name|identity)($|[._])", re.I
)
# The texts of these errors quote the data that caused them, which may be a visitor's words.
_QUOTING = (ValueError, LookupError)
# asyncio puts the repr of a failed task, and with it the text of its exception, into the message.
_EXCEPTION_IN_REPR = re.compile(r"exception=.*", re.DOTALL)
_VERBOSE_LIBRARIES = ("httpx", "httpcore", "asyncio", "qasync", "wakepy")
_DEEPEST_TRACE = 30


class Plain:
    """Message, fields and error of a record, without secrets and without visitors' words."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    def message(self, record: logging.LogRecord) -> str:
        """Return the message on one line."""
        try:
            text = record.getMessage()
        except (TypeError, ValueError):
            text = str(record.msg)
        return " ".join(self._redactor(_EXCEPTION_IN_REPR.sub("exception=...", text)).split())

    def fields(self, record: logging.LogRecord) -> dict[str, Any]:
        """Return the record's own fields; one whose name suggests private content is left out."""
        own = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        return {key: self._value(value) for key, value in own.items() if not _SENSITIVE.search(key)}

    def error(self, record: logging.LogRecord) -> dict[str, Any]:
        """Return class, text and places of the record's exception and of its causes."""
        error = record.exc_info[1] if record.exc_info else None
        found: dict[str, Any] = {}
        if error is not None:
            found["error"] = _kind(error)
            if not isinstance(error, _QUOTING) and (text := " ".join(self._redactor(str(error)).split())[:300]):
                found["error_text"] = text
            found["trace"] = _trace(error)
            if causes := _causes(error):
                found["caused_by"] = causes
        return found

    def _value(self, value: Any) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, dict):
            inner = {str(key): each for key, each in value.items()}
            return {key: HIDDEN if _SENSITIVE.search(key) else self._value(each) for key, each in inner.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._value(each) for each in value]
        if isinstance(value, BaseException):
            return _kind(value)
        return self._redactor(str(value))


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, then the record's fields and its exception."""

    def __init__(self, plain: Plain) -> None:
        super().__init__()
        self._plain = plain

    def format(self, record: logging.LogRecord) -> str:
        """See the class."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self._plain.message(record),
        }
        for key, value in (self._plain.error(record) | self._plain.fields(record)).items():
            line.setdefault(key, value)
        return json.dumps(line, ensure_ascii=False, default=str)


class PlainLines(logging.Formatter):
    """One line for people: time of day, level, logger, message, fields, and the exception's class and place."""

    def __init__(self, plain: Plain) -> None:
        super().__init__()
        self._plain = plain

    def format(self, record: logging.LogRecord) -> str:
        """See the class."""
        error = self._plain.error(record)
        fields = self._plain.fields(record) | {key: error[key] for key in ("error", "error_text") if key in error}
        if "trace" in error:
            fields["at"] = error["trace"][-1:] or "?"
        shown = "".join(f" {key}={json.dumps(value, ensure_ascii=False, default=str)}" for key, value in fields.items())
        time = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        return f"{time} {record.levelname.lower():7} {record.name}: {self._plain.message(record)}{shown}"


def handlers(redactor: Redactor, file: Path | None = None) -> list[logging.Handler]:
    """Return the handlers for stderr and, as JSON lines, for `file`. Raises OSError."""
    plain = Plain(redactor)
    stream = logging.StreamHandler(sys.stderr)
    stream.setFormatter(PlainLines(plain))
    if file is None:
        return [stream]
    from app.system.log_file import PrivateFile  # its imports would delay the parent's start of the kiosk

    rotating = PrivateFile(file)
    rotating.setFormatter(JsonLines(plain))
    return [stream, rotating]


def start_logging(level: str, redactor: Redactor, file: Path | None = None) -> None:
    """Send every record of this process to stderr and, as JSON lines, to a file; replaces an earlier set-up.

    Two processes must not share a file, because each rotates it.

    Args:
        level: "debug", "info", "warning" or "error", for both.
        redactor: Removes secrets.
        file: The file; None: stderr only.

    Raises:
        OSError: The file cannot be opened.
    """
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
        old.close()
    for handler in handlers(redactor, file):
        root.addHandler(handler)
    root.setLevel(level.upper())
    for name in _VERBOSE_LIBRARIES:  # below this level they log addresses and payloads
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    # A handler that fails (a full disk) must not print the record, unredacted, to stderr.
    logging.raiseExceptions = False


def _kind(error: BaseException) -> str:
    kind = type(error)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


def _trace(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-_DEEPEST_TRACE:]
    return [f"{'/'.join(Path(frame.filename).parts[-3:])}:{frame.lineno} {frame.name}" for frame in frames]


def _causes(error: BaseException) -> list[str]:
    found: list[str] = []
    seen = {id(error)}
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    while cause is not None and id(cause) not in seen and len(found) < 5:
        seen.add(id(cause))
        places = _trace(cause)
        found.append(f"{_kind(cause)} at {places[-1]}" if places else _kind(cause))
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return found
