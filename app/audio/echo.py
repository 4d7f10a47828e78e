"""Cleaning the microphone: echo cancellation, noise suppression, gain control and high pass of WebRTC."""

from __future__ import annotations

import numpy as np
from livekit import rtc

from app.audio.base import FRAME, RATE, Sound

_MAX_DELAY_MS = 500


class EchoCanceller:
    """One microphone's audio processing. What the speaker plays and what the microphone hears pass the same instance.

    Both methods belong to one thread. The library takes other lengths than 10 ms without a word and then works
    wrongly, so the length is asserted.
    """

    def __init__(self, echo_cancellation: bool) -> None:
        self._cancels_echo = echo_cancellation
        self._module = rtc.AudioProcessingModule(
            echo_cancellation=echo_cancellation, noise_suppression=True, high_pass_filter=True, auto_gain_control=True
        )

    def played(self, sound: Sound) -> None:
        """Tell what the speaker was given: 480 samples, after volume and mute."""
        if self._cancels_echo:
            self._module.process_reverse_stream(_frame(sound))

    def clean(self, sound: Sound, delay_s: float) -> Sound:
        """Return 480 samples of the microphone without echo and noise.

        `delay_s`: from telling `played` to its echo's arrival here, seconds.
        """
        frame = _frame(sound)
        if self._cancels_echo:
            self._module.set_stream_delay_ms(min(_MAX_DELAY_MS, max(0, round(delay_s * 1000))))
        self._module.process_stream(frame)
        return np.frombuffer(frame.data, np.int16)


def _frame(sound: Sound) -> rtc.AudioFrame:
    if sound.shape != (FRAME,) or sound.dtype != np.int16:
        raise AssertionError(f"audio processing takes exactly 10 ms of int16, not {sound.shape} {sound.dtype}")
    return rtc.AudioFrame(bytearray(sound.tobytes()), RATE, 1, FRAME)
