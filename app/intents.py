"""What the visitor or the staff want, as values that the window sends back to the screen now shown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.screens import Preferences


@dataclass(frozen=True, slots=True)
class Start:
    """Begin a visit (on attract, and "start again" on a farewell)."""


@dataclass(frozen=True, slots=True)
class Accept:
    """Agree to the notice and begin the conversation."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """Give up: on the notice, while waiting, while connecting."""


@dataclass(frozen=True, slots=True)
class KeepPlace:
    """Yes to `Ask.KEEP_PLACE`, and "start now" to `Ask.CLAIM`."""


@dataclass(frozen=True, slots=True)
class Stay:
    """Yes to "Are you still there?"."""


@dataclass(frozen=True, slots=True)
class Extend:
    """Ask for more time."""


@dataclass(frozen=True, slots=True)
class End:
    """End the conversation; on a farewell: go to attract at once."""


@dataclass(frozen=True, slots=True)
class AskText:
    """Ask a typed or suggested question."""

    text: str


@dataclass(frozen=True, slots=True)
class Interrupt:
    """Make the avatar fall silent, so that the visitor can speak."""


@dataclass(frozen=True, slots=True)
class TalkButton:
    """The push-to-talk button went down or up."""

    down: bool


@dataclass(frozen=True, slots=True)
class Mute:
    """Close or open the microphone: its indicator was touched."""

    muted: bool


@dataclass(frozen=True, slots=True)
class Activity:
    """Report a touch or key that means nothing else: somebody is here."""


@dataclass(frozen=True, slots=True)
class Prefer:
    """Take these preferences from now on."""

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
    """Do an action of the staff panel; valid on every screen."""

    action: StaffAction


Intent = (
    Start | Accept | Cancel | KeepPlace | Stay | Extend | End | AskText | Interrupt | TalkButton | Mute | Activity
    | Prefer | Staff
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """An intent on its way to the stage; one for a screen that is no longer shown is dropped there.

    Attributes:
        step: The step of the screen (`Shown.step`) that it answers.
        intent: What is wanted.
    """

    step: int
    intent: Intent
