"""Media of a scripted agent: colour bars or a moving pattern, and a voice, published with the real SDK."""

from __future__ import annotations

import asyncio
import colorsys
from dataclasses import dataclass

import numpy as np
from livekit import rtc

from app.audio.base import Sound
from tests.fakes.pictures import DARK, Pixels, to_i420

RATE = 48_000
FRAME = 480
PATTERNS = 30  # pictures in the moving pattern; each shows its number
CELL = 32  # pixels of one bit of that number
BITS = 5

# 75 % colour bars as red, green, blue.
BARS = ((191, 191, 191), (191, 191, 0), (0, 191, 191), (0, 191, 0), (191, 0, 191), (191, 0, 0), (0, 0, 191), (0, 0, 0))


def bars(width: int, height: int) -> Pixels:
    """Return colour bars, (height, width, 3)."""
    columns = np.arange(width) * len(BARS) // width
    return np.broadcast_to(np.array(BARS, np.uint8)[columns], (height, width, 3))


def numbered(width: int, height: int, number: int) -> Pixels:
    """Return a picture that shows `number` in black and white cells at the top left, on a colour of its own."""
    colour = np.array([255 * part for part in colorsys.hsv_to_rgb(number / PATTERNS, 0.5, 0.8)], np.uint8)
    rgb = np.broadcast_to(colour, (height, width, 3)).copy()
    for bit in range(BITS):
        rgb[:CELL, bit * CELL : (bit + 1) * CELL] = 255 if number >> bit & 1 else 0
    return rgb


def number_in(luma: Pixels) -> int:
    """Return the number that a picture of the moving pattern shows. luma: (height, width)."""
    middle = luma[CELL // 2]
    return sum(int(middle[bit * CELL + CELL // 2] > 128) << bit for bit in range(BITS))


def rendered(pattern: str, width: int, height: int) -> list[rtc.VideoFrame]:
    """Return the pictures of a pattern, ready to be captured again and again.

    Args:
        pattern: "bars", "moving", or one of `DARK`.
        width: Pixels.
        height: Pixels.
    """
    kind = rtc.VideoBufferType.I420
    return [
        rtc.VideoFrame(width, height, kind, bytearray(to_i420(picture).tobytes()))
        for picture in pictures(pattern, width, height)
    ]


def pictures(pattern: str, width: int, height: int) -> list[Pixels]:
    """Return the pictures of a pattern, (height, width, 3); see `rendered`."""
    if pattern == "bars":
        return [bars(width, height)]
    return [DARK.get(pattern, numbered)(width, height, number) for number in range(PATTERNS)]


def tone(seconds: float, hertz: float = 440.0, level: float = 0.3) -> Sound:
    """Return a sine as int16."""
    moments = np.arange(int(seconds * RATE)) / RATE
    return (np.sin(2 * np.pi * hertz * moments) * level * 32767).astype(np.int16)


@dataclass(frozen=True)
class AgentLook:
    """How the picture is published.

    Attributes:
        width: Pixels.
        height: Pixels.
        fps: Pictures a second.
        pattern: What it shows: "moving", "bars"; "black", "black data", "night sky", "dim face".
        codec: "vp8", "vp9", "av1" or "h264".
        simulcast: In several sizes.
    """

    width: int = 640
    height: int = 360
    fps: float = 15.0
    pattern: str = "moving"
    codec: str = "vp8"
    simulcast: bool = False


class AgentCamera:
    """A published picture that moves until told otherwise."""

    def __init__(self, look: AgentLook) -> None:
        self.frozen = False
        self._look = look
        self._frames = rendered(look.pattern, look.width, look.height)
        self._source = rtc.VideoSource(look.width, look.height)
        self._track = rtc.LocalVideoTrack.create_video_track("avatar", self._source)
        self._task: asyncio.Task[None] | None = None
        self.sid = ""

    async def publish(self, participant: rtc.LocalParticipant) -> None:
        """Publish and begin to move."""
        publication = await participant.publish_track(
            self._track,
            rtc.TrackPublishOptions(
                source=rtc.TrackSource.SOURCE_CAMERA,
                simulcast=self._look.simulcast,
                video_codec=rtc.VideoCodec.Value(self._look.codec.upper()),
                video_encoding=rtc.VideoEncoding(max_framerate=self._look.fps, max_bitrate=2_000_000),
                degradation_preference=rtc.DegradationPreference.MAINTAIN_RESOLUTION,  # type: ignore[arg-type]  # reason: the SDK's own enum
            ),
        )
        self.sid = publication.sid
        self._task = asyncio.create_task(self._run(), name="agent-camera")

    def resize(self, width: int, height: int) -> None:
        """Go on in another size."""
        self._frames = rendered(self._look.pattern, width, height)

    def mute(self, muted: bool) -> None:
        """Pause on purpose, or go on."""
        if muted:
            self._track.mute()
        else:
            self._track.unmute()

    async def close(self) -> None:
        """Stand still for good and free everything."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        await self._source.aclose()

    async def _run(self) -> None:
        number = 0
        while True:
            if not self.frozen:
                self._source.capture_frame(self._frames[number % len(self._frames)])
                number += 1
            await asyncio.sleep(1 / self._look.fps)


class AgentVoice:
    """A published voice, silent until it says something."""

    def __init__(self) -> None:
        self.sid = ""
        self._source = rtc.AudioSource(RATE, 1, queue_size_ms=100)
        self._turn = asyncio.Lock()  # the library refuses a second sound beside the first

    async def publish(self, participant: rtc.LocalParticipant) -> None:
        """Publish it as a microphone, as agents do."""
        await self._publish(participant, "voice", rtc.TrackSource.SOURCE_MICROPHONE)

    async def _publish(self, participant: rtc.LocalParticipant, name: str, source: rtc.TrackSource.ValueType) -> None:
        track = rtc.LocalAudioTrack.create_audio_track(name, self._source)
        self.sid = (await participant.publish_track(track, rtc.TrackPublishOptions(source=source))).sid

    async def say(self, samples: Sound) -> None:
        """Say it, in real time, after whatever is being said."""
        async with self._turn:
            for start in range(0, len(samples) - FRAME + 1, FRAME):
                piece = samples[start : start + FRAME].tobytes()
                await self._source.capture_frame(rtc.AudioFrame(piece, RATE, 1, FRAME))
            await self._source.wait_for_playout()

    async def close(self) -> None:
        """Free it."""
        await self._source.aclose()


class AgentAmbience(AgentVoice):
    """A background sound beside the voice, of unknown source as agents publish it; it never pauses."""

    HERTZ = 880.0

    def __init__(self) -> None:
        super().__init__()
        self._playing: asyncio.Task[None] | None = None

    async def publish(self, participant: rtc.LocalParticipant) -> None:
        """Publish it and begin to play."""
        await self._publish(participant, "background_audio", rtc.TrackSource.SOURCE_UNKNOWN)
        self._playing = asyncio.create_task(self._play(), name="agent-ambience")

    async def close(self) -> None:
        """Fall silent and free it."""
        if self._playing is not None:
            self._playing.cancel()
            await asyncio.wait({self._playing})
        await super().close()

    async def _play(self) -> None:
        while True:
            await self.say(tone(1.0, self.HERTZ))
