"""The emulated AI Studios behaves as its page says, so that tests with it are meaningful.

See docs/vendors/aistudios.md 8.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from app.http import HttpClient
from tests.vendors.aistudios_avatar import Avatar, AvatarScript
from tests.vendors.aistudios_service import APP, AVATAR, BASE, KEY, AistudiosService
from tests.vendors.emulator import Clock
from tests.vendors.memory_media_server import MemoryActor, MemoryMediaServer

pytestmark = pytest.mark.asyncio


class Client:
    def __init__(self, service: AistudiosService, http: HttpClient) -> None:
        self._service, self._http = service, http
        self.token = ""

    async def call(self, method: str, path: str, body: object = None, **params: str) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self.token or 'none'}", "STUDIO-API-KEY": KEY}
        answer = await self._http.request(
            method, self._service.url + BASE + path, headers=headers, body=body, params=params or None, timeout_s=5
        )
        return answer.status, answer.json()

    async def start(self, **body: object) -> tuple[int, dict[str, Any]]:
        if not self.token:
            _, told = await self.call("POST", "/token", {"appId": APP, "userKey": KEY})
            self.token = told["data"]["session_token"]
        return await self.call("POST", "/start", {"avatar_id": AVATAR, **body})


@pytest_asyncio.fixture
async def service() -> AsyncIterator[AistudiosService]:
    async with AistudiosService(clock=Clock(manual=True), slots=2) as made:
        yield made


@pytest_asyncio.fixture
async def client(service: AistudiosService) -> AsyncIterator[Client]:
    http = HttpClient("test")
    yield Client(service, http)
    await http.close()


async def test_credits_burn_from_the_start_for_each_session_and_end_all(
    service: AistudiosService, client: Client
) -> None:
    service.app().credits = 1.0
    await client.start()
    service.clock.advance(60)
    await client.start()
    assert service.spent(KEY) == pytest.approx(0.2)
    service.clock.advance(121)
    assert service.active() == []
    assert service.spent(KEY) == pytest.approx(1.0)
    assert {session.end_reason for session in service.sessions} == {"CREDIT_EXHAUSTED"}
    assert (await client.start())[1]["code"] == 4030


@pytest.mark.parametrize(("unit", "seconds"), [("minutes", 180), ("seconds", 3)])
async def test_the_service_ends_a_session_at_its_maximum_in_its_own_unit(
    service: AistudiosService, client: Client, unit: str, seconds: float
) -> None:
    service.knobs.unit = unit
    await client.start(max_session_duration=3)
    service.clock.advance(seconds - 1)
    assert service.taken(KEY) == 1
    service.clock.advance(1)
    assert service.taken(KEY) == 0


async def test_a_slot_is_taken_by_the_start_and_freed_by_the_stop_alone(
    service: AistudiosService, client: Client
) -> None:
    _, first = await client.start()
    await client.start()
    assert (await client.start())[0] == 429
    session_id = first["data"]["session_id"]
    assert (await client.call("POST", "/stop", {"session_id": session_id}))[0] == 422
    assert (await client.call("POST", "/stop", {"session_id": session_id, "reason": "ERROR"}))[0] == 200
    assert (await client.call("POST", "/stop", {"session_id": session_id, "reason": "ERROR"}))[0] == 404
    _, told = await client.call("GET", f"/{session_id}")
    assert told["data"]["end_reason"] == "ERROR" and told["data"]["end_at"].endswith("Z")
    assert (await client.start())[0] == 200


async def test_lists_are_filtered_and_paged(service: AistudiosService, client: Client) -> None:
    service.app().slots = 9
    for number in range(5):
        service.take(KEY, f"session-{number}")
    service.end(service.sessions[0], "TIMEOUT")
    _, told = await client.call("GET", "", type="active", page="2", page_size="3")
    assert told["data"]["count"] == 4 and [row["sessionId"] for row in told["data"]["results"]] == ["session-4"]
    assert told["data"]["next"] is None and told["message"] is None
    assert (await client.call("GET", "", page_size="101"))[0] == 400


async def test_refusals_of_wrong_bodies_and_old_tokens(service: AistudiosService, client: Client) -> None:
    assert (await client.call("POST", "/start", {"avatar_id": AVATAR}))[0] == 401
    service.knobs.token_s = 5
    assert (await client.start(avatar_id=7))[1]["code"] == 4000
    assert (await client.start(avatar_id="nobody"))[1]["code"] == 4040
    service.clock.advance(6)
    assert (await client.start())[1]["code"] == 4010


@pytest.mark.hurry
async def test_the_avatar_answers_speech_in_server_mode_only() -> None:
    for listens, answers in ((True, 1), (False, 0)):
        media_server = MemoryMediaServer()
        avatar = Avatar(media_server, "room", AvatarScript(listens=listens), "")
        await avatar.start()
        assert isinstance(avatar.actor, MemoryActor)
        loud, quiet = np.full(480, 9000, np.int16), np.zeros(480, np.int16)
        for samples, count in ((loud, 10), (quiet, 60), (loud, 40), (quiet, 60), (quiet, 60)):
            for _ in range(count):
                avatar.actor.ears.sound(samples)
        await asyncio.sleep(0.1)
        assert avatar.answers == answers and avatar.said == []
        await avatar.leave()
