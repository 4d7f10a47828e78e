"""LiveKit's web client in Chromium: the emulated token endpoint and the scripted agent (docs/vendors/livekit.md 8)."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest
import pytest_asyncio

from tests.vendors.agent_script import AgentScript
from tests.vendors.livekit_endpoint import ACCOUNT, HEADER, LiveKitEndpoint

pytestmark = [pytest.mark.official, pytest.mark.asyncio, pytest.mark.expect_log("livekit")]

WORKER = "bey-avatar-agent"


@pytest_asyncio.fixture
async def endpoint(livekit_server):
    made = LiveKitEndpoint(livekit_server, script=lambda: made.next_script, key="operator-key")
    made.next_script = AgentScript(greeting="Hello, I am the guide.")
    await made.start()
    yield made
    await made.close()


async def joined(page, endpoint, **options):
    return await page.run("visit.connect", f"{endpoint.url}/token", {HEADER: "operator-key"}, options)


async def said(page, text) -> dict:
    """Wait for a line of the agent; return it with its pieces and attributes."""
    find = f"visit.values('words').find((line) => line.pieces.join('') == {text!r})"
    return await page.until(find)


async def test_state_words_chat_rpc_picture_voice_and_the_way_out(browse, endpoint, livekit_server) -> None:
    async with browse("livekit") as page:
        await joined(page, endpoint, roomName="lobby-1", participantIdentity="visitor-1", participantName="Lobby")
        await page.until("visit.state() == 'listening'")
        greeting = await said(page, "Hello, I am the guide.")
        assert greeting["identity"] == "agent-1" and len(greeting["pieces"]) > 1
        assert greeting["begun"]["lk.transcription_final"] == "false"
        assert greeting["ended"]["lk.transcription_final"] == "true"
        assert greeting["begun"]["lk.segment_id"] == greeting["ended"]["lk.segment_id"]

        await page.until("visit.frames() > 20")
        await page.until("visit.values('heard').includes('microphone')")
        await endpoint.agent.hears(100)
        assert max(endpoint.agent.heard) > 1000  # the browser's own beeps

        before = await page.run("visit.loudness()")
        await page.run("visit.chat", "where is the cafe")
        await said(page, "You asked: where is the cafe")
        assert endpoint.agent.chats == ["where is the cafe"]
        states = "visit.values('attributes').map(([who, changed]) => changed['lk.agent.state']).slice(-3).join()"
        await page.until(f"{states} == 'thinking,speaking,listening'")
        assert await page.run("visit.loudness()") > before

        assert await page.run("visit.call", "interrupt") == "ok"
        assert endpoint.agent.interrupts == 1

        agent, room = endpoint.agent, endpoint.visits[-1].room
        await page.run("visit.leave()")
        left = time.monotonic()
        await asyncio.wait_for(agent.left.wait(), 2)
        await livekit_server.wait_empty(room, 2)
        assert time.monotonic() - left < 2


@pytest.mark.parametrize("camel_case", [False, True])
async def test_the_token_is_read_in_both_spellings_with_more_fields_and_without_a_room(
    browse, endpoint, camel_case
) -> None:
    endpoint.knobs = replace(endpoint.knobs, camel_case=camel_case, more_fields=True, status=200)
    async with browse("livekit") as page:
        answer = await joined(page, endpoint)
        assert answer["serverUrl"] and answer["participantToken"]
        await said(page, "Hello, I am the guide.")


async def test_an_agent_is_dispatched_by_its_name(browse, endpoint) -> None:
    endpoint.knobs = replace(endpoint.knobs, named="guide")
    async with browse("livekit") as page:
        await joined(page, endpoint, roomName="lobby-2", agentName="guide", agentMetadata='{"lang":"en"}')
        await said(page, "Hello, I am the guide.")
    assert endpoint.visits[-1].config["agents"] == [{"agent_name": "guide", "metadata": '{"lang":"en"}'}]


async def test_a_worker_publishes_on_behalf_of_the_agent(browse, endpoint) -> None:
    endpoint.next_script = replace(endpoint.next_script, worker=WORKER)
    async with browse("livekit") as page:
        await joined(page, endpoint, roomName="lobby-3")
        await page.until("visit.frames() > 20")
        tracks = await page.run("visit.values('track')")
        assert [WORKER, "video", "camera"] in tracks and [WORKER, "audio", "microphone"] in tracks
        assert ["agent-1", True, {"lk.agent.state": "listening"}] in await page.run("visit.members()")
        assert [WORKER, True, {"lk.publish_on_behalf": "agent-1"}] in await page.run("visit.members()")
        await said(page, "Hello, I am the guide.")


async def test_the_older_event_comes_beside_the_streams(browse, endpoint) -> None:
    endpoint.next_script = replace(endpoint.next_script, legacy=True)
    async with browse("livekit") as page:
        await joined(page, endpoint, roomName="lobby-4")
        await page.until("visit.values('older words').flat().includes('Hello, I am the guide.')")
        await said(page, "Hello, I am the guide.")
        await endpoint.agent.hear("where is", final="where is the exit")
        await said(page, "where is the exit")


async def test_a_refusal_reaches_the_client(browse, endpoint) -> None:
    endpoint.knobs = replace(endpoint.knobs, full="429")
    endpoint.accounts[ACCOUNT].slots = 0
    async with browse("livekit") as page:
        at = f"{endpoint.url}/token"
        assert "received 401" in await page.run("visit.token", at, {}, {})
        told = await page.run("visit.token", at, {HEADER: "operator-key"}, {})
        assert "received 429" in told and "all agents are busy" in told
