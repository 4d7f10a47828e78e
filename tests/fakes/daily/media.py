"""What a stand-in client shows and sounds: a moving, numbered picture and a tone, made on a thread of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from tests.fakes.pictures import DARK, to_i420
from tests.vendors.agent_media import numbered

RATE_HZ = 440.0
NUMBERS = 8  # pictures in the moving pattern


@dataclass(frozen=True)
class VideoFrame:
    """A picture as the library gives it."""

    buffer: bytes
    width: int
    height: int
    timestamp_us: int
    color_format: str


@dataclass(frozen=True)
class AudioData:
    """Sound as the library gives it."""

    bits_per_sample: int
    sample_rate: int
    num_channels: int
    num_audio_frames: int
    audio_frames: bytes


@cache
def pixels(width: int, height: int, layout: str, number: int, pattern: str = "moving") -> bytes:
    """Return one picture of the pattern."""
    rgb = DARK.get(pattern, numbered)(width, height, number)
    if layout == "I420":
        return to_i420(rgb).tobytes()
    return np.dstack([rgb[..., ::-1], np.full(rgb.shape[:2], 255, np.uint8)]).tobytes()


class Media:
    """Renderers of one client. What the avatar shows is set by the host: see `DailyHost`."""

    def __init__(self) -> None:
        self._look: dict[str, Any] = {}
        self._shown: dict[tuple[str, str], tuple[Callable[[str, VideoFrame, str], None], str]] = {}
        self._heard: dict[tuple[str, str], tuple[Callable[[str, AudioData, str], None], int, int]] = {}
        self._voice_until = 0.0
        self._is_running = False
        self._thread: threading.Thread | None = None

    def set(self, look: dict[str, Any]) -> None:
        """Take what participant, size, rate and layout the picture has now, and whether it moves."""
        self._look = look
        if self._thread is None:
            self._is_running = True
            self._thread = threading.Thread(target=self._run, name="daily-speaker-p", daemon=True)
            self._thread.start()

    def say(self, seconds: float) -> None:
        """Sound for so long from now."""
        self._voice_until = time.monotonic() + seconds

    def show(
        self, participant: str, callback: Callable[[str, VideoFrame, str], None], source: str, layout: str
    ) -> None:
        """See `CallClient.set_video_renderer`."""
        self._shown[participant, source] = (callback, layout)

    def hear(
        self,
        participant: str,
        callback: Callable[[str, AudioData, str], None],
        source: str,
        rate: int,
        interval_ms: int,
    ) -> None:
        """See `CallClient.set_audio_renderer`."""
        self._heard[participant, source] = (callback, rate, interval_ms)

    def stop(self) -> None:
        """End the thread; no callback runs afterwards."""
        self._is_running = False
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        number = 0
        next_frame = time.monotonic()
        while self._is_running:
            now = time.monotonic()
            look = self._look
            if look.get("fps") and not look.get("frozen") and now >= next_frame:
                next_frame = now + 1 / look["fps"]
                number += 1
                self._show(look, number)
            self._sound(look, now)
            time.sleep(0.02)

    def _show(self, look: dict[str, Any], number: int) -> None:
        found = self._shown.get((look.get("participant", ""), "camera"))
        if found is not None:
            callback, layout = found
            width, height = look["width"], look["height"]
            pattern = look.get("pattern", "moving")
            buffer = pixels(width, height, layout, number % NUMBERS, pattern)[: look.get("cut")]
            frame = VideoFrame(buffer, width, height, time.monotonic_ns() // 1000, look.get("layout", layout))
            callback(look["participant"], frame, "camera")

    def _sound(self, look: dict[str, Any], now: float) -> None:
        found = self._heard.get((look.get("participant", ""), "microphone"))
        if found is None or not look.get("voice", True):
            return
        callback, rate, interval_ms = found
        count = rate * interval_ms // 1000
        loud = 8000 if now < self._voice_until else 0
        wave = (np.sin(2 * np.pi * RATE_HZ * np.arange(count) / rate) * loud).astype(np.int16)
        channels = look.get("channels", 1)
        data = np.repeat(wave, channels).tobytes()
        callback(look["participant"], AudioData(16, rate, channels, count, data), "microphone")
