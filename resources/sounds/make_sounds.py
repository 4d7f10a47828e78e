"""Makes the kiosk's signs beside this file: `python resources/sounds/make_sounds.py`. 48 kHz, mono, int16."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
LEVEL_DB = -26.0  # dBFS of the loudest 50 ms: 6 dB under a voice of -20 dBFS

Wave = NDArray[np.float64]


def note(frequency: float, length_s: float) -> Wave:
    """A soft tone with a little warmth: attack of 20 ms, falling to nothing at its end."""
    t = np.arange(int(length_s * RATE)) / RATE
    tone = np.sin(2 * np.pi * frequency * t) + 0.2 * np.sin(4 * np.pi * frequency * t)
    return tone * np.minimum(1, t / 0.02) * np.cos(np.pi / 2 * t / length_s)


def bell(frequency: float, length_s: float) -> Wave:
    """A struck bell: the partials of a real one, the higher ones shorter."""
    t = np.arange(int(length_s * RATE)) / RATE
    partials = ((1.0, 1.0, 5.0), (2.0, 0.45, 8.0), (2.4, 0.25, 11.0), (3.0, 0.2, 14.0))
    tone = sum(a * np.exp(-d * t) * np.sin(2 * np.pi * frequency * m * t) for m, a, d in partials)
    return np.asarray(tone) * np.minimum(1, t / 0.004) * np.minimum(1, (length_s - t) / 0.05)


def tap() -> Wave:
    """A knuckle on wood: two short dull resonances."""
    t = np.arange(int(0.08 * RATE)) / RATE
    tone = np.sin(2 * np.pi * 410 * t) * np.exp(-70 * t) + 0.5 * np.sin(2 * np.pi * 940 * t) * np.exp(-130 * t)
    return np.asarray(tone * np.minimum(1, t / 0.001) * np.minimum(1, (0.08 - t) / 0.01))


def rest(length_s: float) -> Wave:
    """Silence."""
    return np.zeros(int(length_s * RATE))


SIGNS = {
    "turn": [note(660, 0.18), note(880, 0.18)],
    "microphone_open": [note(523, 0.12)],
    "microphone_closed": [note(392, 0.12)],
    "still_there": [tap(), rest(0.17), tap()],
    "time_20s": [bell(330, 0.5)],
    "goodbye": [note(660, 0.18), note(523, 0.18)],
}


def leveled(sound: Wave) -> NDArray[np.int16]:
    """Scale so that the loudest 50 ms have `LEVEL_DB`."""
    hop = RATE // 20
    padded = np.concatenate([sound, np.zeros(-len(sound) % hop)]).reshape(-1, hop)
    loudest = np.sqrt((padded**2).mean(axis=1)).max()
    return np.rint(sound / loudest * 10 ** (LEVEL_DB / 20) * 32767).astype(np.int16)


if __name__ == "__main__":
    for name, parts in SIGNS.items():
        with wave.open(str(Path(__file__).with_name(f"{name}.wav")), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(leveled(np.concatenate(parts)).tobytes())
