"""A question that was typed is shown once, also where the service sends it back as the visitor's words."""

from __future__ import annotations

import pytest

from app.screens import Speaker
from app.visit.transcript import KEPT, Transcript

VISITOR, AVATAR = Speaker.VISITOR, Speaker.AVATAR


def lines(transcript: Transcript) -> list[str]:
    return [line.text for line in transcript.newest()]


@pytest.mark.parametrize(
    "echo",
    [
        [("Where is the cafe?", True)],
        [("Where is the cafe?", False), ("Where is the cafe?", True)],
        [("Where", False), ("where is the", False), ("where is the cafe", False), ("Where is the cafe.", True)],
        [("WHERE IS THE CAFE", True), ("where is the cafe", True)],
    ],
)
def test_what_comes_back_is_not_shown_again_in_pieces_or_whole(echo: list[tuple[str, bool]]) -> None:
    transcript = Transcript()
    transcript.typed("Where is the cafe?")
    assert [transcript.add(VISITOR, "turn-2", text, final) for text, final in echo] == [False] * len(echo)
    transcript.add(AVATAR, "a", "On your left.", True)
    assert lines(transcript) == ["Where is the cafe?", "On your left."]


def test_it_may_come_back_after_the_answer_and_after_the_next_question() -> None:
    transcript = Transcript()
    transcript.typed("Where is the cafe?")
    transcript.add(AVATAR, "a", "On your left.", True)
    transcript.typed("And the exit?")
    for segment, text in (("turn-2", "Where is the cafe?"), ("turn-3", "And the exit?")):
        transcript.add(VISITOR, segment, text, False)
        transcript.add(VISITOR, segment, text, True)
    assert lines(transcript) == ["Where is the cafe?", "On your left.", "And the exit?"]


def test_the_same_words_said_later_are_shown() -> None:
    transcript = Transcript()
    transcript.typed("Where is the cafe?")
    transcript.add(VISITOR, "turn-2", "Where is the cafe?", True)
    transcript.add(AVATAR, "a", "On your left.", True)
    transcript.add(VISITOR, "turn-4", "Where is", False)
    transcript.add(VISITOR, "turn-4", "Where is the cafe now?", True)
    assert lines(transcript) == ["Where is the cafe?", "On your left.", "Where is the cafe now?"]


def test_other_words_that_begin_like_it_are_shown_as_soon_as_they_differ() -> None:
    transcript = Transcript()
    transcript.typed("Where is the cafe?")
    assert not transcript.add(VISITOR, "turn-2", "Where is", False)
    assert transcript.add(VISITOR, "turn-2", "Where is the exit?", False)
    assert transcript.add(VISITOR, "turn-3", "Where?", True)
    assert lines(transcript) == ["Where is the cafe?", "Where is the exit?", "Where?"]


def test_signs_alone_are_shown_as_they_are() -> None:
    transcript = Transcript()
    transcript.typed("??")
    assert transcript.add(VISITOR, "turn-2", "!", True)


def test_only_the_newest_questions_are_remembered() -> None:
    transcript = Transcript()
    for number in range(KEPT + 1):
        transcript.typed(f"question {number}")
    assert transcript.add(VISITOR, "turn-1", "question 0", True)
    assert not transcript.add(VISITOR, "turn-2", "question 1", True)
