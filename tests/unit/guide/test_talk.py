"""A conversation of the guide in virtual time: it greets, thinks, answers, and stops speaking when it should."""

from __future__ import annotations

import asyncio
import contextlib
import random
from pathlib import Path

import pytest

from app.character.base import Mood
from app.guide.dialog_state import DialogState
from app.guide.knowledge import load_knowledge
from app.guide.talk import AgentState, GuideTalk
from app.guide.voice import SilentVoice

KNOWLEDGE = load_knowledge([Path(__file__).parents[3] / "resources" / "guide"], "en")
MOON = "how old is the moon"


class RecordingScene:
    """Records what is shown, and "plays" sentences in the loop's time."""

    def __init__(self):
        self.entered = []
        self.said = []
        self.cut = 0
        self.playing = False

    def enter(self, state, mood):
        self.entered.append((state, mood))

    async def say(self, speech):
        self.playing = True
        self.said.append("")
        try:
            async for spoken in speech:
                self.said[-1] += (" " if self.said[-1] else "") + spoken.text
                await asyncio.sleep(spoken.length_s)
        except asyncio.CancelledError:
            self.cut += 1
            raise
        finally:
            self.playing = False

    @property
    def state(self):
        return self.entered[-1][0]

    @property
    def mood(self):
        return self.entered[-1][1]

    async def until(self, condition):
        async with asyncio.timeout(60):
            while not condition():  # noqa: ASYNC110  # reason: the clock jumps
                await asyncio.sleep(0.05)


class RunningTalk:
    """A running talk with its scene."""

    def __init__(self, *, recognizes_speech=True, voice=None):
        self.scene = RecordingScene()
        loop = asyncio.get_running_loop()
        dialog = DialogState(KNOWLEDGE, random.Random(1))
        self.talk = GuideTalk(
            dialog, voice or SilentVoice(), self.scene, random.Random(1), loop.time, recognizes_speech=recognizes_speech
        )
        self.task = loop.create_task(self.talk.run())

    async def listening(self):
        await self.scene.until(lambda: self.scene.said and not self.scene.playing and self.scene.mood is Mood.LISTENING)

    async def speaking(self, part=""):
        await self.scene.until(lambda: self.scene.playing and part in self.scene.said[-1])

    async def speak_into(self, seconds):
        """Let the visitor's voice be heard for so long."""
        for _ in range(int(seconds / 0.05)):
            self.talk.visitor_speaks(True)
            await asyncio.sleep(0.05)
        self.talk.visitor_speaks(False)


@contextlib.asynccontextmanager
async def a_talk(**options):
    stand = RunningTalk(**options)
    try:
        yield stand
    finally:
        stand.task.cancel()
        await asyncio.wait({stand.task})
        names = {t.get_name() for t in asyncio.all_tasks()}
        assert not any(name.startswith("guide") for name in names), names


@pytest.mark.asyncio
async def test_it_greets_and_then_listens():
    async with a_talk() as stand:
        await stand.listening()
        assert "Ollo" in stand.scene.said[0]
        moods = [mood for _, mood in stand.scene.entered]
        assert moods == [Mood.IDLE, Mood.IDLE, Mood.GREETING, Mood.LISTENING]
        assert stand.scene.entered[0][0] is AgentState.INITIALIZING


@pytest.mark.asyncio
async def test_it_thinks_a_moment_and_answers():
    async with a_talk() as stand:
        await stand.listening()
        begin = asyncio.get_running_loop().time()
        stand.talk.ask(MOON)
        await stand.scene.until(lambda: stand.scene.state is AgentState.THINKING)
        await stand.speaking("billion")
        assert 0.3 < asyncio.get_running_loop().time() - begin < 2
        assert stand.scene.state is AgentState.SPEAKING
        await stand.listening()
        assert stand.scene.cut == 0


@pytest.mark.asyncio
async def test_what_it_does_not_know_it_says_with_a_sorry_face():
    async with a_talk() as stand:
        await stand.listening()
        stand.talk.ask("who is the pope")
        await stand.speaking()
        assert stand.scene.mood is Mood.SORRY


@pytest.mark.asyncio
async def test_a_typed_question_interrupts_even_the_greeting():
    async with a_talk() as stand:
        await stand.speaking()
        stand.talk.ask(MOON)
        await stand.speaking("billion")
        assert stand.scene.cut == 1


@pytest.mark.asyncio
async def test_a_question_before_the_greeting_is_answered_instead_of_it():
    async with a_talk() as stand:
        stand.talk.ask(MOON)
        await stand.listening()
        assert len(stand.scene.said) == 1 and "billion" in stand.scene.said[0]


@pytest.mark.asyncio
async def test_only_the_last_of_several_questions_is_answered():
    async with a_talk() as stand:
        await stand.listening()
        stand.talk.ask("what is a comet")
        stand.talk.ask(MOON)
        await stand.speaking("billion")
        await stand.listening()
        assert len(stand.scene.said) == 2


@pytest.mark.asyncio
async def test_half_a_second_of_speech_silences_it_and_a_cough_does_not():
    async with a_talk() as stand:
        await stand.listening()
        stand.talk.ask(MOON)
        await stand.speaking()
        await stand.speak_into(0.3)
        assert stand.scene.playing
        await stand.speak_into(0.7)
        await stand.listening()
        assert stand.scene.cut == 1


@pytest.mark.asyncio
async def test_noise_does_not_interrupt_the_greeting_but_words_do():
    async with a_talk() as stand:
        await stand.speaking()
        await stand.speak_into(1.5)
        assert stand.scene.playing
        stand.talk.heard(MOON, line="1", final=True)
        await stand.speaking("billion")


@pytest.mark.asyncio
async def test_the_interrupt_button_silences_it_at_once():
    async with a_talk() as stand:
        await stand.speaking()
        stand.talk.interrupt()
        await stand.listening()
        assert stand.scene.cut == 1
        stand.talk.interrupt()  # nothing to silence: nothing happens


@pytest.mark.asyncio
async def test_spoken_words_are_answered_when_their_line_is_final():
    async with a_talk() as stand:
        await stand.listening()
        assert stand.talk.heard("how old", line="1", final=False)
        await asyncio.sleep(2)
        assert not stand.scene.playing
        assert stand.talk.heard(MOON, line="1", final=True)
        await stand.speaking("billion")


@pytest.mark.asyncio
async def test_a_visitor_who_goes_on_while_it_thinks_is_understood_as_a_whole():
    async with a_talk() as stand:
        await stand.listening()
        stand.talk.heard("how old is", line="1", final=True)
        await asyncio.sleep(0.2)
        stand.talk.heard("the moon", line="2", final=True)
        await stand.speaking("billion")
        assert len(stand.scene.said) == 2


@pytest.mark.asyncio
async def test_its_own_voice_come_back_is_not_taken_for_a_question():
    async with a_talk() as stand:
        await stand.listening()
        stand.talk.ask(MOON)
        await stand.speaking("billion")
        assert not stand.talk.heard("about four and a half billion years", line="9", final=False)
        assert not stand.talk.heard("about four and a half billion years", line="9", final=True)
        assert stand.scene.playing
        assert stand.talk.heard("what is a comet", line="10", final=True)


@pytest.mark.asyncio
async def test_repeating_what_it_suggested_is_a_question_once_it_is_silent():
    async with a_talk() as stand:
        await stand.listening()
        stand.talk.ask("what can i ask you")
        await stand.speaking("?")
        await stand.listening()
        await asyncio.sleep(1)
        suggested = stand.scene.said[-1].split(": ")[1]
        assert stand.talk.heard(suggested, line="3", final=True)
        await stand.speaking()
        assert suggested not in stand.scene.said[-1]


@pytest.mark.asyncio
async def test_the_closing_line_waits_for_the_sentence_under_way():
    async with a_talk() as stand:
        await stand.listening()
        stand.talk.ask(MOON)
        await stand.speaking()
        stand.talk.wrap_up()
        await stand.scene.until(lambda: len(stand.scene.said) == 3)
        assert stand.scene.cut == 0 and stand.scene.mood is Mood.GOODBYE


@pytest.mark.asyncio
async def test_goodbye_is_a_wave_without_words():
    async with a_talk() as stand:
        await stand.speaking()
        stand.talk.goodbye()
        await asyncio.sleep(3)
        assert stand.scene.mood is Mood.GOODBYE and not stand.scene.playing
        assert len(stand.scene.said) == 1


@pytest.mark.asyncio
async def test_without_ears_it_says_so_once_to_somebody_who_speaks():
    async with a_talk(recognizes_speech=False) as stand:
        await stand.listening()
        await stand.speak_into(1.0)
        await stand.speaking("no ears")
        await stand.listening()
        await stand.speak_into(1.0)
        await asyncio.sleep(3)
        assert len(stand.scene.said) == 2


@pytest.mark.asyncio
async def test_without_ears_noise_does_not_silence_it():
    async with a_talk(recognizes_speech=False) as stand:
        await stand.listening()
        stand.talk.ask(MOON)
        await stand.speaking()
        await stand.speak_into(1.0)
        assert stand.scene.playing and stand.scene.cut == 0


@pytest.mark.asyncio
async def test_blank_questions_and_wordless_noises_are_nothing():
    async with a_talk() as stand:
        await stand.listening()
        stand.talk.ask("  ")
        assert not stand.talk.heard(" ... ", line="1", final=True)
        await asyncio.sleep(3)
        assert len(stand.scene.said) == 1


class BrokenVoice(SilentVoice):
    """A voice that fails from the second text on."""

    def __init__(self):
        self.texts = 0

    async def speak(self, text):
        self.texts += 1
        if self.texts > 1:
            raise ValueError("no voice")
        async for spoken in super().speak(text):
            yield spoken


@pytest.mark.expect_log("the guide could not answer")
@pytest.mark.asyncio
async def test_an_answer_that_fails_is_logged_and_the_talk_goes_on():
    async with a_talk(voice=BrokenVoice()) as stand:
        await stand.listening()
        stand.talk.ask(MOON)
        await asyncio.sleep(3)
        assert not stand.task.done()
        assert stand.scene.mood is Mood.LISTENING
