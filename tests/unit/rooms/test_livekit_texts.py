"""Text streams of a LiveKit room, and whose track their words were recognised from (docs/vendors/livekit.md 4.4)."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from livekit import rtc

from app.rooms.base import Text
from app.rooms.livekit.texts import TextStreams

TRACK = "lk.transcribed_track_id"


class LibraryRoom:
    """The parts of an SDK room that text streams need."""

    def __init__(self) -> None:
        self.local_participant = SimpleNamespace(identity="kiosk", track_publications={})
        self.remote_participants: dict[str, Any] = {}
        self.handlers: dict[str, Any] = {}

    def on(self, name: str, handler: Any) -> None:
        self.handlers[name] = handler

    def register_text_stream_handler(self, topic: str, handler: Any) -> None:
        self.handlers[topic] = handler

    def publish(self, identity: str, sid: str) -> None:
        self.remote_participants[identity] = SimpleNamespace(identity=identity, track_publications={sid: None})

    def publish_ours(self, sid: str) -> None:
        publication = SimpleNamespace(sid=sid)
        self.local_participant.track_publications = {sid: publication}
        self.handlers["local_track_published"](publication)


class Reader:
    """A stream of the SDK; it breaks off in the end where `breaks`."""

    def __init__(self, *pieces: str, breaks: bool = False, attributes: dict[str, str] | None = None) -> None:
        self.info = SimpleNamespace(topic="lk.transcription", stream_id="s-1", attributes=attributes)
        self._pieces = pieces
        self._breaks = breaks
        self.is_closed = False

    async def __aiter__(self):
        for piece in self._pieces:
            yield piece
        if self._breaks:
            raise rtc.StreamError("gone")

    def close(self) -> None:
        self.is_closed = True


class Scene:
    def __init__(self) -> None:
        self.room = LibraryRoom()
        self.events: list[Text] = []
        self.texts = TextStreams(self.events.append)
        self.texts.listen(self.room)

    async def read(self, reader: Reader, identity: str = "agent") -> list[Text]:
        self.room.handlers["lk.transcription"](reader, identity)
        await self.texts.stopped(5.0)
        assert reader.is_closed
        return self.events

    async def voice(self, sid: str) -> str:
        return (await self.read(Reader("words", attributes={TRACK: sid})))[-1].voice


pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("breaks", [False, True])
async def test_a_stream_comes_piece_by_piece_and_is_closed(breaks):
    told = await Scene().read(Reader("Hello ", "there", breaks=breaks, attributes={"x": "y"}))
    assert [(text.text, text.closed, text.attributes, text.voice) for text in told] == [
        ("Hello ", False, {"x": "y"}, ""),
        ("there", False, {"x": "y"}, ""),
        ("", True, {"x": "y"}, ""),
    ]


async def test_a_stream_may_have_no_attributes():
    assert [text.attributes for text in await Scene().read(Reader())] == [{}]


async def test_a_track_names_whose_words_they_are():
    scene = Scene()
    assert await scene.voice("TR_ours") == ""  # nobody has it yet
    scene.room.publish_ours("TR_ours")
    scene.room.publish("agent", "TR_agent")
    assert await scene.voice("TR_ours") == "kiosk"
    assert await scene.voice("TR_agent") == "agent"
    assert await scene.voice("TR_nobody") == await scene.voice("") == ""


async def test_our_track_is_ours_also_by_the_id_that_it_had_before_a_repair():
    scene = Scene()
    scene.room.publish_ours("TR_1")
    scene.room.local_participant.track_publications = {}
    scene.room.handlers["local_track_republished"](SimpleNamespace(sid="TR_2"), "TR_1")
    scene.room.publish_ours("TR_3")
    assert [await scene.voice(f"TR_{number}") for number in (1, 2, 3)] == ["kiosk"] * 3


async def test_our_track_is_ours_before_the_library_says_that_it_is_published():
    scene = Scene()
    scene.room.local_participant.track_publications = {"TR_1": None}
    assert await scene.voice("TR_1") == "kiosk"


async def test_before_it_listens_no_track_is_known():
    events: list[Text] = []
    texts = TextStreams(events.append)
    texts._opened(Reader(attributes={TRACK: "TR_1"}), "agent")
    await texts.stopped(5.0)
    assert [text.voice for text in events] == [""]


async def test_the_older_event_is_a_text_of_its_participant():
    scene = Scene()
    segment = rtc.TranscriptionSegment(id="SG_1", text="Hello", start_time=0, end_time=0, language="en", final=True)
    for participant in (SimpleNamespace(identity="agent"), None):
        scene.texts.transcription([segment], participant)
    attributes = {"lk.segment_id": "SG_1", "lk.transcription_final": "true"}
    assert scene.events == [
        Text("lk.transcription.legacy", who, "SG_1", "Hello", True, attributes) for who in ("agent", "")
    ]


async def test_after_the_end_nothing_is_read():
    scene = Scene()
    scene.room.handlers["lk.chat"](Reader("late"), "agent")
    scene.texts.stop()
    await scene.texts.stopped(5.0)
    await asyncio.sleep(0)
    assert scene.events == []
