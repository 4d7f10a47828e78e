"""Texts of Tavus, as data: its refusals, and why its conversations end (docs/vendors/tavus.md 3, 5.3)."""

from __future__ import annotations

import re

from app.screens import EndReason
from app.vendors.classify import ErrorPattern, ErrorPatterns
from app.vendors.errors import TransientError

# Every 429 without the concurrency text comes from the rate limiter and tells nothing about slots
# (docs/vendors/tavus.md 3).
PATTERNS = ErrorPatterns(
    busy=(ErrorPattern(statuses=frozenset({400, 429}), text=r"maximum concurrent"),),
    credits=(ErrorPattern(statuses=frozenset({402})), ErrorPattern(text=r"out of conversational credits")),
    plain_429=TransientError,
)

ADVICE: tuple[tuple[str, str], ...] = (
    (r"invalid access token", "the key is wrong or was revoked: see service.tavus.api_key"),
    (
        r"invalid (replica|face)_?\w*",
        "this account has no such replica: see service.tavus.replica_id or face_id; is it right, service.tavus.naming",
    ),
    (
        r"invalid (persona|pal)_?\w*",
        "this account has no such persona: see service.tavus.persona_id or pal_id; is it right, service.tavus.naming",
    ),
    (r"reach out to support", "Tavus could not make the conversation: see replica and persona, and ask its support"),
)
"""What staff are told in addition to the service's own text; first match in the text of a refusal."""

GONE = re.compile(r"invalid conversation_id", re.IGNORECASE)
"""The service's text for a conversation that it does not know (with status 400, not 404)."""

# Compared by prefix: they come with and without " reached", and as sentences (docs/vendors/tavus.md 5.3).
_ENDS: tuple[tuple[str, EndReason], ...] = (
    ("max_call_duration", EndReason.VENDOR_MAX_DURATION),
    ("participant_left_timeout", EndReason.NETWORK),  # the service lost our connection
    ("participant_absent_timeout", EndReason.VENDOR_IDLE),
    ("bot_could_not_join", EndReason.AVATAR_LEFT),
    ("daily_room_has_been_deleted", EndReason.ROOM_CLOSED),
    ("end_conversation_endpoint_hit", EndReason.ROOM_CLOSED),
    ("exception_encountered", EndReason.ERROR),
    ("internal error", EndReason.ERROR),
)


def end_reason(word: str) -> EndReason:
    """Return what a shutdown reason means."""
    said = word.strip().casefold()
    return next((reason for prefix, reason in _ENDS if said.startswith(prefix)), EndReason.UNKNOWN)
