"""One join of one session: a room, its protocol and the stream of their decoded events."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from app.events import Ended, Event, Ready
from app.rooms.base import (
    ActiveSpeakers,
    Arriving,
    AvatarAudio,
    AvatarGone,
    AvatarLeft,
    AvatarVideo,
    Disconnected,
    FirstFrame,
    ParticipantsChanged,
    Reconnected,
    Reconnecting,
    Room,
)
from app.screens import EndReason
from app.vendors.base import VendorProtocol
from app.vendors.errors import Busy, OutOfCredits, TransientError

# Room events that a conversation needs to know besides the common events.
RoomFact = (
    ParticipantsChanged | AvatarVideo | AvatarAudio | AvatarLeft | AvatarGone | Disconnected
    | Reconnecting | Reconnected | FirstFrame | ActiveSpeakers | Arriving
)  # fmt: skip
MediaEvent = Event | RoomFact


class NotReady(Busy):  # a kind of Busy, because it is waited for once, as for a free place
    """A participant is there and does not become ready: with some services what it needs may be taken."""


class NeverReady(TransientError):
    """A participant is there and does not become ready: a second session would be paid for, and meet the same."""


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """How long each step of a join may take.

    Attributes:
        join_s: Until the room is joined, seconds.
        appear_s: Until a participant appears, and then until it is ready, seconds.
        first_frame_s: From the video track to the first frame, seconds.
        absence_is_busy: An avatar that never appears means that the service is full.
    """

    join_s: float
    appear_s: float
    first_frame_s: float
    absence_is_busy: bool


class MediaSession:
    """A joined room and its decoded events. Use as: `start`, `ready`, then `next` until the end, then `stop`.

    Attributes:
        has_picture: A frame of the avatar has come.
    """

    def __init__(self, vendor: str, room: Room, protocol: VendorProtocol, limits: MediaLimits) -> None:
        self.room = room
        self.protocol = protocol
        self._vendor = vendor
        self._limits = limits
        self._events: asyncio.Queue[MediaEvent] = asyncio.Queue()
        self._early: list[MediaEvent] = []
        self._tasks: list[asyncio.Task[None]] = []
        self.has_picture = False
        self._has_appeared = False
        self._frame_due: float | None = None

    async def start(self, url: str, token: str) -> None:
        """Join. Raises RoomError."""
        await self.room.join(url, token, self._limits.join_s)
        self._tasks = [
            asyncio.create_task(self._pump(), name="room-events"),
            asyncio.create_task(self.protocol.attend(self.room, self._events.put_nowait), name="attend"),
        ]

    async def ready(self) -> None:
        """Wait until the avatar can be shown and heard.

        Raises Busy (nobody appeared, where that means that the service is full; or NotReady), OutOfCredits or
        TransientError (somebody appeared and did not become ready in time: NeverReady).
        """
        now = asyncio.get_running_loop().time
        appear_by = now() + self._limits.appear_s
        ready_by = appear_by
        while True:
            due = appear_by if not self._has_appeared else min(ready_by, self._frame_due or ready_by)
            try:
                async with asyncio.timeout(due - now()):
                    event = await self._events.get()
            except TimeoutError:
                raise self._absent() from None
            if isinstance(event, Ready):
                return
            if isinstance(event, Ended) and event.reason is EndReason.OUT_OF_CREDITS:
                raise OutOfCredits(self._vendor, "the service says that the quota is used up")
            if isinstance(event, Disconnected | AvatarGone | Ended):
                raise TransientError(self._vendor, "the session ended before it began")
            if isinstance(event, AvatarVideo) and event.present and self._frame_due is None:
                self._frame_due = now() + self._limits.first_frame_s
            if isinstance(event, FirstFrame):
                self._frame_due = None
            if not self._has_appeared and _is_somebody(event):
                self._has_appeared = True
                ready_by = now() + self._limits.appear_s
            self._early.append(event)

    async def next(self) -> MediaEvent:
        """Return the next event; those that came before `ready` returned come first."""
        return self._early.pop(0) if self._early else await self._events.get()

    def give_up(self, *, is_mute: bool = False) -> None:
        """The room looks healthy and is not: report it as closed by the network, so that it is joined anew.

        is_mute: The avatar is there and gives no answer, and joining anew does not help: report it as gone.
        """
        self._events.put_nowait(AvatarGone() if is_mute else Disconnected(EndReason.NETWORK, may_rejoin=True))

    async def stop(self) -> None:
        """Stop reading events; the release of the lease leaves the room itself."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _pump(self) -> None:
        while True:
            event = await self.room.events.get()
            self.has_picture = self.has_picture or isinstance(event, FirstFrame)
            for decoded in self.protocol.decode(event, self.room):
                self._events.put_nowait(decoded)
            if isinstance(event, RoomFact):
                self._events.put_nowait(event)

    def _absent(self) -> Busy | TransientError:
        if self._frame_due is not None:
            return TransientError(self._vendor, "no picture came")
        if not self._has_appeared:
            kind = Busy if self._limits.absence_is_busy else TransientError
            return kind(self._vendor, "nobody joined the room")
        unready = NotReady if self._limits.absence_is_busy else NeverReady
        return unready(self._vendor, "the avatar was not ready in time")


def _is_somebody(event: MediaEvent) -> bool:
    if isinstance(event, ParticipantsChanged):
        return bool(event.participants)
    return isinstance(event, AvatarVideo | AvatarAudio) and event.present
