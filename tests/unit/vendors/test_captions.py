"""Text of services, cleaned for captions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.vendors.captions import MOST, spoken, unpacked


@pytest.mark.parametrize(
    "text",
    [
        "[BLANK_AUDIO]",
        "(silence)",
        "[music]",
        " [Music]  (laughter) ",
        "*coughs*",
        "♪ ♪",
        "",
        "  ",
        "...",
        "<|nospeech|>",
    ],
)
def test_recogniser_artefacts_are_no_words(text):
    assert spoken(text) == ""


def test_words_beside_an_artefact_stay():
    assert spoken("[BLANK_AUDIO] where is the\n whale? (noise)") == "where is the whale?"


@pytest.mark.parametrize("text", ["Où est la baleine ?", "鯨はどこですか", "أين الحوت؟", "42"])
def test_every_script_counts_as_words(text):
    assert spoken(text) == text


def test_json_lines_become_their_text():
    raw = '{"text": "Hello ", "start_time": 0.1}\n{"text": "there", "end_time": 0.4}\n'
    assert unpacked(raw, closed=False) == "Hello there"


def test_a_line_that_is_not_complete_yet_is_left_out():
    assert unpacked('{"text": "Hello "}\n{"text": "th', closed=False) == "Hello"
    assert unpacked('{"text": "Hel', closed=False) == ""


def test_a_sentence_may_begin_with_a_brace():
    assert unpacked("{sic} it says", closed=True) == "{sic} it says"


@given(st.text(), st.booleans())
def test_nothing_raises_and_everything_is_bounded(text, closed):
    assert len(unpacked(text, closed)) <= MOST
    assert len(spoken(text)) <= MOST


def test_a_very_long_segment_is_bounded():
    assert len(unpacked("word " * 5000, closed=True)) == MOST
    assert len(spoken("word " * 5000)) <= MOST
