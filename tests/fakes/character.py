"""A drawn character that draws nothing and keeps what it was asked to do."""

from __future__ import annotations

from collections.abc import Callable

from app.character.base import Figure, Mood
from app.events import Visemes


class FakeFigure(Figure):
    def __init__(self) -> None:
        self.moods: list[Mood] = []
        self.visible = False
        self.shapes: list[Visemes | None] = []
        self.turns: list[Callable[[], float | None]] = []
        self.feelings: list[tuple[str, float]] = []
        self.loudness = 0.0
        self.less_motion = False

    def show(self, mood: Mood) -> None:
        self.moods.append(mood)
        self.visible = True

    def hide(self) -> None:
        self.visible = False

    def voice(self, level: float) -> None:
        self.loudness = level

    def visemes(self, shapes: Visemes) -> None:
        self.shapes.append(shapes)

    def flush(self) -> None:
        self.shapes.append(None)

    def turn_started(self, heard: Callable[[], float | None]) -> None:
        self.turns.append(heard)

    def feel(self, emotion: str, strength: float) -> None:
        self.feelings.append((emotion, strength))

    def calm(self, less_motion: bool) -> None:
        self.less_motion = less_motion
