"""What Convai's names of emotions mean: one of eight main emotions, or neutral (docs/vendors/convai.md 4.5)."""

from __future__ import annotations

from collections.abc import Iterator

from app.events import Emotion
from app.vendors.convai.messages import Message

_STRONGEST = 3.0  # upper end of the service's scale

# The first name is the main one. The rest of a line: the service's taxonomy, then words of its two providers.
_FAMILIES = (
    "joy ecstasy serenity enthusiastic happy happiness positive love",
    "trust acceptance admiration confident reassured",
    "fear apprehension terror worried anxious nervous afraid",
    "surprise amazement distraction surprised",
    "sadness pensiveness grief sad negative",
    "disgust loathing boredom",
    "anger annoyance rage angry",
    "anticipation interest vigilance curious eager hopeful anticip excited excitement",
)
_MAIN = {name: family.split()[0] for family in _FAMILIES for name in family.split()}


def emotions(message: Message) -> Iterator[Emotion]:
    """Take `bot-emotion`; calm, idle and unknown names are neutral."""
    name = message.text("emotion").strip().lower()
    if not name:
        return
    scale = message.number("scale")
    strength = min(1.0, max(0.0, (1.0 if scale is None else scale) / _STRONGEST))
    yield Emotion(_MAIN[name], strength) if name in _MAIN else Emotion("neutral", 0.0)
