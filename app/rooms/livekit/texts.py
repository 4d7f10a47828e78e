"""Reads the text streams of a LiveKit room piece by piece and reports them as room events."""

from __future__ import annotations

from collections.abc import Callable

from livekit import rtc

from app.aio import TaskSet
from app.rooms.base import RoomEvent, Text

TOPICS = ("lk.transcription", "lk.chat")
LEGACY_TOPIC = "lk.transcription.legacy"  # our name for the SDK's older event, which is no text stream
SEGMENT = "lk.segment_id"
FINAL = "lk.transcription_final"


class TextStreams:
    """One reading task for each open stream.

    Args:
        tell: Receives `Text` events.
    """

    def __init__(self, tell: Callable[[RoomEvent], None]) -> None:
        self._tell = tell
        self._reading = TaskSet()

    def listen(self, room: rtc.Room) -> None:
        """Register for the streams of our topics; to be called before the room is connected."""
        for topic in TOPICS:
            room.register_text_stream_handler(topic, self._opened)

    def stop(self) -> None:
        """Stop reading; `stopped` waits for it."""
        self._reading.cancel()

    async def stopped(self, most_s: float) -> None:
        """Wait until the tasks have ended, `most_s` seconds at most."""
        await self._reading.settled(most_s)

    def transcription(self, segments: list[rtc.TranscriptionSegment], participant: rtc.Participant | None) -> None:
        """Report the SDK's older transcription event: each segment is a stream whose text replaces the one before."""
        identity = participant.identity if participant is not None else ""
        for segment in segments:
            attributes = {SEGMENT: segment.id, FINAL: "true" if segment.final else "false"}
            self._tell(Text(LEGACY_TOPIC, identity, segment.id, segment.text, segment.final, attributes))

    def _opened(self, reader: rtc.TextStreamReader, identity: str) -> None:
        self._reading.start(self._read(reader, identity), "room-text")

    async def _read(self, reader: rtc.TextStreamReader, identity: str) -> None:
        def told(text: str, closed: bool) -> Text:
            info = reader.info
            return Text(info.topic, identity, info.stream_id, text, closed, dict(info.attributes or {}))

        try:
            async for piece in reader:
                self._tell(told(piece, closed=False))
        except rtc.StreamError:
            pass  # the stream broke off: what came is all there is
        finally:
            reader.close()
        self._tell(told("", closed=True))
