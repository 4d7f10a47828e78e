"""Captions are turns of the conversation; the newest are shown."""

from app.screens import CaptionLine, Speaker
from app.window.live.turns import Turn, turns

YOU, GUIDE = Speaker.VISITOR, Speaker.AVATAR


def line(speaker: Speaker, segment: str, text: str) -> CaptionLine:
    return CaptionLine(speaker, segment, text)


def test_segments_of_one_speaker_are_one_plate():
    shown = turns([line(YOU, "1", "Why?"), line(GUIDE, "2", "Because."), line(GUIDE, "3", "It  is\nso.")], 2)
    assert shown == [Turn(YOU, "Why?"), Turn(GUIDE, "Because. It is so.")]


def test_only_the_newest_turns_stay_and_no_speaker_twice():
    lines = [line(YOU, "1", "a"), line(GUIDE, "2", "b"), line(YOU, "3", "c")]
    assert turns(lines, 2) == [Turn(GUIDE, "b"), Turn(YOU, "c")]
    assert turns(lines, 1) == [Turn(YOU, "c")]
    assert turns(lines, 0) == []


def test_blank_segments_make_no_plate():
    assert turns([line(GUIDE, "1", "b"), line(YOU, "2", "  ")], 2) == [Turn(GUIDE, "b")]
