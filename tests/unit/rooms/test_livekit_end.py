"""What LiveKit's reasons mean, and what becomes of a join that was given up."""

from __future__ import annotations

import asyncio

import pytest

from app.rooms.lifecycle import background_tasks
from app.rooms.livekit.end import disconnected, reap
from app.screens import EndReason

# docs/vendors/livekit.md 5.
TABLE = [
    (0, EndReason.NETWORK, True),
    (2, EndReason.DUPLICATE_IDENTITY, False),
    (3, EndReason.NETWORK, True),
    (4, EndReason.ROOM_CLOSED, False),
    (5, EndReason.ROOM_CLOSED, False),
    (6, EndReason.NETWORK, True),
    (7, EndReason.ERROR, True),
    (8, EndReason.NETWORK, True),
    (9, EndReason.NETWORK, True),
    (10, EndReason.ROOM_CLOSED, False),
    (14, EndReason.NETWORK, True),
    (15, EndReason.ERROR, False),
    (16, EndReason.ERROR, False),
    (99, EndReason.UNKNOWN, False),
]


@pytest.mark.parametrize(("number", "reason", "may_rejoin"), TABLE)
def test_reasons(number, reason, may_rejoin):
    event = disconnected(number)
    assert (event.reason, event.may_rejoin) == (reason, may_rejoin)


class ConnectedRoom:
    def __init__(self) -> None:
        self.disconnects = 0

    async def disconnect(self) -> None:
        self.disconnects += 1


async def _join(seconds: float, error: Exception | None = None) -> None:
    await asyncio.sleep(seconds)
    if error is not None:
        raise error


@pytest.mark.asyncio
async def test_a_join_that_succeeds_late_is_left_again():
    background, room = background_tasks(), ConnectedRoom()
    background.start(reap(asyncio.create_task(_join(40)), room), "room-reap")
    assert not await background.settled(10)
    assert room.disconnects == 0
    assert await background.settled(60)
    assert room.disconnects == 1


@pytest.mark.asyncio
async def test_a_join_that_fails_late_is_over():
    background, room = background_tasks(), ConnectedRoom()
    background.start(reap(asyncio.create_task(_join(40, OSError("no"))), room), "room-reap")
    assert await background.settled(60)
    assert room.disconnects == 0


@pytest.mark.asyncio
async def test_waiting_for_the_background_cancels_nothing():
    background = background_tasks()
    joining = asyncio.create_task(_join(40))
    background.start(reap(joining, ConnectedRoom()), "room-reap")
    waiting = asyncio.create_task(background.settled(1))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait({waiting})
    assert not joining.cancelled()
    assert background.pending == 1
    await background.settled(60)


@pytest.mark.asyncio
@pytest.mark.expect_log("a room's end failed")
async def test_an_end_that_fails_is_told_to_the_log_alone():
    class Stubborn(ConnectedRoom):
        async def disconnect(self) -> None:
            raise OSError("no")

    background = background_tasks()
    background.start(reap(asyncio.create_task(_join(1)), Stubborn()), "room-reap")
    assert await background.settled(60)
