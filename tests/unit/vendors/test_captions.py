"""Text of services, cleaned for captions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.vendors.captions import MOST, spoken


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


@given(st.text())
def test_nothing_raises_and_everything_is_bounded(text):
    assert len(spoken(text)) <= MOST


def test_a_very_long_segment_is_bounded():
    assert len(spoken("word " * 5000)) <= MOST
