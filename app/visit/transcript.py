"""What was said in this visit, as the screen shows it: segments replaced as they grow, duplicates dropped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from enum import Enum, auto

from app.screens import CaptionLine, Speaker
from app.visit.markup import words_only

KEPT = 6  # segments; more are never shown at once, and what a visitor said is not kept longer than needed
_WORDS = re.compile(r"\w+")
_TYPED = "typed"  # stands where segments of a service have the number of the join: no name is that of one of them


class _Other(Enum):
    """What a line says that the one before does not."""

    WORDS = auto()
    MORE = auto()
    NOTHING = auto()


class Transcript:
    """The newest segments of both speakers, in the order in which they began; of the avatar's text the words only.

    Services give one utterance of the visitor several names, each time with more of its words (docs/vendors/README.md
    5.4). Of such segments, side by side, the longest is shown; one that repeats what stands there is not. So it is with
    the avatar's where a second join lies between them: it greets again.
    """

    def __init__(self) -> None:
        self._lines: dict[tuple[Speaker, str], CaptionLine] = {}
        self._shown: list[CaptionLine] = []
        self._counted: set[tuple[Speaker, str]] = set()
        self._joins = 1
        self._typed = 0
        self._echoes: dict[str, str] = {}  # what was typed, and the segment in which it came back, "" before that

    def add(self, speaker: Speaker, segment: str, text: str, final: bool) -> bool:
        """Put a segment of the service as it is now. Returns whether a new line began."""
        words = words_only(text, grows=not final) if speaker is Speaker.AVATAR else text.strip()
        line = CaptionLine(speaker, f"{self._joins}-{segment}", words, final)
        if not words or (_key(line) not in self._lines and (self._is_echo(line) or self._repeats(line))):
            return False
        return self._put(line)

    def typed(self, text: str) -> bool:
        """Put a typed or suggested question, not empty. Returns whether a new line began."""
        self._typed += 1
        self.asked_again(text)
        line = CaptionLine(Speaker.VISITOR, f"{_TYPED}-{self._typed}", text, True)
        return not self._repeats(line) and self._put(line)

    def asked_again(self, text: str) -> None:
        """A question that is shown already was sent: what comes back of it is not shown again."""
        self._echoes[plain(text)] = ""
        while len(self._echoes) > KEPT:
            del self._echoes[next(iter(self._echoes))]

    def joined_again(self) -> None:
        """After a second join segments of the same names are others, and none of the old ones goes on."""
        self._joins += 1
        self._lines = {key: replace(line, final=True) for key, line in self._lines.items()}

    def newest(self) -> tuple[CaptionLine, ...]:
        """The segments, newest last."""
        return tuple(self._shown)

    def _put(self, line: CaptionLine) -> bool:
        before, key = len(self._shown), _key(line)
        self._lines[key] = line
        shown = _visible(self._lines.values())
        is_new = len(shown) > before and key not in self._counted
        if is_new:
            self._counted.add(key)
        self._shown = shown[-KEPT:]
        if line.final or len(self._lines) > KEPT:
            self._lines = {_key(kept): kept for kept in self._shown}
            self._counted &= self._lines.keys()
        return is_new

    def _is_echo(self, line: CaptionLine) -> bool:
        """Tell whether these are words that were typed, whole (which counts once), or so far."""
        words = plain(line.text)
        if not words or line.speaker is not Speaker.VISITOR:
            return False
        open_echoes = [typed for typed, echo in self._echoes.items() if echo in ("", line.segment)]
        if words in open_echoes:
            self._echoes[words] = line.segment
            return True
        return not line.final and any(typed.startswith(words) for typed in open_echoes)

    def _repeats(self, line: CaptionLine) -> bool:
        """Finals come twice under another name; once the other has answered, the same words are said anew."""
        for known in reversed(self._lines.values()):
            if known.speaker is line.speaker:
                return known.final and known.text.casefold() == line.text.casefold()
            if known.final:
                break
        return False


def _visible(lines: Iterable[CaptionLine]) -> list[CaptionLine]:
    """Leave out lines that say no more than the line beside them."""
    shown: list[CaptionLine] = []
    for line in lines:
        says = _compared(shown[-1], line) if shown else _Other.WORDS
        if says is _Other.WORDS:
            shown.append(line)
        elif says is _Other.MORE:
            shown[-1] = line
    return shown


def _compared(last: CaptionLine, line: CaptionLine) -> _Other:
    if last.speaker is not line.speaker or _is_typed(line):
        return _Other.WORDS
    if line.speaker is Speaker.AVATAR and _join(last) == _join(line):
        return _Other.WORDS
    before, now = plain(last.text), plain(line.text)
    if not before or not now:
        return _Other.WORDS
    if before.startswith(now) and (last.final or not line.final):
        return _Other.NOTHING
    begin = f"{before} " if last.final else before  # the last word of what still grows may grow, too
    return _Other.MORE if now.startswith(begin) and not _is_typed(last) else _Other.WORDS


def _key(line: CaptionLine) -> tuple[Speaker, str]:
    return line.speaker, line.segment


def _join(line: CaptionLine) -> str:
    return line.segment.partition("-")[0]


def _is_typed(line: CaptionLine) -> bool:
    return line.segment.startswith(_TYPED)


def plain(text: str) -> str:
    """Return the words alone, for comparison."""
    return " ".join(_WORDS.findall(text.casefold()))
