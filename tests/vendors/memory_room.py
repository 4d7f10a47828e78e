"""The kiosk's side of a room in memory: it reports the events that a LiveKit room would report."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from app.audio.base import RATE, Microphone, Sound, SpeakerOut
from app.picture import Frame, Picture
from app.rooms.base import (
    AvatarAudio,
    AvatarGone,
    AvatarLeft,
    AvatarVideo,
    Choice,
    ChooseAvatar,
    Disconnected,
    FirstFrame,
    MicrophoneHeard,
    Participant,
    ParticipantsChanged,
    Reconnected,
    Reconnecting,
    Room,
    RoomError,
    RoomEvent,
    RoomFault,
)
from app.screens import EndReason

if TYPE_CHECKING:
    from tests.vendors.memory_media_server import MemoryActor, MemoryMediaServer

JOIN_S = 0.1
SIZE = 64  # pixels of the pictures, whatever the look says
RECONNECT_S = 18.0  # as the kiosk's LiveKit rooms (app.rooms.presence.RoomTimes)
GONE_S = 10.0
LEFT_S = 4.0


class MemoryRoom(Room):
    """See `Room`.

    Attributes:
        name: Name of the joined room.
    """

    def __init__(
        self,
        media_server: MemoryMediaServer,
        picture: Picture,
        speaker: SpeakerOut | None,
        microphone: Microphone | None,
        choose: ChooseAvatar,
    ) -> None:
        self.events: asyncio.Queue[RoomEvent] = asyncio.Queue()
        self.identity = self.sid = ""
        self.name = ""
        self.has_left = False
        self._media_server = media_server
        self._picture = picture
        self._speaker = speaker
        self._microphone = microphone
        self._choose = choose
        self._choice = Choice()
        self._told = Choice()
        self._participants: tuple[Participant, ...] = ()
        self._seen_frame = False
        self._over = False
        self._hopeless: asyncio.TimerHandle | None = None
        self._gone: asyncio.TimerHandle | None = None
        self._sending: asyncio.Task[None] | None = None

    async def join(self, url: str, token: str, deadline_s: float) -> None:
        if self._media_server.is_cut:
            await asyncio.sleep(deadline_s)
            raise RoomError(RoomFault.TRANSIENT, "no answer from the room")
        await asyncio.sleep(JOIN_S)
        admitted = self._media_server.admitted(token)
        if admitted is None or url != self._media_server.url:
            raise RoomError(RoomFault.AUTH, "unknown token or room")
        self.name, self.identity = admitted
        self.sid = f"PA_{self.identity}"
        older = self._media_server.place(self.name).visitors.get(self.identity)
        if older is not None:
            older.end(Disconnected(EndReason.DUPLICATE_IDENTITY))
        self._media_server.place(self.name).visitors[self.identity] = self
        self._sending = asyncio.create_task(self._send(), name="room-microphone")
        for actor in list(self._media_server.place(self.name).actors.values()):
            actor.ears.joined(self.identity)
        self.tell(MicrophoneHeard())
        self.review()

    async def _send(self) -> None:
        if self._microphone is None:
            return
        async with contextlib.aclosing(self._microphone.frames()) as frames:
            async for sound in frames:
                for actor in self._audience():
                    actor.heard_s += len(sound) / RATE
                    actor.ears.sound(sound)

    async def send_text(self, text: str, topic: str) -> None:
        for actor in self._audience():
            actor.ears.text(text, topic, self.identity)

    async def send_data(self, payload: bytes, topic: str = "") -> bool:
        for actor in self._audience():
            actor.ears.data(payload, topic, self.identity)
        return True

    async def call(self, identity: str, method: str, payload: str) -> None:
        """Actors have no procedures."""

    async def leave(self) -> None:
        await asyncio.sleep(0)
        self._stop()
        if not self.has_left:
            self.has_left = True
            self._media_server.left(self.name, self.identity)

    # ------------------------------------------------------------ what the media server does to it

    def tell(self, event: RoomEvent) -> None:
        if not self._over:
            self.events.put_nowait(event)

    def review(self, left: str = "") -> None:
        """Take who is there now; `left`: who has just left on purpose."""
        participants = tuple(actor.participant for actor in self._media_server.place(self.name).actors.values())
        if participants != self._participants:
            self._participants = participants
            self.tell(ParticipantsChanged(participants))
        self._choice = choice = self._choose(participants)
        had = self._told
        self._told = choice
        if choice.video and not had.video:
            self.tell(AvatarVideo(True))
        if choice.audio and not had.audio:
            self.tell(AvatarAudio(True))
        is_gone = not (choice.video if self._seen_frame else choice.audio or choice.video)
        if is_gone and left and left in (had.audio, had.video):
            self.tell(AvatarLeft())
            self._weigh(is_gone, had, LEFT_S)
        else:
            self._weigh(is_gone, had, GONE_S)

    def _weigh(self, is_gone: bool, had: Choice, most_s: float) -> None:
        if not is_gone and self._gone is not None:
            self._gone.cancel()
            self._gone = None
        elif is_gone and self._gone is None and (had.audio or had.video):
            self._gone = asyncio.get_running_loop().call_later(most_s, self.tell, AvatarGone())

    def see(self, identity: str, frame: Frame) -> None:
        if self._choice.video != identity or self._over:
            return
        self._picture.push(frame)
        if not self._seen_frame:
            self._seen_frame = True
            self.tell(FirstFrame())

    def hear(self, identity: str, sound: Sound) -> None:
        if self._choice.audio == identity and self._speaker is not None and not self._over:
            self._speaker.write(sound)

    def lose(self) -> None:
        if self._over or not self.name or self._hopeless is not None:
            return
        self.tell(Reconnecting())
        hopeless = Disconnected(EndReason.NETWORK, may_rejoin=True)
        self._hopeless = asyncio.get_running_loop().call_later(RECONNECT_S, self.end, hopeless)

    def find(self) -> None:
        if self._hopeless is not None:
            self._hopeless.cancel()
            self._hopeless = None
            self.tell(Reconnected())

    def end(self, event: Disconnected) -> None:
        self.tell(event)
        self._stop()
        self._media_server.left(self.name, self.identity)

    def _audience(self) -> list[MemoryActor]:
        if self._over or self._media_server.is_cut or not self.name:
            return []
        return list(self._media_server.place(self.name).actors.values())

    def _stop(self) -> None:
        self._over = True
        for timer in (self._hopeless, self._gone):
            if timer is not None:
                timer.cancel()
        self._hopeless = self._gone = None
        if self._sending is not None:
            self._sending.cancel()
