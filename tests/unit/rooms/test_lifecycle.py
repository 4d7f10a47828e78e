"""How a network room ends: reported once, left once, and a repair of the connection has a time limit."""

from __future__ import annotations

import asyncio

import pytest

from app.rooms.base import Arriving, Disconnected, Reconnected, Reconnecting, RoomEvent
from app.rooms.lifecycle import Lifecycle, background_tasks, finish
from app.rooms.presence import RoomTimes
from app.screens import EndReason

TIMES = RoomTimes(reconnect_s=18.0)
CLOSED = Disconnected(EndReason.ROOM_CLOSED)


class EndingRoom:
    """A room that only ends.

    Args:
        goodbye_s: How long leaving takes.
    """

    def __init__(self, goodbye_s: float = 0.0) -> None:
        self.steps: list[str] = []
        self.background = background_tasks()
        self._goodbye_s = goodbye_s
        self.lifecycle = Lifecycle(
            TIMES, self.background, stop=lambda: self.steps.append("stop"), goodbye=self._goodbye
        )

    async def _goodbye(self) -> None:
        await asyncio.sleep(self._goodbye_s)
        self.steps.append("goodbye")

    def told(self) -> list[RoomEvent]:
        events = self.lifecycle.events
        return [events.get_nowait() for _ in range(events.qsize())]


def joined(goodbye_s: float = 0.0) -> EndingRoom:
    room = EndingRoom(goodbye_s)
    room.lifecycle.joined()
    return room


@pytest.mark.asyncio
async def test_an_end_is_told_once_and_nothing_after_it():
    room = joined()
    room.lifecycle.tell(Arriving())
    room.lifecycle.end(CLOSED)
    room.lifecycle.end(Disconnected(EndReason.ERROR))
    room.lifecycle.tell(Arriving())
    assert (room.told(), room.steps) == ([Arriving(), CLOSED], ["stop"])
    await room.lifecycle.leave()
    assert room.steps == ["stop", "stop", "goodbye"]


@pytest.mark.asyncio
async def test_an_end_before_the_join_is_done_is_left_to_the_caller_of_the_join():
    room = EndingRoom()
    room.lifecycle.end(CLOSED)
    assert room.lifecycle.ended_early and not room.lifecycle.is_over
    room.lifecycle.join_failed()
    room.lifecycle.end(CLOSED)
    assert (room.told(), room.steps) == ([], [])


@pytest.mark.asyncio
async def test_a_repair_that_takes_too_long_ends_the_room_and_leaves_it():
    room = joined()
    room.lifecycle.repair_began()
    await asyncio.sleep(10)
    room.lifecycle.repair_began()  # told again; the bound counts from the first
    await asyncio.sleep(7.9)
    assert room.told() == [Reconnecting(), Reconnecting()] and room.steps == []
    await asyncio.sleep(0.2)
    assert room.told() == [Disconnected(EndReason.NETWORK, may_rejoin=True)]
    assert await room.background.settled(1)
    assert room.steps == ["stop", "stop", "goodbye"]


@pytest.mark.asyncio
async def test_a_repair_that_succeeds_has_its_whole_time_again_at_the_next_fault():
    room = joined()
    for _ in range(2):
        room.lifecycle.repair_began()
        await asyncio.sleep(17)
        room.lifecycle.repair_done()
    await asyncio.sleep(60)
    assert room.told() == [Reconnecting(), Reconnected()] * 2 and room.steps == []


@pytest.mark.asyncio
async def test_no_repair_is_waited_for_after_the_end():
    room = joined()
    room.lifecycle.repair_began()
    await room.lifecycle.leave()
    room.lifecycle.repair_began()
    await asyncio.sleep(60)
    assert (room.told(), room.steps) == ([Reconnecting()], ["stop", "goodbye"])


@pytest.mark.asyncio
async def test_leaving_twice_is_one_goodbye_that_goes_on_when_nobody_waits():
    room = joined(goodbye_s=3.0)
    callers = [asyncio.create_task(room.lifecycle.leave()) for _ in range(2)]
    await asyncio.sleep(1)
    callers[0].cancel()
    callers[1].cancel()
    await asyncio.wait(callers)
    await finish(room.background, 0.5)
    assert room.steps == ["stop"] and room.background.pending == 1
    await finish(room.background, 5)
    assert room.steps == ["stop", "goodbye"] and room.background.pending == 0
