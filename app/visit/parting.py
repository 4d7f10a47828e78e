"""The end of a conversation by what is said: the avatar asks to end it, and is heard out."""

from __future__ import annotations

from collections.abc import Callable

from app.events import AvatarEnds
from app.screens import EndReason
from app.visit.media_session import MediaEvent
from app.visit.speech_activity import SpeechActivity

QUIET_S = 1.0  # the voice has ended, not only a sentence
SILENT_S = 2.0  # an avatar that has said nothing for so long says nothing more
LAST_WORDS_S = 15.0  # longer last words are cut off

# What the end of a session that the avatar asked to end can look like in the room.
_BY_LEAVING = frozenset({EndReason.AVATAR_LEFT, EndReason.ROOM_CLOSED, EndReason.NETWORK, EndReason.UNKNOWN})


class Parting:
    """Ends a conversation by what is said in it. No touch and no word of the visitor keeps an avatar that ends it.

    Args:
        speech: Tells whether the avatar is heard.
        end: Ends the conversation.
    """

    def __init__(self, speech: SpeechActivity, end: Callable[[EndReason], None]) -> None:
        self._speech = speech
        self._end = end
        self._ends_since: float | None = None
        self._spoke = False
        self._quiet_since = 0.0

    @property
    def avatar_ends(self) -> bool:
        """Whether the avatar has asked to end the visit: from then on nothing is repaired any more."""
        return self._ends_since is not None

    def note(self, event: MediaEvent, now: float) -> None:
        """Take an event. now: the loop's clock, seconds."""
        if isinstance(event, AvatarEnds) and self._ends_since is None:
            self._ends_since = self._quiet_since = now

    def look(self, now: float) -> None:
        """Look several times a second, after the devices were looked at. now: the loop's clock, seconds."""
        if self._ends_since is None:
            return
        if self._speech.avatar_is_heard:
            self._spoke, self._quiet_since = True, now
        elif self._speech.avatar_is_busy and not self._spoke:
            self._quiet_since = now  # it says, or thinks of, what has not arrived yet
        is_quiet = now - self._quiet_since >= (QUIET_S if self._spoke else SILENT_S)
        if is_quiet or now - self._ends_since >= LAST_WORDS_S:
            self._end(EndReason.AVATAR_ENDED)

    def reason(self, reason: EndReason) -> EndReason:
        """Return the reason to be told for an end: an avatar that asked to end the visit may leave without a word."""
        return EndReason.AVATAR_ENDED if self.avatar_ends and reason in _BY_LEAVING else reason
