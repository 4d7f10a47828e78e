"""What a scripted agent writes into its room: transcription as text streams and older events, chat, anything else."""

from __future__ import annotations

import json
from collections.abc import Sequence

from livekit import rtc

TRACK = "lk.transcribed_track_id"
FINAL = "lk.transcription_final"


class AgentWords:
    """Writes transcriptions as LiveKit Agents 1.x do.

    Args:
        transcription: "plain", "json" or "" for none.
        segment_ids: False leaves the ids out.
        track_ids: False leaves out which track the words were recognised from.
        visitor_as: In whose name the visitor's words are sent: "visitor", "agent" or "nobody".
        legacy: Also send the older event.

    Attributes:
        agent: The agent's room, once it has joined.
        publisher: The room of whoever publishes its voice.
        visitor: Identity of the visitor.
    """

    def __init__(
        self, transcription: str, *, segment_ids: bool, track_ids: bool, visitor_as: str, legacy: bool
    ) -> None:
        self.agent: rtc.Room | None = None
        self.publisher: rtc.Room | None = None
        self.visitor = ""
        self._transcription = transcription
        self._segment_ids = segment_ids
        self._track_ids = track_ids
        self._visitor_as = visitor_as
        self._legacy = legacy
        self._segments = 0

    @property
    def _us(self) -> rtc.LocalParticipant:
        assert self.agent is not None
        return self.agent.local_participant

    async def say(self, words: Sequence[str], identity: str | None = None, closed: bool = True) -> None:
        """Send the avatar's words as one stream of pieces. identity: in whose name; closed False: left open."""
        if not self._transcription:
            return
        attributes = self._attributes(self._us.identity)
        writer = await self._us.stream_text(topic="lk.transcription", attributes=attributes, sender_identity=identity)
        for number, word in enumerate(words):
            piece = word if number == len(words) - 1 else f"{word} "
            if self._transcription == "json":
                piece = json.dumps({"text": piece, "start_time": number * 0.2}) + "\n"
            await writer.write(piece)
        if self._legacy:
            await self._send_older(" ".join(words), self._us.identity, final=True)
        if closed:
            await writer.aclose(attributes=attributes | {FINAL: "true"})

    async def heard(self, *interims: str, final: str) -> None:
        """Send the visitor's words: each interim a stream of its own with the whole text so far, then the final one."""
        attributes = self._attributes(self.visitor)
        for text in interims:
            await self._send_heard(text, attributes)
        await self._send_heard(final, attributes | {FINAL: "true"})

    async def _send_heard(self, text: str, attributes: dict[str, str]) -> None:
        if self._legacy:
            await self._send_older(text, self.visitor, attributes[FINAL] == "true")
        sender = {"visitor": self.visitor, "agent": self._us.identity, "nobody": None}[self._visitor_as]
        writer = await self._us.stream_text(topic="lk.transcription", attributes=attributes, sender_identity=sender)
        if text:
            await writer.write(text)
        await writer.aclose(attributes=attributes)

    async def _send_older(self, text: str, identity: str, final: bool) -> None:
        segment = rtc.TranscriptionSegment(
            id=f"SG_old{self._segments}", text=text, start_time=0, end_time=0, language="en", final=final
        )
        # Without a track's id the event makes every receiver's library panic (SDK 1.2.0).
        sid = self._voice_of(identity)
        if sid:
            await self._us.publish_transcription(rtc.Transcription(identity, sid, [segment]))

    def _voice_of(self, identity: str) -> str:
        """Return the id of the visitor's microphone, or of the agent's or its worker's."""
        assert self.agent is not None and self.publisher is not None
        who = self.agent.remote_participants.get(identity) or self.publisher.local_participant
        sources = {publication.source: sid for sid, publication in who.track_publications.items()}
        return sources.get(rtc.TrackSource.SOURCE_MICROPHONE, "")

    def _attributes(self, speaker: str) -> dict[str, str]:
        self._segments += 1
        attributes = {FINAL: "false"}
        if self._segment_ids:
            attributes["lk.segment_id"] = f"SG_{self._segments}"
        if self._track_ids and (sid := self._voice_of(speaker)):
            attributes[TRACK] = sid
        return attributes
