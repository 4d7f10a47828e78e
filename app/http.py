"""The one place that imports httpx: JSON over HTTPS, bounded in time and size, without exceptions of httpx."""

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

MOST_BYTES = 1_000_000  # of an answer; those of services are far smaller


class HttpFailure(Exception):
    """No usable HTTP answer arrived.

    Args:
        kind: The kind of failure, as the text of the error; never an address or header.
        sent: A byte of the request may have reached the service, so a create call may have taken effect.
        unreachable: The host could not be reached at all.
    """

    def __init__(self, kind: str, *, sent: bool, unreachable: bool) -> None:
        super().__init__(kind)
        self.sent = sent
        self.unreachable = unreachable


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response.

    Attributes:
        status: HTTP status.
        headers: Values by header name in lower case.
        text: The body.
    """

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
        """Return the seconds of `Retry-After`, a number or a date, or None; `now` is in seconds since the epoch."""
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
    """The interface that the controls of services use."""

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
    """One client with a connection pool for the whole process: making a TLS context takes 20 ms and more."""

    def __init__(self, version: str) -> None:
        import httpx  # imported here, after the window is painted

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
        """See `Http.request`. `timeout_s` bounds connecting and each wait for data; twice that bounds the whole."""
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
            self._client.cookies.clear()  # cookies of one visit would be sent with the calls of the next one

    async def close(self) -> None:
        """Close the pooled connections."""
        await self._client.aclose()
