"""The voice is real speech: it can be recognised; sentences come one by one, and making them can be stopped."""

from __future__ import annotations

import asyncio
import re
import threading
from difflib import SequenceMatcher

import numpy as np
import pytest

from app.audio.base import FRAME, RATE
from app.audio.resample import Resampler
from app.character.mouth import MOUTHS
from app.guide.voice import HibariVoice, SilentVoice, sentences, silent

pytestmark = pytest.mark.real_time  # a worker thread does not wait for a jumping clock


@pytest.fixture(scope="module")
def voice():
    voice = HibariVoice()
    yield voice
    voice.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("guide-voice")]


async def spoken_by(voice, text):
    return [spoken async for spoken in voice.speak(text)]


def test_a_text_is_cut_at_its_sentences():
    text = 'Hello there! "How are you?" I asked Dr. Smith and J. K. Rowling.  It cost 3.50, today… Yes'
    assert sentences(text) == [
        "Hello there!", '"How are you?', "I asked Dr. Smith and J. K. Rowling.", "It cost 3.50, today…", "Yes",
    ]  # fmt: skip
    assert sentences("  \n ") == []


@pytest.mark.asyncio
async def test_a_sentence_comes_as_sound_shapes_and_words(voice):
    (spoken,) = await spoken_by(voice, "The museum opened in 1905, and it holds twelve things.")
    assert spoken.sound.dtype == np.int16 and len(spoken.sound) % FRAME == 0
    assert 3 < spoken.length_s < 6
    assert "".join(piece for _, piece in spoken.words) == spoken.text
    times = [at for at, _ in spoken.words]
    assert times == sorted(times) and times[-1] < spoken.length_s
    assert {name for _, weights in spoken.shapes for name in weights} <= set(MOUTHS)
    assert any(weights.get("PP", 0) > 0.5 for _, weights in spoken.shapes)  # the p of "opened"


@pytest.mark.asyncio
async def test_every_sentence_is_about_as_loud_as_the_next_and_none_is_clipped(voice):
    loud = []
    for spoken in await spoken_by(voice, "Hello! I am Ollo. Goodbye, and look up tonight. What is that?"):
        hops = spoken.sound.astype(float).reshape(-1, FRAME)
        loud.append(np.percentile(np.sqrt((hops**2).mean(axis=1)), 90))
        assert np.abs(spoken.sound).max() < 32000
    assert max(loud) / min(loud) < 1.7


@pytest.mark.asyncio
async def test_nothing_of_the_images_of_24_khz_is_left_at_48_khz(voice):
    (spoken,) = await spoken_by(voice, "She sells sea shells by the sea shore.")
    spectrum = np.abs(np.fft.rfft(spoken.sound.astype(float)))
    frequency = np.fft.rfftfreq(len(spoken.sound), 1 / RATE)
    assert spectrum[frequency > 13_500].max() < 0.003 * spectrum.max()


@pytest.mark.asyncio
async def test_the_same_sentence_always_sounds_the_same(voice):
    first, second = await spoken_by(voice, "Hello there."), await spoken_by(voice, "Hello there.")
    assert np.array_equal(first[0].sound, second[0].sound)


@pytest.mark.asyncio
async def test_given_up_between_sentences_no_more_is_made(voice, monkeypatch):
    made = []
    real = voice._make
    monkeypatch.setattr(voice, "_make", lambda sentence: made.append(sentence) or real(sentence))
    speech = voice.speak("One. Two. Three. Four.")
    await anext(speech)
    await speech.aclose()
    await asyncio.sleep(0.2)
    assert made == ["One."]


@pytest.mark.asyncio
async def test_what_cannot_be_said_is_silent_but_not_skipped(voice):
    (spoken,) = await spoken_by(voice, "你好")
    assert not spoken.sound.any() or spoken.length_s > 0
    assert spoken.text == "你好"


@pytest.mark.expect_log("the guide cannot speak")
@pytest.mark.asyncio
async def test_without_a_model_it_speaks_silently_and_says_so_once(monkeypatch, caplog):
    broken = HibariVoice()
    monkeypatch.setitem(__import__("sys").modules, "hibari", None)
    said = await spoken_by(broken, "Hello there. How are you?")
    broken.close()
    assert [s.text for s in said] == ["Hello there.", "How are you?"]
    assert all(s.length_s > 0.5 and not s.sound.any() for s in said)
    assert len(caplog.records) == 1


@pytest.mark.asyncio
async def test_a_language_without_a_voice_moves_the_mouth_and_shows_words():
    (spoken,) = await spoken_by(SilentVoice(), "Guten Tag, wie geht es Ihnen?")
    assert 1 < spoken.length_s < 4
    assert len(spoken.words) == 6
    assert {name for _, weights in spoken.shapes for name in weights} - {"sil"}
    assert silent("a").length_s > 0


@pytest.mark.asyncio
async def test_what_it_says_can_be_written_down_again(voice, ears_model):
    text = "The Moon goes around the Earth once a month. It always shows us the same side."
    sound = np.concatenate([spoken.sound for spoken in await spoken_by(voice, text)])
    letters = [re.sub(r"\W", "", each.lower()) for each in (text, ears_model(sound))]
    assert SequenceMatcher(None, *letters).ratio() > 0.9, letters


def test_the_resampling_keeps_the_level():
    tone = np.sin(np.arange(2400) * 2 * np.pi * 1000 / 24_000).astype(np.float32)
    doubled = Resampler(24_000, RATE).feed(tone)
    assert len(doubled) == 4800
    assert np.abs(doubled[200:-200]).max() == pytest.approx(1.0, abs=0.01)
