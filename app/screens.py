"""What the visitor sees, as values; what comes back is in app/intents.py.

Screens carry enumerations and numbers, never sentences of ours: a change of language redraws the same value. The only
words in them are those of the conversation (captions) and of the site's own settings (questions).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class EndReason(StrEnum):
    """Why a visit ended; the words of the status page and of the statistics."""

    VISITOR = "visitor"
    IDLE = "idle"
    HARD_LIMIT = "hard_limit"
    STAFF = "staff"
    VENDOR_IDLE = "vendor_idle"
    VENDOR_MAX_DURATION = "vendor_max_duration"
    OUT_OF_CREDITS = "out_of_credits"
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

    BUSY = "busy"  # every guide talks with somebody
    TROUBLE = "trouble"  # the service stumbled; we try again


class Ask(StrEnum):
    """A question put to somebody who waits."""

    KEEP_PLACE = "keep_place"
    CLAIM = "claim"


class UnavailableReason(StrEnum):
    """Why nobody can be served just now."""

    CREDITS = "credits"
    AUTH = "auth"
    CONFIG = "config"
    NETWORK = "network"
    SAFE_MODE = "safe_mode"
    BUDGET = "budget"


class Speaker(StrEnum):
    """Whose words."""

    VISITOR = "visitor"
    AVATAR = "avatar"


class Talk(StrEnum):
    """Where the conversation stands, driven by real sound and real events."""

    LISTENING = "listening"
    HEARING = "hearing"  # the visitor is speaking
    THINKING = "thinking"
    SPEAKING = "speaking"  # the avatar's voice comes out of the speaker


class MicrophoneState(StrEnum):
    """What the microphone really does."""

    OPEN = "open"
    HELD_OFF = "held_off"  # push-to-talk not pressed, or half-duplex while the avatar speaks
    MUTED = "muted"
    MISSING = "missing"  # no device, or text mode


class Trouble(StrEnum):
    """What the visitor is told while the visit goes on."""

    STALLED = "stalled"  # the picture stands still: last picture, "One moment..."
    CANNOT_HEAR = "cannot_hear"  # the microphone gives nothing
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
    """How this visitor wants the screen; back to the site's defaults at every reset."""

    language: str = "en"
    text_size: TextSize = TextSize.NORMAL
    high_contrast: bool = False
    less_motion: bool = False
    captions: bool = True
    volume: float = 0.8  # 0 to 1


@dataclass(frozen=True, slots=True)
class CaptionLine:
    """One segment of speech as shown: the whole text so far. A segment is replaced by (speaker, segment)."""

    speaker: Speaker
    segment: str
    text: str
    final: bool = False


# ---------------------------------------------------------------- screens


@dataclass(frozen=True, slots=True)
class Attract:
    """Nobody is here; anything starts a visit."""

    name = "attract"


@dataclass(frozen=True, slots=True)
class Notice:
    """Before the microphone opens: an AI, a microphone, so many minutes. local: what is said stays in this machine."""

    limit_s: int = 300
    mode: TalkMode = TalkMode.HANDS_FREE
    local: bool = False

    name = "notice"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Please wait. All durations in whole seconds.

    waited_s of at most cap_s; place in line (1 is next) and bound_s only when a line knows them; `asks` with the
    seconds left to answer it.
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
    """The slot is ours; the avatar is on its way. `slow`: it takes longer than people expect."""

    slow: bool = False

    name = "connecting"


@dataclass(frozen=True, slots=True)
class Live:
    """The conversation.

    remaining_s: whole seconds to show on the chip, or None while no chip is shown; urgent: the final countdown.
    may_extend offers `extension_s` more; else why_not may say why. captions: newest last, a few at most.
    questions: the site's suggestions (empty: three neutral ones of the language); show_questions: now is the time.
    has_captions: what is spoken is captioned; else only what is typed, and its answers.
    """

    talk: Talk = Talk.LISTENING
    microphone: MicrophoneState = MicrophoneState.OPEN
    mode: TalkMode = TalkMode.HANDS_FREE
    greeting: bool = False  # nobody has spoken yet: "Say hello or tap a question"
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
    """Are you still there? `seconds` of `of_s` left; `live` is what lies darkened behind it."""

    seconds: int = 20
    of_s: int = 20
    live: Live = field(default_factory=Live)

    name = "still_there"


@dataclass(frozen=True, slots=True)
class Farewell:
    """Thanks, and what happened."""

    reason: EndReason = EndReason.VISITOR

    name = "farewell"


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Nobody can be served just now. staff_hint: wrong settings, told in a small line for the staff."""

    reason: UnavailableReason = UnavailableReason.NETWORK
    staff_hint: bool = False

    name = "unavailable"


@dataclass(frozen=True, slots=True)
class Closed:
    """Outside the opening hours. week: seven entries from Monday, each a tuple of (open, close) as "HH:MM"."""

    opens_at: datetime | None = None
    week: tuple[tuple[tuple[str, str], ...], ...] = ()

    name = "closed"


Screen = Attract | Notice | Waiting | Connecting | Live | StillThere | Farewell | Unavailable | Closed


@dataclass(frozen=True, slots=True)
class Shown:
    """A screen with its step: the number that changes whenever another kind of screen is shown."""

    step: int
    screen: Screen
    preferences: Preferences
