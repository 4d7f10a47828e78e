"""When a room says that the avatar is there, lost, left or gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from app.rooms.base import AvatarAudio, AvatarGone, AvatarLeft, AvatarVideo, RoomEvent
from app.rooms.presence import Presence, RoomTimes, TrackState

pytestmark = pytest.mark.asyncio

HERE, MUTED, AWAY = TrackState(True, True, "video/VP8"), TrackState(True, False), TrackState()
LOST = [AvatarVideo(False), AvatarAudio(False)]


class Told:
    """A presence with its events and their times."""

    def __init__(self) -> None:
        self.presence = Presence(RoomTimes(), self._tell)
        self.events: list[RoomEvent] = []
        self.at: list[float] = []
        self.began = asyncio.get_running_loop().time()

    def _tell(self, event: RoomEvent) -> None:
        self.events.append(event)
        self.at.append(asyncio.get_running_loop().time() - self.began)

    def see(self, video: TrackState, audio: TrackState) -> None:
        self.presence.see(video, audio)


@pytest_asyncio.fixture
async def told() -> AsyncIterator[Told]:
    told = Told()
    told.see(HERE, HERE)
    assert told.events == [AvatarVideo(True, "video/VP8"), AvatarAudio(True)]
    told.events.clear()
    told.at.clear()
    yield told
    told.presence.stop()


async def test_an_avatar_that_is_lost_is_gone_after_ten_seconds(told):
    told.see(AWAY, AWAY)
    await asyncio.sleep(30)
    assert told.events == [*LOST, AvatarGone()]
    assert told.at == [2.5, 2.5, 10.0]


async def test_an_avatar_that_left_on_purpose_is_told_at_once_and_gone_after_four_seconds(told):
    told.see(AWAY, AWAY)
    told.presence.left()
    await asyncio.sleep(30)
    assert told.events == [AvatarLeft(), *LOST, AvatarGone()]
    assert told.at == [0.0, 0.0, 0.0, 4.0]


async def test_its_tracks_may_be_taken_back_some_time_before_it_leaves(told):
    told.see(AWAY, AWAY)
    await asyncio.sleep(5)
    told.presence.left()
    told.see(AWAY, AWAY)
    await asyncio.sleep(30)
    assert told.events == [*LOST, AvatarLeft(), AvatarGone()]
    assert told.at[-1] == 9.0


async def test_one_that_comes_back_is_not_gone(told):
    told.see(AWAY, AWAY)
    told.presence.left()
    await asyncio.sleep(3)
    told.see(HERE, HERE)
    await asyncio.sleep(30)
    assert told.events == [AvatarLeft(), *LOST, AvatarVideo(True, "video/VP8"), AvatarAudio(True)]


async def test_agent_and_worker_may_both_leave_and_that_is_told_once(told):
    told.see(AWAY, AWAY)
    told.presence.left()
    await asyncio.sleep(1)
    told.presence.left()
    await asyncio.sleep(30)
    assert told.events.count(AvatarLeft()) == told.events.count(AvatarGone()) == 1
    assert told.at[-1] == 4.0
    told.see(HERE, HERE)
    told.see(AWAY, AWAY)
    told.presence.left()
    assert told.events.count(AvatarLeft()) == 2


async def test_somebody_who_leaves_beside_an_avatar_that_stays_is_nothing(told):
    told.presence.left()
    await asyncio.sleep(30)
    assert told.events == []


async def test_a_worker_that_left_is_missed_although_the_agents_voice_stays(told):
    told.see(AWAY, HERE)
    told.presence.left()
    await asyncio.sleep(30)
    assert told.events == [AvatarLeft(), AvatarVideo(False), AvatarGone()]


async def test_a_muted_track_is_lost_but_not_gone(told):
    told.see(MUTED, HERE)
    await asyncio.sleep(30)
    assert told.events == [AvatarVideo(False)]


async def test_nothing_is_lost_while_the_connection_is_repaired(told):
    told.presence.repairing(True)
    told.see(AWAY, AWAY)
    await asyncio.sleep(30)
    assert told.events == []
    told.presence.repairing(False)
    await asyncio.sleep(30)
    assert told.events == [*LOST, AvatarGone()]
