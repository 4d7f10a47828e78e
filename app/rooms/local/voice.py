"""The guide's voice through a local LiveKit track to the speaker: as in a real room, without a server."""

from __future__ import annotations

import time

import numpy as np
from livekit import rtc

from app.audio.base import FRAME, RATE, Sound, SpeakerOut

_AHEAD_MS = 200  # sound that waits in the track; so much is lost when the guide is interrupted
_PIECE = 4 * FRAME
_STREAM_FRAMES = 50  # half a second may wait for a slow loop
_MOST_GUESS_S = 0.15  # longest time by which `position_s` goes beyond what was measured


class LocalVoice:
    """Plays sentences in real time, and knows how much of them was heard.

    Between sentences the track delivers digital silence. In our sound no frame is quite silent, so that every frame
    that comes out can be told from that silence: what was heard is counted, not guessed. Belongs to the loop's thread,
    except `position_s`.

    Args:
        speaker: None: what left the track counts as heard.

    Attributes:
        is_unheard: The speaker does not go on any more: what left the track counts as heard.
    """

    def __init__(self, speaker: SpeakerOut | None) -> None:
        self.is_unheard = False
        self._speaker = speaker
        self._source = rtc.AudioSource(RATE, 1, queue_size_ms=_AHEAD_MS)
        self._track = rtc.LocalAudioTrack.create_audio_track("voice", self._source)
        self._received_s = 0.0
        self._is_dropping = False  # what still comes out belongs to an interrupted sentence
        self._mark = (0.0, 0.0)  # seconds of the turn that were heard, and when that was (time.monotonic)

    async def pump(self) -> None:
        """Write what comes out of the track to the speaker, until cancelled."""
        # The queue is unbounded by default, and the stream never ends by itself.
        stream = rtc.AudioStream(self._track, capacity=_STREAM_FRAMES, sample_rate=RATE, num_channels=1)
        try:
            async for event in stream:
                self._receive(np.frombuffer(event.frame.data, np.int16))
        finally:
            await stream.aclose()

    def begin(self) -> None:
        """Begin a new turn: what is heard is counted from here."""
        self._received_s = 0.0
        self._is_dropping = self.is_unheard = False
        self._mark = (0.0, time.monotonic())

    async def push(self, sound: Sound) -> None:
        """Play sound, int16, shape (n,), whole frames of 10 ms; returns when all but the last 0.2 s has left."""
        audible = sound.reshape(-1, FRAME).copy()
        audible[~audible.any(axis=1), 0] = 1
        samples = audible.reshape(-1)
        for begin in range(0, len(samples), _PIECE):
            piece = samples[begin : begin + _PIECE]
            await self._source.capture_frame(rtc.AudioFrame(piece.tobytes(), RATE, 1, len(piece)))

    def heard_s(self) -> float:
        """Return the seconds of this turn that came out of the speaker; never falls within a turn."""
        waiting_s = 0.0 if self._speaker is None or self.is_unheard else self._speaker.pending_s()
        heard_s = max(self._mark[0], self._received_s - waiting_s)
        self._mark = (heard_s, time.monotonic())
        return heard_s

    def position_s(self) -> float:
        """Return the same for other threads: the last `heard_s`, plus the time since then."""
        heard_s, at = self._mark
        return heard_s + min(_MOST_GUESS_S, time.monotonic() - at) if heard_s > 0 else 0.0

    def silence(self) -> None:
        """Drop what was not heard yet."""
        self._source.clear_queue()
        self._is_dropping = True
        if self._speaker is not None:
            self._speaker.flush()

    async def close(self) -> None:
        """Free the track, after `pump` has ended."""
        await self._source.aclose()

    def _receive(self, frame: Sound) -> None:
        if not frame.any():
            self._is_dropping = False
        elif not self._is_dropping:
            self._received_s += len(frame) / RATE
            if self._speaker is not None:
                self._speaker.write(frame)
