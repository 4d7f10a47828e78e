"""A service without a network: it counts its slots, makes rooms with a moving picture, and fails as it is told."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from app.audio.base import Microphone, SpeakerOut
from app.events import Event, Ready
from app.findings import Finding
from app.picture import Frame, Picture
from app.rooms.base import (
    AvatarVideo,
    Choice,
    Data,
    Disconnected,
    FirstFrame,
    Participant,
    ParticipantsChanged,
    Room,
    RoomError,
    RoomEvent,
)
from app.screens import EndReason
from app.vendors.base import Capabilities, VendorControl, VendorProtocol
from app.vendors.errors import Busy, TransientError, VendorError
from app.vendors.session import SessionInfo, StopOrder, VisitRequest
from tests.fakes.pictures import plain
from tests.fakes.room import QuietRoom


@dataclass
class FakeControl(VendorControl):
    """Slots counted as the real ones are. `refusals` are raised by the next creates, oldest first."""

    slots: int = 1
    capabilities: Capabilities = field(default_factory=Capabilities)
    create_s: float = 0.2
    stop_s: float = 0.1
    max_duration_s: float | None = None
    refusals: deque[VendorError | None] = field(default_factory=deque)
    stop_failures: int = 0
    check_error: VendorError | None = None
    findings: list[Finding] = field(default_factory=lambda: [Finding("service", True, "fine")])
    lost_answers: int = 0
    running: dict[str, VisitRequest] = field(default_factory=dict)
    started: list[VisitRequest] = field(default_factory=list)
    stopped: list[StopOrder] = field(default_factory=list)
    creates_at: list[float] = field(default_factory=list)
    in_flight: int = 0

    async def start(self, request: VisitRequest) -> SessionInfo:
        assert self.in_flight == 0, "two create calls at once"
        self.in_flight += 1
        self.creates_at.append(asyncio.get_running_loop().time())
        try:
            await asyncio.sleep(self.create_s)
            refusal = self.refusals.popleft() if self.refusals else None
            if refusal is not None:
                raise refusal
            if len(self.running) >= self.slots:
                raise Busy("fake")
            session_id = f"session-{len(self.started)}"
            self.running[session_id] = request
            self.started.append(request)
            if self.lost_answers:
                self.lost_answers -= 1
                raise TransientError("fake", "the answer was lost", ambiguous=True)
            return SessionInfo(
                "fake", session_id, "wss://fake", "token", max_duration_s=self.max_duration_s, stop_context={"k": "v"}
            )
        finally:
            self.in_flight -= 1

    async def stop(self, order: StopOrder) -> bool:
        await asyncio.sleep(self.stop_s)
        self.stopped.append(order)
        if self.stop_failures:
            self.stop_failures -= 1
            raise TransientError("fake", "stop failed")
        if order.session_id:
            self.running.pop(order.session_id, None)
            return True
        named = [key for key, request in self.running.items() if request.name == order.name]
        for key in named:
            del self.running[key]
        return bool(named)

    async def count(self) -> int | None:
        return len(self.running)

    async def check(self) -> list[Finding]:
        if self.check_error is not None:
            raise self.check_error
        return self.findings


@dataclass(frozen=True)
class Say(Data):
    """A message of the avatar that the fake protocol decodes into this common event."""

    payload: bytes = field(default=b"", init=False)
    topic: str = field(default="", init=False)
    identity: str = field(default="avatar", init=False)
    event: Event


@dataclass
class RoomScript:
    """How the next room behaves."""

    join_error: RoomError | None = None
    join_s: float = 0.3
    appears: bool = True
    shows_frames: bool = True
    frame_s: float = 0.1
    frames: Sequence[Frame] = field(default_factory=lambda: [plain()])  # what its picture shows, again and again
    voice_only: bool = False
    gets_ready: bool = True  # False: somebody comes, and that is all


class FakeRoom(QuietRoom):
    """A room whose avatar appears by itself; `tell` puts events in as the network would."""

    def __init__(
        self, script: RoomScript, picture: Picture, speaker: SpeakerOut | None, microphone: Microphone | None
    ) -> None:
        super().__init__()
        self.script = script
        self.picture = picture
        self.speaker = speaker
        self.microphone = microphone
        self.joined = False
        self.left = False
        self.moving = True
        self._frames: asyncio.Task[None] | None = None

    async def join(self, url: str, token: str, deadline_s: float) -> None:
        await asyncio.sleep(self.script.join_s)
        if self.script.join_error is not None:
            raise self.script.join_error
        self.joined = True
        if self.script.voice_only:
            self.say(Ready())
            return
        if not self.script.gets_ready:
            self.tell(ParticipantsChanged((Participant("avatar", True, {}, False, True),)))
            return
        if self.script.appears:
            self.tell(ParticipantsChanged((Participant("avatar", True, {}, True, True),)))
            self.tell(AvatarVideo(True))
        if self.script.appears and self.script.shows_frames:
            self.tell(FirstFrame())
            self._frames = asyncio.create_task(self._move())

    def tell(self, event: RoomEvent) -> None:
        self.events.put_nowait(event)

    def say(self, event: Event) -> None:
        self.tell(Say(event))

    def drop(self, reason: EndReason, may_rejoin: bool = False) -> None:
        self.moving = False
        self.tell(Disconnected(reason, may_rejoin))

    async def leave(self) -> None:
        self.left = True
        self.moving = False
        if self._frames is not None:
            self._frames.cancel()

    async def _move(self) -> None:
        number = 0
        while True:
            if self.moving:
                self.picture.push(self.script.frames[number % len(self.script.frames)])
                number += 1
            await asyncio.sleep(self.script.frame_s)


class FakeProtocol(VendorProtocol):
    """Ready at the first frame; decodes `Say`; records what it was asked to do."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, object]] = []
        self.attends = 0
        self.true_reason: EndReason | None = None

    def choose(self, participants: Sequence[Participant]) -> Choice:
        return Choice("avatar", "avatar")

    def decode(self, event: RoomEvent, room: Room) -> Iterable[Event]:
        if isinstance(event, FirstFrame):
            return [Ready()]
        return [event.event] if isinstance(event, Say) else []

    async def attend(self, room: Room, emit: Callable[[Event], None]) -> None:
        self.attends += 1
        try:
            await asyncio.Event().wait()
        finally:
            self.attends -= 1

    async def ask(self, room: Room, text: str) -> None:
        self.calls.append(("ask", text))

    async def finish_question(self, room: Room) -> None:
        self.calls.append(("finish_question", None))

    async def interrupt(self, room: Room) -> None:
        self.calls.append(("interrupt", None))

    async def wrap_up(self, room: Room, remaining_s: float) -> None:
        self.calls.append(("wrap_up", round(remaining_s)))

    async def stay(self, room: Room) -> None:
        self.calls.append(("stay", None))

    async def why_ended(self, reason: EndReason) -> EndReason:
        return self.true_reason or reason

    async def goodbye(self, room: Room) -> None:
        self.calls.append(("goodbye", None))
