"""An avatar whose picture needs a player of its provider's is heard, not seen (docs/vendors/livekit.md 4.1)."""

from __future__ import annotations

import pytest

from app.events import Ready
from app.rooms.base import AvatarAudio, Choice, FirstFrame, Participant, ParticipantsChanged
from app.vendors.agents_protocol import AgentsProtocol
from tests.fakes.room import QuietRoom

BEHALF = "lk.publish_on_behalf"


def agent(state: str | None = "listening", *, has_video: bool = False) -> Participant:
    attributes = {"lk.agent.state": state} if state else {}
    return Participant("agent", True, attributes, has_video=has_video)


def worker(identity: str = "face", provider: str = "", **tracks: bool) -> Participant:
    attributes = {BEHALF: "agent", **({"lk.avatar_provider": provider} if provider else {})}
    return Participant(identity, True, attributes, **({"has_video": True, "has_audio": True} | tracks))


BY_NAME = [
    worker("spatius-avatar-agent"),
    worker("spatialreal-avatar"),
    worker(provider="spatius"),
    worker(provider="Spatius"),
    worker(provider="spatialreal"),
]


@pytest.mark.parametrize("face", BY_NAME)
def test_it_is_never_chosen_for_the_picture_and_always_for_the_voice(face):
    assert AgentsProtocol().choose([agent(), face]) == Choice(None, face.identity)
    assert AgentsProtocol().choose([face]) == Choice(None, face.identity)


@pytest.mark.parametrize("face", BY_NAME)
def test_with_it_a_promised_picture_is_not_waited_for(face):
    protocol, room = AgentsProtocol(expect_video=True), QuietRoom()
    assert protocol.decode(ParticipantsChanged((agent(),)), room) == ()
    assert protocol.decode(ParticipantsChanged((agent("initializing"), face)), room) == ()
    assert Ready() in protocol.decode(ParticipantsChanged((agent(), face)), room)


@pytest.mark.parametrize("face", BY_NAME)
def test_without_a_state_its_voice_makes_it_ready(face):
    protocol, room = AgentsProtocol(expect_video=True), QuietRoom()
    assert protocol.decode(ParticipantsChanged((agent(None), face)), room) == ()
    assert protocol.decode(AvatarAudio(True), room) == (Ready(),)


@pytest.mark.parametrize("face", [worker(), worker("simli-avatar-agent"), worker(provider="lemonslice")])
def test_every_other_worker_is_seen_and_waited_for(face):
    protocol, room = AgentsProtocol(expect_video=True), QuietRoom()
    assert protocol.choose([agent(), face]) == Choice(face.identity, face.identity)
    assert protocol.decode(ParticipantsChanged((agent(), face)), room) == ()
    assert protocol.decode(FirstFrame(), room) == (Ready(),)


def test_an_agent_with_a_picture_of_its_own_is_seen():
    assert AgentsProtocol().choose([agent(has_video=True), BY_NAME[0]]).video == "agent"
