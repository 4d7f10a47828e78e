"""Codes and texts of AI Studios, as data: its refusals, and why its sessions end (docs/vendors/aistudios.md 3, 5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from app.screens import EndReason
from app.vendors.classify import ErrorPattern, ErrorPatterns

SUCCESS = 1000
GONE = 4040

# A refusal of a session's length says "maximum session" too, but does not mean that the service is full.
_SESSION = r"session(?!s?[\s_-]*(?:duration|length|time))"
_NEAR = r"(?:(?!session)[^.\"\n]){0,40}"

BUSY = rf"concurren|max{_NEAR}{_SESSION}|{_SESSION}{_NEAR}limit|too many"
"""A full service, recognised by its text (inferred)."""

CREDITS = (
    r"credit|quota|\bbalance\b"
    r"|insufficient(?![\s_-]+(?:permission|privilege|scope|right|role|access|capacity|resource))"
)
"""Credits used up, recognised by the text (inferred)."""

CREDITS_STATUS = 402  # inferred; no status is documented

END_REASONS: tuple[tuple[str, EndReason], ...] = (
    (CREDITS, EndReason.OUT_OF_CREDITS),
    (r"idle|inactiv", EndReason.VENDOR_IDLE),
    (r"time|max|limit|duration|expire", EndReason.VENDOR_MAX_DURATION),
    (r"error|fail|crash", EndReason.ERROR),
    (r"closed|stopped|ended", EndReason.ROOM_CLOSED),  # USER_CLOSED without our stop call: somebody stopped it
)
"""What a session's `end_reason` means, first match; only USER_CLOSED is documented."""

_STOP_REASONS = {
    "USER_CLOSED": {EndReason.VISITOR, EndReason.AVATAR_ENDED, EndReason.STAFF, EndReason.CANCELLED},
    "TIMEOUT": {
        EndReason.IDLE,
        EndReason.HARD_LIMIT,
        EndReason.CAP,
        EndReason.VENDOR_IDLE,
        EndReason.VENDOR_MAX_DURATION,
        EndReason.OUT_OF_CREDITS,
    },
}


def error_patterns(
    busy_texts: Iterable[str], credits_texts: Iterable[str], busy_codes: Iterable[str], credits_codes: Iterable[str]
) -> ErrorPatterns:
    """Return the patterns of refusals, with the texts and codes of the site's settings; texts come before codes."""
    own = [re.escape(text.strip()) for text in credits_texts if text.strip()]
    credits_words = "|".join([CREDITS, *own])
    return ErrorPatterns(
        busy=(
            ErrorPattern(text=BUSY),
            *(ErrorPattern(codes=frozenset({code}), text=rf"(?s)\A(?!.*(?:{credits_words}))") for code in busy_codes),
        ),
        credits=(
            ErrorPattern(text=credits_words),
            ErrorPattern(statuses=frozenset({CREDITS_STATUS})),
            *(ErrorPattern(codes=frozenset({code})) for code in credits_codes),
        ),
    ).with_texts(busy_texts, ())


def status_of(status: int, code: object) -> int:
    """Return the HTTP status that an answer stands for.

    Codes are statuses with one digit more: 4010, 4290, 5000. The code counts where the HTTP status tells less: a
    success, or 400.

    Args:
        status: The HTTP status.
        code: The field `code` of the answer.
    """
    if isinstance(code, int) and not isinstance(code, bool) and 4000 <= code <= 5999:
        return code // 10 if status < 300 or status == 400 else status
    return status


def stop_reason(reason: EndReason) -> str:
    """Return the stop call's `reason` for why a visit ended (docs/vendors/aistudios.md 2.4)."""
    return next((word for word, reasons in _STOP_REASONS.items() if reason in reasons), "ERROR")


def end_reason(word: object, own: Mapping[str, EndReason]) -> EndReason:
    """Return what a session's `end_reason` means; `own` is the table of the settings, which comes first."""
    if not isinstance(word, str):
        return EndReason.ROOM_CLOSED
    for known, reason in own.items():
        if known.casefold() == word.strip().casefold():
            return reason
    return next((reason for text, reason in END_REASONS if re.search(text, word, re.IGNORECASE)), EndReason.ROOM_CLOSED)
