"""Scenes that may end their process: each runs in a child, `python -m tests.live.children SCENE`, and exits with 0.

The media library ends the process by SIGTERM or SIGABRT when it is used wrongly; only the exit code shows that.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys

from app.picture import Picture
from app.rooms.base import Choice, RoomError
from app.rooms.livekit.end import shut_down_library
from app.rooms.livekit.relays import Relays
from app.rooms.livekit.room import LiveKitRoom, LiveKitRooms
from tests.live.proxy import FaultyProxy
from tests.rigs.livekit_server import LiveKitServer, free_port, start_server

PANIC_S = 18.0  # the library panics 15 s after a cancelled connect succeeded


def _room(rooms: LiveKitRooms) -> LiveKitRoom:
    return rooms(picture=Picture(), speaker=None, microphone=None, choose=lambda participants: Choice())


async def late_joins(server: LiveKitServer) -> None:
    """One join runs out of time, another is cancelled; both succeed later, are left again, and the process lives on."""
    rooms = LiveKitRooms()
    async with FaultyProxy(server.port, opens_after_s=1.5) as door:
        url = f"ws://127.0.0.1:{door.port}"
        overdue, cancelled = _room(rooms), _room(rooms)
        try:
            await overdue.join(url, server.token("late", "overdue"), 0.5)
        except RoomError:
            pass
        else:
            raise AssertionError("the join should have run out of time")
        joining = asyncio.create_task(cancelled.join(url, server.token("late", "cancelled"), 10.0))
        await asyncio.sleep(0.5)
        joining.cancel()
        await asyncio.wait({joining})
        assert joining.cancelled()
        assert rooms.background.pending == 2
        await asyncio.gather(overdue.leave(), cancelled.leave())
        assert await rooms.background.settled(10.0), "the late joins were not reaped"
        await server.wait_empty("late", 5.0)
        await asyncio.sleep(PANIC_S)
        assert await server.identities("late") == set()


async def blocked_media(server: LiveKitServer) -> None:
    """Signalling works, media does not: the error says so within the visit's own deadline."""
    relays = Relays()
    rooms = LiveKitRooms(relays=relays)
    # The client is given a wrong media port of the server, on which nobody listens.
    told, nobody = (b" %d typ" % port for port in (server.media_port, free_port(socket.SOCK_DGRAM)))
    async with FaultyProxy(server.port, swap=(told, nobody)) as door:
        try:
            await _room(rooms).join(f"ws://127.0.0.1:{door.port}", server.token("blocked", "kiosk"), 16.0)
        except RoomError as error:
            assert error.hint == "media ports blocked", error.hint
        else:
            raise AssertionError("the join should have failed")
        assert relays.in_use, "the next join should go through relays"


async def relays_alone(server: LiveKitServer) -> None:
    """A server without a relay: nothing is sent directly, although it would work."""
    try:
        await _room(LiveKitRooms(relays=Relays(always=True))).join(server.ws, server.token("relayed", "kiosk"), 16.0)
    except RoomError as error:
        assert error.hint == "media ports blocked", error.hint
    else:
        raise AssertionError("the join should have failed")


def main() -> None:
    """Run the scene named on the command line; the exit code is 0 if it held."""
    name = sys.argv[1]
    scene = {"late-joins": late_joins, "blocked-media": blocked_media, "relays-alone": relays_alone}[name]
    server = start_server()
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(asyncio.wait_for(scene(server), 60.0))
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        code = 1
    else:
        code = 0
    server.close()
    shut_down_library()
    os._exit(code)


if __name__ == "__main__":
    main()
