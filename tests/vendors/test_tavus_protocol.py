"""What the messages in a Tavus room mean, also wrong ones, and what the kiosk sends.

See docs/vendors/tavus.md 4.4 to 4.7, 5.3.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any, cast

import pytest

from app.events import Caption, Ended, Event, Ready, Speaking
from app.rooms.base import (
    AvatarGone,
    AvatarVideo,
    Data,
    Disconnected,
    FirstFrame,
    Participant,
    ParticipantsChanged,
    RoomEvent,
)
from app.screens import EndReason, Speaker
from app.vendors.base import VendorContext
from app.vendors.errors import TransientError
from app.vendors.session import SessionInfo
from app.vendors.tavus.control import TavusControl
from app.vendors.tavus.protocol import TavusProtocol
from app.vendors.tavus.settings import TavusSettings
from tests.fakes.no_http import NoHttp
from tests.fakes.room import QuietRoom

pytestmark = [pytest.mark.asyncio, pytest.mark.virtual_time]

VISITOR, AVATAR = Speaker.VISITOR, Speaker.AVATAR
HERE = Participant("replica", has_video=True, has_audio=True)


class AskedControl(TavusControl):
    """A control that tells why the conversation ended, None while it runs, and counts the questions."""

    def __init__(self) -> None:
        super().__init__(VendorContext(TavusSettings(), NoHttp(), "lobby", "en", 1.0))
        self.reason: EndReason | None = None
        self.error: Exception | None = None
        self.times = 0

    async def why_ended(self, session_id: str) -> EndReason | None:
        assert session_id == "c-1"
        self.times += 1
        if self.error is not None:
            raise self.error
        return self.reason


class SentRoom(QuietRoom):
    """A room that records what was sent."""

    def __init__(self) -> None:
        super().__init__("us")
        self.sent: list[Any] = []

    async def send_data(self, payload: bytes, topic: str = "") -> bool:
        assert topic == ""
        self.sent.append(json.loads(payload))
        return True


ROOM = SentRoom()


def protocol(
    control: TavusControl | None = None, language: str = "en", max_s: float = 300.0, **own: object
) -> TavusProtocol:
    session = SessionInfo("tavus", "c-1", "https://x", "t", max_duration_s=max_s, language=language)
    return TavusProtocol(control or AskedControl(), session, TavusSettings.model_validate(own))


def data(event: object, identity: str = "replica", **more: object) -> Data:
    return Data(json.dumps({"event_type": event} | more).encode(), "", identity)


def told(made: TavusProtocol, *events: RoomEvent) -> list[Event]:
    return [found for event in events for found in made.decode(event, ROOM)]


def captions(made: TavusProtocol, *events: RoomEvent) -> list[Caption]:
    """The same where nothing but captions may come of it."""
    found = told(made, *events)
    said = [event for event in found if isinstance(event, Caption)]
    assert len(said) == len(found)
    return said


def streaming(
    role: str, speech: object, index: object = 0, inference: object = "i1", turn: object = 1, **more: object
) -> Data:
    properties = {"role": role, "speech": speech, "content_index": index, "final": False} | more
    return data("conversation.utterance.streaming", inference_id=inference, turn_idx=turn, properties=properties)


def whole(role: str, speech: object, inference: object = "i1", turn: object = 1, **more: object) -> Data:
    properties = {"role": role, "speech": speech} | more
    return data("conversation.utterance", inference_id=inference, turn_idx=turn, properties=properties)


# ---------------------------------------------------------------- readiness and who is the avatar


async def test_the_first_picture_makes_it_ready_once() -> None:
    made = protocol()
    assert told(made, ParticipantsChanged((HERE,)), data("system.replica_present", properties={"attempt": 1})) == []
    assert told(made, FirstFrame(), FirstFrame()) == [Ready()]


async def test_whoever_has_a_picture_is_the_avatar() -> None:
    made = protocol()
    assert (made.choose(()).video, made.choose(()).audio) == (None, None)
    silent, seen = Participant("a", has_audio=True), Participant("b", has_video=True, has_audio=True)
    choice = made.choose((silent, seen))
    assert (choice.video, choice.audio) == ("b", "b")
    assert made.choose((silent, Participant("b", has_video=True))).audio == "a"


# ---------------------------------------------------------------- who speaks


@pytest.mark.parametrize(("role", "speaker"), [("user", VISITOR), ("replica", AVATAR), ("pal", AVATAR), ("x", AVATAR)])
async def test_both_families_of_speaking_events_count_once(role: str, speaker: Speaker) -> None:
    made = protocol()
    start = (
        data("conversation.started_speaking", properties={"role": role}),
        data(f"conversation.{role}.started_speaking"),
    )
    stop = (
        data(f"conversation.{role}.stopped_speaking", properties={"duration": 4.5, "interrupted": False}),
        data("conversation.stopped_speaking", properties={"role": role, "duration": None}),
    )
    assert told(made, *start, *start) == [Speaking(speaker, True)]
    assert told(made, *stop, *stop) == [Speaking(speaker, False)]


async def test_what_is_neither_activity_nor_speech_is_ignored() -> None:
    made = protocol()
    for name in (
        "system.replica_present", "system.pal_joined", "system.replica_joined", "conversation.joined",
        "conversation.left", "conversation.perception_tool_call", "conversation.perception-analysis",
        "conversation.perception_analysis", "conversation.objective.completed", "conversation.replica_interrupted",
        "application.transcription_ready", "conversation.utterance.of_tomorrow", "", "..", "conversation",
    ):  # fmt: skip
        for properties in ({}, {"role": "user", "speech": "x", "analysis": "a tall visitor in red"}):
            assert told(made, data(name, properties=properties)) == []


async def test_whoever_has_no_role_says_nothing() -> None:
    for role in (None, 5, "", "  ", ["user"]):
        properties = {"role": role, "speech": "x"}
        for name in ("conversation.started_speaking", "conversation.utterance", "conversation.utterance.streaming"):
            assert told(protocol(), data(name, properties=properties)) == []


@pytest.mark.expect_log("a room event could not be read")
async def test_an_event_that_cannot_be_read_is_dropped_and_the_next_one_counts() -> None:
    made = protocol()
    assert told(made, Data(cast("bytes", None), "", "replica")) == []
    assert told(made, FirstFrame()) == [Ready()]


async def test_our_own_messages_are_not_read() -> None:
    made = protocol()
    assert told(made, data("system.shutdown", identity="us", properties={"reason": "max_call_duration"})) == []


# ---------------------------------------------------------------- words


async def test_a_streamed_text_replaces_what_was_shown_and_the_whole_turn_closes_it() -> None:
    made = protocol()
    assert told(made, streaming("replica", "Hello"), streaming("replica", "Hello there", 1)) == [
        Caption(AVATAR, "i1", "Hello"),
        Caption(AVATAR, "i1", "Hello there"),
    ]
    assert told(made, whole("replica", "Hello there.")) == [Caption(AVATAR, "i1", "Hello there.", final=True)]


async def test_a_final_stream_of_the_avatar_and_its_whole_turn_are_one_final() -> None:
    made = protocol()
    assert told(made, streaming("replica", "It is"), streaming("replica", "It is there.", 1, final=True)) == [
        Caption(AVATAR, "i1", "It is"),
        Caption(AVATAR, "i1", "It is there.", final=True),
    ]
    assert told(made, whole("replica", "It is there."), streaming("replica", "It is there.", 2)) == []


async def test_older_parts_and_doubles_change_nothing() -> None:
    made = protocol()
    parts = streaming("replica", "A B", 3), streaming("replica", "A", 1), streaming("replica", "A B", 3)
    assert told(made, *parts) == [Caption(AVATAR, "i1", "A B")]


async def test_an_interrupted_avatar_keeps_what_was_said_not_what_was_meant() -> None:
    made = protocol()
    told(made, streaming("replica", "The museum was"))
    interrupted = whole("replica", "The museum was opened in 1891 by the king.", interrupted=True)
    assert told(made, interrupted) == [Caption(AVATAR, "i1", "The museum was", final=True)]


@pytest.mark.parametrize(
    "ending",
    [
        streaming("replica", "The museum was", 1, is_interrupted=True),
        data("conversation.stopped_speaking", properties={"role": "replica", "interrupted": True}),
        data("conversation.replica.stopped_speaking", properties={"interrupted": True}),
    ],
)
async def test_an_interruption_closes_the_segment_with_what_was_shown(ending: Data) -> None:
    made = protocol()
    told(made, data("conversation.replica.started_speaking"), streaming("replica", "The museum was"))
    assert Caption(AVATAR, "i1", "The museum was", final=True) in told(made, ending)
    assert told(made, whole("replica", "The museum was opened in 1891.", interrupted=True)) == []


async def test_without_streams_the_whole_turn_is_the_caption() -> None:
    made = protocol()
    assert told(made, whole("pal", "Hello."), whole("pal", "Hello.")) == [Caption(AVATAR, "i1", "Hello.", final=True)]


async def test_a_new_segment_closes_the_last_one_of_the_same_speaker() -> None:
    made = protocol()
    told(made, streaming("replica", "One", inference="i1", turn=1), streaming("user", "Hm", inference="u1", turn=1))
    assert told(made, streaming("replica", "Two", inference="i2", turn=2)) == [
        Caption(AVATAR, "i1", "One", final=True),
        Caption(AVATAR, "i2", "Two"),
    ]
    assert told(made, streaming("replica", "One more", 5, inference="i1", turn=1)) == []  # too late


@pytest.mark.parametrize("role", ["user", "replica"])
@pytest.mark.parametrize(
    ("ids", "ids_of_the_whole", "turn"), [("a", "b", 4), ("a", "b", None), (None, None, None), (None, None, 4)]
)
async def test_one_turn_is_one_segment_even_where_its_ids_differ(
    role: str, ids: str | None, ids_of_the_whole: str | None, turn: int | None
) -> None:
    made = protocol()
    last = whole(role, "Where?", inference=ids_of_the_whole, turn=turn)
    (begun,) = captions(made, streaming(role, "Where", inference=ids, turn=turn))
    (closed,) = captions(made, last)
    assert begun.segment == closed.segment
    assert closed.text == "Where?" and closed.final
    assert told(made, last, whole(role, "Where?", inference="c", turn=turn)) == []


async def test_two_visitors_turns_without_ids_are_two_segments() -> None:
    made = protocol()
    said = captions(
        made, whole("user", "One", inference=None, turn=None), whole("user", "Two", inference=None, turn=None)
    )
    assert [caption.text for caption in said] == ["One", "Two"]
    assert said[0].segment != said[1].segment


@pytest.mark.parametrize("noise", ["[BLANK_AUDIO]", "(silence)", "[music]", "  ", "*coughs*", "", None, 7, ["a"]])
async def test_what_nobody_said_is_no_caption(noise: object) -> None:
    made = protocol()
    assert told(made, streaming("user", noise), whole("user", noise)) == []


async def test_very_long_words_are_cut() -> None:
    (caption,) = captions(protocol(), whole("replica", "x" * 20_000))
    assert len(caption.text) == 4000
    assert told(protocol(), whole("replica", "x" * 100_000)) == []  # oversize


# ---------------------------------------------------------------- the end


ENDS = [
    ("max_call_duration reached", EndReason.VENDOR_MAX_DURATION),
    ("max_call_duration", EndReason.VENDOR_MAX_DURATION),
    ("participant_left_timeout reached", EndReason.NETWORK),
    ("participant_absent_timeout reached", EndReason.VENDOR_IDLE),
    ("bot_could_not_join_meeting_it_was_probably_ended", EndReason.AVATAR_LEFT),
    ("daily_room_has_been_deleted", EndReason.ROOM_CLOSED),
    ("exception_encountered_during_conversation_startup", EndReason.ERROR),
    ("end_conversation_endpoint_hit", EndReason.ROOM_CLOSED),
    ("internal error occurred at step 3", EndReason.ERROR),
    ("of tomorrow", EndReason.UNKNOWN),
    (None, EndReason.UNKNOWN),
    (5, EndReason.UNKNOWN),
]


@pytest.mark.parametrize(
    ("answer", "room_says", "expected"),
    [
        (EndReason.VENDOR_IDLE, EndReason.ROOM_CLOSED, EndReason.VENDOR_IDLE),
        (EndReason.UNKNOWN, EndReason.ROOM_CLOSED, EndReason.ROOM_CLOSED),
        (None, EndReason.NETWORK, EndReason.NETWORK),
    ],
)
async def test_after_the_rooms_end_the_service_is_asked_why(
    answer: EndReason | None, room_says: EndReason, expected: EndReason
) -> None:
    control = AskedControl()
    control.reason = answer
    assert await protocol(control).why_ended(room_says) is expected


async def test_a_service_that_cannot_be_asked_leaves_the_rooms_own_reason() -> None:
    control = AskedControl()
    control.error = TransientError("tavus")
    assert await protocol(control).why_ended(EndReason.ROOM_CLOSED) is EndReason.ROOM_CLOSED


async def attended(made: TavusProtocol, *events: RoomEvent, seconds: float = 5.0) -> list[Event]:
    emitted: list[Event] = []
    attending = asyncio.create_task(made.attend(ROOM, emitted.append))
    emitted += told(made, *events)
    await asyncio.sleep(seconds)
    attending.cancel()
    await asyncio.gather(attending, return_exceptions=True)
    return emitted


@pytest.mark.parametrize("leaving", [ParticipantsChanged(()), AvatarVideo(False)])
async def test_an_avatar_that_leaves_makes_the_kiosk_ask_whether_it_is_over(leaving: RoomEvent) -> None:
    control = AskedControl()
    control.reason = EndReason.VENDOR_IDLE
    assert await attended(protocol(control), ParticipantsChanged((HERE,)), leaving) == [Ended(EndReason.VENDOR_IDLE)]
    assert control.times == 1


async def test_while_the_conversation_runs_an_absent_avatar_is_waited_for() -> None:
    control = AskedControl()
    made = protocol(control)
    assert await attended(made, ParticipantsChanged((HERE,)), ParticipantsChanged(())) == []
    assert 5 <= control.times <= 12
    control.times = 0
    assert await attended(made, ParticipantsChanged((HERE,))) == []
    assert control.times <= 1


async def test_nobody_is_asked_while_all_is_well_or_nobody_came_yet() -> None:
    control = AskedControl()
    assert (
        await attended(protocol(control), ParticipantsChanged(()), ParticipantsChanged((HERE,)), AvatarVideo(True))
        == []
    )
    assert await attended(protocol(control), Disconnected(EndReason.NETWORK), AvatarGone()) == []
    assert control.times == 0


# ---------------------------------------------------------------- what the kiosk sends


def envelope(event: str, **properties: object) -> dict[str, object]:
    made: dict[str, object] = {
        "message_type": "conversation",
        "event_type": f"conversation.{event}",
        "conversation_id": "c-1",
    }
    return made | ({"properties": properties} if properties else {})


async def test_what_is_sent() -> None:
    room, made = SentRoom(), protocol()
    await made.ask(room, "Wo ist das Café?")
    await made.interrupt(room)
    await made.goodbye(room)
    await made.stay(room)
    assert room.sent == [envelope("respond", text="Wo ist das Café?"), envelope("interrupt"), envelope("interrupt")]
    told(made, data("system.shutdown", properties={"reason": "end_conversation_endpoint_hit"}))
    await made.goodbye(room)
    assert len(room.sent) == 3, "nobody is there any more to fall silent"


@pytest.mark.parametrize(
    ("language", "own", "expected"),
    [
        ("en", {}, "Our time is nearly over."),
        ("de-AT", {}, "Unsere Zeit ist fast um."),
        ("it", {}, None),
        ("it", {"it": "Arrivederci!"}, "Arrivederci!"),
        ("en", {"en": "Bye."}, "Bye."),
        ("en", {"en": ""}, None),
    ],
)
async def test_the_closing_words_are_said_word_for_word_in_the_visitors_language(
    language: str, own: dict[str, str], expected: str | None
) -> None:
    room = SentRoom()
    await protocol(language=language, closing_words=own).wrap_up(room, 15.0)
    if expected is None:
        assert room.sent == []
    else:
        (sent,) = room.sent
        assert sent == envelope("echo", modality="text", text=sent["properties"]["text"], done=True)
        assert sent["properties"]["text"].startswith(expected)


# ---------------------------------------------------------------- whatever arrives


@pytest.mark.parametrize(
    "payload",
    [b"", b"\xff\xfe\x00", b"null", b"[]", b"7", b'"text"', b"{", b"[" * 5000, b'{"event_type": null}', b"{}" * 50_000],
)
async def test_bytes_that_are_no_message_are_normal_input(payload: bytes) -> None:
    assert list(protocol().decode(Data(payload, "topic", ""), ROOM)) == []
