"""Words of the visitor that come once more after their answer are told from a new question."""

from __future__ import annotations

from app.visit.answered_words import AnsweredWords


def test_final_words_that_were_answered_are_never_new_again() -> None:
    words = AnsweredWords()
    assert not words.take("v", "I would", final=True)
    assert not words.take("v", "I would like to know", final=True), "nobody has answered yet"
    words.answered()
    assert words.take("v", "I would like to know", final=True)
    assert words.take("v", "I'd like to know", final=True), "corrected"
    assert not words.take("w", "I would like to know", final=True)


def test_words_that_grew_so_far_were_answered_as_far_as_that() -> None:
    words = AnsweredWords()
    words.take("v", "Who built", final=False)
    words.answered()
    assert words.take("v", "who built?", final=True)
    assert not words.take("v", "Who built this", final=False)
    words.answered()
    words.answered()
    assert words.take("v", "Who built this?", final=True)


def test_only_the_newest_segments_are_kept_and_none_beyond_the_room() -> None:
    words = AnsweredWords()
    words.take("old", "a", final=True)
    for number in range(6):
        words.take(f"{number}", "a", final=True)
    words.answered()
    assert not words.take("old", "a", final=True)
    assert words.take("5", "a", final=True)
    words.forget()
    assert not words.take("5", "a", final=True)
