"""A scripted LiveKit agent on the real SDK: it behaves like Agents 1.x in a room, with faults on request."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from livekit import rtc

from tests.rigs.livekit_server import Kind, LiveKitServer
from tests.vendors.agent_media import AgentCamera, AgentLook, AgentVoice, tone

STATE = "lk.agent.state"
CLIENT_INITIATED = rtc.DisconnectReason.CLIENT_INITIATED


@dataclass(frozen=True)
class AgentScript:
    """What an agent does by itself.

    Attributes:
        identity: Its identity in the room.
        kind: Its kind of participant.
        worker: Identity of an avatar worker that publishes in its place; "" for none.
        worker_kind: The worker's kind of participant.
        worker_provider: The worker names it as the provider of its avatar; "": no such attribute.
        join_after_s: Seconds until it joins.
        worker_after_s: Seconds until the worker joins.
        states: Values of its state attribute after the join, one after another; empty: no such attribute.
        look: The picture; None for no picture.
        has_voice: It publishes a voice.
        greeting: Said as soon as somebody is there.
        transcription: "plain", "json" or "" for none.
        segment_ids: False leaves the ids out.
        legacy: Also send the older event.
        chat: "answer", "ignore", or "linked" (answers only the first participant).
        interrupt_method: Remote procedure that interrupts it.
        leaves_after_visitor: It leaves when the visitor has left.
    """

    identity: str = "agent-1"
    kind: Kind = "agent"
    worker: str = ""
    worker_kind: Kind = "agent"
    worker_provider: str = ""
    join_after_s: float = 0.0
    worker_after_s: float = 0.0
    states: Sequence[str] = ("initializing", "listening")
    look: AgentLook | None = field(default_factory=AgentLook)
    has_voice: bool = True
    greeting: str = ""
    transcription: str = "plain"
    segment_ids: bool = True
    legacy: bool = False
    chat: str = "answer"
    interrupt_method: str = "interrupt"
    leaves_after_visitor: bool = True


class Agent:
    """One agent in one room. Call `start`, then control it, and `leave` at the end.

    Attributes:
        chats: Texts that the visitor sent.
        interrupts: How often the visitor interrupted.
        heard: Peak of each 10 ms of the visitor's microphone.
    """

    def __init__(self, server: LiveKitServer, room: str, script: AgentScript | None = None) -> None:
        self.script = script or AgentScript()
        self.chats: list[str] = []
        self.interrupts = 0
        self.heard: list[int] = []
        self.linked = ""
        self.camera: AgentCamera | None = None
        self.voice: AgentVoice | None = None
        self.left = asyncio.Event()
        self._server = server
        self._name = room
        self._rooms: list[rtc.Room] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing: set[asyncio.Task[None]] = set()  # never cancelled: the stream's own task would be, too
        self._streams: dict[str, rtc.AudioStream] = {}
        self._segments = 0
        self._is_set_up = False
        self._has_greeted = False
        self._is_leaving = False

    async def start(self) -> Agent:
        """Join, publish and run through the states."""
        script = self.script
        await asyncio.sleep(script.join_after_s)
        attributes = {STATE: script.states[0]} if script.states else {}
        self._agent = publisher = await self._join(script.identity, script.kind, attributes)
        if script.worker:
            await asyncio.sleep(script.worker_after_s)
            provider = {"lk.avatar_provider": script.worker_provider} if script.worker_provider else {}
            behalf = {"lk.publish_on_behalf": script.identity, **provider}
            publisher = await self._join(script.worker, script.worker_kind, behalf)
        self._publisher = publisher
        if script.look is not None:
            self.camera = AgentCamera(script.look)
            await self.camera.publish(publisher.local_participant)
        if script.has_voice:
            self.voice = AgentVoice()
            await self.voice.publish(publisher.local_participant)
        for state in script.states[1:]:
            await self.state(state)
        self._is_set_up = True
        self._greet()
        return self

    def _greet(self) -> None:
        if self._is_set_up and self.linked and self.script.greeting and not self._has_greeted:
            self._has_greeted = True
            self._spawn(self.say(self.script.greeting))

    async def _join(self, identity: str, kind: Kind, attributes: dict[str, str]) -> rtc.Room:
        room = rtc.Room()
        self._rooms.append(room)
        if len(self._rooms) == 1:
            room.on("participant_connected", self._on_joined)
            room.on("participant_disconnected", self._on_left)
            room.on("track_subscribed", self._on_track)
            room.on("track_unsubscribed", self._on_track_gone)
            room.register_text_stream_handler("lk.chat", self._on_chat)
        token = self._server.token(self._name, identity, kind=kind, attributes=attributes)
        # One peer connection for both directions, the library's default, loses tracks on an overloaded machine.
        await room.connect(self._server.ws, token, rtc.RoomOptions(single_peer_connection=False))
        if len(self._rooms) == 1:
            room.local_participant.register_rpc_method(self.script.interrupt_method, self._on_interrupt)
            for participant in list(room.remote_participants.values()):
                self._on_joined(participant)
        return room

    # ------------------------------------------------------------ what the visitor does

    def _on_joined(self, participant: rtc.RemoteParticipant) -> None:
        if participant.kind == rtc.ParticipantKind.PARTICIPANT_KIND_STANDARD and not self.linked:
            self.linked = participant.identity
            self._greet()

    def _on_left(self, participant: rtc.RemoteParticipant) -> None:
        # An agent closes its session only when the visitor left on purpose.
        on_purpose = participant.disconnect_reason == CLIENT_INITIATED
        if participant.identity == self.linked and on_purpose and self.script.leaves_after_visitor:
            self._spawn(self.leave())

    def _on_track(self, track: rtc.Track, publication: rtc.TrackPublication, who: rtc.RemoteParticipant) -> None:
        if self._is_leaving:
            return
        if isinstance(track, rtc.RemoteAudioTrack) and who.kind == rtc.ParticipantKind.PARTICIPANT_KIND_STANDARD:
            with contextlib.suppress(AssertionError):  # the visitor left at once
                self._streams[publication.sid] = rtc.AudioStream(track, capacity=100)
                self._spawn(self._hear(self._streams[publication.sid]))

    async def hears(self, frames: int, most_s: float = 10.0) -> None:
        """Wait until so many 10 ms of the visitor's microphone came, silent or not. Raises TimeoutError."""
        async with asyncio.timeout(most_s):
            while len(self.heard) < frames:  # noqa: ASYNC110 - counted by the stream's own task
                await asyncio.sleep(0.05)

    def _on_track_gone(self, track: rtc.Track, publication: rtc.TrackPublication) -> None:
        self._spawn(self._close(publication.sid))

    async def _close(self, sid: str) -> None:
        stream = self._streams.pop(sid, None)
        if stream is not None:
            closing = asyncio.create_task(stream.aclose())
            self._closing.add(closing)
            await asyncio.wait({closing})
            self._closing.discard(closing)

    async def _hear(self, stream: rtc.AudioStream) -> None:
        async for event in stream:
            self.heard.append(int(np.abs(np.frombuffer(event.frame.data, np.int16).astype(np.int32)).max()))

    def _on_chat(self, reader: rtc.TextStreamReader, identity: str) -> None:
        self._spawn(self._read_chat(reader, identity))

    async def _read_chat(self, reader: rtc.TextStreamReader, identity: str) -> None:
        text = await reader.read_all()
        self.chats.append(text)
        if self.script.chat == "answer" or (self.script.chat == "linked" and identity == self.linked):
            await self.state("thinking")
            await self.say(f"You asked: {text}")

    async def _on_interrupt(self, call: rtc.RpcInvocationData) -> str:
        self.interrupts += 1
        return "ok"

    # ------------------------------------------------------------ what it does

    async def state(self, state: str) -> None:
        """Say how far it is, where it uses the attribute at all."""
        if self.script.states:
            await self._agent.local_participant.set_attributes({STATE: state})

    async def say(self, text: str, voice_s: float = 0.3, stop_after: int | None = None) -> None:
        """Speak: state, voice and transcription, word by word. stop_after: words until it is interrupted."""
        await self.state("speaking")
        speaking = asyncio.create_task(self.voice.say(tone(voice_s))) if self.voice else None
        if self.script.transcription:
            await self.transcribe(text.split(" ")[:stop_after] if stop_after else text.split(" "))
        if speaking is not None:
            await speaking
        await self.state("listening")

    async def transcribe(self, words: Sequence[str], identity: str | None = None, closed: bool = True) -> None:
        """Send the avatar's words as one stream of pieces. identity: in whose name; closed False: left open."""
        attributes = self._attributes(final=False)
        writer = await self._agent.local_participant.stream_text(
            topic="lk.transcription", attributes=attributes, sender_identity=identity
        )
        for number, word in enumerate(words):
            piece = word if number == len(words) - 1 else f"{word} "
            if self.script.transcription == "json":
                piece = json.dumps({"text": piece, "start_time": number * 0.2}) + "\n"
            await writer.write(piece)
        if self.script.legacy:
            await self._send_older(" ".join(words), self.script.identity, final=True)
        if closed:
            await writer.aclose(attributes=attributes | {"lk.transcription_final": "true"})

    async def hear(self, *interims: str, final: str) -> None:
        """Transcribe the visitor: each interim a stream of its own with the whole text so far, then the final one."""
        open_one = self._attributes(final=False)
        for text in interims:
            await self._send_as(self.linked, text, open_one)
        await self._send_as(self.linked, final, open_one | {"lk.transcription_final": "true"})

    async def _send_as(self, identity: str, text: str, attributes: dict[str, str]) -> None:
        final = attributes["lk.transcription_final"] == "true"
        if self.script.legacy:
            await self._send_older(text, identity, final)
        writer = await self._agent.local_participant.stream_text(
            topic="lk.transcription", attributes=attributes, sender_identity=identity
        )
        await writer.write(text)
        await writer.aclose(attributes=attributes)

    async def _send_older(self, text: str, identity: str, final: bool) -> None:
        segment = rtc.TranscriptionSegment(
            id=f"SG_old{self._segments}", text=text, start_time=0, end_time=0, language="en", final=final
        )
        # Without a track's id the event makes every receiver's library panic (SDK 1.2.0).
        sid = self._sound_of(identity)
        if sid:
            await self._agent.local_participant.publish_transcription(rtc.Transcription(identity, sid, [segment]))

    def _sound_of(self, identity: str) -> str:
        who = self._agent.remote_participants.get(identity) or self._publisher.local_participant
        kinds = {publication.kind: sid for sid, publication in who.track_publications.items()}
        return kinds.get(rtc.TrackKind.KIND_AUDIO, "")

    def _attributes(self, final: bool) -> dict[str, str]:
        self._segments += 1
        segment = {"lk.segment_id": f"SG_{self._segments}"} if self.script.segment_ids else {}
        return segment | {"lk.transcription_final": "true" if final else "false"}

    async def send_text(self, text: str, topic: str, **attributes: str) -> None:
        """Send any text stream."""
        await self._agent.local_participant.send_text(text, topic=topic, attributes=attributes)

    async def send_data(self, payload: bytes, topic: str = "") -> None:
        """Send any data message."""
        await self._agent.local_participant.publish_data(payload, topic=topic)

    async def stop_picture(self) -> None:
        """Unpublish the picture; the agent stays."""
        assert self.camera is not None
        await self._publisher.local_participant.unpublish_track(self.camera.sid)

    def mute_picture(self, muted: bool) -> None:
        """Pause the picture on purpose, or let it go on."""
        assert self.camera is not None
        self.camera.mute(muted)

    async def leave_worker(self) -> None:
        """The avatar's worker leaves, the agent stays."""
        await self._publisher.disconnect()

    async def leave(self) -> None:
        """Leave with everything; idempotent."""
        self._is_leaving = True
        for sid in list(self._streams):
            await self._close(sid)
        if self._closing:
            await asyncio.wait(self._closing)
        others = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        if others:
            await asyncio.wait(others)
        for part in (self.camera, self.voice):
            if part is not None:
                await part.close()
        self.camera = self.voice = None
        for room in reversed(self._rooms):
            await room.disconnect()
        self.left.set()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
