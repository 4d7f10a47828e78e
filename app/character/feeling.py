"""How the avatar's feelings are shown: as the colour of the light around the drawn character."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# 0xRRGGBB of the main emotions; any other name is no colour.
COLOURS: Mapping[str, int] = {
    "joy": 0xFFC94D, "trust": 0x8FD694, "fear": 0x9B7FD1, "surprise": 0xFFA9D0,
    "sadness": 0x6C8FD6, "disgust": 0x9AA84F, "anger": 0xE0604F, "anticipation": 0xFF9E45,
}  # fmt: skip
_SETTLE_S = 0.7


@dataclass(frozen=True, slots=True)
class Feeling:
    """A colour of the table (0xRRGGBB), and how strong it is shown, 0 to 1."""

    colour: int = 0
    strength: float = 0.0


def feeling(name: str, strength: float) -> Feeling:
    """Return how an emotion of that name is shown; any other name is no colour."""
    colour = COLOURS.get(name)
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
