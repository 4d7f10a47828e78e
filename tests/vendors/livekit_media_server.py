"""`MediaServer` on a real LiveKit server: actors are SDK participants, the kiosk's rooms are the real ones."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any

import numpy as np
from livekit import api, rtc

from app.audio.base import Sound
from app.rooms.base import RoomFactory
from app.rooms.livekit.room import LiveKitRooms
from app.rooms.presence import RoomTimes
from tests.rigs.livekit_server import SECRET, Kind, LiveKitServer
from tests.vendors.agent_media import AgentAmbience, AgentCamera, AgentLook, AgentVoice
from tests.vendors.media_server import Actor, Ears, MediaServer


class LiveKitMediaServer(MediaServer):
    """See `MediaServer`.

    Args:
        server: The LiveKit server.
        reconnect_s: Seconds for which the kiosk's side lets the library restore a connection.
    """

    def __init__(self, server: LiveKitServer, reconnect_s: float = 6.0) -> None:
        self.url = server.there
        self.secret = SECRET
        self._server = server
        self._rooms = LiveKitRooms(RoomTimes(reconnect_s=reconnect_s))
        self._actors: list[LiveKitActor] = []

    def token(self, room: str, identity: str) -> str:
        return self._server.token(room, identity, secret=self.secret)

    async def enter(self, room: str, identity: str, ears: Ears | None = None, *, is_agent: bool = False) -> Actor:
        actor = LiveKitActor(identity, ears or Ears())
        self._actors.append(actor)
        kind: Kind = "agent" if is_agent else "standard"
        await actor.join(self._server.ws, self._server.token(room, identity, kind=kind))
        return actor

    async def present(self, room: str) -> set[str]:
        return await self._server.identities(room)

    async def close_room(self, room: str) -> None:
        with contextlib.suppress(api.TwirpError):  # it is gone already
            await self._server.delete(room)

    async def remove(self, room: str, identity: str) -> None:
        await self._server.remove(room, identity)

    def rooms(self) -> RoomFactory:
        return self._rooms

    def cut(self) -> None:
        self._server.freeze()

    def mend(self) -> None:
        self._server.thaw()

    async def close(self) -> None:
        await asyncio.gather(*(actor.leave() for actor in self._actors))
        await self._rooms.close(10.0)


class LiveKitActor(Actor):
    """See `Actor`."""

    def __init__(self, identity: str, ears: Ears) -> None:
        self.identity = identity
        self.heard_s = 0.0
        self._ears = ears
        self._room = rtc.Room()
        self._camera: AgentCamera | None = None
        self._voice: AgentVoice | None = None
        self._ambience: AgentAmbience | None = None
        self._streams: list[rtc.AudioStream] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._has_left = False

    async def join(self, url: str, token: str) -> None:
        room, ears = self._room, self._ears
        room.on("participant_connected", lambda who: ears.joined(who.identity))
        room.on("participant_disconnected", lambda who: ears.left(who.identity))
        room.on("data_received", self._on_data)
        room.on("track_subscribed", self._on_track)
        room.register_text_stream_handler("lk.chat", lambda reader, who: self._spawn(self._read(reader, who)))
        await room.connect(url, token)
        for who in list(room.remote_participants.values()):
            ears.joined(who.identity)

    def _on_data(self, packet: rtc.DataPacket) -> None:
        identity = packet.participant.identity if packet.participant is not None else ""
        self._ears.data(packet.data, packet.topic or "", identity)

    def _on_track(self, track: rtc.Track, publication: rtc.TrackPublication, who: rtc.RemoteParticipant) -> None:
        if isinstance(track, rtc.RemoteAudioTrack) and not self._has_left:
            with contextlib.suppress(AssertionError):  # the visitor left at once
                stream = rtc.AudioStream(track, capacity=100)
                self._streams.append(stream)
                self._spawn(self._hear(stream))

    async def _read(self, reader: rtc.TextStreamReader, identity: str) -> None:
        self._ears.text(await reader.read_all(), reader.info.topic, identity)

    async def _hear(self, stream: rtc.AudioStream) -> None:
        async for event in stream:
            self.heard_s += event.frame.samples_per_channel / event.frame.sample_rate
            self._ears.sound(np.frombuffer(event.frame.data, np.int16))

    async def show(self, look: AgentLook) -> None:
        self._camera = AgentCamera(look)
        await self._camera.publish(self._room.local_participant)

    def freeze(self, frozen: bool) -> None:
        assert self._camera is not None
        self._camera.frozen = frozen

    def resize(self, width: int, height: int) -> None:
        assert self._camera is not None
        self._camera.resize(width, height)

    async def hide(self) -> None:
        assert self._camera is not None
        await self._room.local_participant.unpublish_track(self._camera.sid)
        await self._camera.close()
        self._camera = None

    async def open_voice(self) -> None:
        self._voice = AgentVoice()
        await self._voice.publish(self._room.local_participant)

    async def open_ambience(self) -> None:
        self._ambience = AgentAmbience()
        await self._ambience.publish(self._room.local_participant)

    async def say(self, samples: Sound) -> None:
        assert self._voice is not None
        await self._voice.say(samples)

    async def send(self, payload: bytes, topic: str = "") -> None:
        if not self._has_left:
            await self._room.local_participant.publish_data(payload, topic=topic)

    async def send_text(self, text: str, topic: str, **attributes: str) -> None:
        await self._room.local_participant.send_text(text, topic=topic, attributes=attributes)

    async def leave(self, *, on_purpose: bool = True) -> None:
        if self._has_left:
            return
        self._has_left = True
        for stream in self._streams:
            await stream.aclose()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        for part in (self._camera, self._voice, self._ambience):
            if part is not None:
                await part.close()
        await self._room.disconnect()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
