"""Counts turns of the avatar from which no sound came: two in a row are a dead voice (docs/vendors/README.md R31)."""

from __future__ import annotations

SOUND_S = 1.0  # the voice comes so much later than the service's word, at most


class SilentTurns:
    """Judges each turn `SOUND_S` after the service said that it is over.

    One that begins before that belongs to it: some services say "speaking" several times before the first sound.

    Attributes:
        in_a_row: Silent turns since the last sound.
    """

    def __init__(self) -> None:
        self.in_a_row = 0
        self._is_open = False  # a turn runs, or is not judged yet
        self._is_over = False
        self._began_at: float | None = None
        self._ended_at: float | None = None
        self._is_excused = False
        self._has_visitor = False  # the visitor's voice came between

    def begin(self) -> None:
        """The service says that the avatar speaks."""
        if not self._is_open:
            self._is_open, self._is_excused, self._has_visitor = True, False, False
            self._began_at = None
        self._is_over, self._ended_at = False, None

    def end(self) -> None:
        """The service says that it has stopped."""
        self._is_over = True

    def excuse(self) -> None:
        """The turn that runs was silenced on this side, or a question cut it short: it proves nothing."""
        self._is_excused = True

    def forget(self) -> None:
        """Begin anew, for a fresh connection."""
        self.in_a_row, self._is_open = 0, False

    def look(self, now: float, *, sound: bool, visitor: bool) -> None:
        """Take several times a second whether the avatar's sound and the visitor's voice are there. now: seconds."""
        if sound:
            self.in_a_row = 0
            self._is_excused = True
        if not self._is_open:
            return
        if self._began_at is None:
            self._began_at = now
        if not self._is_over:
            self._has_visitor = self._has_visitor or visitor
            return
        if self._ended_at is None:
            self._ended_at = now
        if now - self._ended_at >= SOUND_S:
            self._is_open = False
            # The visitor went on, and the service took its answer back before the first sound.
            was_taken_back = self._has_visitor and self._ended_at - self._began_at < SOUND_S
            self.in_a_row += not (self._is_excused or was_taken_back)
