"""Convai's REST host: short-lived tokens, and whether key and character can be used (docs/vendors/convai.md 2.5)."""

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
    """Calls with the account's key. learn: is told of every secret that comes."""

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
        """Test key and character by calls that take no slot. Raises what `refusal` makes of a refused key."""
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
        """The sheet of a character: any of the key's own, or a public one; the call needs a certain plan."""
        response = await self._ask("/character/get", {"charID": self._character_id})
        if response.status == 200:
            return Finding("character", True, "is known to this account")
        if response.status == 400 or (response.status == 404 and "character" in response.text.lower()):
            advice = "compare character_id with the one in the character's settings"
            return Finding("character", False, f"is not known to this account: {advice}")
        return Finding("character", None, f"not tested: the plan or the host does not tell (HTTP {response.status})")

    async def _ask(self, path: str, body: Mapping[str, Any]) -> Response:
        # The live host takes the same key under another name.
        headers = {"CONVAI-API-KEY": self._key}
        return await self._http.request("POST", self._url + path, headers=headers, body=body, timeout_s=CALL_S)


def text_in(given: Any, name: str) -> str:
    """Return a field of an answer that is text, without the space around it; "" for anything else."""
    value = given.get(name) if isinstance(given, dict) else None
    return value.strip() if isinstance(value, str) else ""
