"""Passes the service's face events on to the drawn figure."""

from __future__ import annotations

import asyncio

from app.character.base import Figure
from app.events import Emotion, FlushMouth, Visemes
from app.visit.speech_activity import SpeechActivity

FaceEvent = Visemes | FlushMouth | Emotion


class AvatarFace:
    """Mouth shapes, turn by turn, and emotions."""

    def __init__(self, figure: Figure, speech: SpeechActivity) -> None:
        self._figure = figure
        self._speech = speech
        self._now = asyncio.get_running_loop().time
        self._turn: int | None = None  # the turn to which the mouth shapes belong

    def note(self, event: FaceEvent) -> None:
        """Take one event."""
        if isinstance(event, Emotion):
            self._figure.feel(event.name, event.strength)
        elif isinstance(event, FlushMouth):
            self._figure.flush()
        else:
            if event.turn != self._turn:
                self._turn = event.turn
                self._figure.turn_started(self._speech.begin_turn(self._now))
            self._figure.visemes(event)

    def joined_again(self) -> None:
        """The new session counts its turns anew."""
        self._turn = None

    def rest(self) -> None:
        """Close the mouth: one that was left open would go on moving during the goodbye."""
        self._figure.flush()
        self._figure.voice(0.0)
