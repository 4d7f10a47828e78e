"""Detects a stalled picture, a silent avatar, an unheard visitor and questions without an answer."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from enum import Enum, StrEnum, auto

from app.events import Caption, Speaking, Thinking
from app.picture import Picture
from app.rooms.base import ActiveSpeakers, Arriving, AvatarLeft, Reconnected, Reconnecting
from app.screens import Speaker, Trouble
from app.settings.model import VisitSettings
from app.visit.media_session import MediaEvent
from app.visit.speech_activity import SpeechActivity
from app.visit.unanswered import UnansweredQuestions
from app.visit.unheard_speech import UnheardSpeech

log = logging.getLogger(__name__)

LEFT_S = 8.0  # an avatar that left on purpose is back, or reported as gone, within so long
SILENT_TURNS = 2  # in a row are a dead voice (docs/vendors/README.md R31)


class Cure(Enum):
    """What is to be done about media that do not work.

    JOIN_AGAIN: a fresh join may help. END: nothing does. END_MUTE: nothing does, although the connection works.
    """

    JOIN_AGAIN = auto()
    END = auto()
    END_MUTE = auto()


class Cause(StrEnum):
    """Why a fresh join or the end is wanted, in words for staff."""

    AVATAR_SILENT = "The avatar spoke, and its voice did not arrive."
    VISITOR_UNHEARD = "A visitor spoke, and the service took no notice."
    UNANSWERED = "A visitor asked, and the avatar gave no answer."


@dataclass(frozen=True, slots=True)
class MediaHealth:
    """How picture and sound of a conversation are.

    Attributes:
        moved_at: When the picture last moved, or anything arrived, on the loop's clock, seconds.
        is_broken: The connection is lost: the library repairs it, or the room is joined again.
        is_silent: The avatar speaks by the service's word, and its voice does not arrive.
        is_unheard: The visitor spoke, and the service took no notice.
        is_deaf: It has never taken notice in this room.
        is_unanswered: The visitor asked, and nothing has come for too long.
        overdue: What has not worked for too long, in words for staff, or None.
        cure: What is to be done now, or None.
        cause: Why that is wanted, or None.
    """

    moved_at: float
    is_broken: bool = False
    is_silent: bool = False
    is_unheard: bool = False
    is_deaf: bool = False
    is_unanswered: bool = False
    overdue: str | None = None
    cure: Cure | None = None
    cause: Cause | None = None


class MediaWatch:
    """Judges from events and regular looks whether picture and sound work, and what to do where they do not.

    What does not work is repaired within `settings.stall_end_s`, by the library or by one fresh join, or the visit
    ends.

    Args:
        speech: Who speaks. It is told that the avatar is silent where the voice does not arrive: once is enough.
        picture: Counts the frames of the room that arrived.
        settings: `stall_notice_s` until the visitor is told, `stall_end_s` until the cure.
        now: The loop's clock, seconds.
        has_video: A picture is expected. Otherwise what arrives at all is watched, also frames that nobody sees, or,
            where a room does not tell that, what the library says of the connection.
        room_proves: The room's level meter is the only proof that the visitor is heard. Otherwise the service sends the
            visitor's words, and what only reached the room was not heard.

    Attributes:
        health: What was found last.
        questions: The visitor's questions; whoever sends or receives words tells it.
        has_video: May change: a service that promised only a voice can send a picture after all, and one that promised
            a picture one that shows nothing.
    """

    def __init__(
        self,
        speech: SpeechActivity,
        picture: Picture,
        settings: VisitSettings,
        now: float,
        *,
        has_video: bool,
        room_proves: bool,
    ) -> None:
        self.health = MediaHealth(moved_at=now)
        self.has_video = has_video
        self.questions = UnansweredQuestions(now)
        self._speech = speech
        self._picture = picture
        self._settings = settings
        self._room_proves = room_proves
        self._unheard = UnheardSpeech()
        self._arrivals: int | None = None  # None: the room does not tell
        self._moved: tuple[int, int | None] = (picture.arrived, None)  # frames of the room, and other arrivals
        self._may_join_again = True
        self._has_left = False  # since the last look
        self._spared_until = now  # no cure before: the avatar left on purpose, and the room tells whether it is gone
        self._heard = False  # the avatar

    def note(self, event: MediaEvent) -> None:
        """Take from an event whether the room really works, besides what it says."""
        self.questions.note(event)
        match event:
            case Caption(speaker=Speaker.VISITOR, text=text, final=final):
                if not self.questions.is_echo(text, final):  # what was typed proves nothing about his voice
                    self._unheard.confirm()
            case Speaking(speaker=Speaker.VISITOR, by_room=False):
                self._unheard.confirm()
            case Thinking(active=True):
                self._unheard.avatar_begins()
            case ActiveSpeakers(own=True) if self._room_proves:
                self._unheard.confirm()
            case Arriving():
                self._arrivals = (self._arrivals or 0) + 1
            case AvatarLeft():
                self._has_left = True
            case Reconnecting() if not self.has_video and self._arrivals is None:
                # Where pictures or arrivals are counted it says nothing about what is seen and heard.
                self.health = replace(self.health, is_broken=True)
            case Reconnected():
                self.health = replace(self.health, is_broken=False)
            case _:
                pass

    def joining_again(self) -> None:
        """The room is joined anew, once: what was expected of the old one is forgotten."""
        self.health = replace(self.health, is_broken=True)
        self._may_join_again = False
        self._unheard.forget()
        self.questions.joining()
        self._speech.avatar_says(False)
        self._speech.avatar_thinks(False)
        self._speech.silent_turns.forget()
        self._speech.visitor_by_service = False  # its end would have been told in the room that is gone

    def joined_again(self, now: float) -> None:
        """The new room works. now: the loop's clock, seconds."""
        self.health = replace(self.health, is_broken=False, moved_at=now)
        self.questions.joined()

    def look(self, now: float) -> MediaHealth:
        """Look several times a second, and return what is found. now: the loop's clock, seconds."""
        silent_s = self._speech.silent_s
        self._follow_speech(now)
        moved_at = self._moved_at(now)
        is_silent, is_unheard = silent_s >= self._settings.stall_notice_s, self._unheard.is_unheard
        if self._has_left:
            self._has_left, self._spared_until = False, now + LEFT_S
        is_spared = now < self._spared_until
        cure, cause = (None, None) if is_spared else self._cure(now - moved_at, silent_s)
        self.health = MediaHealth(
            moved_at=moved_at,
            is_broken=self.health.is_broken,
            is_silent=is_silent,
            is_unheard=is_unheard,
            is_deaf=self._unheard.is_deaf,
            is_unanswered=self.questions.is_stalled,
            overdue=self._words(now - moved_at, is_silent),
            cure=cure,
            cause=cause,
        )
        return self.health

    def _cure(self, still_s: float, silent_s: float) -> tuple[Cure | None, Cause | None]:
        if still_s >= self._settings.stall_end_s:
            return Cure.END, None
        if silent_s >= self._settings.stall_end_s or self._speech.silent_turns.in_a_row >= SILENT_TURNS:
            log.info("the voice does not arrive")
            self._speech.avatar_says(False)  # once is enough
            self._speech.silent_turns.forget()
            return Cure.JOIN_AGAIN, Cause.AVATAR_SILENT
        if self._unheard.is_lost and self._may_join_again:
            log.warning("the visitor is not heard")
            self._unheard.forget()
            return Cure.JOIN_AGAIN, Cause.VISITOR_UNHEARD
        if self.questions.is_lost:
            log.warning("the avatar gives no answer")
            if self._may_join_again:
                self.questions.joining()
                return Cure.JOIN_AGAIN, Cause.UNANSWERED
            self.questions.withdrawn()
            return Cure.END_MUTE, Cause.UNANSWERED
        return None, None

    def _follow_speech(self, now: float) -> None:
        """Tell the two that watch over question and answer who speaks."""
        speech = self._speech
        heard = speech.avatar_is_heard
        if heard and not self._heard:
            self._unheard.avatar_begins()
        self._heard = heard
        if speech.trouble is Trouble.LOUD:  # those are the voices of others, and there is a hint for it
            self._unheard.forget()
        self._unheard.look(now, speech.visitor_is_heard_here, heard)
        self.questions.look(now, heard=heard, thinks=speech.avatar_is_thinking, visitor=speech.visitor_speaks)

    def _moved_at(self, now: float) -> float:
        """Return when anything last moved, on the loop's clock."""
        arrivals = None if self.has_video else self._arrivals
        moved = (self._picture.arrived, arrivals)
        is_untold = not self.has_video and arrivals is None
        if moved != self._moved or (is_untold and not self.health.is_broken):
            self._moved = moved
            return now
        return self.health.moved_at

    def _words(self, still_s: float, is_silent: bool) -> str | None:
        if still_s >= self._settings.stall_notice_s:
            return "the picture stands still" if self.has_video else "nothing arrives from the service"
        if is_silent:
            return "the voice does not arrive"
        return "the connection is being repaired" if self.health.is_broken else None
