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
    """Somebody started or stopped speaking, by the service's word.

    by_room: the room's level meter alone says so, which proves that the voice got there, not that the avatar heard it.
    """

    speaker: Speaker
    active: bool
    by_room: bool = False


@dataclass(frozen=True, slots=True)
class Thinking:
    """The avatar works on an answer."""

    active: bool


@dataclass(frozen=True, slots=True)
class Caption:
    """Words of one segment: `text` is the whole segment so far; the screen replaces by (speaker, segment)."""

    speaker: Speaker
    segment: str
    text: str
    final: bool = False


@dataclass(frozen=True, slots=True)
class Visemes:
    """Mouth shapes for the drawn character: weights by viseme name, valid `at_s` seconds into the avatar's turn.

    turn: its number; a turn begins at the first sound that is heard of it.
    """

    at_s: float
    weights: Mapping[str, float] = field(default_factory=dict)
    turn: int = 0


@dataclass(frozen=True, slots=True)
class FlushMouth:
    """Forget mouth shapes not yet shown: the avatar was interrupted."""


@dataclass(frozen=True, slots=True)
class Emotion:
    """How the avatar feels about what it says: a word of the service's, and how much, 0 to 1."""

    name: str
    strength: float


@dataclass(frozen=True, slots=True)
class Ending:
    """The service will end the session in about `remaining_s` seconds.

    by_idle: because it noticed nobody; real activity of the visitor is then told to it (`VendorProtocol.stay`).
    reason: what the visit then ended by.
    """

    remaining_s: float
    by_idle: bool = False
    reason: EndReason = EndReason.VENDOR_MAX_DURATION


@dataclass(frozen=True, slots=True)
class Ended:
    """The session is over at the service; first one wins."""

    reason: EndReason


Event = Ready | Speaking | Thinking | Caption | Visemes | FlushMouth | Emotion | Ending | Ended
