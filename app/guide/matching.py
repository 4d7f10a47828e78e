"""Finds the phrasing nearest to a question: words in common, rare ones counting more, typos forgiven."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORD = re.compile(r"\w+")
_LIKE = 0.8  # how much two words must be alike to count as one, 0 to 1
_SHORTEST_LIKE = 4  # letters; shorter words are the same or not
_RECALL = 0.55  # of the score; the rest asks how much of the question the phrasing explains
_ENDINGS = ("ing", "ed", "s")
_NOT = re.compile(r"n['\u2019]t\b")


@dataclass(frozen=True, slots=True)
class Match:
    """The nearest phrasing: which topic it belongs to, and how near it is, 0 to 1."""

    topic: int
    score: float


def plain_words(text: str) -> list[str]:
    """Lower-case words without accents and punctuation; "what's" is "what" and "s"."""
    flat = _NOT.sub(" not", unicodedata.normalize("NFKD", text).casefold())
    return _WORD.findall("".join(c for c in flat if not unicodedata.combining(c)).replace("_", " "))


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            return word[: -len(ending)]
    return word


class Matcher:
    """Knows the phrasings of every topic.

    topics: the phrasings of each. ignore: words that say nothing. polite: phrases that say nothing as long as others
    stand beside them ("could you tell me"). same: groups of words that mean the same.
    """

    def __init__(
        self,
        topics: Sequence[Iterable[str]],
        ignore: Collection[str] = (),
        polite: Iterable[str] = (),
        same: Iterable[Sequence[str]] = (),
    ) -> None:
        self._ignored = {word for text in ignore for word in plain_words(text)}
        self._polite = sorted(({" ".join(plain_words(phrase)) for phrase in polite} - {""}), key=len, reverse=True)
        self._meaning = {_stem(word): _stem(plain_words(group[0])[0]) for group in same for word in group}
        self._phrasings: list[tuple[int, frozenset[str]]] = []
        self._told: dict[str, int] = {}  # phrasings as they stand; some are made of ignored words alone
        seen: Counter[str] = Counter()
        for topic, phrasings in enumerate(topics):
            keys = []
            for phrasing in phrasings:
                self._told.setdefault(" ".join(plain_words(phrasing)), topic)
                keys.append(self._key(phrasing))
            self._phrasings += [(topic, key) for key in keys if key]
            seen.update(frozenset().union(*keys))
        self._weights = {word: 1.0 + math.log((len(topics) + 1) / (count + 1)) for word, count in seen.items()}
        # A word that no phrasing has may be just what the question is about.
        self._strange = max(self._weights.values(), default=1.0)
        self._like: dict[str, Mapping[str, float]] = {}

    def nearest(self, question: str) -> Match | None:
        """The topic nearest to the question; None if they have nothing in common."""
        told = self._told.get(" ".join(plain_words(question)))
        if told is not None:
            return Match(told, 1.0)
        asked = self._key(question)
        best: Match | None = None
        for topic, phrasing in self._phrasings:
            score = self._score(asked, phrasing)
            if score > 0 and (best is None or score > best.score):
                best = Match(topic, score)
        return best

    def _key(self, text: str) -> frozenset[str]:
        """What is left of a text that says what it is about."""
        flat = f" {' '.join(plain_words(text))} "
        for phrase in self._polite:
            flat = flat.replace(f" {phrase} ", " ")
        kept = [word for word in flat.split() if word not in self._ignored]
        if not kept:  # politeness is all there is
            kept = [word for word in plain_words(text) if word not in self._ignored]
        return frozenset(self._meaning.get(_stem(word), _stem(word)) for word in kept)

    def _score(self, asked: frozenset[str], phrasing: frozenset[str]) -> float:
        """How much of the phrasing was asked for, and how much of the question it explains: both must be right."""
        found: dict[str, float] = {}  # words of the phrasing, and how alike they are to one in the question
        explained = strange = 0.0
        for word in asked:
            like = self._likes(word)
            near = max(phrasing, key=lambda known: like.get(known, 0.0))
            alike = like.get(near, 0.0)
            if alike > 0:
                found[near] = max(found.get(near, 0.0), alike)
                explained += alike * self._weights[near]
            else:
                strange += self._weights.get(word, self._strange)
        if not found:
            return 0.0
        recall = sum(self._weights[w] * alike for w, alike in found.items()) / sum(self._weights[w] for w in phrasing)
        precision = explained / (explained + strange)
        return float(recall**_RECALL * precision ** (1 - _RECALL))

    def _likes(self, word: str) -> Mapping[str, float]:
        """The known words that this one may be, and how alike they are."""
        if word not in self._like:
            self._like[word] = {word: 1.0} if word in self._weights else self._similar(word)
            if len(self._like) > 4096:  # visitors' words are not kept for ever
                self._like = {word: self._like[word]}
        return self._like[word]

    def _similar(self, word: str) -> dict[str, float]:
        if len(word) < _SHORTEST_LIKE:
            return {}
        out = {}
        for known in self._weights:
            if len(known) >= _SHORTEST_LIKE and abs(len(known) - len(word)) <= 2:
                alike = SequenceMatcher(None, word, known).ratio()
                if alike >= _LIKE:
                    out[known] = alike**2
        return out
