"""The guide's speech synthesis: from text to sound with mouth shapes, in a worker thread, without a network."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from app.audio.base import FRAME, RATE, Sound
from app.audio.resample import Resampler
from app.character.phonemes import align
from app.character.track import Shape

log = logging.getLogger(__name__)

_MODEL_RATE = 24_000  # hibari-tts 0.2.1
_LOUDNESS = 0.14  # RMS of the loud parts, of full scale, to which each sentence is brought
_PEAK = 0.89  # of full scale; no sentence gets louder than that
_MOST_GAIN = 8.0
_AUDIBLE = 0.01  # RMS, of full scale: what is below half of it at the ends of the model's sound is silence
_LEAD_S, _TAIL_S = 0.06, 0.22  # silence kept before and after a sentence
_LETTER_S = 0.068  # how long a calm speaker needs for a letter
# The end of a sentence, unless it is the end of a title ("Dr. Smith") or an initial ("J. K. Rowling").
_SENTENCE = re.compile(r"(?<=[.!?…])(?<!\b[A-Z]\.)(?<!\b(?:Dr|Mr|Ms|St)\.)(?<!\bMrs\.)(?<!\bProf\.)[\"”)\]]*\s+(?=\S)")
_SEED = 1  # of the noise in the voice: the same sentence always sounds the same


@dataclass(frozen=True, slots=True)
class Spoken:
    """One sentence, ready to be played.

    Attributes:
        text: The words.
        sound: Int16, 48 kHz, mono, whole frames of 10 ms.
        shapes: Of the mouth, at seconds into the sound.
        words: When each piece of `text` (a word with the space before it) is heard, seconds into the sound.
    """

    text: str
    sound: Sound
    shapes: tuple[Shape, ...]
    words: tuple[tuple[float, str], ...]

    @property
    def length_s(self) -> float:
        """Length of the sound, seconds."""
        return len(self.sound) / RATE


class Voice(Protocol):
    """Makes speech. One for the whole process; only one visit may speak at a time."""

    async def warm_up(self) -> None:
        """Load whatever is needed, so that the first sentence comes quickly. Never raises."""
        ...

    def speak(self, text: str) -> AsyncIterator[Spoken]:
        """Yield the sentences of `text`, each as soon as it is ready. No more are made once the iteration is left."""
        ...

    def close(self) -> None:
        """Free everything; idempotent."""
        ...


class HibariVoice:
    """American English, by hibari-tts, whose wheel carries the model. Sentences it cannot speak become silent ones."""

    def __init__(self) -> None:
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="guide-voice")
        self._model: Any = None
        self._has_failed = False

    async def warm_up(self) -> None:
        """See `Voice.warm_up`. Takes 0.5 s; each sentence afterwards about a fiftieth of its own length."""
        async for _ in self.speak("Hello."):
            pass

    async def speak(self, text: str) -> AsyncIterator[Spoken]:
        """See `Voice.speak`."""
        loop = asyncio.get_running_loop()
        for sentence in sentences(text):
            yield await loop.run_in_executor(self._worker, self._make, sentence)

    def close(self) -> None:
        """See `Voice.close`."""
        self._worker.shutdown(wait=True, cancel_futures=True)

    def _make(self, sentence: str) -> Spoken:
        try:
            if self._model is None:
                from hibari import Hibari

                self._model = Hibari(threads=1)
            parts = self._model.phonemize(sentence)  # several, where the sentence is too long for the model
            if not parts:
                return silent(sentence)
            sound = np.concatenate([self._model.from_phonemes(part, seed=_SEED) for part in parts])
            return _finish(sentence, " ".join(parts), _trim(sound))
        except Exception as error:
            if not self._has_failed:
                log.error("the guide cannot speak", extra={"error": type(error).__name__}, exc_info=error)
            self._has_failed = True
            return silent(sentence)


class SilentVoice:
    """For languages without a voice: the mouth moves and the words appear, but nothing is heard."""

    async def warm_up(self) -> None:
        """See `Voice.warm_up`."""

    async def speak(self, text: str) -> AsyncIterator[Spoken]:
        """See `Voice.speak`."""
        for sentence in sentences(text):
            yield silent(sentence)

    def close(self) -> None:
        """See `Voice.close`."""


def sentences(text: str) -> list[str]:
    """Return the sentences of a text."""
    return [part.strip() for part in _SENTENCE.split(" ".join(text.split())) if part.strip()]


def silent(sentence: str) -> Spoken:
    """Return a sentence without sound that lasts as long as saying it would."""
    sound = np.zeros(int(len(sentence) * _LETTER_S * RATE), np.float32)
    return _finish(sentence, sentence.lower(), sound, RATE)


def _finish(sentence: str, phonemes: str, sound: NDArray[np.float32], rate: int = _MODEL_RATE) -> Spoken:
    aligned = align(phonemes, sound, rate)
    full = Resampler(rate, RATE).feed(sound)
    samples = np.clip(np.round(full * _gain(sound, rate) * 32767), -32768, 32767).astype(np.int16)
    whole = np.zeros(-(-len(samples) // FRAME) * FRAME, np.int16)
    whole[: len(samples)] = samples
    return Spoken(sentence, whole, aligned.shapes, _word_times(sentence, aligned.words, aligned.length_s))


def _levels(sound: NDArray[np.float32], rate: int) -> NDArray[np.float64]:
    """Return the RMS of each 10 ms, shape (n,), in the unit of `sound`."""
    hop = rate // 100
    cut = sound[: len(sound) // hop * hop].astype(np.float64).reshape(-1, hop)
    rms: NDArray[np.float64] = np.sqrt(np.mean(cut**2, axis=1))
    return rms


def _trim(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """Cut the silence at both ends down to `_LEAD_S` and `_TAIL_S`."""
    loud = np.flatnonzero(_levels(sound, _MODEL_RATE) > _AUDIBLE * 0.5)
    if not len(loud):
        return sound
    hop = _MODEL_RATE // 100
    begin = max(0, int(loud[0]) * hop - int(_LEAD_S * _MODEL_RATE))
    end = (int(loud[-1]) + 1) * hop + int(_TAIL_S * _MODEL_RATE)
    missing = max(0, end - len(sound))
    return np.concatenate([sound[begin:end], np.zeros(missing, np.float32)])


def _gain(sound: NDArray[np.float32], rate: int) -> float:
    levels = _levels(sound, rate)
    loud = float(np.percentile(levels, 90)) if len(levels) else 0.0
    peak = float(np.max(np.abs(sound), initial=0.0))
    if loud <= 0 or peak <= 0:
        return 0.0
    return min(_LOUDNESS / loud, _PEAK / peak, _MOST_GAIN)


def _word_times(sentence: str, heard: tuple[float, ...], length_s: float) -> tuple[tuple[float, str], ...]:
    """Return when each written word is heard, seconds.

    A number is one written word but several spoken ones: then the spoken words are assigned in proportion.
    """
    words = sentence.split(" ")
    if not heard:
        heard = tuple(i * length_s / len(words) for i in range(len(words)))
    pieces = [words[0], *(f" {word}" for word in words[1:])]
    return tuple((heard[i * len(heard) // len(words)], piece) for i, piece in enumerate(pieces))
