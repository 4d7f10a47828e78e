"""The guide's voice through a local LiveKit track to the speaker: the path of a real room, without a server."""

from __future__ import annotations

import time

import numpy as np
from livekit import rtc

from app.audio.base import FRAME, RATE, Sound, SpeakerOut

_AHEAD_MS = 200  # sound that waits in the track; so much is lost when the guide is interrupted
_PIECE = 4 * FRAME
_STREAM_FRAMES = 50  # half a second may wait for a slow loop
_MOST_GUESS_S = 0.15


class LocalVoice:
    """Takes sentences, plays them in their own time, and knows how much was heard.

    Between sentences the track delivers digital silence. Ours is never quite silent, so every frame that comes out
    is told apart from the filling: what was heard is counted, not guessed. Belongs to the loop's thread, except
    `position_s`.
    """

    def __init__(self, speaker: SpeakerOut | None) -> None:
        self.is_unheard = False  # the speaker cannot be trusted any more: what left the track counts as heard
        self._speaker = speaker
        self._source = rtc.AudioSource(RATE, 1, queue_size_ms=_AHEAD_MS)
        self._track = rtc.LocalAudioTrack.create_audio_track("voice", self._source)
        self._received_s = 0.0
        self._is_deaf = False  # what still comes out was interrupted
        self._mark = (0.0, 0.0)  # seconds of the turn that were heard, and when that was (time.monotonic)

    async def pump(self) -> None:
        """Carry what comes out of the track to the speaker, until cancelled."""
        # Unbounded by default, and it never ends by itself.
        stream = rtc.AudioStream(self._track, capacity=_STREAM_FRAMES, sample_rate=RATE, num_channels=1)
        try:
            async for event in stream:
                self._receive(np.frombuffer(event.frame.data, np.int16))
        finally:
            await stream.aclose()

    def begin(self) -> None:
        """A new turn: what is heard counts from here."""
        self._received_s = 0.0
        self._is_deaf = self.is_unheard = False
        self._mark = (0.0, time.monotonic())

    async def push(self, sound: Sound) -> None:
        """Say it; returns when all but the last fifth of a second has left. Whole frames of 10 ms."""
        audible = sound.reshape(-1, FRAME).copy()
        audible[~audible.any(axis=1), 0] = 1
        samples = audible.reshape(-1)
        for begin in range(0, len(samples), _PIECE):
            piece = samples[begin : begin + _PIECE]
            await self._source.capture_frame(rtc.AudioFrame(piece.tobytes(), RATE, 1, len(piece)))

    def heard_s(self) -> float:
        """Seconds of this turn that came out of the speaker; never falls within a turn."""
        waiting_s = 0.0 if self._speaker is None or self.is_unheard else self._speaker.pending_s()
        heard_s = max(self._mark[0], self._received_s - waiting_s)
        self._mark = (heard_s, time.monotonic())
        return heard_s

    def position_s(self) -> float:
        """The same for another thread: the last `heard_s`, and the time since."""
        heard_s, at = self._mark
        return heard_s + min(_MOST_GUESS_S, time.monotonic() - at) if heard_s > 0 else 0.0

    def silence(self) -> None:
        """Forget what was said and not yet heard."""
        self._source.clear_queue()
        self._is_deaf = True
        if self._speaker is not None:
            self._speaker.flush()

    async def close(self) -> None:
        """Free the track, after `pump` has ended."""
        await self._source.aclose()

    def _receive(self, frame: Sound) -> None:
        if not frame.any():
            self._is_deaf = False
        elif not self._is_deaf:
            self._received_s += len(frame) / RATE
            if self._speaker is not None:
                self._speaker.write(frame)
