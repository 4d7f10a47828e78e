"""Converts Convai's face data to mouth shapes, timed within the avatar's turn (docs/vendors/convai.md 4.7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.events import Visemes
from app.vendors.convai.messages import Message, number

# The order of the fifteen numbers in a frame of the format "visemes".
ORDER = ("sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "ih", "oh", "ou")

GAP_S = 0.3  # this long without a frame is the end of a stretch of speech (docs/vendors/convai.md 4.7)
_LATE_S = 0.5  # a frame that follows the last one sooner belongs to the same turn, even after the turn's end
_MOST_FRAMES = 40_000  # in one turn
_MOST_NAMES = 64


class Face:
    """Numbers the turns and gives each frame its time within the turn.

    Single frames ("visemes") are valid when they arrive; frames of the animation stream come in chunks that may be
    ahead of the sound. Either way the first frame of a turn belongs to the first audible sample of that turn. Methods
    that take `now` want the event loop's clock, seconds.

    Args:
        fps: Frames per second of the animation stream.
    """

    def __init__(self, fps: float) -> None:
        self._fps = fps
        self._turn = 0
        self._is_open = False
        self._has_spoken = False
        self._is_dropped = False
        self._frames = 0
        self._first_at = self._last_at = float("-inf")

    def answering(self) -> None:
        """The service began to create an answer."""
        if not self._is_open or self._is_dropped or self._has_spoken:
            self._begin()

    def speaking(self) -> None:
        """The service began to speak."""
        if not self._is_open:
            self._begin()

    def spoken(self) -> None:
        """The service stopped speaking; frames may still come."""
        self._has_spoken = True

    def completed(self) -> None:
        """The turn is over at the service; frames may still come."""
        self._is_open = False

    def interrupted(self) -> None:
        """Nothing more is shown until the next answer begins."""
        self._is_dropped = True

    def single(self, message: Message, now: float) -> Iterator[Visemes]:
        """Yield the shape of a `visemes` message."""
        weights = _weights(message.data.get("visemes"))
        if weights and self._takes(now):
            yield self._shape(now - self._first_at, weights)

    def stream(self, message: Message, now: float) -> Iterator[Visemes]:
        """Yield the shapes of one frame or a chunk of frames; frames that are not visemes are left out."""
        given = message.data.get("blendshapes")
        if not isinstance(given, list):
            return
        frames = given if given and isinstance(given[0], list) else [given]
        shapes = [weights for frame in frames if (weights := _named(frame))]
        if shapes and self._takes(now):
            if now - self._first_at > self._frames / self._fps + GAP_S:
                self._restart(now)  # the stream had paused: these frames belong to the next stretch of speech
            for weights in shapes:
                yield self._shape(self._frames / self._fps, weights)

    def _takes(self, now: float) -> bool:
        """Note that frames came; return whether they are shown."""
        if not self._is_open and not self._is_dropped and now - self._last_at > _LATE_S:
            self._begin()  # the frames came before the message that the service speaks
        self._last_at = now
        if self._frames == 0:
            self._first_at = now
        return not self._is_dropped and self._frames < _MOST_FRAMES

    def _shape(self, at_s: float, weights: Mapping[str, float]) -> Visemes:
        self._frames += 1
        return Visemes(at_s, weights, self._turn)

    def _begin(self) -> None:
        self._turn += 1
        self._is_open = True
        self._has_spoken = self._is_dropped = False
        self._frames = 0

    def _restart(self, now: float) -> None:
        self._turn += 1
        self._frames = 0
        self._first_at = now


def _weights(given: object) -> dict[str, float]:
    if not isinstance(given, dict) or len(given) > _MOST_NAMES:
        return {}
    return {name: part for name, value in given.items() if (part := _part(value)) is not None}


def _named(frame: object) -> dict[str, float]:
    if not isinstance(frame, list) or len(frame) != len(ORDER):
        return {}
    return {name: part for name, value in zip(ORDER, frame, strict=True) if (part := _part(value)) is not None}


def _part(value: object) -> float | None:
    weight = number(value)
    return None if weight is None else min(1.0, max(0.0, weight))
