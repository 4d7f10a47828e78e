"""Converts Daily's frames and sound to ours. Everything here is called on threads of Daily's library."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np

from app.audio.base import RATE, SpeakerOut
from app.picture import Frame, Picture, PixelFormat

log = logging.getLogger(__name__)

SMALLEST = 16  # pixels; servers send black pictures of a few pixels at the end of a track

LAYOUTS = {PixelFormat.BGRA: "BGRA", PixelFormat.I420: "I420"}
_FORMATS = {name: layout for layout, name in LAYOUTS.items()}


class FrameReader:
    """Pushes the frames of one renderer into the picture.

    Args:
        picture: Where the frames go.
        layout: The pixel format that the renderer was asked for.
        on_frame: Called after each pushed frame.
        on_other_layout: Called once, when the painter wants another pixel format.

    Attributes:
        is_open: False: frames that still come are dropped.
    """

    def __init__(
        self, picture: Picture, layout: PixelFormat, on_frame: Callable[[], None], on_other_layout: Callable[[], None]
    ) -> None:
        self.is_open = True
        self._picture = picture
        self._layout = layout
        self._on_frame = on_frame
        self._on_other_layout = on_other_layout
        self._has_complained = self._has_asked = False

    def take(self, participant: str, frame: Any, source: str) -> None:
        """Take a frame; the callback of `CallClient.set_video_renderer`."""
        if not self.is_open:
            return
        made = frame_of(frame)
        if made is not None:
            self._picture.push(made)
            self._on_frame()
        elif not self._has_complained and min(frame.width, frame.height) >= SMALLEST:
            self._has_complained = True
            log.warning("a picture of the room cannot be read", extra={"layout": str(frame.color_format)[:16]})
        if self._picture.wanted is not self._layout and not self._has_asked:
            self._has_asked = True
            self._on_other_layout()


def frame_of(frame: Any) -> Frame | None:
    """Return the library's frame as ours, without a copy; None for one that is not a picture of the avatar."""
    width, height, layout = frame.width, frame.height, _FORMATS.get(frame.color_format)
    if layout is None or width < SMALLEST or height < SMALLEST:
        return None
    data: bytes = frame.buffer
    if layout is PixelFormat.BGRA:
        size = 4 * width * height
    else:
        size = width * height + 2 * ((width + 1) // 2) * ((height + 1) // 2)
    return Frame(width, height, layout, data) if len(data) == size else None


class AudioReader:
    """Writes the sound of one renderer to the speaker. `is_open`: False: sound that still comes is dropped."""

    def __init__(self, speaker: SpeakerOut) -> None:
        self.is_open = True
        self._speaker = speaker
        self._has_complained = False

    def take(self, participant: str, sound: Any, source: str) -> None:
        """Take a piece of sound; the callback of `CallClient.set_audio_renderer`, which was asked for our rate."""
        if not self.is_open:
            return
        data, channels = sound.audio_frames, sound.num_channels
        if sound.sample_rate != RATE or sound.bits_per_sample != 16 or channels < 1 or len(data) % (2 * channels):
            if not self._has_complained:
                self._has_complained = True
                log.warning("sound of the room cannot be read", extra={"rate": sound.sample_rate})
            return
        samples = np.frombuffer(data, np.int16)
        if channels > 1:
            samples = samples.reshape(-1, channels).mean(axis=1).astype(np.int16)
        self._speaker.write(samples)
