"""The one place that imports httpx: JSON over HTTPS with bounded time, bounded answers, and no exception of httpx."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import httpx

MOST_BYTES = 1_000_000  # of an answer; a service's JSON is far below


class HttpFailure(Exception):
    """No usable HTTP answer arrived.

    sent: any byte of the request may have reached the service, so a create may have taken effect. unreachable: the
    host could not be reached at all. The text names the kind of failure, never an address or header.
    """

    def __init__(self, kind: str, *, sent: bool, unreachable: bool) -> None:
        super().__init__(kind)
        self.sent = sent
        self.unreachable = unreachable


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response: status, lower-case header names, and the body as text."""

    status: int
    headers: Mapping[str, str]
    text: str = field(repr=False)

    def json(self) -> Any:
        """Return the decoded body, or None where it is not JSON."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None

    def retry_after(self, now: float) -> float | None:
        """Return the seconds of `Retry-After`, given as number or as date (`now`: seconds since the epoch), or None."""
        value = self.headers.get("retry-after")
        if value is None:
            return None
        try:
            seconds = float(value)
        except ValueError:
            try:
                seconds = parsedate_to_datetime(value).timestamp() - now
            except (TypeError, ValueError):
                return None
        return None if math.isnan(seconds) else min(max(seconds, 0.0), 3600.0)


class Http(Protocol):
    """What vendors call."""

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
        """Send `body` as JSON and return the answer, whatever its status. Raises HttpFailure."""
        ...


class HttpClient:
    """One pooled client for the life of the process; the TLS context is made once, because it costs 20 ms and more."""

    def __init__(self, version: str) -> None:
        import httpx  # here, because the window is painted before it is loaded

        self._httpx = httpx
        self._client: httpx.AsyncClient = httpx.AsyncClient(
            headers={"User-Agent": f"avatar-kiosk/{version}"},
            follow_redirects=False,  # a redirect would carry a key to another host
            limits=httpx.Limits(max_connections=10, keepalive_expiry=30.0),
        )

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
        """See `Http.request`. `timeout_s` bounds connecting and each silence; twice as much bounds the whole."""
        httpx = self._httpx
        timeout = httpx.Timeout(timeout_s, connect=min(timeout_s, 10.0))
        try:
            call = self._client.stream(method, url, headers=headers, params=params, json=body, timeout=timeout)
            async with asyncio.timeout(2 * timeout_s), call as response:
                received = bytearray()
                async for chunk in response.aiter_bytes():
                    received += chunk
                    if len(received) > MOST_BYTES:
                        raise HttpFailure("answer too large", sent=True, unreachable=False)
                text = received.decode("utf-8", "replace")
                return Response(response.status_code, {k.lower(): v for k, v in response.headers.items()}, text)
        except TimeoutError:
            raise HttpFailure("the answer trickles", sent=True, unreachable=False) from None
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise HttpFailure(type(error).__name__, sent=False, unreachable=True) from None
        except httpx.HTTPError as error:
            raise HttpFailure(type(error).__name__, sent=True, unreachable=False) from None
        except (httpx.InvalidURL, ValueError):
            raise HttpFailure("InvalidURL", sent=False, unreachable=False) from None
        finally:
            self._client.cookies.clear()  # one visitor's would go along with the next one's calls

    async def close(self) -> None:
        """Close the pooled connections."""
        await self._client.aclose()
