"""The base of the emulators is correct: slots, clock, records and faults."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from aiohttp import web

from tests.vendors.emulator import Account, Clock, Emulator, NoSlot

pytestmark = pytest.mark.asyncio


class Service(Emulator):
    def routes(self) -> list[web.RouteDef]:
        return [web.post("/create", self._create)]

    async def _create(self, request: web.Request) -> web.Response:
        try:
            session = self.take("key", f"s{len(self.sessions)}")
        except NoSlot:
            return web.json_response({"error": "full"}, status=429)
        return web.json_response({"id": session.id, "url": "wss://x"})


@pytest_asyncio.fixture
async def service() -> AsyncIterator[Service]:
    async with Service([Account("key", slots=1)], Clock(manual=True), release_lag_s=3.0) as made:
        yield made


@pytest_asyncio.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=service.url) as made:
        yield made


async def test_a_slot_is_taken_once_and_comes_back_after_the_lag(service: Service, client: httpx.AsyncClient) -> None:
    assert (await client.post("/create")).status_code == 200
    assert (await client.post("/create")).status_code == 429
    service.end(service.sessions[0], "stopped")
    service.clock.advance(2.9)
    assert (await client.post("/create")).status_code == 429
    service.clock.advance(0.2)
    assert (await client.post("/create")).status_code == 200
    assert service.taken("key") == 1


async def test_slots_change_at_run_time(service: Service, client: httpx.AsyncClient) -> None:
    await client.post("/create")
    service.accounts["key"].slots = 2
    assert (await client.post("/create")).status_code == 200


async def test_the_first_end_of_a_session_counts(service: Service, client: httpx.AsyncClient) -> None:
    await client.post("/create")
    session = service.sessions[0]
    service.end(session, "stopped")
    service.clock.advance(1)
    service.end(session, "again")
    assert session.end_reason == "stopped"
    service.clock.advance(5)
    assert service.taken("key") == 0


async def test_an_abandoned_session_ends_by_the_services_own_clock(service: Service, client: httpx.AsyncClient) -> None:
    await client.post("/create")
    session = service.sessions[0]
    session.ends_at, session.ends_because = service.clock.now() + 60, "abandoned"
    service.clock.advance(59)
    assert service.active() == [session]
    service.clock.advance(100)
    assert service.active() == []
    assert session.end_reason == "abandoned"
    assert session.ended_at is not None and session.freed_at == session.ended_at + 3.0
    assert service.taken("key") == 0


async def test_every_request_is_recorded_with_headers_and_body(service: Service, client: httpx.AsyncClient) -> None:
    await client.post("/create", json={"a": 1}, headers={"X-Key": "k"})
    await client.post("/create", content=b"not json")
    assert service.asked("create")[0].json == {"a": 1}
    assert service.asked("create")[0].headers["x-key"] == "k"
    assert service.asked("create")[1].json is None


async def test_planned_answers_come_so_often_and_no_more(service: Service, client: httpx.AsyncClient) -> None:
    service.fail(path="create", times=2, status=503, headers={"Retry-After": "5"}, body={"error": "down"})
    first, second, third = [await client.post("/create") for _ in range(3)]
    assert (first.status_code, first.headers["Retry-After"], first.json()) == (503, "5", {"error": "down"})
    assert (second.status_code, third.status_code) == (503, 200)
    assert len(service.sessions) == 1


async def test_a_lost_answer_leaves_a_session_behind(service: Service, client: httpx.AsyncClient) -> None:
    service.fail(lose=True)
    with pytest.raises(httpx.HTTPError):
        await client.post("/create")
    assert len(service.active()) == 1


async def test_a_cut_connection_leaves_none(service: Service, client: httpx.AsyncClient) -> None:
    service.fail(reset=True)
    with pytest.raises(httpx.HTTPError):
        await client.post("/create")
    assert service.active() == []


async def test_spoilt_answers(service: Service, client: httpx.AsyncClient) -> None:
    service.accounts["key"].slots = 9
    service.fail(without=("url",))
    service.fail(malformed=True)
    service.fail(status=200, body="<html>sign in</html>")
    service.fail(status=200)
    assert (await client.post("/create")).json() == {"id": "s0"}
    assert not (await client.post("/create")).text.endswith("}")
    html = await client.post("/create")
    assert "text/html" in html.headers["content-type"]
    assert (await client.post("/create")).text == ""


async def test_a_host_that_is_down_refuses_and_comes_back(service: Service, client: httpx.AsyncClient) -> None:
    await service.stop_listening()
    with pytest.raises(httpx.ConnectError):
        await client.post("/create")
    await service.start()
    assert (await client.post("/create")).status_code == 200


async def test_the_truth_is_there_for_anybody(service: Service, client: httpx.AsyncClient) -> None:
    await client.post("/create")
    truth = (await client.get("/admin")).json()
    assert truth["accounts"][0]["taken"] == 1
    assert truth["sessions"][0]["id"] == "s0"
    assert len(service.requests) == 1
