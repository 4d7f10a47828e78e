"""Joining a real LiveKit room, and every way in which it fails at once."""

from __future__ import annotations

import asyncio

import pytest
from livekit import api

from app.events import Ready
from app.rooms.base import (
    Arriving,
    AvatarVideo,
    FirstFrame,
    MicrophoneHeard,
    ParticipantsChanged,
    RoomError,
    RoomFault,
)
from tests.live.conftest import subscribers
from tests.vendors.agent_media import AgentLook
from tests.vendors.agent_script import AgentScript

pytestmark = [pytest.mark.live, pytest.mark.asyncio]


async def test_a_visitor_sees_and_is_heard(agent, guest, livekit_server, room_name):
    await agent()
    visitor = await guest().join()
    await visitor.until(Ready)
    await visitor.until(MicrophoneHeard)
    assert visitor.room.identity == "kiosk"
    assert (await visitor.until(AvatarVideo)).codec.lower() == "video/vp8"
    assert visitor.picture.pushed > 0
    assert await livekit_server.identities(room_name) == {"agent-1", "kiosk"}


async def test_an_agent_that_comes_later_is_seen_as_well(agent, guest):
    visitor = await guest().join()
    assert visitor.count(ParticipantsChanged) == 0
    await agent()
    await visitor.until(Ready)


async def test_after_leaving_the_room_is_empty_and_nothing_is_left(agent, guest, livekit_server, room_name, rooms):
    # Whatever the first session of a process makes for good is made before.
    await (await guest(identity="first").join()).leave()
    before, tasks = subscribers(), len(asyncio.all_tasks())
    speaker = await agent(AgentScript(leaves_after_visitor=False))
    within = subscribers()
    visitor = await (await guest().join()).seen()
    await visitor.leave()
    await visitor.leave()
    await visitor.wait(lambda: subscribers() == within, 2.0)
    await speaker.leave()
    await livekit_server.wait_empty(room_name)
    assert (subscribers(), len(asyncio.all_tasks())) == (before, tasks)
    assert rooms.background.pending == 0


async def test_two_sessions_in_one_process_are_two_rooms(agent, guest):
    # A second connect of the same room object would find the avatar of the first one and kill the process.
    await agent(AgentScript(leaves_after_visitor=False))
    for identity in ("first", "second"):
        visitor = await (await guest(identity=identity).join()).seen()
        await visitor.leave()


async def test_nobody_comes_where_every_slot_is_silently_taken(guest):
    visitor = await guest().join()
    await asyncio.sleep(1.0)
    assert all(isinstance(event, Arriving) for event in visitor.events), "the connection lives, and that is all"
    assert visitor.picture.pushed == 0


# ---------------------------------------------------------------- refusals


async def refused(visitor, **how) -> RoomError:
    with pytest.raises(RoomError) as caught:
        await visitor.join(**how)
    assert "eyJ" not in caught.value.hint
    return caught.value


async def test_a_wrong_or_old_token_is_refused_and_nowhere_repeated(guest, livekit_server, room_name, caplog):
    wrong = livekit_server.token(room_name, "kiosk", secret="x" * 32)
    old = livekit_server.token(room_name, "kiosk", ttl_s=-120)
    no_entry = livekit_server.token(room_name, "kiosk", room_join=False)
    for token in (wrong, old, no_entry, "nonsense"):
        assert (await refused(guest(), token=token)).fault is RoomFault.AUTH
    assert "eyJ" not in caplog.text
    assert all("eyJ" not in repr(vars(record)) for record in caplog.records)


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("ws://127.0.0.1:1", RoomFault.TRANSIENT),
        ("ws://nowhere.invalid", RoomFault.TRANSIENT),
        ("nonsense", RoomFault.CONFIG),
    ],
)
async def test_an_address_that_leads_nowhere(guest, url, fault):
    assert (await refused(guest(), url=url)).fault is fault


async def test_a_wrong_path_is_a_wrong_setting(guest, livekit_server):
    assert (await refused(guest(), url=livekit_server.ws + "/elsewhere")).fault is RoomFault.CONFIG


async def test_a_full_room_is_busy(guest, livekit_server, room_name):
    async with livekit_server.admin() as calls:
        await calls.room.create_room(api.CreateRoomRequest(name=room_name, max_participants=1))
    await guest(identity="somebody").join()
    assert (await refused(guest())).fault is RoomFault.BUSY


async def test_after_a_refusal_nothing_is_left(guest, rooms):
    await (await guest(identity="first").join()).leave()
    before = subscribers()
    visitor = guest()
    await refused(visitor, url="ws://127.0.0.1:1")
    await visitor.leave()
    assert (subscribers(), rooms.background.pending) == (before, 0)


async def test_h264_is_seen_too_and_named(agent, guest):
    await agent(AgentScript(look=AgentLook(codec="h264")))
    visitor = await guest().join()
    await visitor.until(FirstFrame)
    assert (await visitor.until(AvatarVideo)).codec.lower() == "video/h264"
