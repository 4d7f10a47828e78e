"""The site's answers as plain text: its own file first, a new state for each visit, only suggestions it can answer."""

from __future__ import annotations

import random
from pathlib import Path

from app.guide.answers import SiteAnswers
from app.resources import resource

OWN = """
name = "Ada"
place = "a house"
help = "the desk"
greeting = ["Hello."]
wrap_up = ["Goodbye from {place}."]
unknown = ["No idea."]
suggest = ["Ask me: {question}"]
nearly = ["I could tell you {about}."]
cannot_hear = ["Please type."]
questions = ["Where are the otters?"]
[[topic]]
ask = ["where are the otters"]
say = ["Ask at {help}."]
more = ["They sleep."]
[[topic]]
ask = ["tell me more"]
say = ["That is all."]
does = "more"
"""


def answers(folder: Path, **more) -> SiteAnswers:
    (folder / "en.toml").write_text(OWN)
    return SiteAnswers((folder, resource("guide")), chance=random.Random(1), **more)


def test_the_sites_own_file_answers_with_the_sites_own_words(tmp_path: Path) -> None:
    talk = answers(tmp_path, place="the aquarium", help_at="the ticket desk")("en")
    assert talk.reply("Where are the otters?") == "Ask at the ticket desk."
    assert talk.reply("xyzzy") == "No idea."
    assert talk.wrap_up() == "Goodbye from the aquarium."


def test_each_visit_begins_without_the_memory_of_the_last(tmp_path: Path) -> None:
    site = answers(tmp_path)
    first = site("en")
    first.reply("Where are the otters?")
    assert first.reply("tell me more") == "They sleep."
    assert site("en").reply("tell me more") == "That is all."


def test_suggestions_are_the_sites_own_else_what_its_file_answers_in_that_language(tmp_path: Path) -> None:
    assert answers(tmp_path).questions("en") == ("Where are the otters?",)
    assert answers(tmp_path).questions("en-GB") == ("Where are the otters?",)
    assert answers(tmp_path).questions("de") == ()
    assert answers(tmp_path, questions=["Why?"]).questions("de") == ("Why?",)


def test_the_programs_own_file_answers_where_the_site_has_none(tmp_path: Path) -> None:
    site = SiteAnswers((tmp_path / "absent", resource("guide")), chance=random.Random(1))
    assert "four and a half billion" in site("en").reply("How old is the Moon?")
