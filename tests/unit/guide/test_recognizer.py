"""Speech recognition: what is said into a microphone becomes words, and no thread or model is left behind."""

from __future__ import annotations

import asyncio
import threading

import numpy as np
import pytest

from app.guide import recognizer as module
from app.guide.recognizer import MoonshineRecognizer, can_hear, open_recognizer
from app.guide.voice import HibariVoice
from tests.fakes.audio import FakeMicrophone

pytestmark = pytest.mark.real_time

QUIET = 96_000  # samples after the question


@pytest.fixture
def recognizer(ears_model):
    recognizer = MoonshineRecognizer()
    yield recognizer
    recognizer.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("guide-recognizer")]


@pytest.fixture(scope="module")
def question():
    voice = HibariVoice()
    sound = voice._make("How old is the Moon?").sound
    voice.close()
    return np.concatenate([np.zeros(24_000, np.int16), sound, np.zeros(QUIET, np.int16)])


@pytest.mark.asyncio
async def test_a_spoken_question_is_written_down_first_in_part_then_for_good(recognizer, question):
    microphone, heard = FakeMicrophone(), []
    begun, done = asyncio.Event(), asyncio.Event()

    def hear(each):
        heard.append(each)
        (done if each.final else begun).set()

    listening = asyncio.create_task(recognizer.listen(microphone.frames(), hear))
    async with asyncio.timeout(30):
        for begin in range(0, len(question), 4800):
            if begin >= len(question) - QUIET:
                await begun.wait()
            microphone.feed(question[begin : begin + 4800])
            await asyncio.sleep(0.1)  # as it is spoken
        await done.wait()
    await microphone.close()
    await listening
    assert "how old is the moon" in heard[-1].text.lower()
    assert any(not each.final for each in heard)
    assert len({each.line for each in heard}) == 1


@pytest.mark.asyncio
async def test_what_was_said_last_is_not_lost_when_the_microphone_closes(recognizer, question):
    microphone, heard = FakeMicrophone(), []
    microphone.feed(question[:-80_000])
    listening = asyncio.create_task(recognizer.listen(microphone.frames(), heard.append))
    await asyncio.sleep(0.1)
    await microphone.close()
    async with asyncio.timeout(30):
        await listening
    assert heard and "moon" in heard[-1].text.lower()


@pytest.mark.asyncio
async def test_cancelled_in_the_middle_nothing_runs_on(recognizer, question):
    microphone = FakeMicrophone()
    listening = asyncio.create_task(recognizer.listen(microphone.frames(), lambda heard: None))
    microphone.feed(question)
    await asyncio.sleep(0.3)
    listening.cancel()
    await asyncio.wait({listening})
    assert [t for t in asyncio.all_tasks() if t.get_name().startswith("guide")] == []


@pytest.mark.asyncio
async def test_silence_is_no_words(recognizer):
    microphone, heard = FakeMicrophone(), []
    microphone.feed(np.zeros(96_000, np.int16))
    listening = asyncio.create_task(recognizer.listen(microphone.frames(), heard.append))
    await asyncio.sleep(0.1)
    await microphone.close()
    async with asyncio.timeout(30):
        await listening
    assert heard == []


@pytest.mark.expect_log("the guide cannot hear")
@pytest.mark.asyncio
async def test_a_model_that_cannot_be_loaded_is_told_and_ends_the_listening(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "moonshine_voice", None)
    deaf, microphone = MoonshineRecognizer(), FakeMicrophone()
    async with asyncio.timeout(10):
        await deaf.listen(microphone.frames(), lambda heard: None)
    deaf.close()
    deaf.close()


def test_there_are_no_ears_without_the_extra_or_for_another_language(monkeypatch):
    assert not can_hear("de")
    monkeypatch.setattr(module, "_PACKAGE", "no_such_package_here")
    assert not can_hear("en") and open_recognizer("en") is None


def test_a_slow_machine_loses_the_oldest_sound_and_not_its_memory():
    async def run():
        inbox = module._Inbox()

        async def frames():
            for number in range(30 * 100):
                yield np.full(480, number % 30_000, np.int16)

        await inbox.collect(frames())
        return await inbox.take(), await inbox.take()

    sound, after = asyncio.run(run())
    assert len(sound) <= 20 * 48_000
    assert sound[-1] == 30 * 100 - 1
    assert after is None


class RecordingModel:
    """A model and its stream; keeps the sound that it gets."""

    def __init__(self):
        self.heard = []

    def create_stream(self, update_interval):
        return self

    def add_listener(self, listener):
        pass

    def start(self):
        pass

    def add_audio(self, sound, rate):
        assert rate == 16_000
        self.heard += sound


def heard_by_a_model(sound, piece):
    model = RecordingModel()
    stream = module._Stream(model)
    for begin in range(0, len(sound), piece):
        assert stream.add(sound[begin : begin + piece]) == []
    return np.array(model.heard)


def test_the_sound_for_the_model_has_its_rate_and_no_seam():
    t = np.arange(48_000)
    tone = (8000 * np.sin(2 * np.pi * 440 * t / 48_000)).astype(np.int16)
    whole = heard_by_a_model(tone, 48_000)
    assert len(whole) == 16_000
    assert np.allclose(whole, heard_by_a_model(tone, 1111), atol=1e-5)
    assert np.abs(whole[200:-200]).max() == pytest.approx(8000 / 32768, rel=0.02)
    high = heard_by_a_model((8000 * np.sin(2 * np.pi * 11_000 * t / 48_000)).astype(np.int16), 48_000)
    assert np.abs(high[200:-200]).max() < 0.02
