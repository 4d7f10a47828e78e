"""What the visitor or the staff want, as values that the window sends back to the screen now shown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.screens import Preferences


@dataclass(frozen=True, slots=True)
class Start:
    """Begin a visit (attract; also "start again" on a farewell)."""


@dataclass(frozen=True, slots=True)
class Accept:
    """Yes, let's talk (notice)."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """Not now; leave the line; do not connect."""


@dataclass(frozen=True, slots=True)
class KeepPlace:
    """Answer to `Ask.KEEP_PLACE`, and "start now" to `Ask.CLAIM`."""


@dataclass(frozen=True, slots=True)
class Stay:
    """Yes, I am here."""


@dataclass(frozen=True, slots=True)
class Extend:
    """More time, please."""


@dataclass(frozen=True, slots=True)
class End:
    """Goodbye; on a farewell: attract at once."""


@dataclass(frozen=True, slots=True)
class AskText:
    """A typed or suggested question."""

    text: str


@dataclass(frozen=True, slots=True)
class Interrupt:
    """Let me speak: the avatar falls silent."""


@dataclass(frozen=True, slots=True)
class TalkButton:
    """Push-to-talk went down or up."""

    down: bool


@dataclass(frozen=True, slots=True)
class Mute:
    """The microphone sign was touched: close or open it."""

    muted: bool


@dataclass(frozen=True, slots=True)
class Activity:
    """A touch or key that means nothing else: somebody is here."""


@dataclass(frozen=True, slots=True)
class Prefer:
    """How the visitor wants the screen."""

    preferences: Preferences


class StaffAction(StrEnum):
    """What the staff panel can do."""

    END_VISIT = "end_visit"
    CLOSE = "close"
    OPEN = "open"
    RESTART = "restart"
    REBOOT = "reboot"
    SHUT_DOWN = "shut_down"
    EXIT = "exit"


@dataclass(frozen=True, slots=True)
class Staff:
    """An action of the staff panel; valid on every screen."""

    action: StaffAction


Intent = (
    Start | Accept | Cancel | KeepPlace | Stay | Extend | End | AskText | Interrupt | TalkButton | Mute | Activity
    | Prefer | Staff
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """An intent and the step of the screen that it answers; one for a screen no longer shown is dropped."""

    step: int
    intent: Intent
