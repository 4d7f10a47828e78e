"""Calls to Convai's REST host: short-lived tokens, and tests of key and character (docs/vendors/convai.md 2.5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from app.findings import Finding
from app.http import Http, HttpFailure, Response
from app.vendors.convai.settings import ConvaiSettings

CALL_S = 10.0


class Rest:
    """Calls with the account's key.

    Args:
        settings: Table [service.convai].
        http: Client for the calls.
        learn: Called with every secret that an answer holds, so that it is never logged.
    """

    def __init__(self, settings: ConvaiSettings, http: Http, learn: Callable[[list[str]], None]) -> None:
        self._url = settings.api_url.rstrip("/")
        self._key = settings.api_key.get_secret_value()
        self._character_id = settings.character_id
        self._http = http
        self._learn = learn

    async def token(self) -> tuple[Response, str]:
        """Ask for a short-lived token; return the answer, and the token or "". Raises HttpFailure."""
        response = await self._ask("/user/connect", {})
        token = text_in(response.json(), "apiAuthToken") if response.status == 200 else ""
        self._learn([token])
        return response, token

    async def findings(self, refusal: Callable[[Response], Exception]) -> list[Finding]:
        """Test key and character by calls that take no slot.

        Args:
            refusal: Makes the error that is raised where the key is refused.
        """
        try:
            response, token = await self.token()
            if response.status == 401:
                raise refusal(response)
            if not token:
                return [Finding("key", None, f"not tested: the service answers {response.status} to the question")]
            with suppress(HttpFailure):
                await self._ask("/user/revoke-token", {"apiAuthToken": token})
            return [Finding("key", True, "is accepted"), await self._character()]
        except HttpFailure as failure:
            return [Finding("key", None, f"not tested: {urlsplit(self._url).hostname} gives no answer ({failure})")]

    async def _character(self) -> Finding:
        """Ask for the character's data: any of the key's own, or a public one. Some plans lack this call."""
        response = await self._ask("/character/get", {"charID": self._character_id})
        if response.status == 200:
            return Finding("character", True, "is known to this account")
        if response.status == 400 or (response.status == 404 and "character" in response.text.lower()):
            advice = "compare character_id with the one in the character's settings"
            return Finding("character", False, f"is not known to this account: {advice}")
        return Finding("character", None, f"not tested: the plan or the host does not tell (HTTP {response.status})")

    async def _ask(self, path: str, body: Mapping[str, Any]) -> Response:
        # The host for sessions takes the same key in a header of another name.
        headers = {"CONVAI-API-KEY": self._key}
        return await self._http.request("POST", self._url + path, headers=headers, body=body, timeout_s=CALL_S)


def text_in(given: Any, name: str) -> str:
    """Return a text field of an answer, without the space around it; "" for anything else."""
    value = given.get(name) if isinstance(given, dict) else None
    return value.strip() if isinstance(value, str) else ""
