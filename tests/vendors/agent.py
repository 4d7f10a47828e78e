"""A scripted LiveKit agent on the real SDK: it behaves like Agents 1.x in a room, with faults on request."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine, Sequence
from typing import Any

import numpy as np
from livekit import rtc

from tests.rigs.livekit_server import Kind, LiveKitServer
from tests.vendors.agent_media import AgentAmbience, AgentCamera, AgentVoice, tone
from tests.vendors.agent_script import AgentScript
from tests.vendors.agent_words import AgentWords

BEHALF = "lk.publish_on_behalf"
FAILURES = 4  # of its model, after which an agent of livekit-agents 1.8.9 closes its session and stays in the room
STATE = "lk.agent.state"
CLIENT_INITIATED = rtc.DisconnectReason.CLIENT_INITIATED


class Agent:
    """One agent in one room. Call `start`, then control it, and `leave` at the end.

    Attributes:
        chats: Texts that the visitor sent.
        interrupts: How often the visitor interrupted.
        heard: Peak of each 10 ms of the visitor's microphone.
        failures: How often its model failed.
    """

    def __init__(self, server: LiveKitServer, room: str, script: AgentScript | None = None) -> None:
        self.script = script or AgentScript()
        self.chats: list[str] = []
        self.interrupts = 0
        self.heard: list[int] = []
        self.failures = 0
        self.words = AgentWords(
            self.script.transcription,
            segment_ids=self.script.segment_ids,
            track_ids=self.script.track_ids,
            visitor_as=self.script.visitor_as,
            legacy=self.script.legacy,
        )
        self.camera: AgentCamera | None = None
        self.voice: AgentVoice | None = None
        self._dead_cameras: list[AgentCamera] = []
        self._ambience: AgentAmbience | None = None
        self.left = asyncio.Event()
        self._server = server
        self._name = room
        self._rooms: list[rtc.Room] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing: set[asyncio.Task[None]] = set()  # never cancelled: the stream's own task would be, too
        self._streams: dict[str, rtc.AudioStream] = {}
        self._is_set_up = False
        self._has_greeted = False
        self._is_leaving = False

    async def start(self) -> Agent:
        """Join, publish and run through the states."""
        script = self.script
        await asyncio.sleep(script.join_after_s)
        attributes = {STATE: script.states[0]} if script.states else {}
        if script.behalf:
            attributes[BEHALF] = script.behalf
        self._agent = publisher = await self._join(script.identity, script.kind, attributes)
        if script.worker:
            await asyncio.sleep(script.worker_after_s)
            provider = {"lk.avatar_provider": script.worker_provider} if script.worker_provider else {}
            publisher = await self._join(script.worker, script.worker_kind, {BEHALF: script.identity, **provider})
        self._publisher = publisher
        self.words.agent, self.words.publisher = self._agent, publisher
        if script.ambience == "before":
            await self.play_ambience()
        if script.look is not None:
            self.camera = AgentCamera(script.look)
            await self.camera.publish(publisher.local_participant)
        if script.has_voice:
            self.voice = AgentVoice()
            await self.voice.publish(publisher.local_participant)
        if script.ambience == "after":
            await self.play_ambience()
        for state in script.states[1:]:
            await self.state(state)
        self._is_set_up = True
        self._greet()
        if script.mind == "deaf":
            self._spawn(self._prompt())
        return self

    @property
    def linked(self) -> str:
        """Identity of the visitor that it talks to; "" while nobody is there."""
        return self.words.visitor

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
            self.words.visitor = participant.identity
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
            await self._think(text)

    async def _think(self, question: str) -> None:
        """Answer a question as the mind does."""
        if self.script.mind == "deaf" or self.failures >= FAILURES:
            return
        await self.state("thinking")
        await asyncio.sleep(self.script.thinks_s)
        if self.script.mind == "fails":
            self.failures += 1
            await self.state("listening")
            return
        await self.say(self.script.answer.format(question))

    async def _prompt(self) -> None:
        while True:
            await asyncio.sleep(self.script.prompts_s)
            await self.say("Are you still there?")

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
        is_heard = self.voice is not None and not self.script.is_mute
        speaking = asyncio.create_task(self._sound(voice_s) if is_heard else asyncio.sleep(voice_s))
        await self.transcribe(text.split(" ")[:stop_after] if stop_after else text.split(" "))
        await speaking
        await self.state("listening")

    async def transcribe(self, words: Sequence[str], identity: str | None = None, closed: bool = True) -> None:
        """Send the avatar's words; see `AgentWords.say`."""
        await self.words.say(words, identity, closed)

    async def hear(self, *interims: str, final: str) -> None:
        """Transcribe the visitor; see `AgentWords.heard`."""
        await self.words.heard(*interims, final=final)

    async def hear_growing(self, *finals: str) -> None:
        """Transcribe one utterance several times, each longer and final under an id of its own, as some models do."""
        for final in finals:
            await self.words.heard(final=final)

    async def hear_question(self, *interims: str, final: str) -> None:
        """Transcribe a spoken question, and answer it as the mind does."""
        await self.hear(*interims, final=final)
        await self._think(final)

    async def send_text(self, text: str, topic: str, **attributes: str) -> None:
        """Send any text stream."""
        await self._agent.local_participant.send_text(text, topic=topic, attributes=attributes)

    async def send_data(self, payload: bytes, topic: str = "") -> None:
        """Send any data message."""
        await self._agent.local_participant.publish_data(payload, topic=topic)

    async def _sound(self, voice_s: float) -> None:
        assert self.voice is not None
        await self.voice.say(tone(voice_s))

    async def play_ambience(self) -> None:
        """Play a background sound in the agent's own name, also where a worker publishes its voice."""
        self._ambience = AgentAmbience()
        await self._ambience.publish(self._agent.local_participant)

    async def second_picture(self) -> None:
        """The picture stands still without being unpublished, and a second one is published beside it."""
        assert self.camera is not None and self.script.look is not None
        self.camera.frozen = True
        self._dead_cameras.append(self.camera)
        self.camera = AgentCamera(self.script.look)
        await self.camera.publish(self._publisher.local_participant)

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
        for part in (self.camera, *self._dead_cameras, self.voice, self._ambience):
            if part is not None:
                await part.close()
        self.camera = self.voice = self._ambience = None
        self._dead_cameras.clear()
        for room in reversed(self._rooms):
            await room.disconnect()
        self.left.set()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
