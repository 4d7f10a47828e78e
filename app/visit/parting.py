"""The end of a conversation by what is said: the avatar asks to end it, or the visitor says goodbye."""

from __future__ import annotations

from collections.abc import Callable

from app.audio.base import SpeakerOut
from app.events import AvatarEnds, Caption
from app.intents import AskText, Intent, Interrupt, TalkButton
from app.screens import EndReason, Speaker
from app.visit.clock import VisitClock
from app.visit.farewell_words import FarewellWords
from app.visit.media_session import MediaEvent
from app.visit.speech_activity import SpeechActivity
from app.visit.spoken_goodbye import QUIET_S, SpokenGoodbye
from app.visit.timers import Countdown

SILENT_S = 2.0  # an avatar that has said nothing for so long says nothing more
LAST_WORDS_S = 15.0  # longer last words are cut off
CLOSED_S = 30.0  # an avatar that leaves so soon after its farewell has left because of it

# What the end of a session that the avatar asked to end can look like in the room.
_BY_LEAVING = frozenset({EndReason.AVATAR_LEFT, EndReason.ROOM_CLOSED, EndReason.NETWORK, EndReason.UNKNOWN})


class Parting:
    """Ends a conversation by what is said in it. No touch and no word of the visitor keeps an avatar that ends it.

    Args:
        words: The phrases of a farewell.
        speech: Tells who speaks.
        clock: The timers, which go on meanwhile.
        speaker: Plays a chime when "Goodbye" is shown.
        end: Ends the conversation.
        listens: The visitor may end the visit by saying goodbye.
    """

    def __init__(
        self,
        words: FarewellWords,
        speech: SpeechActivity,
        clock: VisitClock,
        speaker: SpeakerOut,
        end: Callable[[EndReason], None],
        *,
        listens: bool,
    ) -> None:
        self._words = words
        self._listens = listens
        self._speech = speech
        self._end = end
        self._goodbye = SpokenGoodbye(words, speech, clock, speaker)
        self._ends_since: float | None = None
        self._spoke = False
        self._quiet_since = 0.0
        self._bids = False  # the visitor's newest words are a farewell, taken up or not
        self._closed_at: float | None = None  # when the avatar said its farewell; the visitor has said nothing since

    @property
    def avatar_ends(self) -> bool:
        """Whether the avatar has asked to end the visit: from then on nothing is repaired any more."""
        return self._ends_since is not None

    @property
    def wants_no_answer(self) -> bool:
        """Whether nothing is asked of the avatar: it ends the visit, or the visitor's words are a farewell."""
        return self.avatar_ends or self._goodbye.is_said or self._bids

    @property
    def question(self) -> Countdown | None:
        """The time that "Goodbye" is still shown to a visitor who said it, or None."""
        return self._goodbye.question

    # ------------------------------------------------------------ input

    def note(self, event: MediaEvent, now: float) -> None:
        """Take an event. now: the loop's clock, seconds."""
        match event:
            case AvatarEnds() if self._ends_since is None:
                self._ends_since = self._quiet_since = now
                self._goodbye.go_on(now)  # there is nothing left to be asked
            case Caption(speaker=Speaker.VISITOR):
                self._hear(event.segment, event.text, event.final, now)
            case Caption(text=text) if self._words.closes(text):
                self._closed_at = now
            case _:
                pass

    def touched(self, intent: Intent, now: float) -> None:
        """Take what the visitor did, other than to end the visit. now: the loop's clock, seconds."""
        match intent:
            case AskText(text=text):
                self._hear("typed", text, True, now)
            case Interrupt() | TalkButton(down=False) if self.question is None:
                pass  # neither says that the conversation goes on
            case _:
                self._goodbye.touch(now)

    def _hear(self, segment: str, text: str, final: bool, now: float) -> None:
        self._closed_at = None
        self._bids = self._words.is_farewell(text)
        if self._listens and self._ends_since is None:
            self._goodbye.hear(segment, text, final, now)

    # ------------------------------------------------------------ output

    def look(self, now: float) -> None:
        """Look several times a second, after the devices were looked at. now: the loop's clock, seconds."""
        if self._ends_since is not None:
            self._hear_out(now, self._ends_since)
        elif self._goodbye.look(now):
            self._end(EndReason.VISITOR)

    def reason(self, reason: EndReason) -> EndReason:
        """Return the reason to be told for an end: an avatar that asked to end the visit may leave without a word."""
        return EndReason.AVATAR_ENDED if self.avatar_ends and reason in _BY_LEAVING else reason

    def was_said(self, now: float) -> bool:
        """Tell whether one of both has said goodbye, so that nobody is surprised by an end now."""
        return self._goodbye.is_said or (self._closed_at is not None and now - self._closed_at <= CLOSED_S)

    def _hear_out(self, now: float, since: float) -> None:
        if self._speech.avatar_is_heard:
            self._spoke, self._quiet_since = True, now
        elif self._speech.avatar_is_busy and not self._spoke:
            self._quiet_since = now  # it says, or thinks of, what has not arrived yet
        is_quiet = now - self._quiet_since >= (QUIET_S if self._spoke else SILENT_S)
        if is_quiet or now - since >= LAST_WORDS_S:
            self._end(EndReason.AVATAR_ENDED)
