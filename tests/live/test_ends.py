"""How a session with a real LiveKit server ends or goes on: kicks, reconnects, dead servers, avatars that leave."""

from __future__ import annotations

import asyncio

import pytest
from livekit import rtc

from app.rooms.base import (
    Arriving,
    AvatarGone,
    AvatarVideo,
    Disconnected,
    ParticipantsChanged,
    Reconnected,
    Reconnecting,
)
from app.rooms.livekit.room import LiveKitRooms
from app.rooms.presence import RoomTimes
from app.screens import EndReason
from tests.live.conftest import subscribers
from tests.live.guest import Guest, luma
from tests.vendors.agent import Agent
from tests.vendors.agent_media import tone
from tests.vendors.agent_script import AgentScript

pytestmark = [pytest.mark.live, pytest.mark.asyncio]

SCENARIO = rtc.SimulateScenarioKind


async def scenario(visitor: Guest, kind: int) -> None:
    """Let the SDK or the server simulate this fault of the visitor's connection."""
    assert visitor.room._room is not None
    await visitor.room._room.simulate_scenario(kind)


def lost(visitor: Guest) -> bool:
    """Return whether a lost picture was reported."""
    return any(isinstance(event, AvatarVideo) and not event.present for event in visitor.events)


async def kick(visitor: Guest) -> None:
    await visitor.server.remove(visitor.name, "kiosk")


async def delete(visitor: Guest) -> None:
    await visitor.server.delete(visitor.name)


async def join_twice(visitor: Guest) -> None:
    second = rtc.Room()
    await second.connect(visitor.server.ws, visitor.server.token(visitor.name, "kiosk"))
    await second.disconnect()


async def server_leaves(visitor: Guest) -> None:
    await scenario(visitor, SCENARIO.SIMULATE_SERVER_LEAVE)


@pytest.mark.parametrize(
    ("happening", "expected"),
    [
        (kick, Disconnected(EndReason.ROOM_CLOSED)),
        (delete, Disconnected(EndReason.ROOM_CLOSED)),
        (join_twice, Disconnected(EndReason.DUPLICATE_IDENTITY)),
        (server_leaves, Disconnected(EndReason.NETWORK, may_rejoin=True)),
    ],
)
async def test_a_remote_end_is_told_at_once_and_stops_everything(agent, guest, happening, expected):
    await agent(AgentScript(leaves_after_visitor=False))
    visitor = await (await guest().join()).seen()
    await happening(visitor)
    await visitor.until(expected, 3.0)
    shown = visitor.picture.pushed
    await asyncio.sleep(0.5)
    assert visitor.picture.pushed <= shown + 1
    assert visitor.events[-1] == expected  # nothing is told after the end
    await visitor.leave()
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("room-")]


async def test_after_a_kick_nothing_is_left(agent, guest):
    speaker = await agent(AgentScript(leaves_after_visitor=False))
    await (await guest(identity="first").join()).leave()
    await asyncio.sleep(0.5)
    within = subscribers()
    visitor = await (await guest().join()).seen()
    await visitor.wait(lambda: bool(speaker.heard))
    await kick(visitor)
    await visitor.until(Disconnected)
    await visitor.leave()
    await visitor.wait(lambda: subscribers() <= within, 3.0)


async def test_a_fresh_join_after_the_end_works(agent, guest):
    await agent(AgentScript(leaves_after_visitor=False))
    visitor = await (await guest().join()).seen()
    await server_leaves(visitor)
    await visitor.until(Disconnected)
    await visitor.leave()
    await (await guest().join()).seen()


# ---------------------------------------------------------------- repairs


async def test_a_resumed_connection_has_no_gap(agent, guest):
    await agent(AgentScript(leaves_after_visitor=False))
    for attempt in range(1, 4):
        visitor = await (await guest(identity=f"kiosk-{attempt}").join()).seen()
        track = visitor.room._avatar._video.track
        await scenario(visitor, SCENARIO.SIMULATE_SIGNAL_RECONNECT)
        await visitor.until(Reconnected, 20.0)
        await visitor.frames(5)
        assert visitor.count(Disconnected) == visitor.count(AvatarGone) == 0
        if visitor.room._avatar._video.track is track:
            break  # else the machine was too slow for a resume, and the library made a full reconnect of it
        await visitor.leave()
    assert visitor.count(Reconnecting) == 1
    assert visitor.picture.longest_gap_s() < 1.5


@pytest.mark.parametrize("kind", [SCENARIO.SIMULATE_FULL_RECONNECT, SCENARIO.SIMULATE_NODE_FAILURE])
async def test_after_a_full_reconnect_the_avatar_is_seen_and_the_visitor_heard_again(agent, guest, kind):
    speaker = await agent(AgentScript(leaves_after_visitor=False))
    visitor = await (await guest().join()).seen()
    await visitor.wait(lambda: bool(speaker.heard))
    old = visitor.room._avatar._video.track
    await scenario(visitor, kind)
    await visitor.until(Reconnected, 15.0)
    await visitor.wait(lambda: visitor.room._avatar._video.track not in (None, old))
    await visitor.frames(5)
    assert not lost(visitor)
    assert visitor.count(AvatarGone) == visitor.count(Disconnected) == 0
    heard = len(speaker.heard)
    visitor.microphone.feed(tone(1.0, level=0.6))
    await visitor.wait(lambda: max(speaker.heard[heard:], default=0) > 8000)


async def test_a_server_that_dies_and_comes_back_is_found_again(guest, rooms, own_livekit_server, room_name):
    server = own_livekit_server
    speaker = await Agent(server, room_name, AgentScript(leaves_after_visitor=False)).start()
    visitor = await (await guest(server=server).join()).seen()
    server.kill()
    await visitor.until(Reconnecting)
    server.start()
    await visitor.until(Reconnected, 25.0)
    await visitor.frames(5, 20.0)
    assert visitor.count(Disconnected) == visitor.count(AvatarGone) == 0
    await visitor.leave()
    await speaker.leave()


async def test_a_server_that_stays_dead_is_given_up_in_time(own_livekit_server, room_name, library_log):
    # The library alone would try for 23 s here, and for two minutes elsewhere.
    rooms = LiveKitRooms(RoomTimes(reconnect_s=1.0), library_log)
    server = own_livekit_server
    speaker = await Agent(server, room_name, AgentScript()).start()
    visitor = await (await Guest(rooms, server, room_name).join()).seen()
    server.kill()
    await visitor.until(Disconnected(EndReason.NETWORK, may_rejoin=True), 5.0)
    await visitor.leave()
    assert await rooms.background.settled(5.0)
    await speaker.leave()


async def test_a_frozen_server_stops_the_picture_and_lets_us_go(guest, rooms, own_livekit_server, room_name):
    # No event tells it for 13 s: the picture's age is the only sign, and the visit watches that.
    server = own_livekit_server
    speaker = await Agent(server, room_name, AgentScript(leaves_after_visitor=False)).start()
    visitor = await (await guest(server=server).join()).seen()
    server.freeze()
    await asyncio.sleep(1.0)
    shown = visitor.picture.pushed
    await asyncio.sleep(1.0)
    assert visitor.picture.pushed == shown
    assert visitor.count(Reconnecting) == visitor.count(Disconnected) == 0
    loop = asyncio.get_running_loop()
    began = loop.time()
    await visitor.leave()
    assert loop.time() - began < 2.0  # the promise of `Room.leave`, not a speed
    await speaker.leave()
    server.thaw()


async def test_without_a_picture_what_no_longer_arrives_tells_of_a_frozen_server(guest, own_livekit_server, room_name):
    server = own_livekit_server
    mute = AgentScript(look=None, has_voice=False, leaves_after_visitor=False)
    speaker = await Agent(server, room_name, mute).start()
    visitor = await guest(server=server).join()
    for number in range(2, 5):  # nobody says a word, and the microphone is off: only the connection itself is alive
        await visitor.counted(Arriving, number, 4.0)
    server.freeze()
    await asyncio.sleep(1.5)
    came = visitor.count(Arriving)
    await asyncio.sleep(4.0)
    assert visitor.count(Arriving) == came
    assert visitor.count(Reconnecting) == 0, "the library has noticed by itself; then nothing is proved here"
    server.thaw()
    await visitor.counted(Arriving, came + 1, 4.0)
    await speaker.leave()


# ---------------------------------------------------------------- avatars that leave


async def test_an_avatar_that_leaves_is_gone_after_a_while(agent, guest):
    speaker = await agent()
    visitor = await (await guest().join()).seen()
    await speaker.leave()
    await visitor.wait(lambda: lost(visitor))
    await visitor.until(AvatarGone)
    assert visitor.count(Disconnected) == 0


async def test_an_avatar_that_comes_back_in_time_is_not_gone(agent, livekit_server, room_name, library_log):
    patient = LiveKitRooms(RoomTimes(reconnect_s=15.0, absent_s=0.5, gone_s=4.0), library_log)
    speaker = await agent()
    visitor = await (await Guest(patient, livekit_server, room_name).join()).seen()
    await speaker.leave()
    await agent()
    await visitor.frames(20)
    await asyncio.sleep(4.0)  # as long as an absent avatar is waited for
    assert visitor.count(AvatarGone) == 0
    await visitor.leave()
    assert await patient.background.settled(10.0)


async def test_the_last_picture_stays_when_the_avatar_stops_showing_one(agent, guest):
    speaker = await agent()
    visitor = await (await guest().join()).seen()
    await visitor.frames(10)
    await speaker.stop_picture()
    await visitor.wait(lambda: lost(visitor))
    assert set(visitor.picture.sizes) == {(640, 360)}  # the server's blank end frames are 8x8
    assert luma(visitor.picture.last).mean() > 60
    await visitor.until(AvatarGone)


async def test_a_worker_that_leaves_is_the_end_although_the_agent_stays(agent, guest):
    speaker = await agent(AgentScript(worker="avatar-worker"))
    visitor = await (await guest().join()).seen()
    await speaker.leave_worker()
    await visitor.until(AvatarGone)
    participants = [event for event in visitor.events if isinstance(event, ParticipantsChanged)][-1].participants
    assert [participant.identity for participant in participants] == ["agent-1"]


async def test_an_agent_that_leaves_is_the_end_although_the_worker_stays(agent, guest):
    await agent(AgentScript(worker="avatar-worker"))
    visitor = await (await guest().join()).seen()
    await visitor.server.remove(visitor.name, "agent-1")
    await visitor.until(AvatarGone)


async def test_a_picture_that_is_muted_is_paused_not_gone(agent, guest):
    speaker = await agent()
    visitor = await (await guest().join()).seen()
    speaker.mute_picture(True)
    await visitor.wait(lambda: lost(visitor))
    await asyncio.sleep(2.0)
    assert visitor.count(AvatarGone) == 0
    shown = visitor.picture.pushed
    speaker.mute_picture(False)
    await visitor.wait(lambda: visitor.picture.pushed > shown)
