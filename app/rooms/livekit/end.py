"""How a LiveKit session ends: what its reasons mean, what outlives a visit, and the library's own shut-down."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

from livekit import rtc

from app.aio import TaskSet, log_kind, wait_done
from app.rooms.base import Disconnected
from app.screens import EndReason

log = logging.getLogger(__name__)

T = TypeVar("T")

_NETWORK = Disconnected(EndReason.NETWORK, may_rejoin=True)
_CLOSED = Disconnected(EndReason.ROOM_CLOSED)
_ERROR = Disconnected(EndReason.ERROR)

# LiveKit's DisconnectReason by number (livekit_models.proto).
_REASONS: dict[int, Disconnected] = {
    0: _NETWORK,  # unknown: the library gave up reconnecting
    2: Disconnected(EndReason.DUPLICATE_IDENTITY),
    3: _NETWORK,  # server shut down
    4: _CLOSED,  # participant removed
    5: _CLOSED,  # room deleted
    6: _NETWORK,  # state mismatch
    7: Disconnected(EndReason.ERROR, may_rejoin=True),  # join failure: a fresh token may help
    8: _NETWORK,  # migration
    9: _NETWORK,  # signal closed
    10: _CLOSED,  # room closed
    11: _ERROR,
    12: _ERROR,
    13: _ERROR,
    14: _NETWORK,  # connection timed out
    15: _ERROR,  # media failure
    16: _ERROR,  # agent error
}


def disconnected(reason: int) -> Disconnected:
    """Return what LiveKit's reason number means for the visit."""
    return _REASONS.get(reason, Disconnected(EndReason.UNKNOWN))


class Reaper:
    """Owner of what outlives a visit: goodbyes under way, joins that nobody waits for any more. Cancels none.

    A pending join must never be cancelled: the native part then waits 15 s for a word that never comes, and ends the
    whole process. So whoever closes the event loop waits for `settled` first, or ends the process with `os._exit`.
    """

    def __init__(self) -> None:
        self._tasks = TaskSet(log_kind(log, "a room's end failed"))

    @property
    def pending(self) -> int:
        """How many things are still under way."""
        return self._tasks.pending

    def keep(self, work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        """Run `work` as a task that lives as long as it needs."""
        return self._tasks.start(work, name)

    async def settled(self, most_s: float) -> bool:
        """Wait until nothing is under way; False when `most_s` seconds were not enough."""
        return await self._tasks.settled(most_s)

    def adopt(self, joining: asyncio.Task[None], room: rtc.Room) -> None:
        """Take over a join that nobody waits for any more; if it succeeds after all, the room is left again."""
        self.keep(self._reap(joining, room), "room-reap")

    async def _reap(self, joining: asyncio.Task[None], room: rtc.Room) -> None:
        await wait_done(joining, most_s=None)
        if joining.cancelled():
            return
        if joining.exception() is not None:
            log.info("a join that was given up failed late")
            return
        await room.disconnect()
        log.info("a join that was given up succeeded late and was left")


def shut_down_library() -> None:
    """Dispose of the SDK's native part, where it was loaded; final. Only on the way out, before `os._exit`."""
    client = getattr(sys.modules.get("livekit.rtc._ffi_client"), "FfiClient", None)
    if client is None or client._instance is None:
        return
    try:
        client._instance._dispose()
    except Exception as error:
        log.warning("the media library did not shut down", extra={"error": type(error).__name__})
