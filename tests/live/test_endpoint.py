"""A whole session: token from an operator's endpoint, room on a real server, agent by dispatch, slot given back."""

from __future__ import annotations

import asyncio

import pytest
import pytest_asyncio

from app.events import Ready
from app.http import HttpClient
from app.rooms.base import ParticipantsChanged, RoomError, RoomFault
from app.screens import EndReason
from app.vendors.base import VendorContext
from app.vendors.livekit.control import LiveKitControl
from app.vendors.livekit.settings import LiveKitSettings
from app.vendors.session import StopOrder, VisitRequest
from tests.live.guest import Guest
from tests.vendors.agent_script import AgentScript
from tests.vendors.livekit_endpoint import ACCOUNT, EndpointKnobs, LiveKitEndpoint

pytestmark = [pytest.mark.live, pytest.mark.asyncio]


@pytest_asyncio.fixture
async def endpoint(livekit_server):
    knobs = EndpointKnobs(departure_timeout_s=1)
    async with LiveKitEndpoint(livekit_server, script=lambda: AgentScript(greeting="Hello"), knobs=knobs) as made:
        yield made


@pytest_asyncio.fixture
async def visit(rooms, livekit_server, endpoint, room_name):
    """Makes visits: `await visit("a", **settings)` starts, joins and returns (guest, control, session)."""
    http = HttpClient("test")
    guests: list[Guest] = []

    async def start(name: str, **settings):
        given = {"token_url": endpoint.url + "/token", "release_url": endpoint.url + "/release"} | settings
        control = LiveKitControl(VendorContext(LiveKitSettings.model_validate(given), http, "lobby", "en", 10.0))
        request = VisitRequest(f"{room_name}-{name}", f"kiosk-{name}", "lobby", "en", 300.0, 45.0)
        session = await control.start(request)
        guests.append(Guest(rooms, livekit_server, request.name))
        await guests[-1].join(session.media_url, session.media_token)
        return guests[-1], control, session

    yield start
    await asyncio.gather(*(guest.leave() for guest in guests))
    await http.close()


async def test_a_visit_takes_a_slot_and_gives_it_back(visit, endpoint):
    guest, control, session = await visit("a")
    await guest.until(Ready)
    assert endpoint.taken(ACCOUNT) == 1
    await guest.leave()
    assert await control.stop(StopOrder(session.session_id, session.session_id, EndReason.VISITOR))
    assert endpoint.taken(ACCOUNT) == 0
    assert endpoint.sessions[0].end_reason == "released"


async def test_without_a_release_address_leaving_alone_gives_the_slot_back(visit, endpoint):
    guest, _, _ = await visit("a", release_url="")
    await guest.until(Ready)
    await guest.leave()
    await guest.wait(lambda: endpoint.taken(ACCOUNT) == 0, 15.0)
    assert endpoint.sessions[0].end_reason == "room closed"


async def test_a_full_service_lets_the_next_one_in_and_sends_nobody(visit, endpoint):
    first, _, _ = await visit("a")
    await first.until(Ready)
    second, _, _ = await visit("b")
    await asyncio.sleep(1.0)
    assert second.count(ParticipantsChanged) == 0
    assert endpoint.taken(ACCOUNT) == 1


async def test_a_room_that_is_full_is_busy(visit, endpoint):
    endpoint.knobs.full = "room"
    endpoint.accounts[ACCOUNT].slots = 0
    with pytest.raises(RoomError) as caught:
        await visit("a")
    assert caught.value.fault is RoomFault.BUSY


async def test_agents_that_come_by_name_come_only_when_called(visit, endpoint):
    endpoint.knobs.named = "guide"
    endpoint.accounts[ACCOUNT].slots = 2
    called, _, _ = await visit("a", agent_name="guide")
    await called.until(Ready)
    uncalled, _, _ = await visit("b")
    await asyncio.sleep(0.5)
    assert uncalled.count(ParticipantsChanged) == 0
