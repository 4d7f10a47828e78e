"""Detects that nobody answers: a question gets neither words nor voice of the avatar (docs/vendors/README.md R28)."""

from __future__ import annotations

import math

from app.events import AnswerDeclined, QuestionRefused, Speaking, Thinking
from app.screens import Speaker
from app.visit.answered_words import AnsweredWords
from app.visit.clock import SENTENCE_S
from app.visit.media_session import MediaEvent
from app.visit.timers import THINKING_S
from app.visit.transcript import plain

ANSWER_S = 12.0  # a question that gets nothing for so long has gone unanswered once
LOST_AFTER = 2  # so often in a row is not by chance
VOICE_S = 15.0  # a visitor who goes on is waited for, but a voice without new words only so long: it may be noise
PAUSE_S = 3.0  # a pause inside a visitor's sentence is shorter, and is not time that he waits for an answer
LATE_S = 6.0  # words may be recognised so long after the answer to them has begun
SOUND_S = 2.0  # words may come so long before the voice that says them
TURN_S = 1.0  # the service's word on a turn and its first sound come within so long
GREETING_S = 6.0  # in a fresh room an avatar that greets begins by then
SETTLE_S = 2.0  # where it did not greet in the first room


class UnansweredQuestions:
    """Follows the questions of one conversation: typed, suggested, or the visitor's final words.

    The clock belongs to the oldest question without an answer: one more question does not restart it. It stands still
    while the avatar speaks, while it thinks (`THINKING_S` at most), and while a visitor goes on speaking; nothing is
    given up in the middle of a sentence. After a fresh join the newest open question is asked again, once a greeting
    is over: a greeting is no answer.

    Words that were only heard may be meant for somebody else, and an avatar that says nothing to them does right. What
    was sent as text is meant for it. So before anything is lost, heard words are sent as text, in the same room; and
    they wait for nothing where the avatar, which told of its work on an answer to heard words before, does not begin.

    All times are seconds on the clock of `look`, which is called several times a second.

    Args:
        now: The time at the start.

    Attributes:
        missed: How often in a row a question was waited for in vain.
        was_answered: Whether the visit had answers. False: none, or the last question was given up. None: no question
            has waited for long.
    """

    def __init__(self, now: float) -> None:
        self.missed = 0
        self.was_answered: bool | None = None
        self._now = now
        self._text: str | None = None  # the newest question without an answer
        self._is_sent = False  # as text: it, or one before it that is open, too
        self._began_at = 0.0  # when the oldest one came
        self._worked_at = -math.inf  # when the service last said that the avatar works on an answer
        self._shows_work = False  # it has said so in this room before the answer to words that were only heard
        self._lost_at = LOST_AFTER  # misses
        self._refusable = 0  # questions sent that the service may still refuse
        self._echo = ""  # the words that were sent last: they may come back as the visitor's own
        self._quiet_s = self._pause_s = self._thought_s = 0.0
        self._is_thinking = False
        self._heard = False  # the avatar
        self._heard_at = 0.0  # since when
        self._greets: bool | None = None  # None: nothing was said or asked yet
        self._is_old_voice = False  # it was under way when the question came
        self._old_until = self._said_at = -math.inf
        self._answered_words = AnsweredWords()
        self._voice_began_at: float | None = None  # the visitor's, which is heard now
        self._answer_at = self._voice_at = self._words_at = -math.inf
        self._is_joining = False
        self._again_at: float | None = None  # when the question is to be sent: to a fresh room, or because it was heard

    @property
    def is_stalled(self) -> bool:
        """Whether the visitor should be told that it takes a moment."""
        return self._text is not None and self.missed > 0 and not self._is_thinking

    @property
    def is_lost(self) -> bool:
        """Whether the avatar does not answer in this room any more."""
        return self._text is not None and self.missed >= self._lost_at and not self._is_waiting

    @property
    def _is_waiting(self) -> bool:
        """Whether the question has not been sent yet that a fresh room needs, or words that were only heard."""
        return self._is_joining or self._again_at is not None

    # ------------------------------------------------------------ what happens

    def note(self, event: MediaEvent) -> None:
        """Take an event, other than words."""
        match event:
            case Thinking(active=True):
                self._worked_at = self._now
            case Speaking(speaker=Speaker.AVATAR, active=True):
                self._turn_began()
            case QuestionRefused():
                self._refused()
            case AnswerDeclined():
                self._declined()
            case _:
                pass

    def asked(self, text: str) -> None:
        """A typed or suggested question is sent."""
        self._echo = plain(text)
        self._refusable += 1
        self._words_at = -math.inf
        self._open(text, is_sent=True)

    def spoken(self, segment: str, text: str, final: bool) -> None:
        """Words of the visitor came; only final ones are a question."""
        if self._answered_words.take(segment, text, final):
            return
        if not final:
            self._words_at = self._now
            return
        is_late = self._now - self._answer_at < LATE_S and self._voice_at <= self._answer_at
        if self._heard or is_late:
            return  # the avatar has begun to answer before its recognition was done
        if not text or self.is_echo(text, final):
            return
        self._words_at = self._now
        self._open(text, is_sent=False)

    def is_echo(self, text: str, final: bool) -> bool:
        """Return whether words of the visitor are those that were typed last, or the beginning of them."""
        words = plain(text)
        return bool(words) and (words == self._echo if final else self._echo.startswith(words))

    def said(self) -> None:
        """New words of the avatar came."""
        self._said_at = self._now
        self.answered()

    def answered(self) -> None:
        """New words of the avatar came, or its voice."""
        self._begins()
        if self._is_waiting:
            return
        if self._text is not None:
            self.was_answered = True
            self._shows_work = self._shows_work or (self._has_worked and not self._is_sent)
        self.missed, self._lost_at = 0, LOST_AFTER
        self.withdrawn()

    def withdrawn(self) -> None:
        """No answer is waited for any longer: the visitor interrupted or said goodbye, or the visit ends."""
        self._text = None
        self._refusable = 0
        self._is_thinking = False

    def joining(self) -> None:
        """The room is left for a fresh one; time does not count until the question has reached that."""
        self._is_joining = True

    def joined(self) -> None:
        """The fresh room works."""
        self._is_joining = False
        self._heard = self._is_old_voice = False
        self._answered_words.forget()
        self._shows_work = False
        self._lost_at = max(LOST_AFTER, self.missed + 1)  # in the fresh room once is enough
        self._again_at = None if self._text is None else self._now + (GREETING_S if self._greets else SETTLE_S)

    def take_again(self) -> str | None:
        """Return the question that is to be sent now, once; else None."""
        if self._again_at is None or self._heard or self._now < self._again_at:
            return None
        self._again_at = None
        text, self._text = self._text, None
        if text is not None:
            self.asked(text)
        return text

    def look(self, now: float, *, heard: bool, thinks: bool, visitor: bool) -> None:
        """Take what is so now.

        Args:
            now: The time.
            heard: The avatar's voice is heard.
            thinks: The service says that it works on an answer.
            visitor: The visitor's voice is heard.
        """
        passed, self._now = now - self._now, now
        if heard and not self._heard:
            self._heard_at = now
            self._begins()
        self._is_old_voice = self._is_old_voice and (heard or (not self._heard and now < self._old_until))
        self._heard = heard
        if not visitor:
            self._voice_began_at = None
        elif self._voice_began_at is None:
            self._voice_began_at = now
        if heard:
            if self._again_at is not None:
                self._again_at = now  # the greeting; the question follows it
            elif self._text is not None and not self._is_old_voice:
                self.answered()
            return
        if visitor:
            self._voice_at = now
        if self._text is not None and not self._is_waiting:
            self._wait(passed, thinks, visitor)

    def _turn_began(self) -> None:
        """The avatar begins to speak, by the service's word: beside a voice under way that is a new turn."""
        if self._heard and self._now - self._heard_at >= TURN_S:
            self._is_old_voice = False

    def _refused(self) -> None:
        if self._refusable and not self._is_waiting:  # one that is told twice counts once
            self._refusable -= 1
            self._miss()

    def _declined(self) -> None:
        self._answered_words.answered()
        if not self._is_sent and not self._is_waiting:
            self.withdrawn()

    # ------------------------------------------------------------ the clock

    def _begins(self) -> None:
        self._answer_at = self._now
        self._answered_words.answered()
        if self._greets is None:
            self._greets = self._text is None

    @property
    def _has_worked(self) -> bool:
        """Whether the avatar began to work on the question; its words may be told later."""
        return self._worked_at >= self._began_at - LATE_S

    def _open(self, text: str, *, is_sent: bool) -> None:
        if not self._is_joining:
            self._again_at = None  # the fresh room has heard this one
        if self._text is None:
            self._quiet_s = self._pause_s = self._thought_s = 0.0
            self._old_until = self._said_at + SOUND_S
            self._is_old_voice = self._heard or self._now < self._old_until
            self._is_sent, self._began_at = False, self._now
        self._is_sent = self._is_sent or is_sent
        self._text = text

    def _wait(self, passed: float, thinks: bool, visitor: bool) -> None:
        self._is_thinking = thinks and self._thought_s < THINKING_S
        if self._is_thinking:
            self._thought_s += passed
        elif visitor and self._now - self._words_at < VOICE_S:
            self._quiet_s += self._pause_s if self._pause_s >= PAUSE_S else 0.0
            self._pause_s = 0.0
        else:
            self._pause_s += passed
            in_sentence = self._voice_began_at is not None and self._now - self._voice_began_at < SENTENCE_S
            if self._quiet_s + self._pause_s >= ANSWER_S and not in_sentence:
                self._give_up()

    def _give_up(self) -> None:
        """The question has waited for long."""
        if self._is_sent:
            self._miss()
        elif self._shows_work and not self._has_worked:
            self.withdrawn()  # the words were meant for somebody else
        else:
            self._again_at = self._now
            if not self.missed:
                self._miss()

    def _miss(self) -> None:
        self.missed += 1
        self._quiet_s = self._pause_s = 0.0
        if self.missed >= LOST_AFTER or self.was_answered is None:
            self.was_answered = False
