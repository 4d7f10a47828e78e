"""Recognises a farewell: words that are nothing else. The phrases are data, one file for each language."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

LAST_WORDS = 15  # words at the end of what an avatar says in which its farewell is looked for

_WORD = re.compile(r"\w+")
_QUESTION = re.compile(r"[?\u061f]")  # who asks about a farewell does not say it
# Letters that Arabic writers use for each other, and the sign that only stretches a word.
_SAME = str.maketrans({"\u0671": "\u0627", "\u0649": "\u064a", "\u0629": "\u0647", "\u0640": "", "_": " "})

Phrase = tuple[str, ...]


def plain_words(text: str) -> Phrase:
    """Return the words without case, accents, vowel signs and punctuation."""
    flat = unicodedata.normalize("NFKD", text).casefold().translate(_SAME)
    return tuple(_WORD.findall("".join(sign for sign in flat if not unicodedata.combining(sign))))


@dataclass(frozen=True, slots=True)
class FarewellWords:
    """The phrases of one or more languages, as `plain_words` returns them.

    Attributes:
        farewells: Each of them is a farewell.
        courtesies: What may stand around a farewell.
    """

    farewells: frozenset[Phrase] = frozenset()
    courtesies: frozenset[Phrase] = frozenset()

    def is_farewell(self, text: str) -> bool:
        """Tell whether a text is a farewell and nothing else, courtesies aside."""
        return True in self._read(text)

    def is_courtesy(self, text: str) -> bool:
        """Tell whether a text is nothing but courtesies."""
        return False in self._read(text)

    def begins(self, text: str) -> bool:
        """Tell whether a text, whose last word may be cut off, is the beginning of a phrase."""
        said = " ".join(plain_words(text))
        return any(" ".join(phrase).startswith(said) for phrase in self.farewells | self.courtesies)

    def _read(self, text: str) -> set[bool]:
        """Read a text as phrases to its end; return for each way to read it whether a farewell was among them."""
        words = plain_words(text)
        if not words or _QUESTION.search(text):
            return set()
        longest = max(map(len, self.farewells | self.courtesies), default=0)
        # The ends of what can be read so far, each with: a farewell was among it.
        ends = {(0, False)}
        for start in range(len(words)):
            for said in [said for end, said in ends if end == start]:
                for length in range(1, longest + 1):
                    phrase = words[start : start + length]
                    if phrase in self.farewells:
                        ends.add((start + len(phrase), True))
                    elif phrase in self.courtesies:
                        ends.add((start + len(phrase), said))
        return {said for end, said in ends if end == len(words)}

    def closes(self, text: str) -> bool:
        """Tell whether a text says goodbye near its end."""
        words = plain_words(text)[-LAST_WORDS:]
        return any(
            words[start : start + len(phrase)] == phrase for phrase in self.farewells for start in range(len(words))
        )


def load_farewells(folder: Path, languages: Iterable[str]) -> FarewellWords:
    """Read the phrases of these languages together: people mix languages. One without a file has none.

    Args:
        folder: Holds a file for each language, CODE.toml.
        languages: The codes.

    Raises:
        OSError: The package's own files are damaged.
        KeyError: Likewise.
    """
    farewells: set[Phrase] = set()
    courtesies: set[Phrase] = set()
    for code in languages:
        file = folder / f"{code.partition('-')[0]}.toml"
        if file.is_file():
            data = tomllib.loads(file.read_text(encoding="utf-8"))
            farewells |= {plain_words(phrase) for phrase in data["farewells"]}
            courtesies |= {plain_words(phrase) for phrase in data["courtesies"]}
    return FarewellWords(frozenset(farewells), frozenset(courtesies))
