"""Shows the guide's words and moves its mouth in time with what is really heard."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable

from app.aio import cancel_and_wait
from app.character.base import Mood
from app.character.renderer import CharacterRenderer
from app.guide.talk import AgentState
from app.guide.voice import Spoken
from app.rooms.local.voice import LocalVoice

log = logging.getLogger(__name__)

_LOOK_S = 0.03  # how often captions are brought up to date with what was heard
_STUCK_S = 3.0  # after so long without progress no sound comes out any more

# Called with a segment, words of it that have just been heard, and whether the segment is over.
TellWords = Callable[[str, str, bool], None]


class LocalScene:
    """The guide's picture and voice in one room; see `Scene`.

    Args:
        renderer: Of the figure.
        voice: Plays the speech.
        tell_words: See `TellWords`.
        changed: Called when `state` or `is_speaking` has changed.

    Attributes:
        state: What the guide does.
        is_speaking: It speaks now.
    """

    def __init__(
        self, renderer: CharacterRenderer, voice: LocalVoice, tell_words: TellWords, changed: Callable[[], None]
    ) -> None:
        self.state = AgentState.INITIALIZING
        self.is_speaking = False
        self._renderer = renderer
        self._voice = voice
        self._tell_words = tell_words
        self._changed = changed
        self._turns = 0

    def enter(self, state: AgentState, mood: Mood) -> None:
        """See `Scene.enter`."""
        self._renderer.show(mood)
        if state is not self.state:
            self.state = state
            self._changed()

    async def say(self, speech: AsyncIterator[Spoken]) -> None:
        """See `Scene.say`."""
        self._turns += 1
        utterance = _Utterance(f"SG_{self._turns}", self._tell_words)
        self._voice.begin()
        self._renderer.turn_started(self._voice.position_s)
        feeding = asyncio.create_task(self._feed(speech, utterance), name="guide-feed")
        self._speak(True)
        try:
            await self._follow(utterance, feeding)
        except asyncio.CancelledError:
            self._voice.silence()
            raise
        finally:
            await cancel_and_wait(feeding)
            utterance.close()
            self._renderer.flush()
            self._speak(False)
        if not feeding.cancelled() and (error := feeding.exception()) is not None:
            raise error

    async def _feed(self, speech: AsyncIterator[Spoken], utterance: _Utterance) -> None:
        async for spoken in speech:
            begin = utterance.add(spoken)
            self._renderer.mouth((begin + at, weights) for at, weights in spoken.shapes)
            await self._voice.push(spoken.sound)

    async def _follow(self, utterance: _Utterance, feeding: asyncio.Task[None]) -> None:
        """Show the words as they are heard, until everything was heard or no sound comes out any more."""
        clock = asyncio.get_running_loop().time
        last_s, moved_at = -1.0, clock()
        while True:
            heard_s = self._voice.heard_s()
            utterance.show(heard_s)
            if heard_s > last_s:
                last_s, moved_at = heard_s, clock()
            if feeding.done() and heard_s >= utterance.length_s - _LOOK_S:
                return
            if clock() - moved_at > _STUCK_S:
                if self._voice.is_unheard:  # the track does not go on either
                    return
                log.warning("the speaker stands still; the guide goes on without it")
                self._voice.is_unheard = True
                moved_at = clock()
            await asyncio.sleep(_LOOK_S)

    def _speak(self, active: bool) -> None:
        self.is_speaking = active
        self._changed()


class _Utterance:
    """The words of one turn, reported as they are heard. `length_s`: of all sentences that were added."""

    def __init__(self, segment: str, tell: TellWords) -> None:
        self.length_s = 0.0
        self._segment = segment
        self._tell = tell
        self._words: list[tuple[float, str]] = []
        self._shown = 0

    def add(self, spoken: Spoken) -> float:
        """Add a sentence; return when it begins, seconds into the turn."""
        begin = self.length_s
        space = " " if self._words else ""
        for at, piece in spoken.words:
            self._words.append((begin + at, space + piece))
            space = ""
        self.length_s += spoken.length_s
        return begin

    def show(self, heard_s: float) -> None:
        """Report the words that were heard since the last call. `heard_s`: seconds of the turn that were heard."""
        due = ""
        while self._shown < len(self._words) and self._words[self._shown][0] <= heard_s:
            due += self._words[self._shown][1]
            self._shown += 1
        if due:
            self._tell(self._segment, due, False)

    def close(self) -> None:
        """Report the end of the turn, also of one that was interrupted."""
        self._tell(self._segment, "", True)
