"""Reads the text streams of a LiveKit room piece by piece and reports them as room events."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from livekit import rtc

from app.aio import TaskSet
from app.rooms.base import RoomEvent, Text

TOPICS = ("lk.transcription", "lk.chat")
LEGACY_TOPIC = "lk.transcription.legacy"  # our name for the SDK's older event, which is no text stream
SEGMENT = "lk.segment_id"
FINAL = "lk.transcription_final"
TRACK = "lk.transcribed_track_id"


class TrackOwners:
    """Knows whose track an id names, in one room: ours also by the ids that it had before a repair."""

    def __init__(self) -> None:
        self._room: rtc.Room | None = None
        self._ours: set[str] = set()

    def listen(self, room: rtc.Room) -> None:
        """Note our own tracks; to be called before the room is connected."""
        self._room = room
        room.on("local_track_published", self._published)
        room.on("local_track_republished", self._republished)

    def owner(self, sid: str) -> str:
        """Return the identity of the participant who published the track; "" where it is not known."""
        if self._room is None or not sid:
            return ""
        us = self._room.local_participant
        if sid in self._ours or sid in us.track_publications:
            return us.identity
        others = self._room.remote_participants.values()
        return next((who.identity for who in others if sid in who.track_publications), "")

    def _published(self, publication: rtc.LocalTrackPublication) -> None:
        self._ours.add(publication.sid)

    def _republished(self, publication: rtc.LocalTrackPublication, previous_sid: str) -> None:
        self._ours |= {publication.sid, previous_sid}


class TextStreams:
    """One reading task for each open stream.

    Args:
        tell: Receives `Text` events.
    """

    def __init__(self, tell: Callable[[RoomEvent], None]) -> None:
        self._tell = tell
        self._owners = TrackOwners()
        self._reading = TaskSet()

    def listen(self, room: rtc.Room) -> None:
        """Register for the streams of our topics; to be called before the room is connected."""
        self._owners.listen(room)
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
            attributes: Mapping[str, str] = dict(info.attributes or {})
            voice = self._owners.owner(attributes.get(TRACK, ""))
            return Text(info.topic, identity, info.stream_id, text, closed, attributes, voice)

        try:
            async for piece in reader:
                self._tell(told(piece, closed=False))
        except rtc.StreamError:
            pass  # the stream broke off: what came is all there is
        finally:
            reader.close()
        self._tell(told("", closed=True))
