"""What the error texts of Daily's library mean. It gives no codes; parts of the texts are matched in any case."""

from __future__ import annotations

import re

from app.rooms.base import Disconnected, RoomError, RoomFault
from app.screens import EndReason

# Pattern, meaning, hint for staff; the first match counts. Texts of daily-python 0.36 and of Daily's documented errors.
_JOIN: tuple[tuple[str, RoomFault, str], ...] = (
    (r"invalidurl|parse url|invalid join properties", RoomFault.CONFIG, "the room's address cannot be used"),
    (
        r"not authorized|not allowed|(exp|nbf)-token|token.{0,20}(expired|invalid|refused)",
        RoomFault.AUTH,
        "the room's token is refused",
    ),
    (r"\bfull\b", RoomFault.TRANSIENT, "the room is full"),
    (
        r"no-room|(exp|nbf)-room|does not exist|not available|no longer|has ended|end-of-life",
        RoomFault.TRANSIENT,
        "the room is closed already",
    ),
    (r"dns|lookup|resolve|geo domain", RoomFault.TRANSIENT, "Daily's hosts cannot be found"),
    (r"\bice\b|transport|peer", RoomFault.TRANSIENT, "media ports blocked"),
)

# An error of one request, such as a message that could not be sent, ends nothing.
_OF_A_REQUEST = re.compile(r"error handling \w+", re.IGNORECASE)
_CLOSED = re.compile(r"eject|(exp|nbf|no)-room|end-of-life|has ended|deleted|does not exist", re.IGNORECASE)
_NETWORK = re.compile(r"network|connect|transport|signal|socket|timed? ?out|dns|lookup|unreachable", re.IGNORECASE)


def join_error(text: str) -> RoomError:
    """Return what a failed join means. The text itself is not passed on: it may hold address and token."""
    for pattern, fault, hint in _JOIN:
        if re.search(pattern, text, re.IGNORECASE):
            return RoomError(fault, hint)
    return RoomError(RoomFault.TRANSIENT, "the room could not be joined")


def is_final(text: str) -> bool:
    """Return whether this error alone means that the call has ended, without an event that it was left."""
    return not _OF_A_REQUEST.match(text) and _CLOSED.search(text) is not None


def ended_by(text: str) -> Disconnected:
    """Return what the end of a call means. `text` is the last error of the call before it, "" for none."""
    if _CLOSED.search(text) is None and _NETWORK.search(text) is not None:
        return Disconnected(EndReason.NETWORK, may_rejoin=True)
    return Disconnected(EndReason.ROOM_CLOSED)
