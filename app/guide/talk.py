"""One conversation of the guide: it greets, listens, thinks a moment, answers, and falls silent when it should."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from enum import StrEnum
from typing import Protocol

from app.aio import cancel_and_wait, wait_done
from app.character.base import Mood
from app.guide.dialog_state import DialogState, Reply
from app.guide.matching import plain_words
from app.guide.voice import Spoken, Voice

log = logging.getLogger(__name__)

_SETTLE_S = 0.4  # the visitor sees it before it begins to speak
_THINK_S = (0.45, 0.85)  # an answer out of a pistol's mouth does not look thought of
_SUSTAINED_S = 0.5  # so long must somebody speak before it stops: a cough does not interrupt
_INTERRUPTING_WORDS = 3
# A line that began while it spoke, and is mostly made of its own words, is its own voice come back.
_ECHO_SHARE = 0.7
_ECHO_AFTER_S = 0.6  # the ears tell of a line so much after it began
_MADE_AHEAD = 2  # sentences


class AgentState(StrEnum):
    """What the guide does, in the words of `lk.agent.state` (LiveKit Agents 1.x)."""

    INITIALIZING = "initializing"
    LISTENING = "listening"
    THINKING = "thinking"
    SPEAKING = "speaking"


class Scene(Protocol):
    """Where a conversation takes place: the room shows the figure and plays the voice."""

    def enter(self, state: AgentState, mood: Mood) -> None:
        """Show what the guide does now."""
        ...

    async def say(self, speech: AsyncIterator[Spoken]) -> None:
        """Speak until everything was heard. Cancelled, it falls silent at once."""
        ...


class GuideTalk:
    """The guide's side of one visit. `run` it as a task; everything else may be called while it runs.

    has_ears: somebody writes down what the visitor says. clock: the event loop's, seconds.
    """

    def __init__(
        self,
        dialog: DialogState,
        voice: Voice,
        scene: Scene,
        chance: random.Random,
        clock: Callable[[], float],
        *,
        has_ears: bool,
    ) -> None:
        self._dialog = dialog
        self._voice = voice
        self._scene = scene
        self._chance = chance
        self._clock = clock
        self._has_ears = has_ears
        self._asked: list[Callable[[], Reply]] = []
        self._arrived = asyncio.Event()
        self._utterance: asyncio.Task[None] | None = None
        self._is_greeting = False
        self._question = ""  # being thought about
        self._saying = self._said = ""
        self._said_at = float("-inf")
        self._line = ""
        self._began_beside_voice = False
        self._speaks_since: float | None = None
        self._has_explained = False
        self._is_leaving = False

    async def run(self) -> None:
        """Talk until cancelled; never ends by itself."""
        self._scene.enter(AgentState.INITIALIZING, Mood.IDLE)
        await self._voice.warm_up()
        self._scene.enter(AgentState.LISTENING, Mood.IDLE)
        await asyncio.sleep(_SETTLE_S)
        if not self._asked:
            self._is_greeting = True
            await self._answer(self._dialog.greeting())
            self._is_greeting = False
        while True:
            if not self._asked:
                self._scene.enter(AgentState.LISTENING, Mood.GOODBYE if self._is_leaving else Mood.LISTENING)
            while not self._asked:
                self._arrived.clear()
                await self._arrived.wait()
            make = self._asked.pop(0)
            await self._answer(make())

    # ------------------------------------------------------------ what reaches it

    def ask(self, question: str) -> None:
        """A typed question: whatever it says now, it stops and answers."""
        if question.strip():
            self._replace(question.strip())

    def heard(self, words: str, *, line: str, final: bool) -> bool:
        """Spoken words: a line so far. Returns whether they are the visitor's, not its own voice come back."""
        if line != self._line:
            self._line, self._began_beside_voice = line, self._speaks_or_just_did()
        if not plain_words(words) or (self._began_beside_voice and self._are_mine(words)):
            return False
        if final:
            # Somebody who goes on while it thinks has not finished the question.
            self._replace(f"{self._question} {words}".strip())
        elif self._saying and not self._is_greeting and len(plain_words(words)) >= _INTERRUPTING_WORDS:
            self.hush()
        return True

    def visitor_speaks(self, active: bool) -> None:
        """Whether the visitor's voice is heard; called several times a second."""
        if not active:
            spoke_s = self._clock() - self._speaks_since if self._speaks_since is not None else 0.0
            self._speaks_since = None
            if spoke_s >= _SUSTAINED_S and not self._has_ears:
                self._explain_once()
            return
        if self._speaks_since is None:
            self._speaks_since = self._clock()
        is_sustained = self._clock() - self._speaks_since >= _SUSTAINED_S
        # A greeting is not interrupted by the noise of arriving, and a guide without ears gains nothing by silence.
        if is_sustained and self._has_ears and self._saying and not self._is_greeting:
            self.hush()

    def hush(self) -> None:
        """Fall silent at once and listen."""
        if self._utterance is not None:
            self._utterance.cancel()

    def wrap_up(self) -> None:
        """Say a closing line after the sentence under way."""
        self._put(self._dialog.wrap_up)

    def goodbye(self) -> None:
        """Wave, without a word: the visit is over and nobody would hear it."""
        self._is_leaving = True
        self._asked = []
        self._scene.enter(AgentState.LISTENING, Mood.GOODBYE)
        self.hush()

    # ------------------------------------------------------------ what it does

    def _replace(self, question: str) -> None:
        self._question = question
        self._asked = []
        self._put(lambda: self._dialog.reply(question))
        self.hush()

    def _put(self, make: Callable[[], Reply]) -> None:
        self._asked.append(make)
        self._arrived.set()

    def _explain_once(self) -> None:
        if not self._has_explained and not self._saying and not self._asked:
            self._has_explained = True
            self._put(self._dialog.cannot_hear)

    async def _answer(self, reply: Reply) -> None:
        """Say it, as a task of its own, so that it can be stopped without stopping the conversation."""
        utterance = asyncio.create_task(self._utter(reply), name="guide-utterance")
        self._utterance = utterance
        try:
            await wait_done(utterance, most_s=None)
        finally:
            self._utterance = None
            self._saying = ""
            self._said_at = self._clock()
            await cancel_and_wait(utterance)
        if not utterance.cancelled() and (error := utterance.exception()) is not None:
            log.error("the guide could not answer", extra={"error": type(error).__name__}, exc_info=error)

    async def _utter(self, reply: Reply) -> None:
        speech = _Ahead(self._voice.speak(reply.text))
        async with contextlib.aclosing(speech):
            if not self._is_greeting:
                self._scene.enter(AgentState.THINKING, Mood.THINKING)
                await asyncio.sleep(self._chance.uniform(*_THINK_S))
            self._question = ""
            self._saying = self._said = reply.text
            self._scene.enter(AgentState.SPEAKING, reply.mood)
            await self._scene.say(speech)

    def _speaks_or_just_did(self) -> bool:
        return bool(self._saying) or self._clock() - self._said_at < _ECHO_AFTER_S

    def _are_mine(self, words: str) -> bool:
        own, heard = set(plain_words(self._said)), plain_words(words)
        return sum(word in own for word in heard) >= _ECHO_SHARE * len(heard)


class _Ahead:
    """The same sentences, but the next ones are made while one is heard. Begins at once."""

    def __init__(self, speech: AsyncIterator[Spoken]) -> None:
        self._ready: asyncio.Queue[Spoken | None] = asyncio.Queue(_MADE_AHEAD)
        self._error: Exception | None = None
        self._making = asyncio.create_task(self._make(speech), name="guide-sentences")

    def __aiter__(self) -> _Ahead:
        return self

    async def __anext__(self) -> Spoken:
        spoken = await self._ready.get()
        if spoken is not None:
            return spoken
        if self._error is not None:
            raise self._error
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Make no more."""
        await cancel_and_wait(self._making)

    async def _make(self, speech: AsyncIterator[Spoken]) -> None:
        try:
            async for spoken in speech:
                await self._ready.put(spoken)
        except Exception as error:
            self._error = error
        finally:
            if isinstance(speech, AsyncGenerator):
                await speech.aclose()
        await self._ready.put(None)
