"""Looks in a conversation whether what ought to move moves: the picture, the avatar's voice, the visitor's voice."""

from __future__ import annotations

import logging
from enum import Enum, auto

from app.events import Caption, Speaking, Thinking
from app.picture import Picture
from app.rooms.base import ActiveSpeakers, Arriving, Reconnected, Reconnecting
from app.screens import Speaker, Trouble
from app.settings.model import VisitSettings
from app.visit.live_scene import LiveScene
from app.visit.media_session import MediaEvent
from app.visit.speech_activity import SpeechActivity
from app.visit.unheard_speech import UnheardSpeech

log = logging.getLogger(__name__)


class Cure(Enum):
    """What is to be done about what stands still. JOIN_AGAIN: a fresh join may help. END: nothing does."""

    JOIN_AGAIN = auto()
    END = auto()


class MediaWatch:
    """Writes what it finds into the scene. has_video: a picture is expected; else what arrives at all is watched, or,
    where a room does not tell that, what the library says of the connection.

    room_proves: the room's level meter is the only thing that tells; else the service sends the visitor's words, and
    what only got into the room was not heard.
    What stands still is repaired within `stall_end_s`, by the library or by a fresh join, or the visit ends.

    overdue: what stands still for too long, in words for staff, or None. cured: for what a fresh join was last wanted.
    """

    def __init__(
        self,
        scene: LiveScene,
        speech: SpeechActivity,
        picture: Picture,
        settings: VisitSettings,
        *,
        has_video: bool,
        room_proves: bool,
    ) -> None:
        self.has_video = has_video
        self.overdue: str | None = None
        self.cured = ""
        self._scene = scene
        self._speech = speech
        self._picture = picture
        self._settings = settings
        self._room_proves = room_proves
        self._unheard = UnheardSpeech()
        self._arrivals: int | None = None  # None: the room does not tell
        self._moved: int | None = picture.pushed
        self._may_join_again = True

    def note(self, event: MediaEvent) -> None:
        """Take from an event whether the room really works, besides what it says."""
        match event:
            case Thinking() | Caption(speaker=Speaker.VISITOR) | Speaking(speaker=Speaker.VISITOR, by_room=False):
                self._unheard.confirm()
            case ActiveSpeakers(own=True) if self._room_proves:
                self._unheard.confirm()
            case Arriving():
                self._arrivals = (self._arrivals or 0) + 1
            case Reconnecting() if not self.has_video and self._arrivals is None:
                self._scene.is_broken = True  # elsewhere it says nothing about what is seen and heard
            case Reconnected():
                self._scene.is_broken = False
            case _:
                pass

    def joining_again(self) -> None:
        """The room is made anew, once: what was expected of the old one is forgotten."""
        self._may_join_again = False
        self._unheard.forget()
        self._speech.avatar_says(False)
        self._speech.avatar_thinks(False)
        self._speech.visitor_by_service = False  # its end would have been told in the room that is gone

    def look(self, now: float) -> Cure | None:
        """Several times a second, on the loop's clock. Returns what to do about it, if anything."""
        settings, silent_s = self._settings, self._speech.silent_s
        is_lost = self._is_unheard(now)
        self._scene.is_silent = silent_s >= settings.stall_notice_s
        still_s = self._still_s(now)
        self.overdue = self._words(still_s)
        if still_s >= settings.stall_end_s:
            return Cure.END
        if silent_s >= settings.stall_end_s:
            log.info("the voice does not arrive")
            self.cured = "The avatar spoke, and its voice did not arrive."
            self._speech.avatar_says(False)  # once is enough
            return Cure.JOIN_AGAIN
        if is_lost and self._may_join_again:
            log.warning("the visitor is not heard")
            self.cured = "A visitor spoke, and the service took no notice."
            self._unheard.forget()
            return Cure.JOIN_AGAIN
        return None

    def _is_unheard(self, now: float) -> bool:
        # The avatar's own voice in the room is no word of the visitor, and its answer is a sign.
        is_avatar = self._speech.avatar_is_heard
        if is_avatar:
            self._unheard.confirm()
        if self._speech.trouble is Trouble.LOUD:  # those are the voices of others, and there is a hint for it
            self._unheard.forget()
        self._unheard.look(now, self._speech.visitor_is_heard_here and not is_avatar)
        self._scene.is_unheard = self._unheard.missed > 0
        return self._unheard.is_lost

    def _still_s(self, now: float) -> float:
        """Return for how many seconds nothing has moved."""
        moved = self._picture.pushed if self.has_video else self._arrivals
        if moved != self._moved or (moved is None and not self._scene.is_broken):
            self._moved = moved
            self._scene.moved_at = now
        return now - self._scene.moved_at

    def _words(self, still_s: float) -> str | None:
        if still_s >= self._settings.stall_notice_s:
            return "the picture stands still" if self.has_video else "nothing arrives from the service"
        if self._scene.is_silent:
            return "the voice does not arrive"
        return "the connection is being repaired" if self._scene.is_broken else None
