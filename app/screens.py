"""What the visitor sees, as values; what comes back is in app/intents.py.

Screens carry enumerations and numbers, never sentences of the kiosk: after a change of language the same value is drawn
again. The only words in them are those of the conversation (captions) and of the site's settings (questions).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class EndReason(StrEnum):
    """Why a visit ended. The values appear in the status and in the statistics."""

    VISITOR = "visitor"
    IDLE = "idle"
    HARD_LIMIT = "hard_limit"
    STAFF = "staff"
    VENDOR_IDLE = "vendor_idle"
    VENDOR_MAX_DURATION = "vendor_max_duration"
    OUT_OF_CREDITS = "out_of_credits"
    AVATAR_ENDED = "avatar_ended"  # by its own wish, after its last words
    AVATAR_LEFT = "avatar_left"
    ROOM_CLOSED = "room_closed"
    NETWORK = "network"
    DUPLICATE_IDENTITY = "duplicate_identity"
    ERROR = "error"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"  # also: no answer to the notice or to "keep my place"
    CAP = "cap"  # waited for as long as anybody may
    UNAVAILABLE = "unavailable"  # credits, key, configuration: the next visitor would meet it as well
    NO_START = "no_start"  # create, join or first picture failed


class WaitReason(StrEnum):
    """Why the visitor waits."""

    BUSY = "busy"  # all sessions of the service are in use
    TROUBLE = "trouble"  # the service failed; it is tried again


class Ask(StrEnum):
    """A question to somebody who waits."""

    KEEP_PLACE = "keep_place"
    CLAIM = "claim"


class UnavailableReason(StrEnum):
    """Why nobody can be served at present."""

    CREDITS = "credits"
    AUTH = "auth"
    CONFIG = "config"
    NETWORK = "network"
    SAFE_MODE = "safe_mode"
    BUDGET = "budget"
    NO_ANSWER = "no_answer"  # visits in a row in which the avatar answered nothing


class Speaker(StrEnum):
    """Who said it."""

    VISITOR = "visitor"
    AVATAR = "avatar"


class Talk(StrEnum):
    """Whose turn it is, decided from the sound that is heard and played and from events of the service."""

    LISTENING = "listening"
    HEARING = "hearing"  # the visitor is speaking
    THINKING = "thinking"
    SPEAKING = "speaking"  # the avatar's voice comes out of the speaker


class MicrophoneState(StrEnum):
    """What the microphone does now."""

    OPEN = "open"
    HELD_OFF = "held_off"  # push-to-talk not pressed, or half-duplex while the avatar speaks
    MUTED = "muted"
    MISSING = "missing"  # no device, or text mode


class Trouble(StrEnum):
    """A problem that the visitor is told of while the visit goes on."""

    STALLED = "stalled"  # no new pictures come: the last one stays, with "One moment..."
    CANNOT_HEAR = "cannot_hear"  # the microphone delivers no sound
    LOUD = "loud"  # too much noise for hands-free


class WhyNot(StrEnum):
    """Why no extension is offered."""

    SOMEONE_WAITS = "someone_waits"
    LIMIT = "limit"  # the staff's ceiling or the service's maximum is reached


class TalkMode(StrEnum):
    """How the visitor speaks."""

    HANDS_FREE = "hands-free"
    PUSH_TO_TALK = "push-to-talk"
    HALF_DUPLEX = "half-duplex"
    TEXT = "text"


class TextSize(StrEnum):
    """Text sizes on offer, as factors 1, 1.5 and 2."""

    NORMAL = "normal"
    LARGE = "large"
    LARGEST = "largest"


@dataclass(frozen=True, slots=True)
class Preferences:
    """What this visitor has chosen; back to the site's defaults at every reset.

    Attributes:
        language: Code of the language of all texts.
        text_size: Size of all words.
        high_contrast: The high-contrast colours instead of the theme's.
        less_motion: No animation.
        captions: What is said is shown as text.
        volume: Of the speaker, 0 to 1.
    """

    language: str = "en"
    text_size: TextSize = TextSize.NORMAL
    high_contrast: bool = False
    less_motion: bool = False
    captions: bool = True
    volume: float = 0.8


@dataclass(frozen=True, slots=True)
class CaptionLine:
    """One segment of speech as it is shown.

    A line replaces the earlier one with the same speaker and segment.

    Attributes:
        speaker: Who said it.
        segment: The id of the segment, unique for its speaker.
        text: The whole text of the segment so far.
        final: The text will not change any more.
    """

    speaker: Speaker
    segment: str
    text: str
    final: bool = False


@dataclass(frozen=True, slots=True)
class Attract:
    """Shown while nobody is here; any touch or printable key starts a visit."""

    name = "attract"


@dataclass(frozen=True, slots=True)
class Notice:
    """What the visitor is told before the microphone opens: an AI, a microphone, a time limit.

    Attributes:
        limit_s: The time limit of the conversation, seconds.
        mode: How the visitor will speak.
        local: What is said stays on this machine.
    """

    limit_s: int = 300
    mode: TalkMode = TalkMode.HANDS_FREE
    local: bool = False

    name = "notice"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Please wait.

    Attributes:
        reason: Why the visitor waits.
        waited_s: How long already, whole seconds.
        cap_s: The longest wait, whole seconds.
        place: Place in the line, 1 is next; None where no line is known.
        bound_s: At most so many seconds until the place is free; None where no line is known.
        asks: A question that is put now, or None.
        asks_left_s: Seconds left to answer it.
        asks_of_s: Seconds that there were to answer it.
    """

    reason: WaitReason = WaitReason.BUSY
    waited_s: int = 0
    cap_s: int = 300
    place: int | None = None
    bound_s: int | None = None
    asks: Ask | None = None
    asks_left_s: int = 0
    asks_of_s: int = 20

    name = "waiting"


@dataclass(frozen=True, slots=True)
class Connecting:
    """A session has been started and the avatar has not appeared yet.

    Attributes:
        slow: It takes longer than people expect.
        late: It takes so long that the visitor is told that the avatar still comes.
    """

    slow: bool = False
    late: bool = False

    name = "connecting"


@dataclass(frozen=True, slots=True)
class Live:
    """The conversation.

    Attributes:
        talk: Whose turn it is.
        microphone: What the microphone does now.
        mode: How the visitor speaks.
        greeting: The visitor has not spoken yet: "Say hello or tap a question".
        remaining_s: The time that is left, whole seconds; None while it is not shown.
        limit_s: The time limit, seconds.
        urgent: The final countdown.
        may_extend: More time is offered.
        extension_s: How much more, seconds.
        why_not: Why no more time is offered, where the visitor is told.
        trouble: A problem that the visitor is told of.
        captions: The last few segments of speech, newest last.
        questions: The site's suggestions; empty: three neutral ones of the language.
        show_questions: Suggestions are shown now.
        can_type: Questions can be typed.
        can_interrupt: The avatar can be made to fall silent.
        has_captions: Everything that is spoken has captions; otherwise only what is typed, and its answers.
    """

    talk: Talk = Talk.LISTENING
    microphone: MicrophoneState = MicrophoneState.OPEN
    mode: TalkMode = TalkMode.HANDS_FREE
    greeting: bool = False
    remaining_s: int | None = None
    limit_s: int = 300
    urgent: bool = False
    may_extend: bool = False
    extension_s: int = 120
    why_not: WhyNot | None = None
    trouble: Trouble | None = None
    captions: tuple[CaptionLine, ...] = ()
    questions: tuple[str, ...] = ()
    show_questions: bool = True
    can_type: bool = True
    can_interrupt: bool = False
    has_captions: bool = True

    name = "live"


@dataclass(frozen=True, slots=True)
class StillThere:
    """Are you still there?

    Attributes:
        seconds: Seconds left to answer.
        of_s: Seconds that there were.
        live: The conversation, darkened behind the question.
        goodbye: The visitor said goodbye: that is said back, and the visit ends unless somebody is still here.
    """

    seconds: int = 20
    of_s: int = 20
    live: Live = field(default_factory=Live)
    goodbye: bool = False

    name = "still_there"


@dataclass(frozen=True, slots=True)
class Farewell:
    """The end of a visit: thanks, or what happened.

    Attributes:
        reason: Why it ended.
        said: A goodbye was said before: the end surprises nobody, and there is nothing to be sorry for.
    """

    reason: EndReason = EndReason.VISITOR
    said: bool = False

    name = "farewell"


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Nobody can be served at present.

    Attributes:
        reason: Why.
        staff_hint: A small line tells the staff that settings are wrong.
    """

    reason: UnavailableReason = UnavailableReason.NETWORK
    staff_hint: bool = False

    name = "unavailable"


@dataclass(frozen=True, slots=True)
class Closed:
    """Outside the opening hours.

    Attributes:
        opens_at: When the kiosk opens next; None: not known.
        week: Seven entries from Monday, each a tuple of (open, close) as "HH:MM"; empty: no hours are shown.
    """

    opens_at: datetime | None = None
    week: tuple[tuple[tuple[str, str], ...], ...] = ()

    name = "closed"


Screen = Attract | Notice | Waiting | Connecting | Live | StillThere | Farewell | Unavailable | Closed


@dataclass(frozen=True, slots=True)
class Shown:
    """A screen as it is published to the window.

    Attributes:
        step: A number that changes whenever another kind of screen is shown; answers repeat it.
        screen: The screen.
        preferences: What the visitor has chosen.
    """

    step: int
    screen: Screen
    preferences: Preferences
