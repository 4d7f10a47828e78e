"""The facts in the staff panel: what staff need, in plain words, in every language."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.audio.base import DeviceState
from app.screens import EndReason, UnavailableReason
from app.vitals import AudioVitals, Vitals
from app.window.staff.facts import facts
from tests.window.literals import LANGUAGES
from tests.window.staff_gallery import busy_vitals


def test_facts_say_what_staff_need_and_no_more(texts):
    vitals = replace(busy_vitals(), last_end=EndReason.HARD_LIMIT, unconfirmed=2)
    told = dict(facts(vitals, texts))
    assert told["Version"] == "1.0.0"
    assert told["Running for"] == "2 d 7:33"
    assert told["Picture"] == "raster · 720x1280 · 30/s"
    assert told["Microphone"] == "on"
    assert told["Last visit ended"] == "the time was over (hard_limit)"
    assert told["Open sessions"] == "1 (+2?)"
    assert told["Trouble"] == "the picture is painted without the graphics card"
    assert told["Messages"].startswith("Tavus says: 402")


def test_every_note_has_a_row_and_the_label_stands_once(texts):
    vitals = Vitals()
    assert facts(vitals, texts)[-1] == ("Messages", "none")
    vitals.staff_notes.report("service", "The key was revoked.")
    assert facts(vitals, texts)[-1] == ("Messages", "The key was revoked.")
    vitals.staff_notes.report("journal", "The disk is full.")
    vitals.staff_notes.report("session 7", "The disk is full.")
    assert facts(vitals, texts)[-2:] == [("Messages", "The key was revoked."), ("", "The disk is full.")]


@pytest.mark.parametrize("value", [*EndReason, *UnavailableReason, *DeviceState])
def test_every_word_of_the_status_page_is_said_in_plain_words(texts, value):
    audio = AudioVitals(microphone=value) if isinstance(value, DeviceState) else None
    end = value if isinstance(value, EndReason) else None
    why = value if isinstance(value, UnavailableReason) else None
    for language in LANGUAGES:
        texts.use(language)
        told = [text for _, text in facts(Vitals(audio=audio, last_end=end, unavailable=why), texts)]
        assert audio or any(text.endswith(f" ({value})") for text in told)
        assert not audio or told[5] == texts(f"word.{value}")


def test_facts_of_a_kiosk_that_has_just_begun(texts):
    told = dict(facts(Vitals(), texts))
    assert told["Running for"] == "0:00"
    assert told["Microphone"] == "off"
    assert told["Trouble"] == told["Messages"] == "none"
