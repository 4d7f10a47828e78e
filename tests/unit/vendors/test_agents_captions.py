"""Text of an agent's stream, plain or as lines of JSON, put together piece by piece (docs/vendors/livekit.md 4.4)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.vendors import agents_captions
from app.vendors.agents_captions import StreamText
from app.vendors.captions import MOST


def text_of(*pieces: str, closed: bool = False) -> str:
    stream = StreamText()
    for piece in pieces:
        stream.add(piece)
    return stream.text(closed)


def test_json_lines_become_their_text():
    raw = '{"text": "Hello ", "start_time": 0.1}\n{"text": "there", "end_time": 0.4}\n'
    assert text_of(raw) == "Hello there"
    assert text_of(*raw) == "Hello there"  # letter by letter
    assert text_of(*raw.replace("\n", "")) == "Hello there"  # without ends of lines


def test_a_line_that_is_not_complete_yet_is_left_out():
    assert text_of('{"text": "Hello "}\n{"text": "th') == "Hello"
    assert text_of('{"text": "Hel') == ""


def test_the_last_line_needs_no_end():
    assert text_of('{"text": "Hello "}\n{"text": "there"}', closed=True) == "Hello there"


def test_a_line_that_cannot_be_read_is_left_out_and_the_next_one_counts():
    assert text_of('{"text": "Hello "}\n{"text": \n[1\n{"text": 1}\n"there"\n{"text": "there"}\n') == "Hello there"


def test_a_line_without_an_end_is_given_up():
    endless = '{"text": "' + "x" * 9000
    assert text_of('{"text": "Hello "}\n', endless, "x\n", '{"text": "there"}\n') == "Hello there"


@pytest.mark.parametrize("text", ["{sic} it says", '{"text": 1}', "{" + "[" * 5000])
def test_a_sentence_may_begin_with_a_brace(text):
    assert text_of(text, closed=True) == text[:MOST]
    assert text_of(text, closed=False) == ""  # it may still become one
    assert text_of(text + "\nmore", closed=False) == (text + "\nmore")[:MOST]


def test_each_line_is_read_once(monkeypatch):
    """Reading the stream from its beginning at each piece took 19 s of processor for 4,000 pieces."""
    read = []

    class Counting(json.JSONDecoder):
        def raw_decode(self, s, idx=0):
            read.append(len(s))
            return super().raw_decode(s, idx)

    monkeypatch.setattr(agents_captions, "_DECODER", Counting())
    stream = StreamText()
    for number in range(4000):
        stream.add(json.dumps({"text": "la ", "start_time": number * 0.2}) + "\n")
        assert stream.text(closed=False)
    assert len(read) == 4000 and max(read) < 60


@given(st.lists(st.text() | st.sampled_from(['{"text": "a"}\n', '{"text":', "{", "\n", '"b"}'])), st.booleans())
def test_nothing_raises_and_everything_is_bounded(pieces, closed):
    assert len(text_of(*pieces, closed=closed)) <= MOST


def test_a_very_long_segment_is_bounded():
    assert len(text_of("word " * 5000, closed=True)) == MOST
    assert len(text_of('{"text": "word "}\n' * 5000, closed=True)) == MOST - 1  # a space at its end
