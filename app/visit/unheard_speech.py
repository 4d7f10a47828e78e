"""Watches that the visitor is heard: after our own detection hears words, some sign of the service must follow."""

from __future__ import annotations

UTTERANCE_S = 2.0  # of speech by our own detection; less may be a cough (docs/vendors/README.md R20)
SIGN_S = 4.0  # after its end; the service takes a moment to be sure that somebody has finished
PATIENT = 2  # so many unheard in a row are no chance


class UnheardSpeech:
    """Counts what the visitor said and nobody took notice of. Times on one rising clock, seconds."""

    def __init__(self) -> None:
        self.missed = 0  # utterances in a row without a sign
        self._began: float | None = None
        self._due: float | None = None

    @property
    def is_lost(self) -> bool:
        """Whether so much went unheard that the connection is worth a fresh start."""
        return self.missed >= PATIENT

    def look(self, now: float, speaking: bool) -> None:
        """Several times a second: whether our own detection hears the visitor now."""
        if speaking and self._began is None:
            self._began = now
        elif not speaking and self._began is not None:
            if now - self._began >= UTTERANCE_S and self._due is None:
                self._due = now + SIGN_S
            self._began = None
        if self._due is not None and now >= self._due:
            self._due = None
            self.missed += 1

    def confirm(self) -> None:
        """The service took notice: words, its own detection, or an avatar that thinks or speaks."""
        self.missed = 0
        self._due = None
        if self._began is not None:
            self._began = float("inf")  # what is being said now is heard

    def forget(self) -> None:
        """A fresh connection: begin anew."""
        self.missed, self._began, self._due = 0, None, None
