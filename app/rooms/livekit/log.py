"""Filters the media library's log: no token, no room name, no warning about what the room reports as an event."""

from __future__ import annotations

import logging
import re
import time

from app.system.redact import redact

_NATIVE = "%s:%s:%s - %s"  # format of the SDK's records of its native part: target, line, module, message
_QUOTED = re.compile(r'"[^"]*"|participant \S+|(?:wss?|https?)://\S+')  # room names, identities, addresses
_CALLBACK = "error running user callback for %s: %s"  # on the root logger, with the whole event
_BLOCKED = "wait_pc_connection"
_MOST = 300  # characters of a detail

# The SDK logs every refused join, resume and reconnect as a warning or worse; the room reports all these as events.
_EXPECTED = re.compile(
    "|".join(
        (
            r"^livekit_signaling",
            r"failed to connect|error while connecting to a room|authentication rejected|wait_pc_connection",
            r"received session close|closed unexpectedly|data channel|ping timeout|reconnect",
            r"(?:resuming|restarting|resume|restart) connection",
            r"negotiat|failed to handle signal|failed to (?:send|validate)|peer connection is closed",
            r"queue overflow|drop unknown FFI handle",
            r"could not find published track|unknown participant|track_id|TrackSid",
        )
    )
)


class LibraryLog(logging.Filter):
    """A filter for the SDK's records, which come on native threads. `install` it once, `remove` it at the end.

    Native records get a constant message, and the cleaned text in the field `detail`. Those that the room reports as
    events become INFO; the library's own INFO becomes DEBUG.
    """

    def __init__(self) -> None:
        super().__init__()
        self._blocked_at = float("-inf")

    def install(self) -> None:
        """Begin to filter."""
        logging.getLogger("livekit").addFilter(self)
        logging.getLogger().addFilter(self)

    def remove(self) -> None:
        """Stop filtering."""
        logging.getLogger("livekit").removeFilter(self)
        logging.getLogger().removeFilter(self)

    def media_blocked_since(self, moment: float) -> bool:
        """Return whether the library found no connection for media after `moment` (time.monotonic, seconds)."""
        return self._blocked_at >= moment

    def filter(self, record: logging.LogRecord) -> bool:
        """Clean the record; drop it if its new level is not logged."""
        if record.msg == _CALLBACK:
            record.args = (record.args[0], "...") if isinstance(record.args, tuple) and record.args else ()
            if record.exc_info and isinstance(record.exc_info[1], KeyError | AssertionError):
                _lower(record, logging.INFO)  # an error of the SDK itself: an event about somebody who just left
                record.exc_info = None
        elif record.name == "livekit":
            self._clean(record)
            return logging.getLogger(record.name).isEnabledFor(record.levelno)
        return True

    def _clean(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if _BLOCKED in text:
            self._blocked_at = time.monotonic()
        if record.msg != _NATIVE or not isinstance(record.args, tuple):
            record.msg, record.args = redact(text), ()
            return
        if record.levelno >= logging.WARNING and _EXPECTED.search(text):
            _lower(record, logging.INFO)
        elif record.levelno == logging.INFO:
            _lower(record, logging.DEBUG)
        record.detail = redact(_QUOTED.sub("...", text))[:_MOST]
        record.msg, record.args = "media library", ()


def _lower(record: logging.LogRecord, level: int) -> None:
    record.levelno, record.levelname = level, logging.getLevelName(level)
