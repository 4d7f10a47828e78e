"""The guide finds what was asked, finds nothing for what it does not know, and names mistakes in a file of staff."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.guide.knowledge import BadGuideContent, Knowledge, load_knowledge, read_content
from app.guide.matching import Matcher, plain_words

RESOURCES = Path(__file__).parents[3] / "resources" / "guide"


@pytest.fixture(scope="module")
def knowledge():
    return load_knowledge([RESOURCES], "en")


ASKED = {
    "How old is the Moon?": "how old is the moon",
    "could you tell me how old the moon really is please": "how old is the moon",
    "um hi, what's the age of the moon": "how old is the moon",
    "why's the sky blue?": "why is the sky blue",
    "what is a blak hole": "what is a black hole",
    "Tell me about black holes!": "what is a black hole",
    "who was first on the moon": "who was the first person on the moon",
    "is there any life out there in space": "are there aliens",
    "what's your name": "who are you",
    "goodbye Ollo": "goodbye",
    "where's the loo": "where is the toilet",
    "how do I get to the restroom": "where is the toilet",
    "When do you close today?": "when do you open",
    "What can I see here?": "what can i see here",  # the three suggestions of a site without its own
    "Tell me something surprising.": "tell me something surprising",
    "What do visitors ask most?": "what can i ask you",
    "how many planets are in the solar system": "how many planets are there",
    "hey how are you doing today": "how are you",
    "are you a real person": "are you a person",
    "can you help me find my daughter": "help",
    "I didn't understand": "say that again",
    "tell me more about that": "tell me more",
    "PLUTO???": "is pluto a planet",
}


@pytest.mark.parametrize("question", ASKED)
def test_a_question_is_found_in_other_words_too(knowledge, question):
    found = knowledge.find(question)
    assert found is not None and found.is_sure
    assert found.topic.ask[0] == ASKED[question]


@pytest.mark.parametrize(
    "question",
    [
        "how old is the pope", "what is the capital of France", "who won the football game", "how do plants grow",
        "what is two plus two", "who is the president", "where is the dinosaur", "how old is mars",
        "how many moons does saturn have", "who painted the mona lisa", "what is dark matter", "why is the grass green",
        "how much does the moon weigh", "who is Stephen Hawking", "why is the sea salty", "asdfgh", "", "???", "the",
        "what colour is mars' sky", "how long is a day on saturn", "can I take my dog inside", "do fish sleep",
    ],
)  # fmt: skip
def test_what_it_does_not_know_is_never_answered(knowledge, question):
    found = knowledge.find(question)
    assert found is None or not found.is_sure


def test_every_phrasing_of_the_file_finds_its_own_topic(knowledge):
    for topic in knowledge.content.topic:
        for phrasing in topic.ask:
            found = knowledge.find(phrasing)
            assert found is not None and found.is_sure, phrasing
            assert found.topic is topic, f"{phrasing!r} finds {found.topic.ask[0]!r}"


def test_the_guides_own_suggestions_are_questions_that_it_can_answer(knowledge):
    for question in knowledge.content.questions:
        assert knowledge.find(question).is_sure


def test_what_it_says_is_short_enough_to_be_listened_to(knowledge):
    for topic in knowledge.content.topic:
        for line in [*topic.say, *topic.more]:
            assert len(line) <= 220, line
            assert line == line.strip() and line[-1] in ".!?}", line


def test_the_sites_own_words_are_put_in():
    knowledge = load_knowledge([RESOURCES], "en", place="Science Hall", help_at="the information desk")
    line = knowledge.find("where is the toilet").topic.say[0]
    assert "Science Hall" in knowledge.fill(line)
    assert "the information desk" in knowledge.fill(line)
    assert "{" not in knowledge.fill(line)


def write(folder, change, name="en.toml"):
    folder.mkdir(exist_ok=True)
    text = (RESOURCES / "en.toml").read_text("utf-8")
    old, new = change
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), "utf-8")
    return folder / name


MISTAKES = {
    "name: missing": ('name = "Ollo"', 'nam = "Ollo"'),
    r"greeting\[0\]: \{nme\} means nothing, allowed: \{name\}": ("{name}, a talking", "{nme}, a talking"),
    r"greeting\[0\]: a brace without its partner": ("{name}, a talking", "{name, a talking"),
    r"topic\[\d+\].abuot: unknown, nearest known: about": ('about = "who I am"', 'abuot = "who I am"'),
    r"words.sane: unknown, nearest known: same": ("\nsame = [", "\nsane = ["),
    r"greeting\[0\]: not text": ("greeting = [", "greeting = [5,"),
    r"topic\[0\].say\[0\]: empty": ('say = ["That is all', 'say = [" ", "That is all'),
    r"topic\[0\].mood: not one of its values": ('does = "more"', 'does = "more"\nmood = "angry"'),
    "at line": ('name = "Ollo"', "name = "),
}


@pytest.mark.parametrize("line", MISTAKES)
def test_a_mistake_is_one_line_that_names_the_place(tmp_path, line):
    path = write(tmp_path, MISTAKES[line])
    with pytest.raises(BadGuideContent) as raised:
        read_content(path)
    text = str(raised.value)
    assert text.startswith(f"{path}: ") and "\n" not in text
    assert re.search(line, text), text


def test_an_empty_list_is_a_mistake(tmp_path):
    text = (RESOURCES / "en.toml").read_text("utf-8")
    path = tmp_path / "en.toml"
    path.write_text(re.sub(r"(?s)wrap_up = \[.*?\n\]", "wrap_up = []", text, count=1), "utf-8")
    with pytest.raises(BadGuideContent, match="wrap_up: too few entries, allowed: at least 1"):
        read_content(path)


@pytest.mark.expect_log("a file for the guide cannot be used")
def test_a_bad_file_is_passed_over_for_the_one_that_comes_with_the_program(tmp_path, caplog):
    write(tmp_path, ('name = "Ollo"', "name = 3"))
    knowledge = load_knowledge([tmp_path, RESOURCES], "en")
    assert knowledge.content.name == "Ollo"
    assert "name: not text" in caplog.records[0].fault


def test_the_sites_own_file_comes_first(tmp_path):
    write(tmp_path, ('name = "Ollo"', 'name = "Umber"'))
    assert load_knowledge([tmp_path, RESOURCES], "en").content.name == "Umber"


def test_another_language_is_used_where_there_is_a_file_else_english(tmp_path):
    write(tmp_path, ('name = "Ollo"', 'name = "Tilo"'), "de.toml")
    german = load_knowledge([tmp_path, RESOURCES], "de-AT")
    assert (german.content.name, german.language) == ("Tilo", "de")
    assert load_knowledge([tmp_path, RESOURCES], "fr").language == "en"


def test_no_file_at_all_is_told(tmp_path):
    with pytest.raises(BadGuideContent):
        load_knowledge([tmp_path], "en")


def test_words_are_plain():
    assert plain_words("What's the ÄGE of  Café_X? isn't it") == [
        "what",
        "s",
        "the",
        "age",
        "of",
        "cafe",
        "x",
        "is",
        "not",
        "it",
    ]


def test_rare_words_count_more_than_common_ones():
    matcher = Matcher([["red car"], ["red house"], ["red boat"]])
    assert matcher.nearest("house").topic == 1
    assert matcher.nearest("house").score > matcher.nearest("red").score
    assert matcher.nearest("zebra") is None
    assert Matcher([]).nearest("anything") is None


def test_a_very_long_question_is_no_burden(knowledge):
    drowned = knowledge.find("blah " * 2000 + "moon")
    assert drowned is None or not drowned.is_sure
    assert knowledge.find("x" * 100_000) is None


def test_the_knowledge_can_be_made_of_a_book_alone(knowledge):
    assert Knowledge(knowledge.content).find("how old is the moon").is_sure
