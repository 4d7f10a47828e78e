"""What a screen reader says without being asked: a new screen, a question, trouble, and how much time is left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

# Seconds at which a countdown is announced. With every second announced, nothing else could be understood.
MARKS = (60, 45, 30, 20, 10, 5)

Tell = Callable[[str, bool], None]


class Announced(Protocol):
    """What the announcer asks of a screen."""

    def topic(self) -> object:
        """Return a value; when it changes, the screen is announced again."""

    def spoken(self) -> str:
        """Return what is announced, in the visitor's language."""

    def seconds_left(self) -> int | None:
        """Return the seconds left of a countdown, or None where there is none."""

    def spoken_seconds(self, seconds: int) -> str:
        """Return a number of seconds in words."""


class Announcer:
    """Follows the screens and announces what has changed.

    Args:
        tell: Takes a text, and whether it may interrupt what is being read.
    """

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._topic: object = None
        self._left: int | None = None

    def follow(self, screen: Announced, *, changed: bool) -> None:
        """Announce what has changed.

        Args:
            screen: The screen that is shown.
            changed: It is another screen than before, or a new step.
        """
        topic, left = (type(screen), screen.topic()), screen.seconds_left()
        before, self._left = self._left, left
        if changed or topic != self._topic:
            self._topic = topic
            words = [screen.spoken(), screen.spoken_seconds(left) if left is not None else ""]
            self._say(" ".join(part for part in words if part), urgent=left is not None)
        elif left is not None and any(left <= mark < (before if before is not None else mark + 1) for mark in MARKS):
            self._say(screen.spoken_seconds(left), urgent=True)

    def _say(self, text: str, *, urgent: bool) -> None:
        if text:
            self._tell(text, urgent)


def announcer_of(window: QWidget) -> Announcer:
    """Return an announcer that uses the assistive technology of the system, if there is any."""

    def tell(text: str, urgent: bool) -> None:
        if QAccessible.isActive():
            event = QAccessibleAnnouncementEvent(window, text)
            kind = QAccessible.AnnouncementPoliteness
            event.setPoliteness(kind.Assertive if urgent else kind.Polite)
            QAccessible.updateAccessibility(event)

    return Announcer(tell)
