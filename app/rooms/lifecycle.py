"""How every network room ends: events until the end, a limit for repairs of the connection, leaving once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from app.aio import TaskSet, log_kind
from app.rooms.base import Disconnected, Reconnected, Reconnecting, RoomEvent
from app.rooms.presence import RoomTimes
from app.screens import EndReason

log = logging.getLogger(__name__)


def background_tasks() -> TaskSet:
    """Return the task set for what outlives a visit: rooms that are being left, and joins that were given up.

    Nobody may cancel these tasks: whoever closes the event loop calls `finish` first, or ends the process with
    `os._exit`.
    """
    return TaskSet(log_kind(log, "a room's end failed"))


async def finish(background: TaskSet, most_s: float) -> None:
    """Wait for the tasks that still run, `most_s` seconds at most; cancels none."""
    if not await background.settled(most_s):
        log.info("a room is still being left")


class Lifecycle:
    """Reports a room's events until the room is over, ends a repair that takes too long, and leaves once.

    Used in the event loop's thread only.

    Args:
        times: `reconnect_s` limits a repair of the connection.
        background: Runs `goodbye`, which goes on when the caller of `leave` gives up waiting.
        stop: Stops everything that the room sends and receives, and returns at once. May be called more than once.
        goodbye: Waits for what `stop` stopped, leaves the room and frees it. Called once, after `stop`; never
            cancelled.

    Attributes:
        events: What happened in the room.
        is_over: Nothing is reported or sent any more.
        ended_early: The room ended before `joined` was called; the join must report that to its caller.
    """

    def __init__(
        self,
        times: RoomTimes,
        background: TaskSet,
        *,
        stop: Callable[[], None],
        goodbye: Callable[[], Awaitable[None]],
    ) -> None:
        self.events: asyncio.Queue[RoomEvent] = asyncio.Queue()
        self.is_over = False
        self.ended_early = False
        self._times = times
        self._background = background
        self._stop_flows = stop
        self._goodbye = goodbye
        self._is_joined = False
        self._repair_timer: asyncio.TimerHandle | None = None
        self._leaving: asyncio.Task[None] | None = None

    def joined(self) -> None:
        """Note that the join succeeded: from now on `end` puts its event into the queue."""
        self._is_joined = True

    def join_failed(self) -> None:
        """Note that the join failed or was given up: its caller gets an error, so no event is reported."""
        self.is_over = True

    def tell(self, event: RoomEvent) -> None:
        """Put an event into the queue, unless the room is over."""
        if not self.is_over:
            self.events.put_nowait(event)

    # ------------------------------------------------------------ repairs of the connection

    def repair_began(self) -> None:
        """Note that the library repairs the connection. If that takes longer than `reconnect_s`, the room ends."""
        self.tell(Reconnecting())
        if self._repair_timer is None and not self.is_over:
            loop = asyncio.get_running_loop()
            self._repair_timer = loop.call_later(self._times.reconnect_s, self._give_up_repair)

    def repair_done(self) -> None:
        """Note that the connection works again."""
        self._stop_repair_timer()
        self.tell(Reconnected())

    def _give_up_repair(self) -> None:
        log.info("the connection was not repaired in time")
        self.end(Disconnected(EndReason.NETWORK, may_rejoin=True))
        self._start_leaving()

    def _stop_repair_timer(self) -> None:
        if self._repair_timer is not None:
            self._repair_timer.cancel()
            self._repair_timer = None

    # ------------------------------------------------------------ the end

    def end(self, event: Disconnected) -> None:
        """End the room, which ended by itself: report it once and stop everything. `leave` is still needed."""
        if self.is_over:
            return
        if not self._is_joined:
            self.ended_early = True
            return
        self.tell(event)
        self._stop()

    async def leave(self) -> None:
        """Leave once, however often it is called. Leaving goes on when the caller gives up waiting."""
        await asyncio.shield(self._start_leaving())

    def _start_leaving(self) -> asyncio.Task[None]:
        if self._leaving is None:
            self._leaving = self._background.start(self._leave(), "room-leave")
        return self._leaving

    async def _leave(self) -> None:
        self._stop()
        await self._goodbye()

    def _stop(self) -> None:
        self.is_over = True
        self._stop_repair_timer()
        self._stop_flows()
