"""What the conversation shows: the screen's value, the facts of the status page, the mood of the drawn figure."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from app.character.base import Figure, Mood
from app.screens import Live, StillThere, Talk, Trouble, WhyNot
from app.settings.model import VisitSettings
from app.stage import Stage
from app.visit.clock import VisitClock
from app.visit.media_watch import MediaHealth
from app.visit.parting import Parting
from app.visit.speech_activity import SpeechActivity
from app.visit.spoken_goodbye import SHOWN_S
from app.visit.transcript import Transcript
from app.vitals import VisitVitals
from app.waiting.line import Line

QUESTIONS_BACK_S = 8.0  # the suggestions return when nobody has spoken for so long
_MOODS = {Talk.SPEAKING: Mood.SPEAKING, Talk.THINKING: Mood.THINKING, Talk.HEARING: Mood.LISTENING}


@dataclass
class LiveScene:
    """Draws the conversation as it is. The conversation sets the plain fields; all else is read from its owner.

    Attributes:
        health: What the media watch found last.
        figure: The drawn character where it is the avatar, else None.
        greeting: Nobody has said anything yet.
    """

    stage: Stage
    facts: VisitVitals
    settings: VisitSettings
    line: Line
    questions: tuple[str, ...]
    speech: SpeechActivity
    clock: VisitClock
    parting: Parting
    transcript: Transcript
    has_captions: bool
    health: MediaHealth
    figure: Figure | None
    greeting: bool = True

    def __post_init__(self) -> None:
        self._now = asyncio.get_running_loop().time
        self._quiet_since = self._now()
        self._mood: Mood | None = None

    def draw(self) -> None:
        """Show the screen as it is now."""
        live = self._live()
        goodbye = self.parting.question
        question = goodbye or self.clock.warning
        if question is None:
            self.stage.show(live)
            return
        of_s = round(SHOWN_S if goodbye else self.settings.idle_warning_s)
        self.stage.show(StillThere(min(of_s, round(question.remaining_s)), of_s, live, goodbye is not None))

    def measure(self, loudness: float) -> None:
        """Write the facts of this moment. loudness: of the avatar's voice, 0 to 1; it moves the drawn mouth."""
        facts, clock, now = self.facts, self.clock, self._now()
        facts.hard_deadline = clock.session.deadline
        remaining_s = 0.0 if clock.warning is not None else clock.idle.remaining_s
        is_still = clock.warning is not None or clock.idle.is_held
        facts.idle_deadline = None if is_still else now + remaining_s
        facts.idle_held_s = remaining_s if is_still else None
        facts.speaking = self.speech.who_speaks
        facts.extensions = clock.session.extensions
        if facts.speaking is not None or self.speech.avatar_is_busy:
            self._quiet_since = now
        if self.figure is not None:
            self._act(self.figure, loudness)
        else:
            self._mood = None

    def why_no_extension(self) -> WhyNot | None:
        """Return why no more time can be offered, or None where it can."""
        if self.line.somebody_waits():
            return WhyNot.SOMEONE_WAITS
        most = min(self.settings.max_extensions, self.line.most_extensions)
        session = self.clock.session
        if session.extensions >= most or not session.can_extend(self.settings.extension_s):
            return WhyNot.LIMIT
        return None

    def _live(self) -> Live:
        settings, remaining_s = self.settings, self.clock.session.remaining_s
        shows_chip = remaining_s <= settings.chip_s
        why_not = self.why_no_extension()
        talk = self.speech.talk
        return Live(
            talk=talk,
            microphone=self.speech.microphone,
            mode=self.speech.mode,
            greeting=self.greeting,
            remaining_s=round(remaining_s) if shows_chip else None,
            limit_s=round(settings.hard_limit_s),
            urgent=remaining_s <= settings.countdown_s,
            may_extend=shows_chip and why_not is None,
            extension_s=round(settings.extension_s),
            why_not=why_not if shows_chip else None,
            trouble=self._trouble(),
            captions=self.transcript.newest(),
            questions=self.questions,
            show_questions=self._offers_questions(),
            can_interrupt=talk is Talk.SPEAKING,
            has_captions=self.has_captions,
        )

    def _offers_questions(self) -> bool:
        # A visitor who is not heard goes on talking, and needs another way.
        return self.greeting or self.health.is_unheard or self._now() - self._quiet_since >= QUESTIONS_BACK_S

    def _trouble(self) -> Trouble | None:
        health = self.health
        stands_still = self._now() - health.moved_at >= self.settings.stall_notice_s
        if health.is_broken or health.is_silent or health.is_unanswered or stands_still:
            return Trouble.STALLED
        return Trouble.CANNOT_HEAR if health.is_unheard else self.speech.trouble

    def _act(self, figure: Figure, loudness: float) -> None:
        figure.voice(loudness)
        mood = _MOODS.get(self.speech.talk, Mood.LISTENING if self.greeting else Mood.IDLE)
        if mood is not self._mood:
            self._mood = mood
            figure.show(mood)
