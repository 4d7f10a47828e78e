"""The common events that every service's messages are decoded into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.screens import EndReason, Speaker


@dataclass(frozen=True, slots=True)
class Ready:
    """The avatar can be heard (and seen, if it has a picture); once per session."""


@dataclass(frozen=True, slots=True)
class Speaking:
    """Somebody started or stopped speaking, as the service reports it.

    Attributes:
        speaker: Who.
        active: True: started.
        by_room: The room's level meter alone reports it, which proves that the voice got there, not that the avatar
            heard it.
    """

    speaker: Speaker
    active: bool
    by_room: bool = False


@dataclass(frozen=True, slots=True)
class Thinking:
    """The avatar started (`active`) or stopped working on an answer."""

    active: bool


@dataclass(frozen=True, slots=True)
class Caption:
    """Words of one segment; the screen replaces what it shows of the same speaker and segment.

    Attributes:
        speaker: Whose words they are.
        segment: Which segment of that speaker; the same in all its captions.
        text: The whole segment so far.
        final: It is complete; a service may still correct it.
    """

    speaker: Speaker
    segment: str
    text: str
    final: bool = False


@dataclass(frozen=True, slots=True)
class Visemes:
    """One mouth shape for the drawn character.

    Attributes:
        at_s: When it is due, seconds into the avatar's turn. A turn begins at the first sound that is heard of it.
        weights: By viseme name, 0 to 1.
        turn: Number of the turn.
    """

    at_s: float
    weights: Mapping[str, float] = field(default_factory=dict)
    turn: int = 0


@dataclass(frozen=True, slots=True)
class FlushMouth:
    """Forget mouth shapes not yet shown: the avatar was interrupted."""


@dataclass(frozen=True, slots=True)
class Emotion:
    """How the avatar feels about what it says.

    Attributes:
        name: "joy", "trust", "fear", "surprise", "sadness", "disgust", "anger", "anticipation" or "neutral".
        strength: 0 to 1.
    """

    name: str
    strength: float


@dataclass(frozen=True, slots=True)
class Ending:
    """The service will end the session soon.

    Attributes:
        remaining_s: In about so many seconds.
        by_idle: Because it noticed nobody; real activity of the visitor is then reported to it
            (`VendorProtocol.stay`).
        reason: What the visit then ended by.
    """

    remaining_s: float
    by_idle: bool = False
    reason: EndReason = EndReason.VENDOR_MAX_DURATION


@dataclass(frozen=True, slots=True)
class AvatarEnds:
    """The avatar asks to end the visit; it is over once the avatar has said its last words."""


@dataclass(frozen=True, slots=True)
class QuestionRefused:
    """The service refused a typed or suggested question: no answer will come."""


@dataclass(frozen=True, slots=True)
class AnswerDeclined:
    """The avatar took note of what the visitor said, and chose to say nothing to it."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The session is over at the service. Where several come, the first one counts."""

    reason: EndReason


Event = (
    Ready | Speaking | Thinking | Caption | Visemes | FlushMouth | Emotion
    | Ending | AvatarEnds | QuestionRefused | AnswerDeclined | Ended
)  # fmt: skip
