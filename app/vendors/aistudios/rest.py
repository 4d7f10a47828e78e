"""The HTTP calls of AI Studios: their credentials, and what each answer means (docs/vendors/aistudios.md 2, 3)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from app.http import Http, HttpFailure, Response
from app.system.redact import HIDDEN, Redactor
from app.vendors.aistudios.errors import GONE, SUCCESS, error_patterns, status_of
from app.vendors.aistudios.settings import NAME, AistudiosSettings
from app.vendors.classify import refused, unanswered, unusable
from app.vendors.errors import AuthError, VendorError

CALL_S = 10.0
PAGE = 100  # rows, the most that the service gives at once (docs/vendors/aistudios.md 2.5)
MOST_PAGES = 10


@dataclass(frozen=True, slots=True)
class Detail:
    """What the service tells about one session.

    Attributes:
        has_ended: Whether it has ended.
        reason: The service's `end_reason`, as it came.
    """

    has_ended: bool
    reason: object = None


class Api:
    """Calls to the service. Every method raises the errors of `app.vendors.errors`, whose texts hold no secret.

    Args:
        settings: Table [service.aistudios].
        http: Client for the calls.
        epoch: Returns the seconds since the epoch.
    """

    def __init__(self, settings: AistudiosSettings, http: Http, epoch: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._http = http
        self._epoch = epoch
        self._key = settings.user_key.get_secret_value()
        self._clean = Redactor([self._key])
        self._patterns = error_patterns(
            settings.busy_texts, settings.credits_texts, settings.busy_codes, settings.credits_codes
        )
        self._token = ""
        self._fetching = asyncio.Lock()

    # ------------------------------------------------------------ with a session token

    async def new_token(self) -> None:
        """Fetch a session token, which `start` and `talk` need (docs/vendors/aistudios.md 2.1)."""
        body = {"appId": self._settings.app_id, "userKey": self._key}
        try:
            response = await self._send("POST", self._settings.token_path, {}, CALL_S, body=body)
            data = self._data(response)
            token = data.get("session_token") if isinstance(data, dict) else None
            if not isinstance(token, str) or not token.strip():
                raise self.unusable(response, "the token call answered without session_token")
        except VendorError as error:
            told = f"app_id or user_key is refused: {error.message}" if isinstance(error, AuthError) else error.message
            raise replace(error, message=told, ambiguous=False) from None  # this call starts no session
        self._token = token.strip()

    async def start(self, body: object, timeout_s: float) -> tuple[Response, Any]:
        """Start a session; return the answer and its `data`, or None where there is none."""
        response = await self._with_token("POST", self._settings.start_path, body, timeout_s)
        given = response.json()
        data = given.get("data") if isinstance(given, dict) and 200 <= response.status < 300 else None
        if isinstance(data, dict) and data.get("session_id"):
            return response, data  # whatever its code: this session runs and must be stopped
        return response, self._data(response)

    async def talk(self, session_id: str, text: str) -> None:
        """Let the avatar speak a text. An error leaves out the service's own text, which may quote this one."""
        path = _path(self._settings.talk_path, session_id)
        try:
            self._data(await self._with_token("POST", path, {"message": text}, CALL_S))
        except VendorError as error:
            raise replace(error, message="the text was not accepted") from None

    async def _with_token(self, method: str, path: str, body: object, timeout_s: float) -> Response:
        """Send with the present token. The service refuses an old one with 401; then a new one is fetched, once."""
        if not self._token:
            await self._renew("")
        used = self._token
        response = await self._send(method, path, self._bearer(), timeout_s, body=body)
        if isinstance(error := self._error(response), AuthError) and error.http_status == 401:
            await self._renew(used)
            response = await self._send(method, path, self._bearer(), timeout_s, body=body)
        return response

    async def _renew(self, old: str) -> None:
        async with self._fetching:
            if self._token == old:
                await self.new_token()

    def _bearer(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self._token}"}

    # ------------------------------------------------------------ with the account's key

    async def stop(self, session_id: str, reason: str) -> None:
        """End a session; `reason` is USER_CLOSED, TIMEOUT or ERROR (docs/vendors/aistudios.md 2.4)."""
        body = {"session_id": session_id, "reason": reason}
        response = await self._send("POST", self._settings.stop_path, self._studio(), CALL_S, body=body)
        self._data(response, session_id)

    async def detail(self, session_id: str) -> Detail:
        """Ask whether and why a session has ended (docs/vendors/aistudios.md 2.6)."""
        response = await self._send("GET", _path(self._settings.detail_path, session_id), self._studio(), CALL_S)
        try:
            data = self._data(response, session_id)
        except VendorError as error:
            if is_gone(error):
                return Detail(True)
            raise
        if not isinstance(data, dict):
            raise unusable(NAME, response, "the session's detail came without data")
        return Detail(bool(data.get("end_at")), data.get("end_reason"))

    async def count(self) -> int | None:
        """Ask how many sessions run; None where the answer does not tell."""
        data, _ = await self._page(1, 1)
        count = data.get("count")
        return count if isinstance(count, int) and not isinstance(count, bool) and count >= 0 else None

    async def active(self) -> set[str]:
        """Ask for the ids of all sessions that run (docs/vendors/aistudios.md 2.5)."""
        found: set[str] = set()
        for page in range(1, MOST_PAGES + 1):
            data, response = await self._page(page, PAGE)
            rows = data.get("results")
            if not isinstance(rows, list):
                raise unusable(NAME, response, "the session list came without results")
            found |= {
                row["sessionId"] for row in rows if isinstance(row, dict) and isinstance(row.get("sessionId"), str)
            }
            if len(rows) < PAGE or not data.get("next"):
                break
        return found

    async def _page(self, page: int, size: int) -> tuple[dict[str, Any], Response]:
        params = {"type": "active", "page": str(page), "page_size": str(size)}
        response = await self._send("GET", self._settings.list_path, self._studio(), CALL_S, params=params)
        data = self._data(response)
        if not isinstance(data, dict):
            raise unusable(NAME, response, "the session list came without data")
        return data, response

    def _studio(self) -> Mapping[str, str]:
        return {"STUDIO-API-KEY": self._key}

    # ------------------------------------------------------------ answers

    async def _send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        timeout_s: float,
        *,
        body: object | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Response:
        url = self._settings.base_url.rstrip("/") + path
        try:
            return await self._http.request(method, url, headers=headers, params=params, body=body, timeout_s=timeout_s)
        except HttpFailure as failure:
            raise unanswered(NAME, failure) from None

    def unusable(self, response: Response, what: str) -> VendorError:
        """Return the error for a success without what was asked for, where it names no session."""
        return unusable(NAME, response, what, patterns=self._patterns, now=self._epoch(), clean=self._clean)

    def _data(self, response: Response, hide: str = "") -> Any:
        """Return the `data` of a success; raise the error that any other answer means.

        Args:
            response: The answer.
            hide: What the text of an error must not repeat.
        """
        error = self._error(response, hide)
        if error is not None:
            raise error
        return response.json().get("data")

    def _error(self, response: Response, hide: str = "") -> VendorError | None:
        given = response.json()
        code = given.get("code") if isinstance(given, dict) else None
        code = int(code) if isinstance(code, str) and code.isdecimal() else code
        status = status_of(response.status, code)
        if 200 <= status < 300:
            if not isinstance(given, dict):
                return self.unusable(response, "answered something else than a JSON object")
            if code is None or code == SUCCESS:
                return None
            return self.unusable(response, f"answered with the unknown code {str(code)[:20]}")
        hidden = [secret for secret in (hide, self._token) if secret]

        def clean(text: str) -> str:
            for secret in hidden:
                text = text.replace(secret, HIDDEN)
            return self._clean(text)

        return refused(NAME, replace(response, status=status), self._patterns, self._epoch(), clean)


def is_gone(error: VendorError) -> bool:
    """Tell whether the service does not know the session (any more); a wrong address gives 404 without the code."""
    return error.http_status == 404 and str(GONE) in (error.vendor_code or "")


def _path(template: str, session_id: str) -> str:
    return template.replace("{session_id}", quote(session_id, safe=""))
