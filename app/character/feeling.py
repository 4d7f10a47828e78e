"""How the avatar's feelings are shown: as the colour of the light around the drawn character."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# 0xRRGGBB by name. The names are those of Convai's two emotion providers; an unknown one changes nothing.
COLOURS: Mapping[str, int] = {
    "joy": 0xFFC94D, "happy": 0xFFC94D, "happiness": 0xFFC94D, "positive": 0xFFC94D,
    "excited": 0xFF9E45, "excitement": 0xFF9E45, "anticipation": 0xFF9E45, "surprise": 0xFFA9D0, "surprised": 0xFFA9D0,
    "trust": 0x8FD694, "calm": 0x8FD694, "love": 0xF59AB5,
    "sad": 0x6C8FD6, "sadness": 0x6C8FD6, "negative": 0x6C8FD6,
    "fear": 0x9B7FD1, "afraid": 0x9B7FD1, "angry": 0xE0604F, "anger": 0xE0604F, "disgust": 0x9AA84F,
}  # fmt: skip
_SETTLE_S = 0.7


@dataclass(frozen=True, slots=True)
class Feeling:
    """A colour of the table (0xRRGGBB), and how strong it is shown, 0 to 1."""

    colour: int = 0
    strength: float = 0.0


def feeling(name: str, strength: float) -> Feeling:
    """Return how an emotion of that name is shown; an unknown name is no colour."""
    colour = COLOURS.get(name.lower())
    return Feeling() if colour is None else Feeling(colour, max(0.0, min(1.0, strength)))


class Light:
    """Fades the light towards a feeling; another colour begins after the old one has faded out.

    Attributes:
        colour: 0xRRGGBB.
        strength: 0 to 1.
    """

    def __init__(self) -> None:
        self.colour = 0
        self.strength = 0.0

    def step(self, goal: Feeling, dt: float) -> None:
        """Move on by `dt` seconds."""
        if goal.strength > 0 and self.strength < 0.05:
            self.colour = goal.colour
        wanted = goal.strength if goal.colour == self.colour else 0.0
        self.strength += (wanted - self.strength) * min(1.0, dt / _SETTLE_S)
