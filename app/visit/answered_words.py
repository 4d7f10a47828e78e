"""Tells words of the visitor that come once more, after their answer, from a new question."""

from __future__ import annotations

from app.visit.transcript import KEPT, plain


class AnsweredWords:
    """Remembers what the newest segments of the visitor said when the avatar began to answer.

    Services close a segment late, when the visitor speaks again, or send its final words once more, corrected
    (docs/vendors/README.md 5.4).
    """

    def __init__(self) -> None:
        self._said: dict[str, str | None] = {}  # since the last answer: the words so far; None: they were final
        self._answered: dict[str, str | None] = {}  # likewise, of segments that an answer followed

    def take(self, segment: str, text: str, final: bool) -> bool:
        """Take words of a segment. Returns whether the avatar has answered them already."""
        words = plain(text)
        if segment in self._answered and self._answered[segment] in {None, words}:
            return True
        self._said[segment] = None if final else words
        _keep_newest(self._said)
        return False

    def answered(self) -> None:
        """The avatar begins to answer."""
        self._answered |= self._said
        self._said.clear()
        _keep_newest(self._answered)

    def forget(self) -> None:
        """Begin anew, for a fresh connection: its segments may have the same names."""
        self._said.clear()
        self._answered.clear()


def _keep_newest(segments: dict[str, str | None]) -> None:
    while len(segments) > KEPT:
        del segments[next(iter(segments))]
