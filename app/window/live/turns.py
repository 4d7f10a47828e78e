"""Joins segments of speech to turns of the conversation, for the captions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.screens import CaptionLine, Speaker


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker said before the other spoke again."""

    speaker: Speaker
    text: str


def turns(captions: Sequence[CaptionLine], most: int) -> list[Turn]:
    """Join segments to turns.

    Args:
        captions: Oldest first.
        most: How many turns are wanted: 0, 1 or 2, since each speaker has one plate.

    Returns:
        The last turns, oldest first.
    """
    joined: list[Turn] = []
    for line in captions:
        text = " ".join(line.text.split())
        if not text:
            continue
        if joined and joined[-1].speaker is line.speaker:
            joined[-1] = Turn(line.speaker, f"{joined[-1].text} {text}")
        else:
            joined.append(Turn(line.speaker, text))
    return joined[-most:] if most else []
