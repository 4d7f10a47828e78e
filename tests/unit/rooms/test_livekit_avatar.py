"""Which of the tracks that participants publish are taken as the avatar's (docs/vendors/livekit.md 4.1, 5)."""

from __future__ import annotations

import asyncio
import itertools
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_asyncio
from livekit import rtc

from app.picture import Picture
from app.rooms.base import AvatarGone, AvatarLeft, AvatarVideo, Choice, FirstFrame, Participant
from app.rooms.livekit import avatar as avatar_module
from app.rooms.livekit import pictures
from app.rooms.livekit.avatar import LiveKitAvatar, participants_of
from app.rooms.presence import RoomTimes
from tests.fakes.audio import FakeSpeaker

pytestmark = pytest.mark.asyncio

CAMERA, MICROPHONE = rtc.TrackSource.SOURCE_CAMERA, rtc.TrackSource.SOURCE_MICROPHONE
UNKNOWN, SCREEN = rtc.TrackSource.SOURCE_UNKNOWN, rtc.TrackSource.SOURCE_SCREENSHARE
REASON = rtc.DisconnectReason
NOTICE_S = 5.0  # [visit] stall_notice_s
_numbers = itertools.count()


def publication(kind: str, source: int, *, subscribed: bool = True, muted: bool = False) -> Any:
    cls = rtc.RemoteVideoTrack if kind == "video" else rtc.RemoteAudioTrack
    track = object.__new__(cls) if subscribed else None
    number = rtc.TrackKind.KIND_VIDEO if kind == "video" else rtc.TrackKind.KIND_AUDIO
    return SimpleNamespace(
        sid=f"TR_{next(_numbers)}", kind=number, source=source, track=track, muted=muted, mime_type=""
    )


def person(*published: Any, identity: str = "agent", reason: int | None = None) -> Any:
    return SimpleNamespace(
        identity=identity,
        kind=rtc.ParticipantKind.PARTICIPANT_KIND_AGENT,
        attributes={},
        track_publications={one.sid: one for one in published},
        disconnect_reason=reason,
    )


def sound(source: int = MICROPHONE, **how: Any) -> Any:
    return publication("audio", source, **how)


def camera(source: int = CAMERA, **how: Any) -> Any:
    return publication("video", source, **how)


class Flows:
    """Stands in for what carries media: tracks deliver when the test says so.

    Attributes:
        alive: Video tracks that deliver, 20 frames a second.
        open: Tracks that are being carried.
        shown: The tracks of the frames, oldest first.
    """

    def __init__(self) -> None:
        self.alive: set[Any] = set()
        self.open: list[Any] = []
        self.shown: list[Any] = []

    async def pump_video(self, track, publication, picture, on_frame) -> None:
        self.open.append(track)
        try:
            while True:
                await asyncio.sleep(0.05)
                if track in self.alive:
                    self.shown.append(track)
                    on_frame()
        finally:
            self.open.remove(track)

    async def pump_voice(self, track, speaker) -> None:
        self.open.append(track)
        try:
            await asyncio.Event().wait()
        finally:
            self.open.remove(track)


class Scene:
    """One avatar, and the participants of its room."""

    def __init__(self, flows: Flows) -> None:
        self.flows = flows
        self.events: list[Any] = []
        self.people: dict[str, Any] = {}
        self.choice = Choice("agent", "agent")
        self.avatar = LiveKitAvatar(Picture(), FakeSpeaker(), RoomTimes(), self.events.append)

    def review(self) -> None:
        self.avatar.follow(self.people, self.choice)

    async def show(self, *people: Any, for_s: float = 0.2) -> None:
        self.people = {one.identity: one for one in people}
        self.review()
        await asyncio.sleep(for_s)

    def leave(self, one: Any, choice: Choice | None = None) -> None:
        """As the SDK tells it: the tracks go first, and then their participant."""
        one.track_publications.clear()
        self.choice = choice or Choice()
        self.review()
        del self.people[one.identity]
        self.avatar.goes(one, self.review)


@pytest_asyncio.fixture
async def scene(monkeypatch):
    flows = Flows()
    monkeypatch.setattr(pictures, "pump_video", flows.pump_video)
    monkeypatch.setattr(avatar_module, "pump_voice", flows.pump_voice)
    made = Scene(flows)
    yield made
    made.avatar.stop()
    await made.avatar.stopped(1.0)
    assert flows.open == []


# ---------------------------------------------------------------- what participants have


@pytest.mark.parametrize(
    ("published", "has"),
    [
        ([], (False, False, False)),
        ([camera(), sound()], (True, True, False)),
        ([camera(UNKNOWN), sound(UNKNOWN)], (True, False, True)),
        ([sound(UNKNOWN), sound(subscribed=False)], (False, True, True)),
        ([camera(SCREEN), sound(rtc.TrackSource.SOURCE_SCREENSHARE_AUDIO)], (False, False, True)),
    ],
)
async def test_a_voice_is_a_microphone(published, has):
    assert participants_of({"agent": person(*published)}) == (Participant("agent", True, {}, *has),)


# ---------------------------------------------------------------- the voice


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_the_microphone_is_played_never_what_is_beside_it(scene, order):
    both = [sound(UNKNOWN), sound()]
    await scene.show(person(*(both[number] for number in order)))
    assert scene.flows.open == [both[1].track]
    both[1].track = None  # for a moment it is not subscribed to
    await scene.show(person(*both))
    assert scene.flows.open == []


async def test_the_one_sound_of_a_member_without_a_microphone_is_its_voice(scene):
    ambience, voice = sound(UNKNOWN), sound()
    await scene.show(person(ambience))
    assert scene.flows.open == [ambience.track]
    await scene.show(person(ambience, voice))
    assert scene.flows.open == [voice.track]


async def test_a_voice_that_is_published_anew_is_taken_although_the_old_one_is_still_listed(scene):
    old, new = sound(), sound()
    await scene.show(person(old))
    await scene.show(person(old, new))
    assert scene.flows.open == [new.track]


# ---------------------------------------------------------------- the picture


async def test_a_picture_that_stands_still_gives_way_to_the_one_that_delivers(scene):
    dead, other, live = camera(), camera(), camera()
    scene.flows.alive = {dead.track}
    await scene.show(person(dead))
    scene.flows.alive = {live.track}
    await scene.show(person(dead, other, live), for_s=NOTICE_S - 2.0)
    assert scene.flows.shown[-1] is live.track
    assert scene.flows.open == [live.track]
    assert scene.events == [AvatarVideo(True), FirstFrame()]


async def test_a_picture_that_stops_later_does_so_too(scene):
    first, second = camera(), camera()
    scene.flows.alive = {first.track, second.track}
    await scene.show(person(first, second), for_s=10)
    assert len(scene.flows.open) == 1
    taken = scene.flows.shown[-1]
    scene.flows.alive -= {taken}
    await asyncio.sleep(NOTICE_S - 2.0)
    assert scene.flows.shown[-1] is not taken


async def test_while_one_delivers_a_second_one_is_left_alone(scene):
    first, second = camera(), camera()
    scene.flows.alive = {first.track, second.track}
    await scene.show(person(first))
    await scene.show(person(first, second), for_s=30)
    assert set(scene.flows.shown) == {first.track}


async def test_where_none_delivers_all_are_tried_until_one_does(scene):
    first, second = camera(), camera()
    await scene.show(person(first, second), for_s=20)
    assert len(scene.flows.open) == 2
    scene.flows.alive = {first.track}
    await asyncio.sleep(1)
    assert scene.flows.open == [first.track]


async def test_a_muted_picture_gives_way_at_once_and_alone_it_is_kept(scene):
    paused, other = camera(), camera()
    scene.flows.alive = {paused.track, other.track}
    await scene.show(person(paused))
    paused.muted = True
    scene.flows.alive = {other.track}
    await scene.show(person(paused), for_s=1)
    assert scene.flows.open == [paused.track]
    await scene.show(person(paused, other), for_s=1)
    assert scene.flows.open == [other.track]


async def test_a_participant_that_repaired_its_connection_is_taken_anew(scene):
    old, new = camera(), camera()
    scene.flows.alive = {old.track}
    await scene.show(person(old))
    scene.flows.alive = {new.track}
    await scene.show(person(new))
    assert scene.flows.open == [new.track]


async def test_a_camera_is_taken_before_another_picture_and_nothing_before_it_is_subscribed(scene):
    plain, awaited, shot = camera(UNKNOWN), camera(subscribed=False), camera()
    await scene.show(person(awaited))
    assert scene.flows.open == []
    await scene.show(person(shot, plain, awaited))
    assert scene.flows.open == [shot.track]


async def test_a_frame_of_a_track_that_was_taken_back_counts_for_nothing(scene):
    gone = camera()
    await scene.show(person(gone))
    await scene.show(person())
    scene.avatar._video._moved(gone.track)
    assert not scene.avatar.is_seen


# ---------------------------------------------------------------- who leaves


def left(scene: Scene) -> list[Any]:
    return [event for event in scene.events if isinstance(event, AvatarLeft | AvatarGone)]


@pytest.mark.parametrize("reason", [REASON.CLIENT_INITIATED, REASON.PARTICIPANT_REMOVED])
async def test_an_agent_that_leaves_on_purpose_is_gone_after_four_seconds(scene, reason):
    agent = person(camera(), sound(), reason=reason)
    await scene.show(agent)
    scene.leave(agent)
    assert left(scene) == [AvatarLeft()]
    await asyncio.sleep(3.5)
    assert left(scene) == [AvatarLeft()]
    await asyncio.sleep(1)
    assert left(scene) == [AvatarLeft(), AvatarGone()]


@pytest.mark.parametrize("reason", [None, REASON.CONNECTION_TIMEOUT, REASON.ROOM_DELETED, REASON.UNKNOWN_REASON])
async def test_one_that_is_lost_is_waited_for(scene, reason):
    agent = person(camera(), sound(), reason=reason)
    await scene.show(agent)
    scene.leave(agent)
    await asyncio.sleep(9)
    assert left(scene) == []
    await asyncio.sleep(2)
    assert left(scene) == [AvatarGone()]


async def test_a_worker_that_leaves_is_the_end_although_the_agent_stays(scene):
    agent, worker = person(), person(camera(), sound(), identity="worker", reason=REASON.CLIENT_INITIATED)
    scene.choice = Choice("worker", "worker")
    await scene.show(agent, worker)
    scene.leave(worker)
    assert left(scene) == [AvatarLeft()]


async def test_an_agent_without_tracks_takes_its_worker_with_it(scene):
    agent, worker = person(reason=REASON.CLIENT_INITIATED), person(camera(), sound(), identity="worker")
    scene.choice = Choice("worker", "worker")
    await scene.show(agent, worker)
    del scene.people["agent"]
    scene.choice = Choice()  # what the protocol says of a worker whose agent left
    scene.avatar.goes(agent, scene.review)
    assert left(scene) == [AvatarLeft()]


async def test_a_stranger_who_leaves_is_nothing(scene):
    agent, guest = person(camera(), sound()), person(identity="guest", reason=REASON.CLIENT_INITIATED)
    await scene.show(agent, guest)
    scene.leave(guest, scene.choice)
    await scene.show()  # the avatar is lost
    late = person(identity="late", reason=REASON.CLIENT_INITIATED)
    scene.avatar.goes(late, scene.review)
    assert left(scene) == []
