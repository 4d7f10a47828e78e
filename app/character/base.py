"""What a visit knows of the drawn character: company while nobody streams, and the avatar of voice-only services."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from app.vendors.events import Visemes


class Mood(StrEnum):
    """How the character behaves; the states of its sheet."""

    ATTRACT = "attract"
    IDLE = "idle"
    GREETING = "greeting"
    LISTENING = "listening"
    THINKING = "thinking"
    SPEAKING = "speaking"
    SORRY = "sorry"
    GOODBYE = "goodbye"
    ASLEEP = "asleep"


class Company(Protocol):
    """The drawn character on the kiosk's own picture."""

    def show(self, mood: Mood) -> None:
        """Be seen, in this mood; cheap when nothing changes."""
        ...

    def hide(self) -> None:
        """Paint nothing any more: the service's picture is here. Returns when no frame of ours can come any more."""
        ...

    def voice(self, level: float) -> None:
        """The loudness of the avatar's voice now, 0 to 1; moves the mouth where no visemes come."""
        ...

    def visemes(self, shapes: Visemes) -> None:
        """Mouth shapes of the avatar's turn."""
        ...

    def flush(self) -> None:
        """Forget mouth shapes not yet shown."""
        ...

    def calm(self, less_motion: bool) -> None:
        """Move less, for visitors who asked for it."""
        ...
