"""The guide's side of one conversation: greets, listens, pauses as if to think, answers, and can be interrupted."""

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

_SETTLE_S = 0.4  # the visitor sees the guide for so long before it begins to speak
_THINK_S = (0.45, 0.85)  # pause before an answer: one that comes at once seems thoughtless
_SUSTAINED_S = 0.5  # a visitor must speak for so long to interrupt the guide: a cough does not
_INTERRUPTING_WORDS = 3  # or so many words must have been recognised
# A line that began while the guide spoke, and of whose words at least this share was said by the guide, is its own
# voice, picked up by the microphone.
_ECHO_SHARE = 0.7
_ECHO_AFTER_S = 0.6  # how long after its beginning the recognizer may report a line
_MADE_AHEAD = 2  # sentences that are synthesised while one is heard


class AgentState(StrEnum):
    """What the guide does; the values are those of `lk.agent.state` (LiveKit Agents 1.x)."""

    INITIALIZING = "initializing"
    LISTENING = "listening"
    THINKING = "thinking"
    SPEAKING = "speaking"


class Scene(Protocol):
    """What the room does for a conversation: shows the figure and plays the voice."""

    def enter(self, state: AgentState, mood: Mood) -> None:
        """Show what the guide does now."""
        ...

    async def say(self, speech: AsyncIterator[Spoken]) -> None:
        """Speak until everything was heard. When it is cancelled, the voice stops at once."""
        ...


class GuideTalk:
    """The guide's side of one visit. `run` it as a task; everything else may be called while it runs.

    Args:
        dialog: What it says.
        voice: Makes speech of it.
        scene: Shows the figure and plays the speech.
        chance: Varies the pauses.
        clock: The event loop's, seconds.
        recognizes_speech: `heard` will be called with what the visitor says.
    """

    def __init__(
        self,
        dialog: DialogState,
        voice: Voice,
        scene: Scene,
        chance: random.Random,
        clock: Callable[[], float],
        *,
        recognizes_speech: bool,
    ) -> None:
        self._dialog = dialog
        self._voice = voice
        self._scene = scene
        self._chance = chance
        self._clock = clock
        self._recognizes_speech = recognizes_speech
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

    # ------------------------------------------------------------ input

    def ask(self, question: str) -> None:
        """Take a typed question: the guide stops what it says now, and answers."""
        if question.strip():
            self._replace(question.strip())

    def heard(self, words: str, *, line: str, final: bool) -> bool:
        """Take recognised speech.

        Args:
            words: The whole line so far.
            line: Tells lines apart.
            final: The line is complete.

        Returns:
            Whether the visitor said it; False: it is the guide's own voice, picked up by the microphone.
        """
        if line != self._line:
            self._line, self._began_beside_voice = line, self._speaks_or_just_did()
        if not plain_words(words) or (self._began_beside_voice and self._are_mine(words)):
            return False
        if final:
            # A visitor who goes on while the guide thinks had not finished the question.
            self._replace(f"{self._question} {words}".strip())
        elif self._saying and not self._is_greeting and len(plain_words(words)) >= _INTERRUPTING_WORDS:
            self.interrupt()
        return True

    def visitor_speaks(self, active: bool) -> None:
        """Take whether the visitor speaks now; called several times a second."""
        if not active:
            spoke_s = self._clock() - self._speaks_since if self._speaks_since is not None else 0.0
            self._speaks_since = None
            if spoke_s >= _SUSTAINED_S and not self._recognizes_speech:
                self._explain_once()
            return
        if self._speaks_since is None:
            self._speaks_since = self._clock()
        is_sustained = self._clock() - self._speaks_since >= _SUSTAINED_S
        # The noise of people who arrive does not interrupt the greeting. A guide that cannot understand speech would
        # gain nothing by stopping.
        if is_sustained and self._recognizes_speech and self._saying and not self._is_greeting:
            self.interrupt()

    def interrupt(self) -> None:
        """Stop speaking at once and listen."""
        if self._utterance is not None:
            self._utterance.cancel()

    def wrap_up(self) -> None:
        """Say a closing line after what it says now."""
        self._put(self._dialog.wrap_up)

    def goodbye(self) -> None:
        """Wave without speaking: the visit is over and nobody would hear it."""
        self._is_leaving = True
        self._asked = []
        self._scene.enter(AgentState.LISTENING, Mood.GOODBYE)
        self.interrupt()

    # ------------------------------------------------------------ output

    def _replace(self, question: str) -> None:
        self._question = question
        self._asked = []
        self._put(lambda: self._dialog.reply(question))
        self.interrupt()

    def _put(self, make: Callable[[], Reply]) -> None:
        self._asked.append(make)
        self._arrived.set()

    def _explain_once(self) -> None:
        if not self._has_explained and not self._saying and not self._asked:
            self._has_explained = True
            self._put(self._dialog.cannot_hear)

    async def _answer(self, reply: Reply) -> None:
        """Say it in a task of its own, so that it can be stopped without stopping the conversation."""
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
        speech = _Prefetch(self._voice.speak(reply.text))
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


class _Prefetch:
    """Yields the same sentences, but makes the next `_MADE_AHEAD` while one is heard. Begins at once."""

    def __init__(self, speech: AsyncIterator[Spoken]) -> None:
        self._ready: asyncio.Queue[Spoken | None] = asyncio.Queue(_MADE_AHEAD)
        self._error: Exception | None = None
        self._making = asyncio.create_task(self._make(speech), name="guide-sentences")

    def __aiter__(self) -> _Prefetch:
        return self

    async def __anext__(self) -> Spoken:
        spoken = await self._ready.get()
        if spoken is not None:
            return spoken
        if self._error is not None:
            raise self._error
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Stop making sentences."""
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
