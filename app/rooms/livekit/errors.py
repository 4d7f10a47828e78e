"""What the error texts of a failed LiveKit join mean. Texts of Python SDK 1.2.0, measured; it gives no codes."""

from __future__ import annotations

import re

from app.rooms.base import RoomError, RoomFault
from app.system.redact import redact

# Pattern, meaning, hint for staff ("": the text itself); the first match counts.
_PATTERNS: tuple[tuple[str, RoomFault, str], ...] = (
    (r"client error: 40[13]|access token", RoomFault.AUTH, ""),
    (r"client error: 429|server error: 503", RoomFault.BUSY, ""),
    (r"client error: 40[04]|InvalidContentType|failed to parse the url", RoomFault.CONFIG, ""),
    # A full room is answered with 500, as any other failure of the server.
    (r"handshake error: 5|server error: 5", RoomFault.BUSY, "room full, or the server failed"),
    (r"handshake error: 200", RoomFault.TRANSIENT, "captive portal or proxy"),
    (r"wait_pc_connection", RoomFault.TRANSIENT, "media ports blocked"),
)
_COMPILED = tuple((re.compile(fragment), fault, hint) for fragment, fault, hint in _PATTERNS)
_MOST = 160  # characters of a hint


def classify(text: str) -> RoomError:
    """Return the error for the SDK's text of a failed join; its hint holds no token."""
    words = " ".join(redact(text).removeprefix("engine: ").removeprefix("signal failure: ").split())[:_MOST]
    for fragment, fault, hint in _COMPILED:
        if fragment.search(text):
            return RoomError(fault, f"{hint} ({words})" if hint else words)
    return RoomError(RoomFault.TRANSIENT, words)
