"""The HTTP client with a real socket: bounded in time and size, and without cookies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from app.http import HttpClient, HttpFailure

pytestmark = pytest.mark.asyncio

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"


@asynccontextmanager
async def served(
    answer: Callable[[asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[tuple[HttpClient, str, list[str]]]:
    """A client, an address, and the heads of the requests that came; `answer` writes what comes back."""
    heads: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
                await answer(writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass
        finally:
            writer.close()

    client = HttpClient("test")
    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        try:
            yield client, f"http://127.0.0.1:{port}/", heads
        finally:
            await client.close()


async def test_an_answer_that_trickles_does_not_last_for_ever() -> None:
    async def trickle(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while not writer.is_closing():
            writer.write(b"x: y\r\n")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with served(trickle) as (client, url, _):
        with pytest.raises(HttpFailure, match="trickles") as caught:
            await client.request("POST", url, timeout_s=0.1)
        assert caught.value.sent and not caught.value.unreachable


async def test_a_cookie_of_one_visit_is_not_sent_in_the_next() -> None:
    async def with_cookie(writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Set-Cookie: visitor=4711; Path=/\r\n\r\n{}")

    async with served(with_cookie) as (client, url, heads):
        for _ in range(2):
            assert (await client.request("GET", url, timeout_s=5.0)).status == 200
        assert len(heads) == 2 and "cookie" not in heads[1].lower()
