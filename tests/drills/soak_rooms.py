"""The rooms that visits of a long run leave behind: the server closes each, in the time the kiosk asked for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable

from livekit import api

from tests.rigs.livekit_server import LiveKitServer
from tests.vendors.livekit_endpoint import EndpointVisit

SERVERS_OWN_S = 20.0  # where the kiosk asks for nothing
CLOSES_S = 3.0  # after its time the server looks again (server 1.13.5, measured)
BUSY_S = 7.0  # more than that is no matter of a busy machine


class Rooms:
    """Every room since its kiosk left. Nobody here closes one before its time, so that a kiosk that stays is found."""

    def __init__(self, server: LiveKitServer) -> None:
        self._server = server
        self._due: dict[str, tuple[int, float]] = {}

    def left(self, number: int, visits: Iterable[EndpointVisit]) -> None:
        """The kiosk has left these rooms of the visit with that number."""
        for visit in visits:
            wished_s = float(visit.config.get("departure_timeout", SERVERS_OWN_S))
            self._due[visit.room] = number, time.monotonic() + wished_s + CLOSES_S + BUSY_S

    async def overdue(self) -> list[int]:
        """Return the visits whose rooms are still there and ought not to be; closes these rooms."""
        due = {room: number for room, (number, at) in self._due.items() if at < time.monotonic()}
        if not due:
            return []
        async with self._server.admin() as calls:
            found = await calls.room.list_rooms(api.ListRoomsRequest(names=list(due)))
        stay = [room.name for room in found.rooms]
        for room in stay:
            await self._server.delete(room)
        for room in due:
            del self._due[room]
        return sorted(due[room] for room in stay)

    async def last(self) -> list[int]:
        """The same, when every room is due."""
        await asyncio.sleep(max((at - time.monotonic() for _, at in self._due.values()), default=0.0) + 0.1)
        return await self.overdue()
