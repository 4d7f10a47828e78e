"""Nobody answers: the visitor is told, the room is joined anew once, and then the visit ends honestly."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from app.events import AnswerDeclined, Caption, QuestionRefused, Speaking, Thinking
from app.intents import AskText, End, Interrupt
from app.rooms.base import Disconnected, RoomError, RoomFault
from app.screens import Attract, EndReason, Farewell, Live, Speaker, Talk, Trouble
from app.visit.clock import SENTENCE_S
from app.visit.timers import THINKING_S
from app.visit.unanswered import ANSWER_S, GREETING_S, SETTLE_S, UnansweredQuestions
from tests.fakes.kiosk import Rig, settings, told_staff
from tests.fakes.service import RoomScript

pytestmark = pytest.mark.asyncio

MUTE = pytest.mark.expect_log("the avatar gives no answer")


def patient() -> Rig:
    return Rig(settings(visit={"idle_s": 300.0, "hard_limit_s": 900.0}))


async def asked(rig: Rig, text: str = "Who built this?") -> None:
    rig.tap(AskText(text))
    await asyncio.sleep(0.1)


async def speak(rig: Rig, seconds: float) -> None:
    rig.audio.speaker.level = 0.5
    await asyncio.sleep(seconds)
    rig.audio.speaker.level = 0.0


async def answer(rig: Rig, how: str) -> None:
    if how == "words":
        rig.room.say(Caption(Speaker.AVATAR, f"said-{rig.loop.time()}", "A giant did."))
        await asyncio.sleep(0.2)
    else:
        await speak(rig, 0.3)


def is_stalled(screen: object) -> bool:
    return isinstance(screen, Live) and screen.trouble is Trouble.STALLED


# ---------------------------------------------------------------- in a visit


@MUTE
@pytest.mark.parametrize("how", ["typed", "spoken"])
async def test_a_question_that_nobody_answers_is_told_then_asked_in_a_fresh_room_then_the_honest_end(how: str) -> None:
    async with patient() as rig:
        await rig.to_live()
        began = rig.loop.time()
        if how == "typed":
            await asked(rig)
        else:
            rig.room.say(Caption(Speaker.VISITOR, "v", "Who built this?", True))
        await rig.until(is_stalled)
        assert rig.loop.time() - began == pytest.approx(ANSWER_S, abs=0.5) and len(rig.rooms) == 1
        await asyncio.sleep(0.1)
        assert rig.protocol.calls == [("ask", "Who built this?")], "words that were only heard are sent now"
        await asyncio.sleep(ANSWER_S + 2)
        assert len(rig.rooms) == 2 and is_stalled(rig.screen)
        assert "gave no answer" in told_staff(rig.vitals)
        await asyncio.sleep(SETTLE_S + 0.2)
        assert rig.protocol.calls == [("ask", "Who built this?")]
        rig.room.say(Caption(Speaker.VISITOR, "echo", "who built this?", True))
        await asyncio.sleep(0.2)
        assert [line.text for line in rig.screen.captions] == ["Who built this?"], "it is shown once"
        assert (await rig.until(Farewell, within=ANSWER_S + 1)).reason is EndReason.AVATAR_LEFT
        assert rig.loop.time() - began < 60
        await rig.until(Attract)
        await asyncio.sleep(2)
        rig.nothing_is_left()


@pytest.mark.parametrize("how", ["words", "voice"])
async def test_any_beginning_of_an_answer_will_do(how: str) -> None:
    async with patient() as rig:
        await rig.to_live()
        for question in range(3):
            await asked(rig, f"Question {question}?")
            await asyncio.sleep(ANSWER_S - 1)
            await answer(rig, how)
            await asyncio.sleep(2 * ANSWER_S)
            assert rig.screen.trouble is None
        assert len(rig.rooms) == 1


async def test_an_answer_that_comes_late_ends_the_trouble_and_the_count() -> None:
    async with patient() as rig:
        await rig.to_live()
        for _ in range(3):
            await asked(rig)
            await asyncio.sleep(ANSWER_S + 1)
            assert is_stalled(rig.screen)
            await answer(rig, "voice")
            await asyncio.sleep(0.2)
            assert rig.screen.trouble is None
            await asyncio.sleep(2)
        assert len(rig.rooms) == 1


@MUTE
async def test_a_second_question_does_not_put_off_the_trouble_and_is_the_one_asked_again() -> None:
    async with patient() as rig:
        await rig.to_live()
        began = rig.loop.time()
        while len(rig.rooms) == 1 and rig.loop.time() - began < 40:
            await asked(rig, f"At {rig.loop.time() - began:.0f} s: anybody?")
            await asyncio.sleep(5)
        assert rig.loop.time() - began < 30
        await asyncio.sleep(SETTLE_S + 2)
        assert len(rig.protocol.calls) == 1
        await answer(rig, "words")
        await asyncio.sleep(60)
        assert isinstance(rig.screen, Live) and rig.screen.trouble is None


@MUTE
async def test_a_refused_question_counts_at_once_and_a_refusal_told_twice_once() -> None:
    async with patient() as rig:
        await rig.to_live()
        rig.room.say(QuestionRefused())
        await asyncio.sleep(0.2)
        assert rig.screen.trouble is None, "nothing was asked"
        await asked(rig)
        rig.room.say(QuestionRefused())
        rig.room.say(QuestionRefused())
        await asyncio.sleep(0.3)
        assert is_stalled(rig.screen) and len(rig.rooms) == 1
        await asked(rig, "And this?")
        rig.room.say(QuestionRefused())
        await asyncio.sleep(SETTLE_S + 2)
        assert rig.protocol.calls == [("ask", "And this?")]
        rig.room.say(QuestionRefused())
        assert (await rig.until(Farewell, within=1)).reason is EndReason.AVATAR_LEFT


@MUTE
async def test_a_visit_that_was_joined_anew_already_has_no_second_fresh_join() -> None:
    async with patient() as rig:
        await rig.to_live()
        rig.room.tell(Disconnected(EndReason.NETWORK, may_rejoin=True))
        await asyncio.sleep(3)
        assert len(rig.rooms) == 2
        await asked(rig)
        assert (await rig.until(Farewell, within=2 * ANSWER_S + 1)).reason is EndReason.AVATAR_LEFT
        assert len(rig.rooms) == 2


@MUTE
async def test_a_fresh_join_that_fails_is_the_network() -> None:
    async with patient() as rig:
        rig.scripts.extend([RoomScript(), RoomScript(join_error=RoomError(RoomFault.TRANSIENT, "x"))])
        await rig.to_live()
        await asked(rig)
        assert (await rig.until(Farewell, within=40)).reason is EndReason.NETWORK


@MUTE
async def test_the_services_own_word_on_a_mute_avatar_counts() -> None:
    async with patient() as rig:
        await rig.to_live()
        rig.room.tell(Disconnected(EndReason.NETWORK, may_rejoin=True))
        await asyncio.sleep(3)
        rig.protocol.true_reason = EndReason.VENDOR_MAX_DURATION
        await asked(rig)
        assert (await rig.until(Farewell, within=30)).reason is EndReason.VENDOR_MAX_DURATION


async def test_a_question_that_a_lost_room_took_with_it_is_asked_in_the_next() -> None:
    async with patient() as rig:
        await rig.to_live()
        await asked(rig)
        rig.room.tell(Disconnected(EndReason.NETWORK, may_rejoin=True))
        await asyncio.sleep(SETTLE_S + 3)
        assert rig.protocol.calls == [("ask", "Who built this?")]
        await answer(rig, "words")
        await asyncio.sleep(40)
        assert isinstance(rig.screen, Live) and rig.screen.trouble is None


@MUTE
@pytest.mark.parametrize("how", ["words", "voice"])
async def test_the_greeting_of_a_fresh_room_is_no_answer(how: str) -> None:
    async with patient() as rig:
        await rig.to_live()
        await answer(rig, how)  # it greeted in the first room, too
        await asyncio.sleep(3)
        await asked(rig)
        await asyncio.sleep(2 * ANSWER_S + 2)
        assert len(rig.rooms) == 2
        await asyncio.sleep(GREETING_S - 3)
        rig.room.say(Caption(Speaker.AVATAR, "greeting", "Hello!"))
        rig.room.say(Speaking(Speaker.AVATAR, True))
        await speak(rig, 6)
        rig.room.say(Speaking(Speaker.AVATAR, False))
        assert rig.protocol.calls == [], "it is not interrupted"
        await asyncio.sleep(1)
        assert rig.protocol.calls == [("ask", "Who built this?")]
        assert (await rig.until(Farewell, within=ANSWER_S + 1)).reason is EndReason.AVATAR_LEFT


async def test_while_the_service_thinks_the_screen_says_so_and_the_time_stands_still() -> None:
    async with patient() as rig:
        await rig.to_live()
        await asked(rig)
        await asyncio.sleep(5)
        rig.room.say(Thinking(True))
        for _ in range(9):
            await asyncio.sleep(10)
            assert rig.screen.talk is Talk.THINKING and rig.screen.trouble is None
        rig.room.say(Thinking(False))
        await asyncio.sleep(5)
        assert rig.screen.trouble is None
        await asyncio.sleep(3)
        assert is_stalled(rig.screen)
        rig.room.say(Thinking(True))
        await asyncio.sleep(0.3)
        assert rig.screen.talk is Talk.THINKING and rig.screen.trouble is None
        await answer(rig, "voice")


@MUTE
async def test_thinking_for_ever_is_no_answer_either() -> None:
    async with patient() as rig:
        await rig.to_live()
        await asked(rig)
        rig.room.say(Thinking(True))
        began = rig.loop.time()
        await rig.until(is_stalled)
        assert rig.loop.time() - began == pytest.approx(THINKING_S + ANSWER_S, abs=1)
        await asyncio.sleep(ANSWER_S + 2)
        assert len(rig.rooms) == 2
        rig.tap(End())
        await rig.until(Farewell)


@MUTE
async def test_what_the_avatar_was_saying_anyway_is_no_answer() -> None:
    async with patient() as rig:
        await rig.to_live()
        rig.room.say(Caption(Speaker.AVATAR, "old", "Welcome to"))
        rig.audio.speaker.level = 0.5
        await asyncio.sleep(2)
        await asked(rig)
        rig.room.say(Caption(Speaker.AVATAR, "old", "Welcome to the hall", True))
        await asyncio.sleep(20)
        assert rig.screen.trouble is None, "a visitor who is talked to is not left alone"
        rig.audio.speaker.level = 0.0
        await asyncio.sleep(ANSWER_S + 1)
        assert is_stalled(rig.screen)
        await asyncio.sleep(ANSWER_S + 2)
        assert len(rig.rooms) == 2
        rig.tap(End())
        await rig.until(Farewell)


@MUTE
@pytest.mark.parametrize("greeted", ["words first", "words, then speaking", "words alone"])
async def test_a_voice_whose_words_came_before_the_question_is_no_answer(greeted: str) -> None:
    async with patient() as rig:
        await rig.to_live()
        rig.room.say(Caption(Speaker.AVATAR, "greeting", "Hello!", True))
        await asyncio.sleep(0.2)
        await asked(rig)
        if greeted == "words, then speaking":
            rig.room.say(Speaking(Speaker.AVATAR, True))
        if greeted != "words alone":
            await speak(rig, 2)
        rig.room.say(Speaking(Speaker.AVATAR, False))
        await asyncio.sleep(2 * ANSWER_S + 2)
        assert len(rig.rooms) == 2
        rig.tap(End())
        await rig.until(Farewell)


async def test_the_first_voice_after_words_that_stayed_without_one_is_an_answer() -> None:
    async with patient() as rig:
        await rig.to_live()
        rig.room.say(Caption(Speaker.AVATAR, "greeting", "Hello!", True))
        await asked(rig)
        await asyncio.sleep(4)
        await speak(rig, 1)
        await asyncio.sleep(3 * ANSWER_S)
        assert rig.screen.trouble is None


async def test_a_new_turn_right_behind_the_old_one_is_an_answer() -> None:
    async with patient() as rig:
        await rig.to_live()
        rig.room.say(Speaking(Speaker.AVATAR, True))
        rig.audio.speaker.level = 0.5
        await asyncio.sleep(2)
        await asked(rig)
        rig.room.say(Speaking(Speaker.AVATAR, False))
        rig.room.say(Speaking(Speaker.AVATAR, True))
        await asyncio.sleep(3)
        rig.room.say(Speaking(Speaker.AVATAR, False))
        rig.audio.speaker.level = 0.0
        await asyncio.sleep(3 * ANSWER_S)
        assert rig.screen.trouble is None


async def test_a_visitor_who_interrupts_waits_for_no_answer() -> None:
    async with patient() as rig:
        await rig.to_live()
        rig.audio.speaker.level = 0.5
        await asyncio.sleep(1)
        await asked(rig)
        rig.tap(Interrupt())
        rig.audio.speaker.level = 0.0
        await asyncio.sleep(3 * ANSWER_S)
        assert rig.screen.trouble is None and len(rig.rooms) == 1


@pytest.mark.parametrize("echo", ["Who built this?", "who built this"])
async def test_a_question_that_comes_back_after_its_answer_is_no_new_one(echo: str) -> None:
    async with patient() as rig:
        await rig.to_live()
        await asked(rig)
        await answer(rig, "words")
        await asyncio.sleep(10)
        rig.room.say(Caption(Speaker.VISITOR, "echo", echo[:6]))
        rig.room.say(Caption(Speaker.VISITOR, "echo", echo, True))
        await asyncio.sleep(3 * ANSWER_S)
        assert rig.screen.trouble is None


@pytest.mark.parametrize("how", ["typed", "spoken"])
async def test_who_says_goodbye_waits_for_no_answer(how: str) -> None:
    async with Rig(settings(visit={"idle_s": 300.0})) as rig:
        await rig.to_live()
        await asked(rig)
        await asyncio.sleep(ANSWER_S + 1)
        rig.tap(AskText("Goodbye")) if how == "typed" else rig.room.say(Caption(Speaker.VISITOR, "v", "Goodbye", True))
        assert (await rig.until(Farewell, within=20)).reason is EndReason.VISITOR
        assert len(rig.rooms) == 1


@pytest.mark.parametrize("late_s", [0.5, 5.0])
async def test_words_that_are_recognised_after_their_answer_began_are_no_new_question(late_s: float) -> None:
    async with patient() as rig:
        await rig.to_live()
        rig.audio.microphone.speaking = True
        await asyncio.sleep(1.5)
        rig.audio.microphone.speaking = False
        await asyncio.sleep(0.3)
        answering = asyncio.create_task(speak(rig, 3))
        await asyncio.sleep(late_s)
        rig.room.say(Caption(Speaker.VISITOR, "v", "Who built this?", True))
        await answering
        await asyncio.sleep(3 * ANSWER_S)
        assert rig.screen.trouble is None and len(rig.rooms) == 1


@pytest.mark.parametrize("first", ["Who built this?", "Who built"])
@pytest.mark.parametrize("how", ["words", "voice"])
async def test_final_words_that_come_again_after_their_answer_are_no_new_question(first: str, how: str) -> None:
    async with patient() as rig:
        await rig.to_live()
        rig.room.say(Caption(Speaker.VISITOR, "v", first, True))
        await asyncio.sleep(1)
        await answer(rig, how)
        await asyncio.sleep(10)
        rig.room.say(Caption(Speaker.VISITOR, "v", "Who built this?", True))
        await asyncio.sleep(3 * ANSWER_S)
        assert rig.screen.trouble is None and len(rig.rooms) == 1


@pytest.mark.parametrize("how", ["words", "voice"])
async def test_a_line_that_is_closed_long_after_its_answer_is_no_new_question(how: str) -> None:
    async with patient() as rig:
        await rig.to_live()
        rig.room.say(Caption(Speaker.VISITOR, "v", "Who built this"))
        await asyncio.sleep(1)
        await answer(rig, how)
        await asyncio.sleep(20)
        rig.room.say(Caption(Speaker.VISITOR, "v", "Who built this?", True))
        await asyncio.sleep(3 * ANSWER_S)
        assert rig.screen.trouble is None and len(rig.rooms) == 1


@MUTE
async def test_a_line_that_goes_on_after_an_answer_is_a_new_question() -> None:
    async with patient() as rig:
        await rig.to_live()
        rig.room.say(Caption(Speaker.VISITOR, "v", "Who built"))
        await asyncio.sleep(1)
        await answer(rig, "words")
        await asyncio.sleep(8)
        rig.room.say(Caption(Speaker.VISITOR, "v", "Who built this?", True))
        await asyncio.sleep(ANSWER_S + 0.5)
        assert is_stalled(rig.screen)
        await asyncio.sleep(ANSWER_S + 2)
        assert len(rig.rooms) == 2
        await asyncio.sleep(GREETING_S + 1)
        assert rig.protocol.calls == [("ask", "Who built this?")]
        await answer(rig, "voice")
        await asyncio.sleep(8)
        rig.room.say(Caption(Speaker.VISITOR, "v", "Who built?", True))
        await asyncio.sleep(ANSWER_S + 0.5)
        assert is_stalled(rig.screen), "a fresh room counts its segments anew"


@MUTE
async def test_nothing_happens_in_the_middle_of_a_sentence_also_where_no_words_come() -> None:
    async with patient() as rig:
        await rig.to_live()
        await asked(rig)
        await asyncio.sleep(2 * ANSWER_S + SETTLE_S + 2)
        assert len(rig.rooms) == 2 and len(rig.protocol.calls) == 1
        await asyncio.sleep(ANSWER_S - 3)
        rig.audio.microphone.speaking = True
        await asyncio.sleep(10)
        assert isinstance(rig.screen, Live)
        rig.audio.microphone.speaking = False
        assert (await rig.until(Farewell, within=1)).reason is EndReason.AVATAR_LEFT


@MUTE
async def test_a_voice_without_words_and_without_a_pause_is_no_sentence() -> None:
    async with patient() as rig:
        await rig.to_live()
        await asked(rig)
        rig.audio.microphone.speaking = True
        began = rig.loop.time()
        await rig.until(is_stalled)
        assert rig.loop.time() - began == pytest.approx(SENTENCE_S, abs=0.5)
        await rig.until(Farewell, within=60)


# ---------------------------------------------------------------- silence on purpose


def heard(rig: Rig, text: str) -> None:
    """The visitor says something, perhaps to somebody else."""
    rig.room.say(Caption(Speaker.VISITOR, f"v-{rig.loop.time()}", text, True))


async def think(rig: Rig, seconds: float = 0.02) -> None:
    """The avatar works on an answer, by the service's word; mostly too short for a regular look to see it."""
    rig.room.say(Thinking(True))
    await asyncio.sleep(seconds)
    rig.room.say(Thinking(False))


@pytest.mark.parametrize("how", ["words", "voice"])
async def test_words_to_a_friend_that_the_avatar_ignores_cost_neither_session_nor_visit(how: str) -> None:
    async with patient() as rig:
        await rig.to_live()
        for remark in range(4):
            heard(rig, f"Look over there, number {remark}!")
            await asyncio.sleep(ANSWER_S + 0.5)
            assert rig.protocol.calls[remark:] == [("ask", f"Look over there, number {remark}!")]
            await answer(rig, how)  # sent as text they are for the avatar, which answers
            await asyncio.sleep(8)
            assert isinstance(rig.screen, Live) and rig.screen.trouble is None
        assert len(rig.rooms) == 1 and told_staff(rig.vitals) == ""


@pytest.mark.parametrize("late", [True, False])
async def test_an_avatar_that_shows_its_work_and_does_not_begin_is_silent_on_purpose(late: bool) -> None:
    async with patient() as rig:
        await rig.to_live()
        if late:
            await think(rig)
            await asyncio.sleep(3)
        heard(rig, "Who built this?")
        if not late:
            await think(rig)
        await asyncio.sleep(1)
        await answer(rig, "voice")
        await asyncio.sleep(10)
        for remark in range(4):
            heard(rig, f"Look over there, number {remark}!")
            await asyncio.sleep(3 * ANSWER_S)
        assert rig.protocol.calls == [] and len(rig.rooms) == 1
        assert not any(is_stalled(shown.screen) for shown in rig.shown)


@MUTE
async def test_work_that_comes_to_nothing_is_no_silence_on_purpose() -> None:
    async with patient() as rig:
        await rig.to_live()
        heard(rig, "Who built this?")
        await think(rig)
        await asyncio.sleep(1)
        await answer(rig, "words")
        await asyncio.sleep(10)
        heard(rig, "And when?")
        await think(rig)
        await asyncio.sleep(ANSWER_S + 0.5)
        assert is_stalled(rig.screen) and rig.protocol.calls == [("ask", "And when?")]
        await asyncio.sleep(ANSWER_S + 1)
        assert len(rig.rooms) == 2


@MUTE
async def test_what_is_typed_is_meant_for_the_avatar_whatever_it_showed() -> None:
    async with patient() as rig:
        await rig.to_live()
        heard(rig, "Who built this?")
        await think(rig)
        await answer(rig, "words")
        await asyncio.sleep(10)
        heard(rig, "Look over there!")
        await asked(rig, "And when?")
        await asyncio.sleep(2 * ANSWER_S + 2)
        assert len(rig.rooms) == 2


async def test_words_that_the_avatar_declines_to_answer_wait_for_nothing() -> None:
    async with patient() as rig:
        await rig.to_live()
        for remark in range(3):
            rig.room.say(Caption(Speaker.VISITOR, f"v-{remark}", "Look over there", True))
            await think(rig)
            rig.room.say(AnswerDeclined())
            rig.room.say(Caption(Speaker.VISITOR, f"v-{remark}", "Look over there!", True))  # once more
            await asyncio.sleep(3 * ANSWER_S)
        assert rig.protocol.calls == [] and len(rig.rooms) == 1
        assert not any(is_stalled(shown.screen) for shown in rig.shown)


async def test_a_typed_question_that_is_declined_has_no_answer() -> None:
    async with patient() as rig:
        await rig.to_live()
        await asked(rig)
        rig.room.say(AnswerDeclined())
        await asyncio.sleep(ANSWER_S + 0.5)
        assert is_stalled(rig.screen)


# ---------------------------------------------------------------- the clock by itself


def play(questions: UnansweredQuestions, until: float, visitor: Callable[[float], bool]) -> float | None:
    """Let time pass; return when the first question went unanswered, seconds."""
    for tenth in range(round(until * 10)):
        now = tenth / 10
        if visitor(now) and round(now * 10) % 20 == 0:
            questions.spoken(f"v-{now}", "and then", final=now % 8 == 0)
        questions.look(now, heard=False, thinks=False, visitor=visitor(now))
        if questions.missed:
            return now
    return None


async def test_a_long_talk_with_short_pauses_is_not_disturbed() -> None:
    questions = UnansweredQuestions(0.0)
    assert play(questions, 60, lambda now: now % 5 < 3) is None


@pytest.mark.parametrize("speaks_s", [2, 4, 4.4])
async def test_a_visitor_who_asks_again_and_again_is_not_left_alone(speaks_s: float) -> None:
    questions = UnansweredQuestions(0.0)
    missed_at = play(questions, 60, lambda now: now % 8 < speaks_s)
    assert missed_at is not None and missed_at < 30


async def test_a_voice_without_words_does_not_hold_the_clock_for_long() -> None:
    questions = UnansweredQuestions(0.0)
    questions.spoken("v", "hello", final=True)
    missed_at = play(questions, 60, lambda now: now > 0 and round(now * 10) % 20 != 0)
    assert missed_at is not None and missed_at < 30


async def test_nothing_is_expected_of_blank_words() -> None:
    questions = UnansweredQuestions(0.0)
    questions.spoken("v", "", final=True)
    questions.spoken("v", "I would", final=False)
    assert play(questions, 60, lambda now: False) is None


async def test_a_question_between_the_join_and_the_greeting_replaces_the_older_one() -> None:
    questions = UnansweredQuestions(0.0)
    questions.asked("old")
    questions.joining()
    questions.asked("newer")  # it went to the room that is gone
    questions.note(QuestionRefused())
    assert questions.missed == 0, "so did the refusal"
    questions.joined()
    questions.look(SETTLE_S + 0.1, heard=False, thinks=False, visitor=False)
    assert questions.take_again() == "newer" and questions.take_again() is None
    questions.joining()
    questions.joined()
    questions.asked("newest")
    questions.look(20.0, heard=False, thinks=False, visitor=False)
    assert questions.take_again() is None


async def test_a_question_withdrawn_during_the_greeting_is_not_asked() -> None:
    questions = UnansweredQuestions(0.0)
    questions.asked("old")
    questions.joining()
    questions.joined()
    questions.withdrawn()
    questions.look(SETTLE_S + 0.1, heard=False, thinks=False, visitor=False)
    assert questions.take_again() is None


async def test_the_outcome_tells_whether_the_visit_had_answers() -> None:
    questions = UnansweredQuestions(0.0)
    questions.answered()  # a greeting
    assert questions.was_answered is None
    questions.asked("a")
    assert questions.was_answered is None, "it has not waited for long"
    questions.look(ANSWER_S + 0.1, heard=False, thinks=False, visitor=False)
    assert questions.was_answered is False
    questions.answered()
    assert questions.was_answered is True
    questions.asked("b")
    questions.look(30.0, heard=False, thinks=False, visitor=False)
    assert questions.was_answered is True
    questions.look(50.0, heard=False, thinks=False, visitor=False)
    assert questions.was_answered is False and questions.is_lost


async def test_words_that_were_only_heard_are_sent_before_the_room_is_given_up() -> None:
    questions = UnansweredQuestions(0.0)
    questions.asked("typed")
    questions.look(ANSWER_S + 0.1, heard=False, thinks=False, visitor=False)
    questions.withdrawn()
    assert questions.missed == 1
    questions.spoken("v", "heard", final=True)
    questions.look(2 * ANSWER_S + 0.2, heard=False, thinks=False, visitor=False)
    questions.note(AnswerDeclined())  # of a question before: this one is on its way
    assert questions.take_again() == "heard" and not questions.is_lost
    questions.look(3 * ANSWER_S + 0.3, heard=False, thinks=False, visitor=False)
    assert questions.is_lost
