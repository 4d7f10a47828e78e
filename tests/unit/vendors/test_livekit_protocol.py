"""What the settings of a LiveKit endpoint change in what is heard of its agent (docs/vendors/livekit.md 4)."""

from __future__ import annotations

import pytest

from app.events import Ready
from app.rooms.base import AvatarVideo, Choice, Participant, ParticipantsChanged
from app.vendors.base import SessionInfo
from app.vendors.livekit.protocol import LiveKitProtocol
from app.vendors.livekit.settings import LiveKitSettings
from tests.fakes.room import QuietRoom
from tests.fakes.service import FakeControl

AGENT = {"lk.agent.state": "listening"}


def protocol(hint: str | None = None, **settings: object) -> LiveKitProtocol:
    session = SessionInfo("livekit", "s-1", "wss://x", "t", avatar_identity_hint=hint)
    return LiveKitProtocol(FakeControl(), session, LiveKitSettings.model_validate(settings))


@pytest.mark.parametrize(("expects", "told"), [(True, []), (False, [Ready()])])
def test_a_picture_is_waited_for_only_where_one_is_expected(expects: bool, told: list[Ready]) -> None:
    here = ParticipantsChanged((Participant("agent", has_audio=True, is_agent=True, attributes=AGENT),))
    assert list(protocol(expect_video=expects).decode(here, QuietRoom())) == told


@pytest.mark.parametrize("requires", [True, False])
@pytest.mark.expect_log("another codec")
def test_another_codec_is_told_where_vp8_is_required(requires: bool, caplog: pytest.LogCaptureFixture) -> None:
    list(protocol(require_vp8=requires).decode(AvatarVideo(True, "video/H264"), QuietRoom()))
    assert ("another codec" in caplog.text) is requires


@pytest.mark.expect_log("several agents")
def test_the_agent_that_the_endpoint_names_is_the_avatar() -> None:
    first = Participant("first", has_video=True, has_audio=True, is_agent=True)
    named = Participant("named", has_video=True, has_audio=True, is_agent=True)
    assert protocol("named").choose((first, named)) == Choice("named", "named")
    assert protocol().choose((first, named)) == Choice("first", "first")


def test_an_avatar_that_is_no_agent_by_kind_is_named_in_the_settings() -> None:
    agent = Participant("agent", is_agent=True, attributes=AGENT)
    figure = Participant("figure", has_video=True, has_audio=True)
    assert protocol(avatar_identity="figure").choose((agent, figure)) == Choice("figure", "figure")
    assert protocol().choose((agent, figure)) == Choice()
