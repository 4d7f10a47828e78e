"""What the media watch finds is a value: nobody's state changes by a look, and each fault has its cure."""

from __future__ import annotations

import dataclasses

import pytest

from app.picture import Frame, Picture, PixelFormat
from app.rooms.base import AvatarLeft, Reconnected, Reconnecting
from app.screens import TalkMode
from app.visit.media_watch import Cure, MediaHealth, MediaWatch
from app.visit.speech_activity import SpeechActivity
from tests.fakes.audio import FakeSpeaker
from tests.fakes.kiosk import settings

pytestmark = pytest.mark.asyncio

LIMITS = settings(visit={"stall_notice_s": 5.0, "stall_end_s": 15.0}).visit


class Watched:
    """A watch with its devices. now: seconds."""

    def __init__(self, *, has_video: bool = True) -> None:
        self.speech = SpeechActivity(FakeSpeaker(), None, TalkMode.TEXT)
        self.picture = Picture()
        self.watch = MediaWatch(self.speech, self.picture, LIMITS, 0.0, has_video=has_video, room_proves=False)

    def look(self, now: float) -> MediaHealth:
        self.speech.look(now)
        return self.watch.look(now)


async def test_what_is_found_is_a_frozen_value():
    watched = Watched()
    before = watched.watch.health
    found = watched.look(6.0)
    assert found is watched.watch.health and found is not before
    assert before == MediaHealth(moved_at=0.0) and before.overdue is None
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.overdue = None


async def test_a_picture_that_stands_still_is_overdue_and_then_the_end():
    watched = Watched()
    assert watched.look(4.9) == MediaHealth(moved_at=0.0)
    assert watched.look(5.0) == MediaHealth(moved_at=0.0, overdue="the picture stands still")
    assert watched.look(15.0).cure is Cure.END


async def test_what_an_avatar_leaves_behind_by_its_own_wish_is_no_fault_of_the_network():
    watched = Watched()
    watched.look(14.0)
    watched.watch.note(AvatarLeft())
    assert watched.look(14.1).cure is None
    assert watched.look(22.0).cure is None and watched.watch.health.overdue == "the picture stands still"
    assert watched.look(22.2).cure is Cure.END  # neither back nor reported as gone


async def test_an_avatar_that_came_back_is_watched_as_before():
    watched = Watched()
    watched.watch.note(AvatarLeft())
    watched.look(1.0)
    watched.picture.push(Frame(2, 2, PixelFormat.BGRA, bytes(16)))
    assert watched.look(4.0) == MediaHealth(moved_at=4.0)
    assert watched.look(19.0).cure is Cure.END


async def test_a_voice_that_does_not_arrive_wants_one_fresh_join_and_says_why():
    watched = Watched(has_video=False)
    watched.speech.avatar_says(True)
    watched.look(1.0)
    assert watched.look(6.0) == MediaHealth(moved_at=6.0, is_silent=True, overdue="the voice does not arrive")
    found = watched.look(16.0)
    assert found.cure is Cure.JOIN_AGAIN and found.cause == "The avatar spoke, and its voice did not arrive."
    assert watched.look(16.1) == MediaHealth(moved_at=16.1)


async def test_a_connection_under_repair_is_told_at_once_where_nothing_else_tells():
    watched = Watched(has_video=False)
    watched.look(1.0)
    watched.watch.note(Reconnecting())
    assert watched.watch.health == MediaHealth(moved_at=1.0, is_broken=True)
    assert watched.look(2.0) == MediaHealth(moved_at=1.0, is_broken=True, overdue="the connection is being repaired")
    watched.watch.note(Reconnected())
    assert watched.look(3.0) == MediaHealth(moved_at=3.0)


async def test_a_fresh_join_is_broken_until_it_is_done_and_the_time_counts_anew():
    watched = Watched()
    watched.watch.joining_again()
    assert watched.look(6.0).is_broken
    watched.watch.joined_again(7.0)
    assert watched.look(8.0) == MediaHealth(moved_at=7.0)
