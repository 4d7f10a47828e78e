"""The three media flows of a LiveKit room: video to the picture, audio to the speaker, the microphone to the room."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import cast

import numpy as np
from livekit import rtc
from livekit.rtc.participant import PublishTrackError
from numpy.typing import NDArray

from app.aio import wait_done
from app.audio.base import RATE, Microphone, SpeakerOut
from app.picture import Frame, Picture, PixelFormat

log = logging.getLogger(__name__)

SMALLEST = 16  # pixels; a server sends black pictures of 8x8 or 2x2 at the end of a track
CLOSE_S = 0.5
VOICE_FRAME_MS = 20  # each frame costs the loop several turns; Opus sends as much at a time
VOICE_FRAMES = 25  # half a second may wait for a slow loop; then the oldest is lost
DIRECT = RATE // 100  # samples of a frame for a track without a queue: the library takes no other size there

_BUFFERS = {PixelFormat.BGRA: rtc.VideoBufferType.BGRA, PixelFormat.I420: rtc.VideoBufferType.I420}
_HIGH = rtc.VideoQuality.VIDEO_QUALITY_HIGH
_MEDIUM = rtc.VideoQuality.VIDEO_QUALITY_MEDIUM


async def pump_video(
    track: rtc.RemoteVideoTrack | rtc.LocalVideoTrack,
    publication: rtc.RemoteTrackPublication | None,
    picture: Picture,
    on_frame: Callable[[], None],
) -> None:
    """Push the track's frames into `picture` in the format that it wants, until cancelled.

    Args:
        track: Where the frames come from.
        publication: Where simulcast layers are asked for; None: nowhere.
        picture: Where the frames go.
        on_frame: Called after each pushed frame.
    """
    shown_size: tuple[int, int] | None = None
    while True:
        wanted = picture.wanted
        # The queue is unbounded by default, and the stream never ends by itself.
        stream = rtc.VideoStream(track, capacity=1, format=_BUFFERS[wanted])
        try:
            async for event in stream:
                if publication is not None and picture.shown_size != shown_size:
                    shown_size = picture.shown_size
                    ask_for_layer(publication, shown_size)
                frame = frame_of(event, wanted)
                if frame is not None:
                    picture.push(frame)
                    on_frame()
                if picture.wanted is not wanted:
                    break
            else:
                return
        finally:
            await _within(CLOSE_S, stream.aclose())


def frame_of(event: rtc.VideoFrameEvent, layout: PixelFormat) -> Frame | None:
    """Return the event's frame, upright, as ours; None for one that is not a picture of the avatar.

    Without rotation the result holds the frame's own buffer. A plane of it (`get_plane`) would not keep the buffer
    alive.

    Args:
        event: What the stream yielded.
        layout: The pixel format that the stream was asked for.
    """
    source = event.frame
    width, height = source.width, source.height
    if width < SMALLEST or height < SMALLEST:
        return None
    data: memoryview | bytes = source.data
    if event.rotation:
        turns = cast(int, event.rotation)  # quarter turns clockwise, 1 to 3
        data = _turned(np.frombuffer(source.data, np.uint8), width, height, layout, turns)
        if turns % 2:
            width, height = height, width
    return Frame(width, height, layout, data)


def _turned(data: NDArray[np.uint8], width: int, height: int, layout: PixelFormat, turns: int) -> bytes:
    if layout is PixelFormat.BGRA:
        return np.rot90(data.reshape(height, width, 4), -turns).tobytes()
    half = ((height + 1) // 2, (width + 1) // 2)
    luma, small = height * width, half[0] * half[1]
    planes = (
        data[:luma].reshape(height, width),
        data[luma : luma + small].reshape(half),
        data[luma + small : luma + 2 * small].reshape(half),
    )
    return b"".join(np.rot90(plane, -turns).tobytes() for plane in planes)


def ask_for_layer(publication: rtc.RemoteTrackPublication, shown_size: tuple[int, int]) -> None:
    """Ask for the smallest simulcast layer that is not below the painted size (pixels), if the track has layers.

    Never the lowest one: it comes at half the frame rate.
    """
    if not publication.simulcasted or publication.width == 0 or shown_size == (0, 0):
        return
    fits = publication.width // 2 >= shown_size[0] and publication.height // 2 >= shown_size[1]
    publication.set_video_quality(_MEDIUM if fits else _HIGH)


async def pump_voice(track: rtc.RemoteAudioTrack | rtc.LocalAudioTrack, speaker: SpeakerOut) -> None:
    """Write the track's sound to `speaker`, until cancelled or the track ends."""
    stream = rtc.AudioStream(
        track, capacity=VOICE_FRAMES, sample_rate=RATE, num_channels=1, frame_size_ms=VOICE_FRAME_MS
    )
    try:
        async for event in stream:
            speaker.write(np.frombuffer(event.frame.data, np.int16))
    finally:
        await _within(CLOSE_S, stream.aclose())


async def pump_microphone(participant: rtc.LocalParticipant, microphone: Microphone | None) -> None:
    """Publish the microphone and send its frames, until cancelled. Without a microphone the track stays silent.

    Some agents wait for a visitor's track before they speak, so there always is one.
    """
    # No queue: the library's queue has a thread that never ends if the room is closed from outside while somebody else
    # is in it (livekit 1.2.0). Each such visit would leave one more, which wakes up a hundred times a second.
    source = rtc.AudioSource(RATE, 1, queue_size_ms=0)
    track = rtc.LocalAudioTrack.create_audio_track("microphone", source)
    options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
    publishing = asyncio.ensure_future(participant.publish_track(track, options))
    try:
        await asyncio.shield(publishing)
        if microphone is not None:
            await _send(microphone, source)
        await asyncio.Event().wait()  # the track stays, silent, until the room is left
    except PublishTrackError:
        log.warning("the room does not take our microphone")
    finally:
        # The SDK raises an error when a publication ends for which nobody waits any more.
        await wait_done(publishing, most_s=CLOSE_S)
        publishing.cancel()
        await source.aclose()


async def _send(microphone: Microphone, source: rtc.AudioSource) -> None:
    async with aclosing(microphone.frames()) as frames:
        async for sound in frames:
            for start in range(0, len(sound), DIRECT):
                piece = sound[start : start + DIRECT]
                await source.capture_frame(rtc.AudioFrame(piece.tobytes(), RATE, 1, len(piece)))


async def _within(seconds: float, work: Awaitable[None]) -> None:
    """Wait for `work`, `seconds` at most: it must not delay leaving."""
    task = asyncio.ensure_future(work)
    if not await wait_done(task, most_s=seconds):
        task.cancel()
        log.warning("a stream did not close in time")
