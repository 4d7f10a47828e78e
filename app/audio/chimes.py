"""The kiosk's own short sounds: quieter than the avatar's voice, and never at the same time as it."""

from __future__ import annotations

import logging
import wave
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.audio.base import FRAME, RATE, Sound

log = logging.getLogger(__name__)

VOICE_DB = -20.0  # dBFS of the voice that the files are made for: they are 6 dB quieter
_WAIT_S = 1.5  # a chime that would come later than this is dropped
_VOICE_SLOWNESS = 0.01  # weight of one block in the running average of the voice: about a second of speech
_SPEECH_DB = -45.0  # dBFS below which a block is a pause


def load_chimes(folder: Path) -> dict[str, Sound]:
    """Read the chimes from `folder`/NAME.wav (48 kHz, mono, int16), by name. A broken file is logged and left out."""
    chimes: dict[str, Sound] = {}
    for path in sorted(folder.glob("*.wav")):
        try:
            with wave.open(str(path)) as file:
                if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (RATE, 1, 2):
                    raise wave.Error("not 48 kHz mono int16")
                chimes[path.stem] = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        except (OSError, EOFError, wave.Error) as error:
            log.warning("a chime cannot be played", extra={"file": path.name, "error": str(error)})
    return chimes


class ChimePlayer:
    """Plays one chime at a time, in the pauses of the voice. Only `ask` may be called outside the speaker's thread."""

    def __init__(self, chimes: Mapping[str, Sound]) -> None:
        self._chimes = chimes
        self._asked: str | None = None
        self._waited_s = 0.0
        self._left: NDArray[np.float32] = np.zeros(0, np.float32)
        self._voice_power = 10 ** (VOICE_DB / 10)

    def ask(self, name: str) -> None:
        """Play the chime as soon as nobody speaks; any thread. One that is still waiting is replaced."""
        if name in self._chimes:
            self._waited_s = 0.0
            self._asked = name

    def is_playing(self) -> bool:
        """Whether a chime sounds or waits."""
        return bool(len(self._left)) or self._asked is not None

    def next_block(self, voice_db: float, voice_is_due: bool) -> NDArray[np.float32] | None:
        """Return the chime's next 480 samples, or None.

        Args:
            voice_db: Loudness of the voice in this block, before the volume, dBFS.
            voice_is_due: The voice is heard now, or will be in a moment.
        """
        if voice_db > _SPEECH_DB:
            self._voice_power += (10 ** (voice_db / 10) - self._voice_power) * _VOICE_SLOWNESS
        if voice_is_due:
            return self._give_way()
        if self._asked is not None:
            louder_db = 10 * np.log10(self._voice_power) - VOICE_DB
            gain = np.float32(10 ** (min(6.0, max(-12.0, louder_db)) / 20))
            self._left = self._chimes[self._asked].astype(np.float32) * gain
            self._asked = None
        return self._take() if len(self._left) else None

    def _give_way(self) -> NDArray[np.float32] | None:
        self._waited_s += FRAME / RATE
        if self._waited_s > _WAIT_S:
            self._asked = None
        if not len(self._left):
            return None
        last = self._take() * np.linspace(1, 0, FRAME, dtype=np.float32)
        self._left = self._left[:0]
        return last

    def _take(self) -> NDArray[np.float32]:
        block = np.zeros(FRAME, np.float32)
        part = self._left[:FRAME]
        block[: len(part)] = part
        self._left = self._left[FRAME:]
        return block
