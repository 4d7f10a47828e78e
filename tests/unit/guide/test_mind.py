"""The guide's side of a talk: varied, honest, never silent."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.character.base import Mood
from app.guide.knowledge import load_knowledge
from app.guide.mind import Mind

RESOURCES = Path(__file__).parents[3] / "resources" / "guide"
KNOWLEDGE = load_knowledge([RESOURCES], "en", place="Science Hall", help_at="the desk")


@pytest.fixture
def mind():
    return Mind(KNOWLEDGE, random.Random(3))


def test_it_answers_and_knows_more(mind):
    assert "four and a half billion" in mind.reply("how old is the moon?").text
    assert "astronauts" in mind.reply("tell me more").text
    assert "all I know" in mind.reply("more").text


def test_it_says_honestly_that_it_does_not_know_and_then_what_it_does_know(mind):
    first = mind.reply("who is the pope")
    assert first.mood is Mood.SORRY and not first.knows
    second = mind.reply("why do fish sleep")
    assert not second.knows
    assert any(question in second.text for question in KNOWLEDGE.book.questions)
    assert first.text != second.text


def test_what_was_nearly_asked_is_offered_and_yes_takes_it(mind):
    offer = mind.reply("how old is Jupiter")
    assert "what Jupiter is like" in offer.text and not offer.knows
    assert "biggest planet" in mind.reply("yes please").text
    assert "moons" in mind.reply("more").text


def test_an_offer_is_forgotten_with_the_next_question(mind):
    mind.reply("how old is Jupiter")
    mind.reply("how old is the moon")
    assert "biggest planet" not in mind.reply("yes").text


def test_it_repeats_what_it_said_last(mind):
    said = mind.reply("where is the toilet").text
    assert "Science Hall" in said and "the desk" in said
    assert mind.reply("pardon?").text == said


def test_the_same_question_gets_other_words_the_next_time(mind):
    answers = {mind.reply("tell me something surprising").text for _ in range(4)}
    assert len(answers) == 4


def test_the_sites_questions_are_suggested_where_it_can_answer_them():
    own = Mind(KNOWLEDGE, random.Random(1), ["What is a comet?", "Who painted this?"])
    assert "What is a comet?" in own.reply("what can I ask you").text
    assert "What is a comet?" in own.reply("what can I ask you").text


def test_moods_fit_the_words(mind):
    assert mind.greeting().mood is Mood.GREETING
    assert mind.wrap_up().mood is Mood.GOODBYE
    assert mind.reply("goodbye").mood is Mood.GOODBYE
    assert mind.reply("where is the toilet").mood is Mood.SORRY
    assert mind.cannot_hear().mood is Mood.SORRY


def test_the_same_seed_says_the_same():
    questions = ["hello", "who are you", "xyz", "xyz", "surprise me"]
    a, b = Mind(KNOWLEDGE, random.Random(5)), Mind(KNOWLEDGE, random.Random(5))
    assert [a.reply(q) for q in questions] == [b.reply(q) for q in questions]


@given(st.lists(st.text(max_size=60), max_size=5))
def test_whatever_is_asked_it_is_never_silent(questions):
    mind = Mind(KNOWLEDGE, random.Random(1))
    for question in questions:
        text = mind.reply(question).text
        assert text.strip() and "{" not in text
