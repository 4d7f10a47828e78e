"""Which captions are on screen: turns of the conversation, the newest ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.screens import CaptionLine, Speaker


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker said without the other in between."""

    speaker: Speaker
    text: str


def turns(captions: Sequence[CaptionLine], most: int) -> list[Turn]:
    """Join the segments to turns, oldest first, and return the last `most` (one or two): a plate for each speaker."""
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
