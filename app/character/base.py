"""The interface of the drawn character: shown while no video is streamed, and the avatar of voice-only services."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from app.events import Visemes


class Mood(StrEnum):
    """How the character behaves."""

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
        """Show the character in this mood; cheap when nothing changes."""
        ...

    def hide(self) -> None:
        """Stop painting: the service's picture is here. No frame of the character comes after it has returned."""
        ...

    def voice(self, level: float) -> None:
        """Take the loudness of the avatar's voice now, 0 to 1; it moves the mouth where no visemes come."""
        ...

    def turn_started(self, heard: Callable[[], float | None]) -> None:
        """Begin a new turn of the avatar: mouth shapes count from its first audible sample.

        Args:
            heard: Returns how many seconds of the turn came out of the speaker, None while nothing did; called from
                any thread.
        """
        ...

    def visemes(self, shapes: Visemes) -> None:
        """Add a mouth shape to the turn that has started; ignored where none has."""
        ...

    def feel(self, emotion: str, strength: float) -> None:
        """Show how the avatar feels about what it says: name and strength as in `app.events.Emotion`."""
        ...

    def flush(self) -> None:
        """Forget mouth shapes not yet shown."""
        ...

    def calm(self, less_motion: bool) -> None:
        """Move less (True), for visitors who asked for it."""
        ...
