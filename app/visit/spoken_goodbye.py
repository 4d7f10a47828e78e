"""A visitor who says goodbye: the avatar answers, then "Goodbye" is shown for a moment, and then the visit is over."""

from __future__ import annotations

from app.audio.base import SpeakerOut
from app.visit.clock import VisitClock
from app.visit.farewell_words import FarewellWords, plain_words
from app.visit.speech_activity import SpeechActivity
from app.visit.timers import TICK_S, Countdown

ANSWER_S = 8.0  # an avatar that has not answered a farewell by then does not answer it
QUIET_S = 1.0  # its answer is over, not only a sentence of it
TOUCH_S = 1.0  # a typed farewell is followed by touches that close the keyboard
SHOWN_S = 6.0  # how long "Goodbye" is shown
HOLD_S = 20.0  # voices hold that for so long at most: who speaks may go on with the conversation
AGAIN_S = 10.0  # the same farewell may come twice, and late


class SpokenGoodbye:
    """Notices a farewell of the visitor, and whether it was meant. Without words of the visitor nothing is guessed.

    Args:
        words: The phrases.
        speech: Tells who speaks.
        clock: The other timers, which go on. Two questions are never asked at once.
        speaker: Plays the chime of the question.

    Attributes:
        question: The time that "Goodbye" is still shown, or None.
    """

    def __init__(self, words: FarewellWords, speech: SpeechActivity, clock: VisitClock, speaker: SpeakerOut) -> None:
        self.question: Countdown | None = None
        self._words = words
        self._speech = speech
        self._clock = clock
        self._speaker = speaker
        self._since: float | None = None  # when the farewell was said
        self._segment = ""
        self._is_answered = self._was_heard = False
        self._quiet_since = 0.0
        self._hold_until = 0.0
        self._again_at = 0.0  # until then a farewell that was not meant is not taken up again
        self._not_meant: str | None = None  # the segment of that farewell; None: any

    @property
    def is_said(self) -> bool:
        """Whether the visitor has said goodbye, and nothing else since."""
        return self._since is not None

    def hear(self, segment: str, text: str, final: bool, now: float) -> None:
        """Take words of the visitor, spoken or typed. now: the loop's clock, seconds."""
        if not plain_words(text):
            return
        is_farewell = self._words.is_farewell(text)
        if self._since is not None:
            if not is_farewell and not self._may_belong(text, final):
                self.go_on(now)
        elif is_farewell and final and not self._is_repeated(segment, now):
            self._since = self._quiet_since = now
            self._segment = segment
            self._is_answered, self._was_heard = False, self._speech.avatar_is_heard

    def touch(self, now: float) -> None:
        """The visitor touched something or pressed a key. now: the loop's clock, seconds."""
        if self._since is not None and now - self._since >= TOUCH_S:
            self.go_on(now)

    def go_on(self, now: float) -> None:
        """The visitor is still here: the conversation goes on. now: the loop's clock, seconds."""
        if self._since is not None:
            self._again_at = now + AGAIN_S
            self._not_meant = None if self.question is not None else self._segment
            self._since = self.question = None

    def look(self, now: float) -> bool:
        """Look several times a second, after the devices were looked at, and return whether the visit is over.

        Args:
            now: The loop's clock, seconds.
        """
        if self._since is None:
            return False
        if self.question is None:
            self._follow_answer(now, self._since)
            return False
        speaks = self._speech.avatar_is_heard or self._speech.visitor_speaks
        self.question.pause(speaks and now < self._hold_until)
        return self.question.remaining_s <= TICK_S

    def _follow_answer(self, now: float, since: float) -> None:
        is_heard = self._speech.avatar_is_heard
        self._is_answered = self._is_answered or (is_heard and not self._was_heard)
        self._was_heard = is_heard
        if is_heard:
            self._quiet_since = now
        is_due = self._is_answered or now - since >= ANSWER_S
        if not is_due or now - self._quiet_since < QUIET_S:
            return
        if self._clock.warning is not None:
            self.go_on(now)  # "Are you still there?" is asked already
            return
        self.question = Countdown(SHOWN_S)
        self._hold_until = now + SHOWN_S + HOLD_S
        self._speaker.chime("still_there")

    def _may_belong(self, text: str, final: bool) -> bool:
        """Tell whether words after a farewell may still be part of it; once "Goodbye" is shown a "yes" is an answer."""
        if not final and self._words.begins(text):
            return True
        return self.question is None and self._words.is_courtesy(text)

    def _is_repeated(self, segment: str, now: float) -> bool:
        return now < self._again_at and self._not_meant in {None, segment}
