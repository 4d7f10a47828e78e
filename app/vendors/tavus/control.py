"""Calls to Tavus: conversations are created, queried and ended (docs/vendors/tavus.md 2, 3 and 5)."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from app.findings import Finding
from app.http import HttpFailure, Response
from app.screens import EndReason
from app.system.redact import Redactor
from app.vendors.base import Capabilities, VendorContext
from app.vendors.body import merged
from app.vendors.classify import is_page, refused, unanswered, unusable
from app.vendors.errors import TransientError, VendorError
from app.vendors.session import SessionInfo, StopOrder, VisitRequest
from app.vendors.tavus.delivery import Delivery, deliver
from app.vendors.tavus.errors import ADVICE, GONE, PATTERNS, end_reason
from app.vendors.tavus.languages import language_name
from app.vendors.tavus.messages import shutdown_word
from app.vendors.tavus.settings import NAME, TavusSettings

CALL_S = 10.0
LATE_S = 10.0  # a create call may take effect this long after we gave up its answer (docs/vendors/tavus.md 5.4)
MOST_PAGES = 50
PAGE = 10  # rows; the documented default, nothing is known of larger values (docs/vendors/tavus.md 2.2)


class TavusControl:
    """Calls to the service; see `VendorControl`.

    Args:
        context: Settings, HTTP client and the rest.
        epoch: Returns the seconds since the epoch.
    """

    def __init__(self, context: VendorContext[TavusSettings], epoch: Callable[[], float] = time.time) -> None:
        self._settings = settings = context.settings
        self._context = context
        self._epoch = epoch
        self._base = settings.base_url.rstrip("/") + "/v2/conversations"
        self._key = settings.api_key.get_secret_value()
        self._patterns = PATTERNS.with_texts(settings.busy_texts, settings.credits_texts)
        self._clean = Redactor([self._key])
        self._sought: dict[str, float] = {}  # names of unanswered create calls, and since when they are looked for
        alone_s = max(settings.participant_left_timeout_s, settings.participant_absent_timeout_s)
        self.capabilities = Capabilities(orphan_s=alone_s + LATE_S, appear_s=settings.ready_timeout_s)

    # ------------------------------------------------------------ start

    async def start(self, request: VisitRequest) -> SessionInfo:
        """See `VendorControl.start`: one call takes the slot and starts the meter (docs/vendors/tavus.md 5.1)."""
        max_s = self._max_s(request.max_s)
        body = self._body(request.name, request.language, max_s)
        response = await self._call("POST", "", body, timeout_s=self._context.create_timeout_s)
        if not 200 <= response.status < 300:
            raise self._refusal(response)
        return self._session(response, request, max_s)

    def _max_s(self, asked_s: float) -> int:
        own = self._settings.max_call_duration_s
        return max(1, int(min(own or asked_s, self._settings.plan_max_s)))

    def _body(self, name: str, language: str, max_s: int) -> dict[str, Any]:
        """Return the body of the create call (docs/vendors/tavus.md 2.1)."""
        settings = self._settings
        properties: dict[str, Any] = {
            "max_call_duration": max_s,
            "participant_left_timeout": max(1, round(settings.participant_left_timeout_s)),
            "participant_absent_timeout": max(1, round(settings.participant_absent_timeout_s)),
            "enable_closed_captions": settings.closed_captions,
        }
        if settings.send_language:
            properties["language"] = language_name(language)
        body: dict[str, Any] = {
            **settings.ids(),
            "conversation_name": name,
            "max_participants": 2,  # the replica counts
            "properties": properties,
        }
        if settings.conversational_context:
            body["conversational_context"] = settings.conversational_context
        if settings.custom_greeting:
            body["custom_greeting"] = settings.custom_greeting
        if settings.private_room:
            body["require_auth"] = True
        return merged(body, settings.extra)

    def _session(self, response: Response, request: VisitRequest, max_s: int) -> SessionInfo:
        given = response.json()
        if not isinstance(given, dict):
            raise self._unusable(response, "the answer to the create call is no JSON object")
        session_id, url, token = (_text(given, f) for f in ("conversation_id", "conversation_url", "meeting_token"))
        missing = [
            name
            for name, value in (
                ("conversation_id", session_id),
                ("conversation_url", url),
                ("meeting_token", token or not self._settings.private_room),
            )
            if not value
        ]
        if missing:
            what = f"the answer to the create call has no {missing[0]}"
            raise unusable(NAME, response, what) if session_id or url or token else self._unusable(response, what)
        if given.get("status") == "ended":
            raise unusable(NAME, response, "the conversation had ended when it was created")
        return SessionInfo(NAME, session_id, url, token, max_duration_s=float(max_s), language=request.language)

    # ------------------------------------------------------------ stop

    async def stop(self, order: StopOrder) -> bool:
        """See `VendorControl.stop`.

        Where the create call was never answered, exactly the conversations with our name are ended, no others
        (docs/vendors/tavus.md 5.4).
        """
        if order.session_id:
            await self._end(order.session_id)
            return True
        if not order.name:
            return False  # a damaged row; conversations without a name may belong to somebody else
        found = await self._named(order.name)
        for session_id in found:
            await self._end(session_id)
        # It may still begin; one that nobody joins is ended by the service's own timer, so later there is none.
        since = self._sought.setdefault(order.name, self._epoch())
        bound_s = self._settings.participant_absent_timeout_s + LATE_S
        if not found and self._epoch() - since < bound_s:
            raise TransientError(NAME, "the conversation of an unanswered create call is not there (yet)")
        del self._sought[order.name]
        return True

    async def _end(self, session_id: str) -> None:
        """End a conversation and wait until the service shows that it has ended. Raises VendorError."""
        response = await self._call("POST", f"/{_part(session_id)}/end")
        if _is_gone(response):
            return
        if not 200 <= response.status < 300:
            if response.status not in self._settings.already_ended_statuses:
                raise self._refusal(response, session_id)
        elif not self._settings.confirm_end:
            return
        for _ in range(max(1, round(CALL_S / self._settings.end_poll_s))):
            if await self.why_ended(session_id) is not None:
                return
            await asyncio.sleep(self._settings.end_poll_s)
        raise TransientError(NAME, "the conversation still runs after it was ended")

    async def _named(self, name: str) -> list[str]:
        """Return the ids of the running conversations with exactly this name."""
        found: list[str] = []
        seen: set[str] = set()
        for page in range(1, MOST_PAGES + 1):
            rows, total = await self._active(page)
            ids = {_text(row, "conversation_id"): row for row in rows}
            found += [i for i, row in ids.items() if i and i not in seen and row.get("conversation_name") == name]
            fresh = ids.keys() - seen
            seen |= fresh
            if not fresh or (total is not None and len(seen) >= total):
                break
        return found

    # ------------------------------------------------------------ questions to the service

    async def count(self) -> int | None:
        """See `VendorControl.count`."""
        return (await self._active(1))[1]

    async def why_ended(self, session_id: str) -> EndReason | None:
        """Ask why a conversation ended; None while it runs (docs/vendors/tavus.md 2.2, 5.3)."""
        response = await self._call("GET", f"/{_part(session_id)}", params={"verbose": "true"})
        if _is_gone(response):
            return EndReason.ROOM_CLOSED
        if not 200 <= response.status < 300:
            raise self._refusal(response, session_id)
        given = _object(response)
        if given.get("status") != "ended":
            return None
        events = given.get("events")
        for event in reversed(events if isinstance(events, list) else []):
            if isinstance(event, dict) and event.get("event_type") == "system.shutdown":
                return end_reason(shutdown_word(event.get("properties"), event))
        return EndReason.UNKNOWN

    async def send(self, session_id: str, message: object, *, most_s: float, may_repeat: bool) -> Delivery:
        """Send an app message to the avatar without the room (docs/vendors/tavus.md 4.9); see `deliver`."""
        path = f"/{_part(session_id)}/send-app-message"
        return await deliver(
            lambda timeout_s: self._call("POST", path, message, timeout_s=timeout_s),
            most_s=most_s,
            may_repeat=may_repeat,
            rate_limit_s=self._settings.rate_limit_s,
            epoch=self._epoch(),
        )

    async def check(self) -> list[Finding]:
        """See `VendorControl.check`: a create call in test mode tests key and ids, without slot, avatar or cost."""
        name = f"kiosk-{self._context.kiosk_id}-check"
        body = self._body(name, self._context.language, self._max_s(self._settings.plan_max_s)) | {"test_mode": True}
        response = await self._call("POST", "", body)
        if not 200 <= response.status < 300:
            raise self._refusal(response)
        given = _object(response)
        session_id = _text(given, "conversation_id")
        if session_id and given.get("status") != "ended":
            await self._end(session_id)
            return [Finding("key and ids", None, "accepted; the service has no test mode any more")]
        ids = [name for name in ("replica_id", "face_id", "persona_id", "pal_id") if getattr(self._settings, name)]
        return [Finding("key and ids", True, f"api_key, {', '.join(ids)} are accepted"), *await self._sessions()]

    async def _sessions(self) -> list[Finding]:
        try:
            running = await self.count()
        except VendorError:
            running = None
        most = self._settings.max_concurrent or self._context.slots
        told = "not told" if running is None else f"{running}{f' of {most}' if most else ''} run now on this account"
        return [Finding("sessions", None, told)]

    # ------------------------------------------------------------ calls

    async def _active(self, page: int) -> tuple[list[dict[str, Any]], int | None]:
        params = {"status": "active", "limit": str(PAGE), "page": str(page)}
        response = await self._call("GET", "", params=params)
        if not 200 <= response.status < 300:
            raise self._refusal(response)
        given = _object(response)
        rows, total = given.get("data"), given.get("total_count")
        if not isinstance(rows, list):
            raise unusable(NAME, response, "the list of conversations cannot be read")
        is_count = isinstance(total, int) and not isinstance(total, bool)
        return [row for row in rows if isinstance(row, dict)], total if is_count else None

    async def _call(
        self,
        method: str,
        path: str,
        body: object | None = None,
        params: Mapping[str, str] | None = None,
        timeout_s: float = CALL_S,
    ) -> Response:
        headers = {"x-api-key": self._key}
        try:
            return await self._context.http.request(
                method, self._base + path, headers=headers, params=params, body=body, timeout_s=timeout_s
            )
        except HttpFailure as failure:
            raise unanswered(NAME, failure) from None

    def _unusable(self, response: Response, what: str) -> VendorError:
        """Return the error for an answer to the create call that names no conversation."""
        return unusable(NAME, response, what, patterns=self._patterns, now=self._epoch(), clean=self._clean)

    def _refusal(self, response: Response, session_id: str = "") -> VendorError:
        """Return the error that a refusal means; its text must not contain `session_id`."""
        clean = Redactor([self._key, session_id]) if session_id else self._clean
        error = refused(NAME, response, self._patterns, self._epoch(), clean)
        advice = next((hint for text, hint in ADVICE if re.search(text, response.text, re.IGNORECASE)), "")
        if advice:
            error.message = f"{advice} ({error.message})"
        if response.status == 429 and isinstance(error, TransientError) and error.retry_after is None:
            error.retry_after = self._settings.rate_limit_s
        return error


def _is_gone(response: Response) -> bool:
    """Tell whether the service does not know the conversation; a page for people does not count, it is a proxy's."""
    is_known = response.status == 404 or (response.status == 400 and GONE.search(response.text) is not None)
    return is_known and not is_page(response)


def _object(response: Response) -> dict[str, Any]:
    given = response.json()
    if not isinstance(given, dict):
        raise unusable(NAME, response, "the answer is no JSON object")
    return given


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    return value if isinstance(value, str) and value.strip() else ""


def _part(session_id: str) -> str:
    return quote(session_id, safe="")
