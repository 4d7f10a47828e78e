"""Speech synthesis and speech recognition for the sound tests."""

from __future__ import annotations

import functools

import numpy as np

from app.audio.base import RATE
from app.audio.resample import Resampler, to_int16


@functools.cache
def _voice():
    from hibari import Hibari

    return Hibari(threads=1)


def say(text: str, level_db: float = -20.0) -> np.ndarray:
    """Speak English: int16 mono at 48 kHz, with a root mean square of `level_db` dBFS where there is voice."""
    raw = np.concatenate(list(_voice().stream(text))).astype(np.float32)
    sound = Resampler(24_000, RATE).feed(raw)
    loud = sound[np.abs(sound) > 0.05 * np.abs(sound).max()]
    return to_int16(sound / np.sqrt((loud**2).mean()) * 10 ** (level_db / 20) * 32767)


def transcribe(sound: np.ndarray) -> str:
    """Words of int16 mono at 48 kHz, in small letters."""
    from moonshine_voice import ModelArch, Transcriber, get_assets_path

    transcriber = Transcriber(str(get_assets_path() / "tiny-en"), ModelArch.TINY)
    try:
        speech = Resampler(RATE, 16_000).feed(sound.astype(np.float32)) / 32768
        lines = transcriber.transcribe_without_streaming(speech.tolist(), 16_000).lines
    finally:
        transcriber.close()
    words = "".join(c if c.isalpha() else " " for line in lines for c in line.text.lower() + " ")
    return " ".join(words.split())
