"""Why a Convai session ends: the service's announcements, and what the end of the room means after them.

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

_WARNING_LEAD_S = 5.0  # the service may close the room this long before the announced moment
_MOST_REMAINING_S = 86_400.0
# What the room reports when the service closed it, or stopped answering.
_BY_THE_SERVICE = frozenset({EndReason.ROOM_CLOSED, EndReason.NETWORK, EndReason.UNKNOWN, EndReason.AVATAR_LEFT})


class Endings:
    """Remembers what the service announced about the end of the session.

    Args:
        clock: Returns a monotonic time in seconds.

    Attributes:
        handlers: Functions that take a message and return events, by message type.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._idle_due: float | None = None  # when the service will close the room because nobody is there
        self._announced: EndReason | None = None  # the reason in `session-ending`
        self.handlers: Mapping[str, Handler] = {
            "usage-limit-reached": lambda message: [Ended(EndReason.OUT_OF_CREDITS)],
            "user-idle-warning": self._on_idle_warning,
            "session-ending": self._on_ending,
            "error": self._on_error,
            "error-response": self._on_error,
        }

    def somebody_is_here(self) -> None:
        """The service was told that somebody is here: forget its idle warning."""
        self._idle_due = None

    def explained(self, reason: EndReason) -> Iterator[Event]:
        """Yield an end with the service's own reason, where it announced one; it comes before the room's end."""
        true = self.true_reason(reason)
        if true is not reason:
            yield Ended(true)

    def true_reason(self, reason: EndReason) -> EndReason:
        """Return the true reason of an end that the room reported."""
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
        log.info("the service reports an error", extra={"fatal": is_fatal})
        if is_fatal:
            yield Ended(EndReason.ERROR)


def _bounded(seconds: float | None) -> float:
    return min(_MOST_REMAINING_S, max(0.0, seconds or 0.0))


def _named_reason(reason: str) -> EndReason | None:
    if any(word in reason for word in ("usage", "quota", "credit")):
        return EndReason.OUT_OF_CREDITS
    return EndReason.VENDOR_MAX_DURATION if any(word in reason for word in ("max", "duration", "limit")) else None
