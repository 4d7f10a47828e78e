"""When a turn of Convai's avatar begins and ends, whatever is missing, doubled, late or in another order.

See docs/vendors/convai.md 4.5.
"""

from __future__ import annotations

import asyncio

import pytest

from app.events import Caption, Ended, Event, Speaking, Thinking
from app.screens import EndReason, Speaker
from tests.vendors.test_convai_protocol import Session

VISITOR, AVATAR = Speaker.VISITOR, Speaker.AVATAR


def due(session: Session) -> list[Event]:
    """What the clock alone brings."""
    return list(session.protocol._turns.overdue())


def after(session: Session, seconds: float) -> list[Event]:
    session.now += seconds
    return due(session)


def say(session: Session, *messages: str) -> list[Event]:
    """Feed messages of these types; "text" is a piece of the answer."""
    told: list[Event] = []
    for kind in messages:
        told += session.a("bot-llm-text", text="Yes.") if kind == "text" else session.a(kind)
    return told


ANSWER = ("bot-llm-started", "text", "bot-llm-stopped", "bot-started-speaking", "bot-stopped-speaking")
CLOSED = Caption(AVATAR, "avatar-1", "Yes.", True)
OVER = [CLOSED, Thinking(False)]


# ---------------------------------------------------------------- no end mark


@pytest.mark.parametrize(
    "messages",
    [
        ANSWER,
        ("bot-llm-started", "text", "bot-started-speaking", "bot-llm-stopped", "bot-stopped-speaking"),
        ("bot-llm-started", "text", "bot-started-speaking", "bot-stopped-speaking", "bot-llm-stopped"),
        ("bot-started-speaking", "text", "bot-stopped-speaking"),  # no bracket at all
        ("text", "bot-started-speaking", "bot-stopped-speaking"),
        tuple(kind for each in ANSWER for kind in ((each,) if each == "text" else (each, each))),  # in both forms
    ],
    ids=str,
)
def test_an_answer_without_an_end_mark_is_over_a_second_and_a_half_after_its_last_word(
    messages: tuple[str, ...],
) -> None:
    session = Session()
    say(session, *messages)
    assert after(session, 1.4) == []
    assert after(session, 0.2) == OVER
    assert after(session, 60.0) == []


@pytest.mark.parametrize("more", ["text", "bot-llm-stopped", "bot-llm-started", "bot-started-speaking"])
def test_another_word_begins_the_wait_anew(more: str) -> None:
    session = Session()
    say(session, *ANSWER)
    assert after(session, 1.4) == []
    say(session, more)
    assert after(session, 1.4) == []


def test_a_pause_between_two_sentences_is_not_the_end() -> None:
    session = Session()
    say(session, *ANSWER)
    session.now += 1.0
    assert say(session, "bot-started-speaking") == [Thinking(False), Speaking(AVATAR, True)]
    assert after(session, 30.0) == []
    say(session, "bot-stopped-speaking")
    assert after(session, 1.6) == OVER


def test_an_answer_that_is_still_being_written_is_not_over_so_soon() -> None:
    session = Session()
    say(session, "bot-llm-started", "text", "bot-started-speaking", "bot-stopped-speaking")
    assert after(session, 9.0) == []
    assert after(session, 1.1) == OVER, "the mark that it is written is lost"


def test_a_text_without_a_voice_is_closed_in_the_end() -> None:
    session = Session()
    say(session, "bot-llm-started", "text", "bot-llm-stopped")
    assert after(session, 9.0) == []
    assert after(session, 1.1) == OVER


def test_thinking_alone_has_no_end_here() -> None:
    session = Session()
    say(session, "bot-llm-started")
    assert after(session, 90.0) == []
    assert say(session, "text", "bot-llm-stopped", "bot-started-speaking")[-1] == Speaking(AVATAR, True)


def test_the_end_mark_counts_where_it_comes_first() -> None:
    session = Session()
    say(session, *ANSWER)
    assert session.b("bot-turn-completed", was_interrupted=False) == OVER
    assert after(session, 5.0) == []
    assert session.b("bot-turn-completed", was_interrupted=False) == []


@pytest.mark.parametrize("begun", [("bot-llm-started",), ("bot-llm-started", "text", "bot-started-speaking")])
def test_an_end_mark_that_comes_too_late_does_not_end_the_next_answer(begun: tuple[str, ...]) -> None:
    session = Session()
    say(session, *ANSWER)
    after(session, 1.6)
    say(session, *begun)
    assert session.b("bot-turn-completed", was_interrupted=False) == []
    say(session, "bot-started-speaking", "bot-llm-stopped", "bot-stopped-speaking")
    assert Thinking(False) in session.b("bot-turn-completed", was_interrupted=False), "this one is its own"


def test_an_end_mark_after_nothing_is_nothing() -> None:
    session = Session()
    say(session, *ANSWER)
    after(session, 1.6)
    assert session.b("bot-turn-completed", was_interrupted=False) == []


def test_the_next_answer_closes_the_words_of_one_that_was_left_open() -> None:
    session = Session()
    say(session, "bot-llm-started", "text")
    assert CLOSED in say(session, "bot-llm-started")
    assert say(session, "text") == [Caption(AVATAR, "avatar-2", "Yes.")]


def test_an_answer_without_its_beginning_is_one_line() -> None:
    session = Session()
    assert say(session, "text") == [Caption(AVATAR, "avatar-1", "Yes.")]
    say(session, "bot-started-speaking")
    assert say(session, "text") == [Caption(AVATAR, "avatar-1", "Yes.Yes.")]


@pytest.mark.asyncio
@pytest.mark.virtual_time
async def test_the_open_answer_is_closed_while_the_session_is_attended() -> None:
    session = Session(clock=asyncio.get_running_loop().time)
    told: list[Event] = []
    attending = asyncio.create_task(session.protocol.attend(session.room, told.append))
    say(session, *ANSWER)
    await asyncio.sleep(1.4)
    assert told == []
    await asyncio.sleep(0.5)
    assert told == OVER
    attending.cancel()


# ---------------------------------------------------------------- interruptions


@pytest.mark.parametrize(
    "order",
    [
        ("bot-interrupted", "bot-stopped-speaking"),
        ("bot-stopped-speaking", "bot-interrupted"),
        ("bot-interrupted", "bot-interrupted", "bot-stopped-speaking", "bot-stopped-speaking"),
    ],
)
@pytest.mark.parametrize("completes", [True, False])
def test_an_interruption_in_any_order_is_one_end(order: tuple[str, ...], completes: bool) -> None:
    session = Session()
    say(session, "bot-llm-started", "text", "bot-started-speaking")
    told = say(session, *order)
    told += session.b("bot-turn-completed", was_interrupted=True) if completes else []
    told += after(session, 20.0)
    assert told.count(Speaking(AVATAR, False)) == 1 and told.count(CLOSED) == 1
    assert [event for event in told if isinstance(event, Thinking)][-1:] in ([], [Thinking(False)])
    assert say(session, "text") == [], "what still comes of it was not heard"
    assert Speaking(AVATAR, True) in say(session, "bot-llm-started", "text", "bot-started-speaking")


@pytest.mark.parametrize("end", [{"was_interrupted": True}, {"was_aborted": True}])
def test_the_end_mark_of_an_interrupted_answer_does_not_cut_the_next_one(end: dict[str, object]) -> None:
    session = Session()
    say(session, "bot-llm-started", "text", "bot-started-speaking", "bot-interrupted", "bot-stopped-speaking")
    say(session, "bot-llm-started", "text", "bot-started-speaking")
    assert session.b("bot-turn-completed", **end) == []
    assert say(session, "text") == [Caption(AVATAR, "avatar-2", "Yes.Yes.")]
    assert Speaking(AVATAR, False) in session.b("bot-turn-completed", **end), "this one is its own"


def test_an_interruption_of_nothing_takes_no_end_mark_away() -> None:
    session = Session()
    say(session, "bot-interrupted", "bot-llm-started", "text", "bot-started-speaking")
    assert Speaking(AVATAR, False) in session.b("bot-turn-completed", was_interrupted=True)


@pytest.mark.asyncio
async def test_our_own_interruption_needs_no_more_than_the_end_of_the_voice() -> None:
    session = Session()
    say(session, "bot-llm-started", "text", "bot-started-speaking")
    await session.protocol.interrupt(session.room)
    say(session, "bot-stopped-speaking")
    assert after(session, 1.6) == OVER


# ---------------------------------------------------------------- the visitor's voice


def test_the_detector_of_the_service_is_the_visitors_voice() -> None:
    session = Session()
    assert session.b("vad-stt-started", timestamp=1) == [Speaking(VISITOR, True)]
    assert session.a("user-started-speaking") == [], "both tell the same"
    assert session.b("vad-stt-stopped", reason=None) == [Speaking(VISITOR, False)]
    assert session.a("user-stopped-speaking") == []


@pytest.mark.asyncio
@pytest.mark.parametrize("ends", ["user-transcription", "final-user-transcription"])
async def test_a_typed_question_is_no_voice_of_the_visitor(ends: str) -> None:
    session = Session()
    await session.protocol.ask(session.room, "Where is the cafe?")
    assert session.a("user-started-speaking") == session.b("vad-stt-started") == []
    words = Caption(VISITOR, "visitor-1", "Where is the cafe?", True)
    assert session.a(ends, text="Where is the cafe?", final=True) == [words]
    assert session.a("user-stopped-speaking") == []
    assert session.a("user-started-speaking") == [Speaking(VISITOR, True)], "this one is a voice"


@pytest.mark.asyncio
async def test_a_voice_after_a_typed_question_that_nothing_comes_back_of_is_one() -> None:
    session = Session()
    await session.protocol.ask(session.room, "Where is the cafe?")
    session.now += 2.0
    assert session.a("user-started-speaking") == [Speaking(VISITOR, True)]


@pytest.mark.parametrize("late", [("user-transcription", True), ("user-transcription", False), ("final", True)])
@pytest.mark.parametrize("begun", [("bot-llm-started",), ANSWER])
def test_words_that_come_again_after_the_answer_are_no_new_line(late: tuple[str, bool], begun: tuple[str, ...]) -> None:
    session, (kind, final) = Session(), late
    session.a("user-transcription", text="Where is the cafe?", final=True)
    say(session, *begun)
    again = {"text": "where is the cafe" if final else "where is", "final": final}
    assert [session.a("final-user-transcription" if kind == "final" else kind, **again)] == [[]]
    session.a("user-started-speaking")
    said = session.a("user-transcription", text="Where is the cafe?", final=True)
    assert said[0] == Caption(VISITOR, "visitor-2", "Where is the cafe?", True), "said once more"


@pytest.mark.parametrize("stops", [True, False])
def test_a_final_text_alone_is_what_the_visitor_said(stops: bool) -> None:
    session = Session()
    told = session.b("vad-stt-started")
    told += session.b("vad-stt-stopped") if stops else []
    told += session.b("final-user-transcription", text="Where is the cafe?")
    words = Caption(VISITOR, "visitor-1", "Where is the cafe?", True)
    assert sorted(map(repr, told)) == sorted(map(repr, [Speaking(VISITOR, True), words, Speaking(VISITOR, False)]))


def test_noise_without_words_is_no_activity() -> None:
    session = Session()
    told = session.b("vad-stt-started") + session.b("vad-stt-stopped") + session.b("vad-stt-started")
    assert not [event for event in told if isinstance(event, Caption | Ended)]


def test_an_end_of_the_session_is_told_beside_an_open_answer() -> None:
    session = Session()
    say(session, *ANSWER)
    assert session.b("usage-limit-reached") == [Ended(EndReason.OUT_OF_CREDITS)]
