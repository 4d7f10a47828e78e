"""Until the avatar can be shown and heard: what makes it ready, what ends the join, and how long each step may take."""

from __future__ import annotations

import asyncio

import pytest

from app.events import Ended, Event, Ready
from app.rooms.base import (
    AvatarAudio,
    AvatarGone,
    AvatarVideo,
    Disconnected,
    FirstFrame,
    Participant,
    ParticipantsChanged,
    RoomEvent,
)
from app.screens import EndReason
from app.vendors.errors import Busy, OutOfCredits, TransientError
from app.visit.media_session import MediaLimits, MediaSession, NeverReady, NotReady
from tests.fakes.room import QuietRoom
from tests.fakes.service import FakeProtocol, Say

pytestmark = pytest.mark.asyncio

SOMEBODY = ParticipantsChanged((Participant("avatar"),))


class Room(QuietRoom):
    async def join(self, url: str, token: str, deadline_s: float) -> None:
        pass


class Silent(FakeProtocol):
    """Only what is said makes it ready, never a picture."""

    def decode(self, event: RoomEvent, room: QuietRoom) -> list[Event]:
        return [event.event] if isinstance(event, Say) else []


class Join:
    """A join under way: 20 s until somebody appears, 15 s from the track to the first picture."""

    def __init__(self, *, absence_is_busy: bool = False) -> None:
        self.room = Room()
        limits = MediaLimits(join_s=10.0, appear_s=20.0, first_frame_s=15.0, absence_is_busy=absence_is_busy)
        self.media = MediaSession("fake", self.room, Silent(), limits)

    async def __aenter__(self) -> Join:
        await self.media.start("wss://fake", "token")
        self.ready = asyncio.create_task(self.media.ready())
        return self

    async def __aexit__(self, *exc: object) -> None:
        self.ready.cancel()
        await self.media.stop()
        await asyncio.gather(self.ready, return_exceptions=True)

    async def tell(self, *events: RoomEvent, then_s: float = 0.1) -> None:
        for event in events:
            self.room.events.put_nowait(event)
        await asyncio.sleep(then_s)


async def test_what_came_before_it_was_ready_is_read_first() -> None:
    async with Join() as join:
        await join.tell(SOMEBODY, AvatarVideo(True), FirstFrame(), Say(Ready()))
        assert join.ready.done() and join.ready.exception() is None
        await join.tell(AvatarGone())
        found = [await join.media.next() for _ in range(4)]
        assert found == [SOMEBODY, AvatarVideo(True), FirstFrame(), AvatarGone()]


@pytest.mark.parametrize(
    ("event", "error"),
    [
        (Say(Ended(EndReason.OUT_OF_CREDITS)), OutOfCredits),
        (Say(Ended(EndReason.ROOM_CLOSED)), TransientError),
        (Disconnected(EndReason.NETWORK, may_rejoin=True), TransientError),
        (AvatarGone(), TransientError),
    ],
)
async def test_a_session_that_ends_before_it_began_says_why(event: RoomEvent, error: type[Exception]) -> None:
    async with Join() as join:
        await join.tell(SOMEBODY, event)
        with pytest.raises(error):
            await join.ready


@pytest.mark.parametrize("busy", [True, False])
async def test_nobody_for_20_seconds_is_busy_only_where_the_service_works_so(busy: bool) -> None:
    async with Join(absence_is_busy=busy) as join:
        await join.tell(ParticipantsChanged(()), AvatarAudio(False), AvatarVideo(False), then_s=19.0)
        assert not join.ready.done()
        with pytest.raises(Busy if busy else TransientError, match="nobody joined") as failed:
            await join.ready
        assert type(failed.value) is (Busy if busy else TransientError)


@pytest.mark.parametrize("busy", [True, False])
@pytest.mark.parametrize("sign", [SOMEBODY, AvatarAudio(True)])
async def test_whoever_appears_has_as_long_again_to_become_ready(busy: bool, sign: RoomEvent) -> None:
    async with Join(absence_is_busy=busy) as join:
        await join.tell(then_s=19.0)
        await join.tell(sign, then_s=19.0)
        assert not join.ready.done()
        with pytest.raises(NotReady if busy else NeverReady, match="not ready in time"):
            await join.ready


async def test_a_track_without_a_picture_is_given_up_sooner() -> None:
    async with Join() as join:
        await join.tell(AvatarVideo(True), then_s=10.0)
        await join.tell(AvatarVideo(True), then_s=4.0)
        assert not join.ready.done(), "a second track renews nothing"
        await asyncio.sleep(1.2)
        with pytest.raises(TransientError, match="no picture came"):
            await join.ready


async def test_after_the_first_picture_only_the_word_of_the_service_is_waited_for() -> None:
    async with Join() as join:
        await join.tell(AvatarVideo(True), FirstFrame(), then_s=17.0)
        assert not join.ready.done()
        await join.tell(Say(Ready()))
        assert join.ready.done() and join.ready.exception() is None
