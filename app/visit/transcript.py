"""What was said in this visit, as the screen shows it: segments replaced as they grow, duplicates dropped."""

from __future__ import annotations

from app.screens import CaptionLine, Speaker

KEPT = 6  # segments; more are never shown at once, and what a visitor said is not kept longer than needed


class Transcript:
    """The newest segments of both speakers, in the order in which they began."""

    def __init__(self) -> None:
        self._lines: dict[tuple[Speaker, str], CaptionLine] = {}
        self._typed = 0
        self._last_typed = ""

    def add(self, speaker: Speaker, segment: str, text: str, final: bool) -> bool:
        """Put a segment as it is now. Returns whether a new one began."""
        text = text.strip()
        key = (speaker, segment)
        if not text or (key not in self._lines and self._repeats(speaker, text)):
            return False
        is_new = key not in self._lines
        self._lines[key] = CaptionLine(speaker, segment, text, final)
        while len(self._lines) > KEPT:
            del self._lines[next(iter(self._lines))]
        return is_new

    def typed(self, text: str) -> None:
        """Put a typed or suggested question, not empty: it begins a segment."""
        self._typed += 1
        self.add(Speaker.VISITOR, f"typed-{self._typed}", text, True)
        self._last_typed = text

    def newest(self) -> tuple[CaptionLine, ...]:
        """The segments, newest last."""
        return tuple(self._lines.values())

    def _repeats(self, speaker: Speaker, text: str) -> bool:
        """Some services send what was typed back as the visitor's speech, and finals twice under another name."""
        if speaker is Speaker.VISITOR and text.casefold() == self._last_typed.casefold():
            self._last_typed = ""
            return True
        own = [line for line in self._lines.values() if line.speaker is speaker]
        return bool(own) and own[-1].final and own[-1].text == text
