"""What the guide says next: words vary, there is always an answer, and it admits what it does not know."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.character.base import Mood
from app.guide.dialog_state import DialogState
from app.guide.knowledge import load_knowledge

RESOURCES = Path(__file__).parents[3] / "resources" / "guide"
KNOWLEDGE = load_knowledge([RESOURCES], "en", place="Science Hall", help_at="the desk")


@pytest.fixture
def dialog():
    return DialogState(KNOWLEDGE, random.Random(3))


def test_it_answers_and_knows_more(dialog):
    assert "four and a half billion" in dialog.reply("how old is the moon?").text
    assert "astronauts" in dialog.reply("tell me more").text
    assert "all I know" in dialog.reply("more").text


def test_it_says_honestly_that_it_does_not_know_and_then_what_it_does_know(dialog):
    first = dialog.reply("who is the pope")
    assert first.mood is Mood.SORRY and not first.knows
    second = dialog.reply("why do fish sleep")
    assert not second.knows
    assert any(question in second.text for question in KNOWLEDGE.content.questions)
    assert first.text != second.text


def test_what_was_nearly_asked_is_offered_and_yes_takes_it(dialog):
    offer = dialog.reply("how old is Jupiter")
    assert "what Jupiter is like" in offer.text and not offer.knows
    assert "biggest planet" in dialog.reply("yes please").text
    assert "moons" in dialog.reply("more").text


def test_an_offer_is_forgotten_with_the_next_question(dialog):
    dialog.reply("how old is Jupiter")
    dialog.reply("how old is the moon")
    assert "biggest planet" not in dialog.reply("yes").text


def test_it_repeats_what_it_said_last(dialog):
    said = dialog.reply("where is the toilet").text
    assert "Science Hall" in said and "the desk" in said
    assert dialog.reply("pardon?").text == said


def test_the_same_question_gets_other_words_the_next_time(dialog):
    answers = {dialog.reply("tell me something surprising").text for _ in range(4)}
    assert len(answers) == 4


def test_the_sites_questions_are_suggested_where_it_can_answer_them():
    own = DialogState(KNOWLEDGE, random.Random(1), ["What is a comet?", "Who painted this?"])
    assert "What is a comet?" in own.reply("what can I ask you").text
    assert "What is a comet?" in own.reply("what can I ask you").text


def test_moods_fit_the_words(dialog):
    assert dialog.greeting().mood is Mood.GREETING
    assert dialog.wrap_up().mood is Mood.GOODBYE
    assert dialog.reply("goodbye").mood is Mood.GOODBYE
    assert dialog.reply("where is the toilet").mood is Mood.SORRY
    assert dialog.cannot_hear().mood is Mood.SORRY


def test_the_same_seed_says_the_same():
    questions = ["hello", "who are you", "xyz", "xyz", "surprise me"]
    a, b = DialogState(KNOWLEDGE, random.Random(5)), DialogState(KNOWLEDGE, random.Random(5))
    assert [a.reply(q) for q in questions] == [b.reply(q) for q in questions]


@given(st.lists(st.text(max_size=60), max_size=5))
def test_whatever_is_asked_it_is_never_silent(questions):
    dialog = DialogState(KNOWLEDGE, random.Random(1))
    for question in questions:
        text = dialog.reply(question).text
        assert text.strip() and "{" not in text
