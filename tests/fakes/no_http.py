"""A network that nobody may use."""

from __future__ import annotations

from collections.abc import Mapping

from app.http import Http, Response


class NoHttp(Http):
    """For controls that are made and never asked for anything over the network."""

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        body: object | None = None,
        timeout_s: float,
    ) -> Response:
        raise AssertionError(f"no call is expected here: {method} {url}")
