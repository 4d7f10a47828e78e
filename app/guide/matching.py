"""Finds the phrasing nearest to a question: counts words in common, rare ones more, and allows for typing errors."""

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
_RECALL = 0.55  # weight of recall in the score (see `_score`); the rest is the weight of precision
_ENDINGS = ("ing", "ed", "s")
_NOT = re.compile(r"n['\u2019]t\b")


@dataclass(frozen=True, slots=True)
class Match:
    """The nearest phrasing: number of its topic, and how near it is, 0 to 1."""

    topic: int
    score: float


def plain_words(text: str) -> list[str]:
    """Return the words in lower case, without accents and punctuation; "what's" becomes "what" and "s"."""
    flat = _NOT.sub(" not", unicodedata.normalize("NFKD", text).casefold())
    return _WORD.findall("".join(c for c in flat if not unicodedata.combining(c)).replace("_", " "))


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            return word[: -len(ending)]
    return word


class Matcher:
    """An index of the phrasings of every topic.

    Args:
        topics: The phrasings of each topic.
        ignore: Words without meaning.
        polite: Phrases without meaning as long as there are other words besides ("could you tell me").
        same: Groups of words that mean the same.
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
        self._exact: dict[str, int] = {}  # topic by whole phrasing: some consist of ignored words only
        seen: Counter[str] = Counter()
        for topic, phrasings in enumerate(topics):
            keys = []
            for phrasing in phrasings:
                self._exact.setdefault(" ".join(plain_words(phrasing)), topic)
                keys.append(self._key(phrasing))
            self._phrasings += [(topic, key) for key in keys if key]
            seen.update(frozenset().union(*keys))
        self._weights = {word: 1.0 + math.log((len(topics) + 1) / (count + 1)) for word, count in seen.items()}
        # A word that is in no phrasing may be what the question is about, so it weighs as much as the rarest one.
        self._unknown_weight = max(self._weights.values(), default=1.0)
        self._similar_words: dict[str, Mapping[str, float]] = {}

    def nearest(self, question: str) -> Match | None:
        """Return the topic nearest to the question; None if they have nothing in common."""
        exact = self._exact.get(" ".join(plain_words(question)))
        if exact is not None:
            return Match(exact, 1.0)
        asked = self._key(question)
        best: Match | None = None
        for topic, phrasing in self._phrasings:
            score = self._score(asked, phrasing)
            if score > 0 and (best is None or score > best.score):
                best = Match(topic, score)
        return best

    def _key(self, text: str) -> frozenset[str]:
        """Return the words that carry the meaning of a text, reduced to stems."""
        flat = f" {' '.join(plain_words(text))} "
        for phrase in self._polite:
            flat = flat.replace(f" {phrase} ", " ")
        kept = [word for word in flat.split() if word not in self._ignored]
        if not kept:  # there are only polite phrases
            kept = [word for word in plain_words(text) if word not in self._ignored]
        return frozenset(self._meaning.get(_stem(word), _stem(word)) for word in kept)

    def _score(self, asked: frozenset[str], phrasing: frozenset[str]) -> float:
        """Return how near a question is to a phrasing, 0 to 1.

        The weighted geometric mean of recall (how much of the phrasing is in the question) and precision (how much of
        the question is in the phrasing).
        """
        found: dict[str, float] = {}  # words of the phrasing, and how alike they are to one in the question
        explained = unknown = 0.0
        for word in asked:
            similar = self._similar_to(word)
            near = max(phrasing, key=lambda known: similar.get(known, 0.0))
            alike = similar.get(near, 0.0)
            if alike > 0:
                found[near] = max(found.get(near, 0.0), alike)
                explained += alike * self._weights[near]
            else:
                unknown += self._weights.get(word, self._unknown_weight)
        if not found:
            return 0.0
        recall = sum(self._weights[w] * alike for w, alike in found.items()) / sum(self._weights[w] for w in phrasing)
        precision = explained / (explained + unknown)
        return float(recall**_RECALL * precision ** (1 - _RECALL))

    def _similar_to(self, word: str) -> Mapping[str, float]:
        """Return the known words that this one may stand for, and how similar they are, 0 to 1."""
        if word not in self._similar_words:
            self._similar_words[word] = {word: 1.0} if word in self._weights else self._similar(word)
            if len(self._similar_words) > 4096:  # visitors' words are not kept for ever
                self._similar_words = {word: self._similar_words[word]}
        return self._similar_words[word]

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
