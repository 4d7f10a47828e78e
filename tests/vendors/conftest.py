"""What the tests of every service need."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from app.http import Http, HttpClient


@pytest_asyncio.fixture
async def http() -> AsyncIterator[Http]:
    client = HttpClient("test")
    yield client
    await client.close()
