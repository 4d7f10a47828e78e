"""Maps a service's refusal to an error class, in one order for all services; the patterns are data of each service.

The steps are those of docs/vendors/README.md 4.2.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from app.http import HttpFailure, Response
from app.system.redact import redact
from app.vendors.errors import AuthError, Busy, ConfigError, OutOfCredits, TransientError, VendorError

MOST = 200  # characters of a message for staff
# A proxy gave up waiting for the service behind it, which may still have done what was asked.
_GATEWAY = frozenset({502, 504, 520, 524})

_WORDS = ("message", "detail", "error", "msg", "reason", "title", "error_description", "loc")
_CODES = ("code", "error_code", "errorCode", "vendor_code")
_TRACES = ("x-request-id", "x-trace-id", "x-amzn-trace-id", "cf-ray")
_DEPTH = 4


@dataclass(frozen=True, slots=True)
class ErrorPattern:
    """How a refusal looks; every part that is given must match.

    Attributes:
        statuses: HTTP statuses.
        codes: The service's own codes, as text.
        text: Regular expression that is searched in the body, upper or lower case.
    """

    statuses: frozenset[int] = frozenset()
    codes: frozenset[str] = frozenset()
    text: str = ""

    def matches(self, status: int, codes: frozenset[str], body: str) -> bool:
        """Tell whether this answer fits the pattern."""
        return (
            (not self.statuses or status in self.statuses)
            and (not self.codes or bool(self.codes & codes))
            and (not self.text or re.search(self.text, body, re.IGNORECASE) is not None)
        )


@dataclass(frozen=True, slots=True)
class ErrorPatterns:
    """The patterns of one service.

    Attributes:
        busy: No free slot.
        credits: Minutes, credits or quota are used up.
        config: Refusals that mean a wrong configuration but look like something else.
        plain_429: What a 429 that fits no pattern means.
    """

    busy: tuple[ErrorPattern, ...] = ()
    credits: tuple[ErrorPattern, ...] = ()
    config: tuple[ErrorPattern, ...] = ()
    plain_429: type[VendorError] = Busy

    def with_texts(self, busy: Iterable[str], credits_: Iterable[str]) -> ErrorPatterns:
        """Return these patterns and those of the site's settings: plain fragments of text, upper or lower case."""
        return replace(
            self,
            busy=self.busy + tuple(ErrorPattern(text=re.escape(text)) for text in busy if text.strip()),
            credits=self.credits + tuple(ErrorPattern(text=re.escape(text)) for text in credits_ if text.strip()),
        )

    def in_words(self) -> ErrorPatterns:
        """Return what tells "full" and "used up" whatever the status is."""

        def stripped(patterns: Iterable[ErrorPattern]) -> tuple[ErrorPattern, ...]:
            return tuple(replace(each, statuses=frozenset()) for each in patterns if each.codes or each.text)

        return ErrorPatterns(busy=stripped(self.busy), credits=stripped(self.credits))


def unanswered(vendor: str, failure: HttpFailure) -> TransientError:
    """Step 1: no HTTP response."""
    return TransientError(vendor, str(failure), ambiguous=failure.sent, unreachable=failure.unreachable)


def unusable(
    vendor: str,
    response: Response,
    what: str,
    *,
    patterns: ErrorPatterns | None = None,
    now: float = 0.0,
    clean: Callable[[str], str] = redact,
) -> VendorError:
    """Step 2: success without what was asked for; a session may exist, unless its text refuses one.

    Args:
        vendor: Name of the service.
        response: The answer.
        what: What is wrong with it, for staff.
        patterns: Those that a refusal would be sorted by. None: nothing was asked for that can be full or used up, or
            the answer names a session.
        now, clean: As in `refused`.
    """
    if patterns is not None and not is_page(response) and not _is_cut_off(response):
        error = refused(vendor, response, patterns.in_words(), now, clean)
        if isinstance(error, Busy | OutOfCredits):
            return error
    return TransientError(vendor, what, http_status=response.status, trace_id=_trace(response), ambiguous=True)


def is_page(response: Response) -> bool:
    """Tell whether this is a page for people: some portal or proxy answered, not the service."""
    return response.text.lstrip()[:1] == "<"


def _is_cut_off(response: Response) -> bool:
    """Tell whether this is JSON whose end is missing, which may have named a session."""
    return response.json() is None and response.text.lstrip()[:1] in tuple("{[")


def confirms(vendor: str, response: Response, gone: Container[int], whose: str = "the service's") -> bool:
    """Tell whether the answer to a stop call confirms the end.

    Args:
        vendor: Name of the service.
        response: The answer; any 2xx status confirms.
        gone: Further statuses that confirm: the session is not there any more.
        whose: Whose answer was expected, for the text of the error.

    Raises:
        TransientError: A page for people came, whatever its status.
    """
    if not 200 <= response.status < 300 and response.status not in gone:
        return False
    if is_page(response):
        raise unusable(vendor, response, f"a page came instead of {whose} answer")
    return True


def refused(
    vendor: str, response: Response, patterns: ErrorPatterns, now: float, clean: Callable[[str], str] = redact
) -> VendorError:
    """Steps 3 to 9: return the error that this refusal stands for.

    Args:
        vendor: Name of the service.
        response: The refusal.
        patterns: Those of the service and of the site.
        now: Seconds since the epoch, for `Retry-After`.
        clean: Removes secrets from text.
    """
    body = response.json()
    codes = frozenset(_codes(body))
    # JSON may escape letters outside ASCII, but the fragments in a site's settings are written with them.
    read = response.text if body is None else f"{response.text}\n{json.dumps(body, ensure_ascii=False)}"
    kind = _kind(response.status, codes, read, patterns)
    words = "; ".join(dict.fromkeys(_words(body))) or ("redirected" if _is_redirect(response) else response.text)
    return kind(
        vendor,
        " ".join(clean(words).split())[:MOST],
        http_status=response.status,
        vendor_code=clean(", ".join(sorted(codes)))[:MOST] or None,
        retry_after=response.retry_after(now),
        trace_id=_trace(response),
        ambiguous=kind is TransientError and response.status in _GATEWAY,
    )


def _kind(status: int, codes: frozenset[str], body: str, patterns: ErrorPatterns) -> type[VendorError]:
    def fits(wanted: tuple[ErrorPattern, ...]) -> bool:
        return any(pattern.matches(status, codes, body) for pattern in wanted)

    if fits(patterns.busy):
        return Busy
    if fits(patterns.credits):
        return OutOfCredits
    if fits(patterns.config):
        return ConfigError
    if status in (401, 403):
        return AuthError
    if status == 429:
        return patterns.plain_429
    # A temporary redirect comes from a captive portal, a permanent one means a wrong address. None is followed: it
    # would carry the key to another host.
    if status >= 500 or status in (302, 303, 307):
        return TransientError
    return ConfigError


def _is_redirect(response: Response) -> bool:
    return 300 <= response.status < 400


def _trace(response: Response) -> str | None:
    return next((redact(response.headers[name])[:64] for name in _TRACES if name in response.headers), None)


def _words(body: Any, depth: int = 0) -> Iterator[str]:
    """Yield the texts in a body, wherever services put them: a text, a list, or nested objects."""
    if depth > _DEPTH:
        return
    if isinstance(body, str) and body.strip():
        yield body.strip()
    elif isinstance(body, list):
        for item in body[:5]:
            yield from _words(item, depth + 1)
    elif isinstance(body, dict):
        for key in _WORDS:
            yield from _words(body.get(key), depth + 1)


def _codes(body: Any, depth: int = 0) -> Iterator[str]:
    if not isinstance(body, dict) or depth > _DEPTH:
        return
    for key in _CODES:
        value = body.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool):
            yield str(value)
    for key in ("error", "detail", "data"):
        yield from _codes(body.get(key), depth + 1)
