"""A room of AI Studios: who is the avatar, the texts it is given to speak, and why it ended.

See docs/vendors/aistudios.md 4, 5.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import cast

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from app.events import Caption, Ended, Ending, Event, QuestionRefused, Ready, Speaking, Thinking
from app.rooms.base import (
    ActiveSpeakers,
    AvatarAudio,
    AvatarGone,
    AvatarVideo,
    Choice,
    Data,
    Disconnected,
    FirstFrame,
    MicrophoneHeard,
    Participant,
    ParticipantsChanged,
    Reconnected,
    Reconnecting,
    RoomEvent,
    Text,
)
from app.screens import EndReason, Speaker
from app.vendors.aistudios.control import AistudiosControl
from app.vendors.aistudios.errors import end_reason
from app.vendors.aistudios.protocol import AistudiosProtocol
from app.vendors.aistudios.rest import Api
from app.vendors.aistudios.settings import AistudiosSettings
from app.vendors.base import Answers, VendorContext
from app.vendors.errors import AuthError, Busy, ConfigError, TransientError, VendorError
from app.vendors.session import SessionInfo
from tests.fakes.no_http import NoHttp
from tests.fakes.room import QuietRoom

pytestmark = [pytest.mark.asyncio, pytest.mark.virtual_time]

ROOM = QuietRoom()  # the service is spoken to over HTTP alone


class FileAnswers(Answers):
    def reply(self, question: str) -> str:
        return f"About {question}"

    def wrap_up(self) -> str:
        return "Time to say goodbye."


class BrokenAnswers(FileAnswers):
    def reply(self, question: str) -> str:
        raise ZeroDivisionError


class Calls(Api):
    """The calls of the service; the protocol uses only `talk`."""

    def __init__(self, service: Service) -> None:
        super().__init__(AistudiosSettings(), NoHttp())
        self._service = service

    async def talk(self, session_id: str, text: str) -> None:
        await self._service.talk(text)


class Service(AistudiosControl):
    """The control as the protocol uses it; `refusals` are the errors of the next texts."""

    def __init__(self, file: FileAnswers | None = None) -> None:
        super().__init__(VendorContext(AistudiosSettings(), NoHttp(), "lobby", "en", 1.0))
        self.api = Calls(self)
        self.file = file or FileAnswers()
        self.talked: list[str] = []
        self.refusals: deque[Exception] = deque()
        self.why: deque[EndReason | Exception | None] = deque()
        self.left_s: float | None = None
        self.languages: list[str] = []
        self.has_file = True
        self.takes_s = 0.2

    async def talk(self, text: str) -> None:
        await asyncio.sleep(self.takes_s)
        if self.refusals:
            raise self.refusals.popleft()
        self.talked.append(text)

    async def why_ended(self, session_id: str) -> EndReason | None:
        await asyncio.sleep(0.1)
        told = self.why.popleft() if self.why else None
        if isinstance(told, Exception):
            raise told
        return told

    def credits_left_s(self) -> float | None:
        return self.left_s

    def answers(self, language: str) -> FileAnswers | None:
        self.languages.append(language)
        return self.file if self.has_file else None


class Talk:
    """One session in a joined room."""

    def __init__(self, service: Service | None = None, greeting: str = "", hint: str | None = None) -> None:
        self.service = service or Service()
        session = SessionInfo(
            "aistudios", "s-1", "wss://x", "t", max_duration_s=300.0, avatar_identity_hint=hint, language="en"
        )
        self.protocol = AistudiosProtocol(self.service, session, AistudiosSettings(greeting=greeting))
        self.events: list[Event] = []

    async def __aenter__(self) -> Talk:
        self._attending = asyncio.create_task(self.protocol.attend(ROOM, self.events.append))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._attending.cancel()
        await asyncio.gather(self._attending, return_exceptions=True)

    def decode(self, *events: RoomEvent) -> list[Event]:
        return [decoded for event in events for decoded in self.protocol.decode(event, ROOM)]

    async def ask(self, *questions: str) -> None:
        for question in questions:
            await self.protocol.ask(ROOM, question)

    @property
    def captions(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Caption)]


def participant(identity: str, video: bool = True, audio: bool = True) -> Participant:
    return Participant(identity, has_video=video, has_audio=audio)


# ---------------------------------------------------------------- who is the avatar


async def test_the_first_with_a_picture_is_the_avatar_and_stays_it() -> None:
    talk = Talk()
    assert talk.protocol.choose([participant("a", video=False, audio=False)]) == Choice(None, None)
    assert talk.protocol.choose([participant("a", video=False), participant("b")]) == Choice("b", "b")
    assert talk.protocol.choose([participant("c"), participant("b", video=False)]) == Choice("b", "b")
    assert talk.protocol.choose([participant("c")]) == Choice("c", "c")


async def test_a_voice_may_come_from_somebody_else() -> None:
    assert Talk().protocol.choose([participant("v", video=False), participant("p", audio=False)]) == Choice("p", "v")


async def test_a_sound_that_is_not_called_a_voice_is_one_where_there_is_no_other() -> None:
    avatar, noise = Participant("a", has_video=True, has_sound=True), Participant("n", has_sound=True)
    assert Talk().protocol.choose([noise, avatar]) == Choice("a", "a")
    assert Talk().protocol.choose([noise, participant("p", audio=False)]) == Choice("p", "n")
    assert Talk().protocol.choose([noise, participant("p", audio=False), participant("v", video=False)]) == Choice(
        "p", "v"
    )


async def test_background_sound_of_the_avatar_is_no_speech() -> None:
    talk = Talk()
    talk.protocol.choose([Participant("a", has_video=True, has_audio=True, has_sound=True)])
    assert talk.decode(ActiveSpeakers(("a",), own=False)) == []


async def test_background_sound_never_takes_the_place_of_a_voice_that_is_published_anew() -> None:
    talk = Talk()
    assert talk.protocol.choose([Participant("a", has_video=True, has_audio=True, has_sound=True)]).audio == "a"
    assert talk.protocol.choose([Participant("a", has_video=True, has_sound=True)]) == Choice("a", None)
    assert talk.decode(ActiveSpeakers(("a",), own=False)) == [], "else nobody would ever be idle"
    assert talk.protocol.choose([Participant("a", has_video=True, has_audio=True)]) == Choice("a", "a")


async def test_nobody_else_is_heard_while_the_avatars_voice_is_published_anew(caplog: pytest.LogCaptureFixture) -> None:
    talk, stranger = Talk(), participant("s", video=False)
    with caplog.at_level(logging.INFO):
        assert talk.protocol.choose([stranger, participant("a")]) == Choice("a", "a")
        assert talk.protocol.choose([stranger, participant("a", audio=False)]) == Choice("a", None)
    assert [record.getMessage() for record in caplog.records] == ["somebody else is in the room and is ignored"]


async def test_the_voice_of_a_picture_that_has_none_is_the_avatars() -> None:
    talk = Talk()
    assert talk.protocol.choose([participant("p", audio=False), participant("v", video=False)]) == Choice("p", "v")
    assert talk.decode(ActiveSpeakers(("v",), own=False)) == [Speaking(Speaker.AVATAR, True)]


async def test_an_expected_name_wins() -> None:
    assert Talk(hint="b").protocol.choose([participant("a"), participant("b")]) == Choice("b", "b")


# ---------------------------------------------------------------- what arrives


async def test_it_is_ready_with_its_first_picture_and_once() -> None:
    talk = Talk()
    early: list[RoomEvent] = [
        ParticipantsChanged((participant("a"),)),
        AvatarVideo(True),
        AvatarAudio(True),
        MicrophoneHeard(),
    ]
    assert talk.decode(*early) == []
    assert talk.decode(FirstFrame(), FirstFrame()) == [Ready()]
    assert talk.decode(Disconnected(EndReason.NETWORK, may_rejoin=True), FirstFrame()) == [Ready()]


async def test_the_greeting_is_a_caption_when_it_is_spoken() -> None:
    talk = Talk(greeting=" Hello! ")
    assert talk.decode(FirstFrame()) == [Ready(), Caption(Speaker.AVATAR, "greeting", "Hello!", final=True)]


async def test_credits_that_end_soon_are_announced_with_their_reason() -> None:
    service = Service()
    service.left_s = 90.0
    ready, ending = Talk(service).decode(FirstFrame())
    assert ready == Ready() and ending == Ending(88.0, reason=EndReason.OUT_OF_CREDITS)


async def test_only_the_avatars_voice_is_the_avatars() -> None:
    talk = Talk()
    talk.protocol.choose([participant("a")])
    assert talk.decode(ActiveSpeakers(("a",), own=True)) == [Speaking(Speaker.AVATAR, True)]
    assert talk.decode(ActiveSpeakers(("a",), own=False)) == []
    assert talk.decode(ActiveSpeakers(("b",), own=True)) == [Speaking(Speaker.AVATAR, False)]


async def test_messages_are_noted_without_their_words(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    talk = Talk()
    talk.protocol.choose([participant("a")])
    for _ in range(3):
        assert talk.decode(Data(b"CANARY-1", "events", "a"), Text("t", "CANARY-2", "s", "CANARY-3", True, {})) == []
    told = [tuple(vars(record)[key] for key in ("topic", "size", "sender")) for record in caplog.records]
    assert told == [("events", 8, "avatar"), ("t", 8, "somebody")]
    assert "CANARY" not in caplog.text


async def test_a_flood_of_topics_does_not_flood_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    Talk().decode(*(Data(b"", f"topic-{number}", "") for number in range(500)))
    assert len(caplog.records) == 16


EVENTS = st.one_of(
    st.builds(Data, st.binary(max_size=40), st.text(max_size=20), st.text(max_size=5)),
    st.builds(
        Text, st.text(max_size=9), st.text(max_size=5), st.just("s"), st.text(max_size=20), st.booleans(), st.just({})
    ),
    st.builds(ActiveSpeakers, st.lists(st.text(max_size=2), max_size=2).map(tuple), st.booleans()),
    st.builds(ParticipantsChanged, st.lists(st.builds(Participant, st.text(max_size=3)), max_size=3).map(tuple)),
    st.builds(Disconnected, st.sampled_from(EndReason), st.booleans()),
    st.sampled_from([FirstFrame(), AvatarGone(), Reconnecting(), Reconnected(), AvatarVideo(False), AvatarAudio(True)]),
    st.builds(Data, st.none(), st.none(), st.none()),
)


@given(st.lists(EVENTS, max_size=20))
@effort(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
async def test_whatever_arrives_is_normal_input(events: list[RoomEvent]) -> None:
    logging.disable(logging.WARNING)
    try:
        talk = Talk()
        found = talk.decode(*events)
        assert len([event for event in found if isinstance(event, Ready)]) <= 1 + len(events)
        talk.protocol.choose([participant(str(number)) for number in range(len(events))])
    finally:
        logging.disable(logging.NOTSET)


@pytest.mark.expect_log("a room event could not be read")
async def test_an_event_that_cannot_be_read_is_dropped_and_the_next_one_counts() -> None:
    talk = Talk()
    assert talk.decode(Data(b"", cast("str", None), "somebody")) == []
    assert talk.decode(FirstFrame()) == [Ready()]


# ---------------------------------------------------------------- what the avatar is given to say


async def test_a_question_is_answered_by_the_sites_file_and_shown_when_taken() -> None:
    async with Talk() as talk:
        await talk.ask("the Moon")
        await asyncio.sleep(0.1)
        assert talk.events == [Thinking(True)]
        await asyncio.sleep(10)
    assert talk.service.talked == ["About the Moon"]
    assert talk.service.languages == ["en"]
    said = Caption(Speaker.AVATAR, "said-1", "About the Moon", final=True)
    assert talk.events == [Thinking(True), said, Thinking(False)]


async def test_it_thinks_until_it_is_heard() -> None:
    async with Talk() as talk:
        talk.protocol.choose([participant("a")])
        await talk.ask("the Moon")
        await asyncio.sleep(1)
        assert talk.events[-1] != Thinking(False)
        talk.decode(ActiveSpeakers(("a",), own=False))
        await asyncio.sleep(0.1)
        assert talk.events[-1] == Thinking(False)


async def test_asking_never_waits_for_the_service() -> None:
    service = Service()
    service.takes_s = 60.0
    async with Talk(service) as talk:
        loop = asyncio.get_running_loop()
        began = loop.time()
        await talk.ask("one", "two")
        assert loop.time() == began


async def test_of_many_questions_the_newest_are_answered_in_order() -> None:
    async with Talk() as talk:
        await talk.ask(*"abcdef")
        await asyncio.sleep(60)
    assert talk.service.talked == ["About d", "About e", "About f"]


async def test_an_interruption_drops_what_was_not_yet_said() -> None:
    async with Talk() as talk:
        await talk.ask("one", "two", "three")
        await asyncio.sleep(0.1)
        await talk.protocol.interrupt(ROOM)
        await asyncio.sleep(60)
    assert talk.service.talked == ["About one"]


async def test_near_the_end_it_says_a_closing_line() -> None:
    async with Talk() as talk:
        await talk.protocol.wrap_up(ROOM, 15.0)
        await asyncio.sleep(10)
    assert talk.captions == ["Time to say goodbye."]


@pytest.mark.parametrize("refusal", [Busy("x"), TransientError("x", http_status=500)])
async def test_a_moments_refusal_is_tried_again(refusal: VendorError) -> None:
    service = Service()
    service.refusals += [refusal, refusal]
    async with Talk(service) as talk:
        await talk.ask("the Moon")
        await asyncio.sleep(10)
    assert service.talked == ["About the Moon"] and talk.captions == ["About the Moon"]


@pytest.mark.parametrize("refusal", [AuthError("x"), ConfigError("x"), TransientError("x", ambiguous=True)])
async def test_a_text_that_is_not_taken_is_not_shown_and_ends_nothing(refusal: VendorError) -> None:
    service = Service()
    service.refusals.append(refusal)
    async with Talk(service) as talk:
        await talk.ask("the Moon", "the Sun")
        await asyncio.sleep(20)
    assert service.talked == ["About the Sun"] and talk.captions == ["About the Sun"]
    assert talk.events[:3] == [Thinking(True), Thinking(False), QuestionRefused()]
    assert talk.events.count(QuestionRefused()) == 1


async def test_a_text_for_a_session_that_is_gone_ends_it_with_the_services_reason() -> None:
    service = Service()
    service.refusals.append(ConfigError("x", http_status=404, vendor_code="4040"))
    service.why.append(EndReason.OUT_OF_CREDITS)
    async with Talk(service) as talk:
        await talk.ask("the Moon")
        await asyncio.sleep(10)
    assert Ended(EndReason.OUT_OF_CREDITS) in talk.events


@pytest.mark.expect_log("a question could not be answered")
async def test_a_broken_file_ends_nothing() -> None:
    service = Service(BrokenAnswers())
    async with Talk(service) as talk:
        await talk.ask("the Moon")
        await talk.protocol.wrap_up(ROOM, 15.0)
        await asyncio.sleep(10)
    assert talk.captions == ["Time to say goodbye."]
    assert talk.events.count(QuestionRefused()) == 1, "the closing line is no question"


async def test_without_a_file_nothing_is_said_and_the_visit_is_told_so() -> None:
    service = Service()
    service.has_file = False
    async with Talk(service) as talk:
        await talk.ask("the Moon")
        await asyncio.sleep(10)
    assert service.talked == [] and talk.events == [QuestionRefused()]


# ---------------------------------------------------------------- the end


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ([EndReason.OUT_OF_CREDITS], EndReason.OUT_OF_CREDITS),
        ([None, EndReason.VENDOR_IDLE], EndReason.VENDOR_IDLE),
        ([EndReason.ROOM_CLOSED], EndReason.ROOM_CLOSED),
        ([None, None], EndReason.AVATAR_LEFT),
        ([TransientError("x")], EndReason.AVATAR_LEFT),
    ],
)
async def test_the_services_word_tells_why_it_ended_where_it_has_one(
    told: list[EndReason | VendorError | None], reason: EndReason
) -> None:
    talk = Talk()
    talk.service.why += told
    from_room = EndReason.ROOM_CLOSED if reason is EndReason.ROOM_CLOSED else EndReason.AVATAR_LEFT
    assert await talk.protocol.why_ended(from_room) is reason


async def test_a_session_as_old_as_its_maximum_has_reached_it() -> None:
    talk = Talk()
    await asyncio.sleep(297)
    talk.service.why.append(EndReason.ROOM_CLOSED)
    assert await talk.protocol.why_ended(EndReason.ROOM_CLOSED) is EndReason.VENDOR_MAX_DURATION


async def test_a_service_that_does_not_answer_holds_up_nobody() -> None:
    class Hanging(Service):
        async def why_ended(self, session_id: str) -> EndReason | None:
            await asyncio.Event().wait()
            return None

    talk = Talk(Hanging())
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert await talk.protocol.why_ended(EndReason.NETWORK) is EndReason.NETWORK
    assert loop.time() - began <= 2.01


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("USER_CLOSED", EndReason.ROOM_CLOSED), ("TIMEOUT", EndReason.VENDOR_MAX_DURATION),
        ("MAX_DURATION", EndReason.VENDOR_MAX_DURATION), ("CREDIT_EXHAUSTED", EndReason.OUT_OF_CREDITS),
        ("INSUFFICIENT_BALANCE", EndReason.OUT_OF_CREDITS), ("IDLE_TIMEOUT", EndReason.VENDOR_IDLE),
        ("ERROR", EndReason.ERROR), ("SOMETHING_NEW", EndReason.ROOM_CLOSED), (None, EndReason.ROOM_CLOSED),
        (7, EndReason.ROOM_CLOSED), ("Q_END", EndReason.OUT_OF_CREDITS),
    ],
)  # fmt: skip
async def test_what_the_words_for_an_end_mean(word: object, reason: EndReason) -> None:
    assert end_reason(word, {"q_end": EndReason.OUT_OF_CREDITS}) is reason
