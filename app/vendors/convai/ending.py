"""Why a Convai session ends: its own announcements, and what the room's end means beside them.

See docs/vendors/convai.md 5.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping

from app.events import Ended, Ending, Event
from app.screens import EndReason
from app.vendors.convai.messages import Message
from app.vendors.convai.turns import Handler

log = logging.getLogger(__name__)

_WARNING_LEAD_S = 5.0  # the service may close a little before it said
_MOST_REMAINING_S = 86_400.0
# What the room says when the service closed it, or stopped to answer.
_BY_THE_SERVICE = frozenset({EndReason.ROOM_CLOSED, EndReason.NETWORK, EndReason.UNKNOWN, EndReason.AVATAR_LEFT})


class Endings:
    """What the service said of the session's end. handlers: by message type. clock: seconds, rising."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._idle_due: float | None = None  # when the service closes because nobody is there
        self._announced: EndReason | None = None  # by its own word
        self.handlers: Mapping[str, Handler] = {
            "usage-limit-reached": lambda message: [Ended(EndReason.OUT_OF_CREDITS)],
            "user-idle-warning": self._on_idle_warning,
            "session-ending": self._on_ending,
            "error": self._on_error,
            "error-response": self._on_error,
        }

    def somebody_is_here(self) -> None:
        """The service is told so: its warning is void."""
        self._idle_due = None

    def explained(self, reason: EndReason) -> Iterator[Event]:
        """Tell the service's own reason before the room's, where it gave one."""
        true = self.true_reason(reason)
        if true is not reason:
            yield Ended(true)

    def true_reason(self, reason: EndReason) -> EndReason:
        """Return what an end that the room told really was."""
        if reason not in _BY_THE_SERVICE:
            return reason
        if self._announced is not None:
            return self._announced
        was_due = self._idle_due is not None and self._clock() >= self._idle_due - _WARNING_LEAD_S
        return EndReason.VENDOR_IDLE if was_due else reason

    def _on_idle_warning(self, message: Message) -> Iterator[Event]:
        remaining_s = _bounded(message.number("remaining_seconds"))
        self._idle_due = self._clock() + remaining_s
        yield Ending(remaining_s, by_idle=True)

    def _on_ending(self, message: Message) -> Iterator[Event]:
        reason = message.text("reason").lower()
        is_idle = "idle" in reason or (not reason and self._idle_due is not None)
        self._announced = EndReason.VENDOR_IDLE if is_idle else _named_reason(reason)
        remaining = message.number("remaining_seconds")
        if is_idle or remaining is not None:
            yield Ending(_bounded(remaining), by_idle=is_idle)

    def _on_error(self, message: Message) -> Iterator[Event]:
        is_fatal = message.is_true("fatal")
        log.info("the service tells an error", extra={"fatal": is_fatal})
        if is_fatal:
            yield Ended(EndReason.ERROR)


def _bounded(seconds: float | None) -> float:
    return min(_MOST_REMAINING_S, max(0.0, seconds or 0.0))


def _named_reason(reason: str) -> EndReason | None:
    if any(word in reason for word in ("usage", "quota", "credit")):
        return EndReason.OUT_OF_CREDITS
    return EndReason.VENDOR_MAX_DURATION if any(word in reason for word in ("max", "duration", "limit")) else None
