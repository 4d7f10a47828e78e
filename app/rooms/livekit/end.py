"""How a LiveKit session ends: the meaning of its reasons, joins that were given up, and the library's shut-down."""

from __future__ import annotations

import asyncio
import logging
import sys

from livekit import rtc

from app.aio import wait_done
from app.rooms.base import Disconnected
from app.screens import EndReason

log = logging.getLogger(__name__)

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


async def reap(joining: asyncio.Task[None], room: rtc.Room) -> None:
    """Wait for a join that was given up; if it succeeds after all, leave the room again.

    A pending join must never be cancelled: the native part then waits 15 s for a call that never comes, and ends the
    whole process.
    """
    await wait_done(joining, most_s=None)
    if joining.cancelled():
        return
    if joining.exception() is not None:
        log.info("a join that was given up failed late")
        return
    await room.disconnect()
    log.info("a join that was given up succeeded late and was left")


def shut_down_library() -> None:
    """Dispose of the SDK's native part, if it was loaded; final. Only at the end of the process, before `os._exit`."""
    client = getattr(sys.modules.get("livekit.rtc._ffi_client"), "FfiClient", None)
    if client is None or client._instance is None:
        return
    try:
        client._instance._dispose()
    except Exception as error:
        log.warning("the media library did not shut down", extra={"error": type(error).__name__})
