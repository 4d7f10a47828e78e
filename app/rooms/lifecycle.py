"""What every network room has for its own end: the events until then, the bound of a repair, one goodbye."""

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
    """Return the owner of what outlives a visit: goodbyes under way, joins that nobody waits for any more.

    Nobody cancels these tasks: whoever closes the event loop calls `finish` first, or ends the process with `os._exit`.
    """
    return TaskSet(log_kind(log, "a room's end failed"))


async def finish(background: TaskSet, most_s: float) -> None:
    """Wait for what is still under way, `most_s` seconds at most; cancels nothing."""
    if not await background.settled(most_s):
        log.info("a room is still being left")


class Lifecycle:
    """Tells a room's events until the room is over, ends a repair that takes too long, and leaves once.

    Loop-bound.

    Args:
        times: `reconnect_s` bounds a repair of the connection.
        background: Runs the goodbye, which goes on when the caller of `leave` gives up waiting.
        stop: Stops every flow of the room and returns at once. May be called more than once.
        goodbye: Waits for the flows, leaves the room and frees it. Called once, after `stop`; never cancelled.

    Attributes:
        events: What the room told.
        is_over: Nothing is told or sent any more.
        ended_early: The room ended before `joined` was called; the caller of the join is to be told.
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
        """The join succeeded: from now on `end` tells the visit."""
        self._is_joined = True

    def join_failed(self) -> None:
        """The join failed or was given up; its caller is told, so nothing else is."""
        self.is_over = True

    def tell(self, event: RoomEvent) -> None:
        """Put an event into the queue; nothing after the end."""
        if not self.is_over:
            self.events.put_nowait(event)

    # ------------------------------------------------------------ repairs of the connection

    def repair_began(self) -> None:
        """The library repairs the connection; a repair that is not done within `reconnect_s` ends the room."""
        self.tell(Reconnecting())
        if self._repair_timer is None and not self.is_over:
            loop = asyncio.get_running_loop()
            self._repair_timer = loop.call_later(self._times.reconnect_s, self._give_up_repair)

    def repair_done(self) -> None:
        """The connection works again."""
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
        """The room ended by itself: tell it once and stop every flow. `leave` is still needed."""
        if self.is_over:
            return
        if not self._is_joined:
            self.ended_early = True
            return
        self.tell(event)
        self._stop()

    async def leave(self) -> None:
        """Leave once, however often it is called; it goes on when the caller gives up waiting."""
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
