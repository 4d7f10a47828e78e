"""Detects that the service does not hear the visitor: after speech, a reaction of the service must follow.

Words of the visitor, or the service's own voice detection, prove that he was heard. The avatar's voice does only where
it may be an answer: an agent that is deaf goes on prompting by itself (docs/vendors/README.md R20).
"""

from __future__ import annotations

import math
from collections import deque

UTTERANCE_S = 2.0  # of speech by our own detection; less may be a cough (docs/vendors/README.md R20)
REST_S = 0.8  # of speech that goes on when the avatar's voice is over; what came before may be its echo
PAUSE_S = 2.0  # a shorter pause is inside an utterance
LONGEST_S = 20.0  # of an utterance with pauses
REACTION_S = 4.0  # after its end; the service needs a moment to be sure that the visitor has finished
LATE_S = 8.0  # a slow avatar answers a visitor who waits for it; then he was heard after all
LOST_AFTER = 2  # so many unheard utterances in a row are not by chance
# Prompts every 15 s may by chance follow each second utterance. An avatar that hears follows nearly every one: where
# no proof has ever come, no more than half of the last utterances answered means that those were prompts.
RECENT = 6
MOST_PROMPTS = 3


class UnheardSpeech:
    """Counts utterances of the visitor without any reaction of the service.

    All times are on one rising clock, seconds.

    Attributes:
        missed: Utterances in a row without a reaction.
    """

    def __init__(self) -> None:
        self.missed = 0
        self._now = 0.0
        self._voice_since = 0.0
        self._had_voice = False
        self._began: float | None = None
        self._ended = -math.inf  # the last utterance that no reaction has followed yet
        self._ended_began = 0.0  # its beginning
        self._spoke_since = False
        self._due: float | None = None
        self._has_proof = False
        self._reactions: deque[bool] = deque(maxlen=RECENT)  # to each of the last utterances

    @property
    def is_lost(self) -> bool:
        """Whether so much went unheard that a fresh join is worth it."""
        only_prompts = not self._has_proof and len(self._reactions) == RECENT and sum(self._reactions) <= MOST_PROMPTS
        return self.missed >= LOST_AFTER or only_prompts

    @property
    def is_unheard(self) -> bool:
        """Whether the visitor should know."""
        return self.missed > 0 or self.is_lost

    @property
    def is_deaf(self) -> bool:
        """Whether nothing of the visitor has ever been heard in this room, although he spoke again and again."""
        return self.is_lost and not self._has_proof

    def look(self, now: float, voice: bool, avatar: bool = False) -> None:
        """Take several times a second who is heard now.

        Args:
            now: The time.
            voice: Our own voice detection hears the visitor.
            avatar: The avatar's voice is heard: that of the visitor may be its echo.
        """
        self._now = now
        if voice and not self._had_voice:
            self._voice_since = now
        self._had_voice = voice
        speaking = voice and not avatar
        if speaking and self._began is None:
            self._begin()
        elif not speaking and self._began is not None:
            if now - self._began >= UTTERANCE_S:
                self._ended, self._ended_began, self._spoke_since = now, self._began, False
                if self._due is None:
                    self._due = now + REACTION_S
            self._began = None
        if self._due is not None and now >= self._due:
            self._due = None
            self.missed += 1
            self._reactions.append(False)

    def confirm(self) -> None:
        """The service proves that it hears: words, or its own voice detection."""
        self._has_proof = True
        self._reactions.clear()
        self._be_heard()

    def avatar_begins(self) -> None:
        """The avatar begins to think or to speak: a reaction, if it may be one to the visitor."""
        into_speech = self._began is not None and self._now - self._began >= UTTERANCE_S
        if not into_speech and self._now - self._ended > (REACTION_S if self._spoke_since else LATE_S):
            return
        if not into_speech and self._due is None and self._reactions:
            self._reactions.pop()  # it counted as unheard already
        self._reactions.append(not into_speech)  # who listens seldom begins before the visitor has finished
        self._be_heard()

    def forget(self) -> None:
        """Begin anew, for a fresh connection."""
        self.missed, self._began, self._due = 0, None, None
        self._ended, self._has_proof = -math.inf, False
        self._reactions.clear()

    def _begin(self) -> None:
        now = self._now
        if self._due is not None and now - self._ended < PAUSE_S and now - self._ended_began < LONGEST_S:
            self._began, self._due = self._ended_began, None  # the visitor had not finished
        else:
            self._began = max(self._voice_since, now - (UTTERANCE_S - REST_S))
            self._spoke_since = True

    def _be_heard(self) -> None:
        self.missed = 0
        self._due = None
        self._ended = -math.inf
        if self._began is not None:
            self._began = math.inf  # what is being said now is heard
