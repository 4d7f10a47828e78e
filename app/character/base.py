"""What a visit knows of the drawn character: shown while nobody streams, and the avatar of voice-only services."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from app.events import Visemes


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


class Figure(Protocol):
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

    def turn_started(self, heard: Callable[[], float | None]) -> None:
        """A new turn of the avatar: mouth shapes count from its first audible sample.

        heard: tells how many seconds of the turn came out of the speaker, None while nothing did; any thread.
        """
        ...

    def visemes(self, shapes: Visemes) -> None:
        """Mouth shapes of the turn that has started; nothing happens where none has."""
        ...

    def feel(self, emotion: str, strength: float) -> None:
        """How the avatar feels about what it says: a word of the service's, and how much, 0 to 1."""
        ...

    def flush(self) -> None:
        """Forget mouth shapes not yet shown."""
        ...

    def calm(self, less_motion: bool) -> None:
        """Move less, for visitors who asked for it."""
        ...
