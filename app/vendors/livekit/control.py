"""Calls to an operator's token endpoint, which gives out rooms and may close them again.

See docs/vendors/livekit.md 2, 3 and 5.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from app.findings import Finding
from app.http import HttpFailure, Response
from app.system.redact import Redactor
from app.vendors.base import Capabilities, VendorContext
from app.vendors.body import merged
from app.vendors.classify import ErrorPattern, ErrorPatterns, confirms, refused, unanswered, unusable
from app.vendors.errors import Busy, VendorError
from app.vendors.livekit.settings import NAME, LiveKitSettings
from app.vendors.session import SessionInfo, StopOrder, VisitRequest

RELEASE_S = 10.0
CHECK_S = 10.0
HINT_S = 3.0  # for the availability call
# A server drops a vanished client 20 s after its last packet and closes the room some 3 s after its own departure
# time-out (docs/vendors/livekit.md 5, measured with server 1.13.5).
VANISHED_S = 25.0
CLOCK_S = 60.0  # a LiveKit server accepts this much clock error in a token


class LiveKitControl:
    """Calls to the operator's token endpoint; see `VendorControl`.

    Args:
        context: Settings, HTTP client and the rest.
        epoch: Returns the seconds since the epoch.
    """

    def __init__(self, context: VendorContext[LiveKitSettings], epoch: Callable[[], float] = time.time) -> None:
        self._settings = settings = context.settings
        self._http = context.http
        self._create_timeout_s = context.create_timeout_s
        self._epoch = epoch
        self._headers = {name: value.get_secret_value() for name, value in settings.headers.items()}
        self._clean = Redactor(self._headers.values())
        self._patterns = ErrorPatterns(
            busy=(ErrorPattern(statuses=frozenset(settings.busy_statuses)),) if settings.busy_statuses else (),
            credits=(ErrorPattern(statuses=frozenset(settings.credits_statuses)),) if settings.credits_statuses else (),
        ).with_texts(settings.busy_texts, settings.credits_texts)
        self.capabilities = Capabilities(
            video=settings.expect_video,
            stop=bool(settings.release_url),
            # A full service still gives out tokens, but no agent comes (docs/vendors/livekit.md 3).
            absence_is_busy=True,
            orphan_s=max(settings.empty_timeout_s, VANISHED_S + settings.departure_timeout_s),
        )

    async def start(self, request: VisitRequest) -> SessionInfo:
        """See `VendorControl.start`: a new token for a new room; the agent's dispatch takes the slot, not this call."""
        await self._ask_availability()
        response = await self._request("POST", self._settings.token_url, self._body(request), self._create_timeout_s)
        if not 200 <= response.status < 300:
            raise refused(NAME, response, self._patterns, self._epoch(), self._clean)
        return self._session(response, request)

    def _body(self, request: VisitRequest) -> dict[str, Any]:
        """Return the body of the token call (docs/vendors/livekit.md 2.1, 2.2)."""
        settings = self._settings
        room: dict[str, Any] = {
            "departure_timeout": round(settings.departure_timeout_s),
            "empty_timeout": round(settings.empty_timeout_s),
            "max_participants": settings.max_participants,
        }
        room = {key: value for key, value in room.items() if value}
        if settings.agent_name:
            language = json.dumps({"lang": request.language})
            room["agents"] = [{"agent_name": settings.agent_name, "metadata": language}]
        body = {
            "room_name": request.name,
            "participant_identity": request.identity,
            "participant_name": request.kiosk_id,
            "participant_attributes": {"lang": request.language, "kiosk": request.kiosk_id},
            "room_config": room,
        }
        return merged(body, settings.extra)

    def _session(self, response: Response, request: VisitRequest) -> SessionInfo:
        given = response.json()
        if not isinstance(given, dict):
            raise self._unusable(response, "the token address answered something else than a JSON object")
        url = _text(given, "server_url", "serverUrl")
        token = _text(given, "participant_token", "participantToken")
        if not url or not token:
            missing = "server_url" if not url else "participant_token"
            what = f"the token address answered without {missing}"
            raise unusable(NAME, response, what) if token else self._unusable(response, what)
        room = _text(given, "room_name", "roomName") or request.name
        return SessionInfo(NAME, room, url, token)

    def _unusable(self, response: Response, what: str) -> VendorError:
        """Return the error for an answer without a token: some endpoints say so that they are full."""
        return unusable(NAME, response, what, patterns=self._patterns, now=self._epoch(), clean=self._clean)

    async def stop(self, order: StopOrder) -> bool:
        """See `VendorControl.stop`: calls `release_url`, where there is one (docs/vendors/livekit.md 2.3)."""
        if not self._settings.release_url:
            return False
        body = {"room_name": order.session_id or order.name}
        response = await self._request("POST", self._settings.release_url, body, RELEASE_S)
        if confirms(NAME, response, gone=(404, 410), whose="the release address's"):
            return True
        raise refused(NAME, response, self._patterns, self._epoch(), self._clean)

    async def count(self) -> int | None:
        """See `VendorControl.count`: token endpoints do not tell."""
        return None

    async def check(self) -> list[Finding]:
        """See `VendorControl.check`: tests host, TLS and clock of the token address; asks for no token."""
        parts = urlsplit(self._settings.token_url)
        try:
            # Not the token address itself: some endpoints give a token for any HTTP method.
            response = await self._http.request("HEAD", f"{parts.scheme}://{parts.netloc}/", timeout_s=CHECK_S)
        except HttpFailure as failure:
            return [Finding("token address", False, f"{parts.hostname} cannot be reached: {failure}")]
        found = [Finding("token address", True, f"{parts.hostname} answers")]
        skew_s = self._clock_error(response)
        if skew_s is not None:
            ok = abs(skew_s) <= CLOCK_S
            found.append(Finding("clock", ok, f"{abs(skew_s):.0f} s {'behind' if skew_s > 0 else 'ahead'} of the host"))
        return found

    def _clock_error(self, response: Response) -> float | None:
        try:
            return parsedate_to_datetime(response.headers.get("date", "")).timestamp() - self._epoch()
        except ValueError:
            return None

    async def _ask_availability(self) -> None:
        """Raise Busy where the operator says that no slot is free: no agent comes (docs/vendors/livekit.md 2.3)."""
        if not self._settings.availability_url:
            return
        try:
            response = await self._http.request(
                "GET", self._settings.availability_url, headers=self._headers, timeout_s=HINT_S
            )
        except HttpFailure:
            return
        given = response.json()
        available = given.get("available") if isinstance(given, dict) else None
        if response.status == 200 and isinstance(available, int | float) and available is not False and available <= 0:
            raise Busy(NAME, "no place is free", http_status=200, retry_after=response.retry_after(self._epoch()))

    async def _request(self, method: str, url: str, body: object, timeout_s: float) -> Response:
        try:
            return await self._http.request(method, url, headers=self._headers, body=body, timeout_s=timeout_s)
        except HttpFailure as failure:
            raise unanswered(NAME, failure) from None


def _text(given: dict[str, Any], *names: str) -> str:
    return next((value for name in names if isinstance(value := given.get(name), str) and value.strip()), "")
