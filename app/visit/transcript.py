"""What was said in this visit, as the screen shows it: segments replaced as they grow, duplicates dropped."""

from __future__ import annotations

import re

from app.screens import CaptionLine, Speaker
from app.visit.markup import words_only

_WORDS = re.compile(r"\w+")
KEPT = 6  # segments; more are never shown at once, and what a visitor said is not kept longer than needed


class Transcript:
    """The newest segments of both speakers, in the order in which they began."""

    def __init__(self) -> None:
        self._lines: dict[tuple[Speaker, str], CaptionLine] = {}
        self._typed = 0
        self._echoes: dict[str, str] = {}  # what was typed, and the segment in which it came back, "" before that

    def add(self, speaker: Speaker, segment: str, text: str, final: bool) -> bool:
        """Put a segment as it is now, of the avatar's text the words only. Returns whether a new one began."""
        text = words_only(text, grows=not final) if speaker is Speaker.AVATAR else text.strip()
        key = (speaker, segment)
        if not text or (key not in self._lines and self._repeats(speaker, segment, text, final)):
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
        self._echoes[_plain(text)] = ""
        while len(self._echoes) > KEPT:
            del self._echoes[next(iter(self._echoes))]

    def newest(self) -> tuple[CaptionLine, ...]:
        """The segments, newest last."""
        return tuple(self._lines.values())

    def _repeats(self, speaker: Speaker, segment: str, text: str, final: bool) -> bool:
        """Some services send what was typed back as the visitor's speech, and finals twice under another name."""
        if speaker is Speaker.VISITOR and self._is_echo(segment, _plain(text), final):
            return True
        own = [line for line in self._lines.values() if line.speaker is speaker]
        return bool(own) and own[-1].final and own[-1].text == text

    def _is_echo(self, segment: str, words: str, final: bool) -> bool:
        """Tell whether these are words that were typed, whole (which counts once), or so far."""
        open_echoes = [typed for typed, echo in self._echoes.items() if words and echo in ("", segment)]
        if words in open_echoes:
            self._echoes[words] = segment
            return True
        return not final and any(typed.startswith(words) for typed in open_echoes)


def _plain(text: str) -> str:
    return " ".join(_WORDS.findall(text.casefold()))
