"""Processing of the microphone's sound: WebRTC's echo cancellation, noise suppression, gain control and high pass."""

from __future__ import annotations

import numpy as np
from livekit import rtc

from app.audio.base import FRAME, RATE, Sound

_MAX_DELAY_MS = 500


class EchoCanceller:
    """The processing of one microphone. What the speaker plays and what the microphone hears pass the same instance.

    Both methods belong to one thread. The library accepts lengths other than 10 ms silently and then works wrongly,
    so the length is asserted.

    Args:
        echo_cancellation: False: only the rest is done.
    """

    def __init__(self, echo_cancellation: bool) -> None:
        self._cancels_echo = echo_cancellation
        self._module = rtc.AudioProcessingModule(
            echo_cancellation=echo_cancellation, noise_suppression=True, high_pass_filter=True, auto_gain_control=True
        )

    def played(self, sound: Sound) -> None:
        """Take what the speaker was given: 480 samples, int16, after volume and mute."""
        if self._cancels_echo:
            self._module.process_reverse_stream(_frame(sound))

    def clean(self, sound: Sound, delay_s: float) -> Sound:
        """Return the microphone's 480 samples, int16, without echo and noise.

        Args:
            sound: 480 samples, int16, as recorded.
            delay_s: From the call of `played` to the arrival of its echo here, seconds.
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
