"""Sessions of Convai: created, ended, checked (docs/vendors/convai.md 2, 3 and 5)."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from app.findings import Finding
from app.http import HttpFailure, Response
from app.system.redact import Redactor
from app.vendors.base import Capabilities, VendorContext
from app.vendors.body import merged
from app.vendors.classify import confirms, is_page, refused, unanswered, unusable
from app.vendors.convai.errors import ADVICE, PATTERNS
from app.vendors.convai.rest import Rest, text_in
from app.vendors.convai.settings import NAME, ConvaiSettings
from app.vendors.errors import TransientError, VendorError
from app.vendors.session import SessionInfo, StopOrder, VisitRequest

log = logging.getLogger(__name__)

STOP_S = 10.0
CHECK_S = 10.0

_SESSION_ID = re.compile(r'"session_id"\s*:\s*"([0-9A-Za-z-]{8,64})"')
_TRACE = re.compile(r"[\w-]{1,64}", re.ASCII)


class ConvaiControl:
    """Calls to Convai; see `VendorControl`.

    Args:
        context: Settings, HTTP client and the rest.
        epoch: Returns the seconds since the epoch.
        new_id: Returns a new UUID.
    """

    def __init__(
        self,
        context: VendorContext[ConvaiSettings],
        epoch: Callable[[], float] = time.time,
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        self._settings = settings = context.settings
        self._http = context.http
        self._create_timeout_s = context.create_timeout_s
        self._epoch = epoch
        self._new_id = new_id
        self._url = settings.base_url.rstrip("/")
        self._key = settings.api_key.get_secret_value()
        self._token = ""
        self._patterns = PATTERNS.with_texts(settings.busy_texts, settings.credits_texts)
        self._clean = Redactor([self._key])
        self._rest = Rest(settings, context.http, self._clean.learn)
        self.capabilities = Capabilities(video=False, orphan_s=settings.orphan_s, appear_s=settings.ready_timeout_s)

    # ------------------------------------------------------------ start

    async def start(self, request: VisitRequest) -> SessionInfo:
        """See `VendorControl.start`; a conversation that is not resumed is started anew (docs/vendors/convai.md 3)."""
        body = self._body(request)
        response = await self._connect(body)
        if response.status in (400, 403, 404) and body.pop("character_session_id", None):
            response = await self._connect(body)
        if not 200 <= response.status < 300:
            raise self._refusal(response)
        return await self._session(response)

    def _body(self, request: VisitRequest) -> dict[str, Any]:
        """Return the body of the create call (docs/vendors/convai.md 2.3 and 7).

        It names no visitor, and resumes nothing but an earlier session of the same visit.
        """
        settings = self._settings
        body: dict[str, Any] = {
            "character_id": settings.character_id,
            "transport": "livekit",
            "connection_type": "audio",
            "llm_provider": settings.llm_provider,
            "invocation_metadata": {"source": "kiosk"},
        }
        if settings.face == "visemes":
            body["blendshape_provider"] = settings.face_provider
            if settings.face_provider == "neurosync":
                body["blendshape_config"] = {
                    "provider": "neurosync",
                    "enable_chunking": True,
                    "chunk_size": 10,
                    "output_fps": round(settings.face_fps),
                    "frames_buffer_duration": 0,
                    "format": "visemes",
                }
        given = {
            "vad_params": settings.vad_params,
            "turn_detection_config": settings.turn_detection_config,
            "emotion_config": {"provider": settings.emotion_provider} if settings.emotion_provider else {},
            "end_user_id": self._new_id() if settings.end_user == "random" else "",
            "character_session_id": request.conversation,
        }
        return merged(body | {name: value for name, value in given.items() if value}, settings.extra)

    async def _connect(self, body: Mapping[str, Any]) -> Response:
        """Send the create call; a short-lived token that is refused is fetched anew, once."""
        response = await self._post("/connect", self._create_timeout_s, await self._credential(), body)
        if response.status == 401 and self._token:
            self._token = ""
            response = await self._post("/connect", self._create_timeout_s, await self._credential(), body)
        return response

    async def _credential(self) -> dict[str, str]:
        """Return the header that proves who we are (docs/vendors/convai.md 2.2)."""
        if self._settings.auth == "key":
            return {"X-API-Key": self._key}
        if not self._token:
            try:
                response, self._token = await self._rest.token()
            except HttpFailure as failure:
                # Not ambiguous: no session was created yet, even if the service received this call.
                raise TransientError(NAME, str(failure), unreachable=failure.unreachable) from None
            if response.status != 200:
                raise self._refusal(response)
            if not self._token:
                error = self._unusable(response, "no token came for the key")
                error.ambiguous = False  # this call starts no session
                raise error
        return {"API-AUTH-TOKEN": self._token}

    async def _session(self, response: Response) -> SessionInfo:
        """Read the answer to the create call (docs/vendors/convai.md 2.4)."""
        given = response.json()
        session_id, token = text_in(given, "session_id"), text_in(given, "token")
        url = _media_url(text_in(given, "room_url"))
        if not (session_id and token and url):
            raise await self._unusable_session(response, may_refuse=not (session_id or token or url))
        trace = text_in(given, "request_trace_id")
        log.info("session created", extra={"trace_id": trace if _TRACE.fullmatch(trace) else ""})
        return SessionInfo(
            NAME,
            session_id,
            url,
            token,
            max_duration_s=self._settings.plan_max_s,
            conversation=text_in(given, "character_session_id"),
        )

    async def _unusable_session(self, response: Response, may_refuse: bool) -> VendorError:
        """Return the error for a session that cannot be joined.

        It holds a slot, so it is ended at once where the answer still has its id.

        Args:
            response: The answer.
            may_refuse: It has nothing of a session, so its text may say that there is none.
        """
        lacks = "the answer to connect lacks session_id, room_url or token"
        found = _SESSION_ID.search(response.text)
        if found is None and may_refuse:
            return self._unusable(response, lacks)
        error = unusable(NAME, response, lacks)
        if found is None:
            return error
        try:
            stopped = await self._disconnect(found[1])
            error.ambiguous = not 200 <= stopped.status < 300 or is_page(stopped)
        except VendorError:
            log.info("a session without a room could not be ended")
        return error

    # ------------------------------------------------------------ stop, count, check

    async def stop(self, order: StopOrder) -> bool:
        """See `VendorControl.stop`; docs/vendors/convai.md 2.5.

        Without an id there is nothing to call. A host that lacks the call (404, 405) ends the session with the room.
        """
        if not order.session_id:
            return False
        response = await self._disconnect(order.session_id)
        if confirms(NAME, response, gone=(404, 405)):
            return True
        if response.status == 400 and "session id" in response.text.lower():
            log.warning("the service does not take the journal's id")
            return False
        raise self._refusal(response)

    async def _disconnect(self, session_id: str) -> Response:
        return await self._post("/disconnect", STOP_S, params={"session_id": session_id})

    async def count(self) -> int | None:
        """See `VendorControl.count`: the service does not tell."""
        return None

    async def check(self) -> list[Finding]:
        """See `VendorControl.check`: asks for a short-lived token and the character's data; neither takes a slot."""
        host = urlsplit(self._url).hostname
        try:
            await self._http.request("HEAD", f"{self._url}/", timeout_s=CHECK_S)
        except HttpFailure as failure:
            return [Finding("live host", False, f"{host} cannot be reached: {failure}")]
        return [Finding("live host", True, f"{host} answers"), *await self._rest.findings(self._refusal)]

    # ------------------------------------------------------------ calls

    def _unusable(self, response: Response, what: str) -> VendorError:
        """Return the error for a success that has nothing of what was asked for: its text may refuse it."""
        return unusable(NAME, response, what, patterns=self._patterns, now=self._epoch(), clean=self._clean)

    def _refusal(self, response: Response) -> VendorError:
        error = refused(NAME, response, self._patterns, self._epoch(), self._clean)
        for status, fragment, advice in ADVICE:
            if response.status == status and fragment in response.text.lower():
                error.message = f"{advice} ({error.message})"
                break
        return error

    async def _post(
        self,
        path: str,
        timeout_s: float,
        headers: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Response:
        url = self._url + path
        try:
            return await self._http.request("POST", url, headers=headers, params=params, body=body, timeout_s=timeout_s)
        except HttpFailure as failure:
            raise unanswered(NAME, failure) from None


def _media_url(url: str) -> str:
    """Return the address of the room with wss or ws; the answer may have https or http (docs/vendors/convai.md 2.4)."""
    scheme, separator, rest = url.partition("://")
    return {"https": "wss", "http": "ws"}.get(scheme.lower(), scheme) + separator + rest if separator else ""
