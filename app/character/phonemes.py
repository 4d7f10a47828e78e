"""Aligns a sentence's phonemes with its sound: mouth shapes over time, and when each word begins.

Phonemes are in the alphabet of Kokoro and misaki (hibari-tts uses it too): IPA letters, capitals for diphthongs.
Dynamic time warping in steps of 10 ms: the usual length of each phoneme against the loudness and the share of hiss
that were measured. By loudness alone a word would begin up to 0.2 s late.
"""

# ruff: noqa: RUF001 - phonetic letters look like others by nature

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from app.character.track import Shape

_HOP_S = 0.01
_SOFT_S = 0.045  # neighbouring sounds overlap by this: lips begin to move before their sound
_SHAPE_EVERY_S = 0.02


class _PhonemeKind(Enum):
    """Kinds of phonemes; the value is the expected loudness, dB relative to the loudest part around."""

    VOWEL = -1.5
    WEAK_VOWEL = -2.0
    VOICED = -5.0
    BREATH = -12.0
    STOP = -14.0
    SILENCE = -46.0


@dataclass(frozen=True, slots=True)
class _Sound:
    """One phoneme or pause, as the mouth shows it.

    Attributes:
        viseme: Name of its mouth shape.
        weight: Of that shape, 0 to 1.
        usual_s: How long it usually lasts.
        kind: How loud it is expected to be.
        word: Number of the word it belongs to.
    """

    viseme: str
    weight: float
    usual_s: float
    kind: _PhonemeKind
    word: int = 0

    @property
    def is_vowel(self) -> bool:
        return self.kind in {_PhonemeKind.VOWEL, _PhonemeKind.WEAK_VOWEL}


_V, _W, _N, _B, _S = (
    _PhonemeKind.VOWEL,
    _PhonemeKind.WEAK_VOWEL,
    _PhonemeKind.VOICED,
    _PhonemeKind.BREATH,
    _PhonemeKind.STOP,
)
_SOUNDS: dict[str, tuple[_Sound, ...]] = {
    letter: (_Sound(viseme, weight, usual_s, kind),)
    for letters, viseme, weight, usual_s, kind in (
        ("pbm", "PP", 1.0, 0.075, _S), ("fv", "FF", 1.0, 0.085, _B), ("θð", "TH", 0.9, 0.07, _B),
        ("td", "DD", 0.8, 0.06, _S), ("ɾT", "DD", 0.6, 0.035, _N), ("kɡg", "kk", 0.8, 0.07, _S),
        ("ŋ", "kk", 0.6, 0.07, _N), ("ʃʒʧʤ", "CH", 1.0, 0.10, _B), ("sz", "SS", 0.9, 0.09, _B),
        ("nl", "nn", 0.8, 0.065, _N), ("ɹrɜɚ", "RR", 0.9, 0.08, _N), ("h", "E", 0.25, 0.05, _B),
        ("j", "ih", 0.6, 0.05, _N), ("w", "ou", 1.0, 0.07, _N), ("ʔ", "sil", 0.4, 0.03, _S),
        ("ɑaɒ", "aa", 1.0, 0.13, _V), ("æ", "aa", 0.85, 0.12, _V), ("ʌɐ", "aa", 0.55, 0.08, _V),
        ("əᵊ", "E", 0.4, 0.05, _W), ("ɛe", "E", 0.9, 0.10, _V), ("iɪᵻ", "ih", 0.9, 0.08, _V),
        ("ɔo", "oh", 1.0, 0.12, _V), ("uʊ", "ou", 0.95, 0.09, _V),
    )
    for letter in letters
}  # fmt: skip
_SOUNDS |= {  # diphthongs: from one shape to another
    letter: (_Sound(begin, 1.0, 0.10, _V), _Sound(end, 0.85, 0.07, _W))
    for letter, begin, end in (
        ("A", "E", "ih"), ("I", "aa", "ih"), ("O", "oh", "ou"), ("Q", "oh", "ou"), ("W", "aa", "ou"), ("Y", "oh", "ih"),
    )
}  # fmt: skip
_PAUSES_S = {",": 0.18, ";": 0.2, ":": 0.2, "—": 0.22, "…": 0.3, ".": 0.25, "!": 0.25, "?": 0.25}
_STRESS = {"ˈ": 1.18, "ˌ": 1.06}
_EDGE = _Sound("sil", 1.0, 0.05, _PhonemeKind.SILENCE)
# Share of hiss: RMS of the difference between neighbouring samples, divided by the RMS. 0.2 for a vowel, 0.8 for an s.
_HISS = {"SS": 0.8, "CH": 0.7, "FF": 0.5, "TH": 0.4}
_USUAL_HISS = 0.22


@dataclass(frozen=True, slots=True)
class Aligned:
    """What the mouth does during one sentence. Times are seconds into its sound.

    Attributes:
        shapes: Mouth shapes at rising times.
        words: When each word of the phoneme string begins.
        length_s: Length of the sound.
    """

    shapes: tuple[Shape, ...]
    words: tuple[float, ...]
    length_s: float


def align(phonemes: str, sound: NDArray[np.float32], rate: int) -> Aligned:
    """Align the phonemes of one sentence with its sound.

    Args:
        phonemes: Words separated by spaces.
        sound: Mono, float32, shape (n,), -1 to 1.
        rate: Samples per second.
    """
    sounds = [_EDGE, *_sounds(phonemes), _EDGE]
    length_s = len(sound) / rate
    loudness, hiss = _measure(sound, rate)
    if len(loudness) < 2 * len(sounds):  # too short to be those words: spread them evenly
        step = length_s / len(sounds)
        segments = [(i * step, (i + 1) * step) for i in range(len(sounds))]
    else:
        segments = _warp(sounds, loudness, hiss)
    words: dict[int, float] = {}
    for (begin, _), each in zip(segments[1:-1], sounds[1:-1], strict=True):
        if each.kind is not _PhonemeKind.SILENCE:
            words.setdefault(each.word, begin)
    return Aligned(tuple(_shapes(segments, sounds, length_s)), tuple(words.values()), length_s)


def _sounds(phonemes: str) -> Iterator[_Sound]:
    word, stress = 0, 1.0
    pending: _Sound | None = None
    for letter in phonemes:
        if letter == "ː" and pending is not None:
            pending = _Sound(pending.viseme, pending.weight, pending.usual_s * 1.4, pending.kind, pending.word)
            continue
        if letter in _STRESS:
            stress = _STRESS[letter]
        elif letter == " ":
            word += 1
        for each in _SOUNDS.get(letter, ()):
            if pending is not None:
                yield pending
            push = stress if each.is_vowel else 1.0
            pending = _Sound(each.viseme, min(1.0, each.weight * push), each.usual_s * push, each.kind, word)
        if letter in _SOUNDS and _SOUNDS[letter][0].is_vowel:
            stress = 1.0
        elif letter in _PAUSES_S:
            if pending is not None:
                yield pending
            pending = _Sound("sil", 1.0, _PAUSES_S[letter], _PhonemeKind.SILENCE, word)
    if pending is not None:
        yield pending


def _measure(sound: NDArray[np.float32], rate: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return for each 10 ms the loudness, dB relative to the loud parts, and the share of hiss; shape (hops,) each."""
    hop = int(rate * _HOP_S)
    hops = len(sound) // hop
    if hops == 0:
        return np.zeros(0), np.zeros(0)
    cut = sound[: hops * hop].astype(np.float64).reshape(hops, hop)
    rms = np.sqrt(np.mean(cut**2, axis=1) + 1e-9)
    hiss = np.clip(np.sqrt(np.mean(np.diff(cut, axis=1) ** 2, axis=1) + 1e-10) / rms, 0, 1.2)
    return np.clip(20 * np.log10(rms / np.percentile(rms, 90)), -50, 3), hiss


def _costs(sounds: list[_Sound], loudness: NDArray[np.float64], hiss: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the cost of each sound (row) in each hop (column), float64: how badly it fits there."""
    peak = np.array([loudness[max(0, i - 25) : i + 26].max() for i in range(len(loudness))])
    # A voice gets quieter towards the end of a sentence: compare with what is around.
    relative = np.where(loudness < -38, loudness, loudness - np.minimum(0, peak))
    rows = []
    for each in sounds:
        silent = each.kind is _PhonemeKind.SILENCE
        row = np.abs(relative - each.kind.value) / (8.0 if silent else 20.0)
        row += 1.3 * np.abs(hiss - _HISS.get(each.viseme, _USUAL_HISS))
        if not silent:
            row += 1.5 * (loudness < -40)
        rows.append(row)
    return np.array(rows)


def _warp(sounds: list[_Sound], loudness: NDArray[np.float64], hiss: NDArray[np.float64]) -> list[tuple[float, float]]:
    """Return begin and end of each sound, seconds, of the cheapest alignment that keeps their order."""
    hops = len(loudness)
    spoken_s = np.count_nonzero(loudness > -36) * _HOP_S
    usual_s = sum(each.usual_s for each in sounds if each.kind is not _PhonemeKind.SILENCE)
    pace = max(0.6, min(2.2, spoken_s / max(0.1, usual_s)))
    until = np.concatenate(
        [np.zeros((len(sounds), 1)), np.cumsum(_costs(sounds, loudness, hiss), axis=1)], axis=1
    )  # cost of a sound from the first hop to each
    best = np.full((len(sounds) + 1, hops + 1), 1e9)
    lengths = np.zeros((len(sounds) + 1, hops + 1), dtype=np.int32)
    best[0, 0] = 0.0
    for i, each in enumerate(sounds):
        mean = max(2.0, each.usual_s * pace / _HOP_S)
        silent = each.kind is _PhonemeKind.SILENCE
        shortest, longest = (0, 90) if silent else (max(2, int(mean * 0.45)), int(mean * 2.6) + 2)
        for n in range(shortest, min(longest, hops) + 1):
            odd = 0.25 if silent else 4.0 * float(np.log(max(1, n) / mean)) ** 2
            cost = best[i, : hops + 1 - n] + until[i, n:] - until[i, : hops + 1 - n] + odd
            better = cost < best[i + 1, n:]
            best[i + 1, n:][better] = cost[better]
            lengths[i + 1, n:][better] = n
    segments, end = [], hops
    for i in range(len(sounds), 0, -1):
        begin = end - int(lengths[i, end])
        segments.append((begin * _HOP_S, end * _HOP_S))
        end = begin
    return segments[::-1]


def _shapes(segments: list[tuple[float, float]], sounds: list[_Sound], length_s: float) -> Iterator[Shape]:
    """Yield a mouth shape every 20 ms: each sound fades in before it begins and out after it ends."""
    first = 0
    for step in range(int(length_s / _SHAPE_EVERY_S) + 1):
        t = step * _SHAPE_EVERY_S
        while first < len(segments) - 1 and segments[first][1] + _SOFT_S < t:
            first += 1
        weights: dict[str, float] = {}
        for (begin, end), each in zip(segments[first:], sounds[first:], strict=True):
            if begin - _SOFT_S > t:
                break
            part = min(1.0, (t - begin + _SOFT_S) / (2 * _SOFT_S), (end + _SOFT_S - t) / (2 * _SOFT_S))
            if part > 0 and end > begin:
                weights[each.viseme] = weights.get(each.viseme, 0.0) + part * each.weight
        yield t, weights
