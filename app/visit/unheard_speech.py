"""Detects that the service does not hear the visitor: after speech, a reaction of the service must follow."""

from __future__ import annotations

UTTERANCE_S = 2.0  # of speech by our own detection; less may be a cough (docs/vendors/README.md R20)
REACTION_S = 4.0  # after its end; the service needs a moment to be sure that the visitor has finished
LOST_AFTER = 2  # so many unheard utterances in a row are not by chance


class UnheardSpeech:
    """Counts utterances of the visitor without any reaction of the service.

    All times are on one rising clock, seconds.

    Attributes:
        missed: Utterances in a row without a reaction.
    """

    def __init__(self) -> None:
        self.missed = 0
        self._began: float | None = None
        self._due: float | None = None

    @property
    def is_lost(self) -> bool:
        """Whether so many utterances went unheard that a fresh join is worth it."""
        return self.missed >= LOST_AFTER

    def look(self, now: float, speaking: bool) -> None:
        """Take several times a second whether our own voice detection hears the visitor now."""
        if speaking and self._began is None:
            self._began = now
        elif not speaking and self._began is not None:
            if now - self._began >= UTTERANCE_S and self._due is None:
                self._due = now + REACTION_S
            self._began = None
        if self._due is not None and now >= self._due:
            self._due = None
            self.missed += 1

    def confirm(self) -> None:
        """The service reacted: words, its own voice detection, or an avatar that thinks or speaks."""
        self.missed = 0
        self._due = None
        if self._began is not None:
            self._began = float("inf")  # what is being said now is heard

    def forget(self) -> None:
        """Begin anew, for a fresh connection."""
        self.missed, self._began, self._due = 0, None, None
