"""`MediaServer` in memory: behaves like a media server, on the event loop's clock, which may be a jumping one."""

from __future__ import annotations

import asyncio
import functools
import itertools
import uuid
from dataclasses import dataclass, field, replace

from app.audio.base import FRAME, RATE, Microphone, Sound, SpeakerOut
from app.picture import Frame, Picture
from app.rooms.base import ChooseAvatar, Data, Disconnected, Participant, RoomFactory, Text
from app.screens import EndReason
from tests.fakes.pictures import frame_of
from tests.vendors.agent_media import AgentLook, pictures
from tests.vendors.emulator import Clock
from tests.vendors.media_server import Actor, Ears, MediaServer
from tests.vendors.memory_room import JOIN_S, SIZE, MemoryRoom


class LoopClock(Clock):
    """An emulator's clock that follows the event loop's clock."""

    def now(self) -> float:
        return self._ahead + asyncio.get_running_loop().time()


@dataclass
class _Place:
    """One room: its actors, and the rooms of kiosks that joined it."""

    actors: dict[str, MemoryActor] = field(default_factory=dict)
    visitors: dict[str, MemoryRoom] = field(default_factory=dict)


class MemoryMediaServer(MediaServer):
    """See `MediaServer`.

    Attributes:
        rooms_made: Every room that a kiosk made, newest last.
    """

    url = "ws://memory.invalid"

    def __init__(self) -> None:
        self.rooms_made: list[MemoryRoom] = []
        self.is_cut = False
        self._places: dict[str, _Place] = {}
        self._tokens: dict[str, tuple[str, str]] = {}

    def place(self, room: str) -> _Place:
        return self._places.setdefault(room, _Place())

    def token(self, room: str, identity: str) -> str:
        token = uuid.uuid4().hex
        self._tokens[token] = (room, identity)
        return token

    def admitted(self, token: str) -> tuple[str, str] | None:
        return self._tokens.get(token)

    async def enter(self, room: str, identity: str, ears: Ears | None = None, *, is_agent: bool = False) -> Actor:
        await asyncio.sleep(JOIN_S)
        actor = MemoryActor(self, room, identity, ears or Ears(), is_agent)
        self.place(room).actors[identity] = actor
        self.review(room)
        for visitor in self.place(room).visitors:
            actor.ears.joined(visitor)
        return actor

    async def present(self, room: str) -> set[str]:
        place = self.place(room)
        return {*place.actors, *place.visitors}

    async def close_room(self, room: str) -> None:
        place = self._places.pop(room, _Place())
        for visitor in place.visitors.values():
            visitor.end(Disconnected(EndReason.ROOM_CLOSED))
        for actor in place.actors.values():
            actor.stop()

    async def remove(self, room: str, identity: str) -> None:
        visitor = self.place(room).visitors.get(identity)
        if visitor is not None:
            visitor.end(Disconnected(EndReason.ROOM_CLOSED))

    def rooms(self) -> RoomFactory:
        def make(
            *, picture: Picture, speaker: SpeakerOut | None, microphone: Microphone | None, choose: ChooseAvatar
        ) -> MemoryRoom:
            self.rooms_made.append(MemoryRoom(self, picture, speaker, microphone, choose))
            return self.rooms_made[-1]

        return make

    def cut(self) -> None:
        self.is_cut = True
        for room in self.rooms_made:
            room.lose()

    def mend(self) -> None:
        self.is_cut = False
        for room in self.rooms_made:
            room.find()

    async def close(self) -> None:
        for room in list(self._places):
            await self.close_room(room)

    def review(self, room: str) -> None:
        """Tell the kiosks in a room who and what is there now."""
        for visitor in list(self.place(room).visitors.values()):
            visitor.review()

    def left(self, room: str, identity: str) -> None:
        """A kiosk's side left."""
        place = self.place(room)
        if place.visitors.pop(identity, None) is not None:
            for actor in list(place.actors.values()):
                actor.ears.left(identity)


class MemoryActor(Actor):
    """See `Actor`."""

    def __init__(self, media_server: MemoryMediaServer, room: str, identity: str, ears: Ears, is_agent: bool) -> None:
        self.identity = identity
        self.heard_s = 0.0
        self.ears = ears
        self.has_voice = False
        self.has_ambience = False
        self.is_agent = is_agent
        self.look: AgentLook | None = None
        self.frozen = False
        self._media_server = media_server
        self._room = room
        self._moving: asyncio.Task[None] | None = None

    @property
    def participant(self) -> Participant:
        return Participant(
            self.identity, self.is_agent, {}, self.look is not None, self.has_voice, has_sound=self.has_ambience
        )

    async def show(self, look: AgentLook) -> None:
        self.look = look
        self._moving = asyncio.create_task(self._move(look), name="actor-picture")
        self._media_server.review(self._room)

    def freeze(self, frozen: bool) -> None:
        self.frozen = frozen

    def resize(self, width: int, height: int) -> None:
        assert self.look is not None
        self.look = replace(self.look, width=width, height=height)

    async def hide(self) -> None:
        self.stop()
        self.look = None
        self._media_server.review(self._room)

    async def open_voice(self) -> None:
        self.has_voice = True
        self._media_server.review(self._room)

    async def open_ambience(self) -> None:
        self.has_ambience = True
        self._media_server.review(self._room)

    async def say(self, samples: Sound) -> None:
        for start in range(0, len(samples) - FRAME + 1, FRAME):
            for visitor in self._listeners():
                visitor.hear(self.identity, samples[start : start + FRAME])
            await asyncio.sleep(FRAME / RATE)

    async def send(self, payload: bytes, topic: str = "") -> None:
        for visitor in self._listeners():
            visitor.tell(Data(payload, topic, self.identity))

    async def send_text(self, text: str, topic: str, **attributes: str) -> None:
        stream = uuid.uuid4().hex
        for visitor in self._listeners():
            visitor.tell(Text(topic, self.identity, stream, text, False, attributes))
            visitor.tell(Text(topic, self.identity, stream, "", True, attributes))

    async def leave(self, *, on_purpose: bool = True) -> None:
        self.stop()
        if self._media_server.place(self._room).actors.pop(self.identity, None) is not None:
            for visitor in list(self._media_server.place(self._room).visitors.values()):
                visitor.review(left=self.identity if on_purpose else "")

    def stop(self) -> None:
        if self._moving is not None:
            self._moving.cancel()

    def _listeners(self) -> list[MemoryRoom]:
        return [] if self._media_server.is_cut else list(self._media_server.place(self._room).visitors.values())

    async def _move(self, look: AgentLook) -> None:
        for frame in itertools.cycle(_frames(look.pattern)):
            if not self.frozen:
                for visitor in self._listeners():
                    visitor.see(self.identity, frame)
            await asyncio.sleep(1 / look.fps)


@functools.cache
def _frames(pattern: str) -> tuple[Frame, ...]:
    return tuple(frame_of(picture) for picture in pictures(pattern, SIZE, SIZE))
