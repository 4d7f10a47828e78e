"""A whole kiosk on fakes and jumping time: tap, wait for a screen, let time pass, look at what is left."""

from __future__ import annotations

import asyncio
import itertools
import random
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Generic, Self, TypeVar, overload

from app.aio import TaskSet
from app.audio.base import DeviceState, Microphone, SpeakerOut
from app.character.base import Figure
from app.intents import Accept, Answer, Intent, Start
from app.kiosk.exit_code import ExitCode
from app.kiosk.hours import Hours
from app.kiosk.kiosk import Kiosk, KioskContext
from app.picture import Picture
from app.resources import resource
from app.rooms.base import ChooseAvatar, Room
from app.screens import Attract, Live, Notice, Preferences, Screen, Shown, UnavailableReason
from app.sessions.create import Service, SessionCreator
from app.sessions.release import SessionReleaser
from app.settings.model import Settings
from app.stage import Stage
from app.vendors.base import VendorControl, VendorProtocol
from app.vendors.session import SessionInfo
from app.visit.farewell_words import load_farewells
from app.visit.parts import VisitParts
from app.vitals import Vitals
from app.waiting.line import NoLine
from tests.fakes.audio import FakeAudio
from tests.fakes.character import FakeFigure
from tests.fakes.journal import FakeJournal
from tests.fakes.service import FakeControl, FakeProtocol, FakeRoom, RoomScript

EPOCH = 1_700_000_000.0

ScreenT = TypeVar("ScreenT", bound=Screen)
ControlT = TypeVar("ControlT", bound=VendorControl)
ProtocolT = TypeVar("ProtocolT", bound=VendorProtocol)
RoomT = TypeVar("RoomT", bound=Room)


def settings(**tables: Mapping[str, object]) -> Settings:
    """Settings with some keys of some tables changed: settings(visit={"idle_s": 5})."""
    made = Settings()
    changed = {name: getattr(made, name).model_copy(update=keys, deep=True) for name, keys in tables.items()}
    return made.model_copy(update=changed)


def told_staff(vitals: Vitals) -> str:
    """Return every note that staff can read now, in lines."""
    return "\n".join(vitals.staff_notes.texts())


class BaseRig(ABC, Generic[ControlT, ProtocolT, RoomT]):
    """What a kiosk on a fake service and one on a real vendor's code have in common."""

    figure: Figure

    def __init__(self, config: Settings | None, control: ControlT, seed: int = 7) -> None:
        self.settings = config or settings()
        self.control = control
        self.audio = FakeAudio()
        self.journal = FakeJournal()
        self.figure = FakeFigure()
        self.picture = Picture()
        self.vitals = Vitals()
        self.tasks = TaskSet()
        self.shown: list[Shown] = []
        self.rooms: list[RoomT] = []
        self.protocols: list[ProtocolT] = []
        self.settings_changed = self.settings_broken = False
        self.unavailable: UnavailableReason | None = None
        self.spent: UnavailableReason | None = None
        self.service = "fake"
        self.run = "this-run"
        self.plan_max_s = 3600.0
        self._ids = itertools.count()
        self._chance = random.Random(seed)
        self._changed = asyncio.Event()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self.loop = loop
        self.stage = Stage(self._publish, Preferences(), self.vitals)

        def epoch() -> float:
            return EPOCH + loop.time()

        self.releaser = SessionReleaser(self.journal, self.vitals, self.tasks, epoch)
        service = Service(self.service, self.control, self.run)
        self.creator = SessionCreator(service, self.releaser, self.settings.visit.create_timeout_s)
        parts = VisitParts(
            settings=self.settings,
            stage=self.stage,
            vitals=self.vitals,
            service=service,
            make_protocol=self._protocol,
            make_room=self._room,
            creator=self.creator,
            releaser=self.releaser,
            audio=self.audio,
            picture=self.picture,
            figure=self.figure,
            line=NoLine(is_shared=bool(self.settings.line.account)),
            questions=lambda language: (),
            farewells=load_farewells(resource("farewells"), self.settings.kiosk.languages),
            plan_max_s=self.plan_max_s,
            chance=self._chance,
            new_name=lambda: f"name-{next(self._ids)}",
        )
        context = KioskContext(
            Hours(self.settings.hours),
            epoch,
            lambda: self.settings_changed,
            lambda: self.settings_changed and not self.settings_broken,
            self.unavailable,
            lambda: self.spent,
        )
        self.kiosk = Kiosk(parts, context)
        self.running = asyncio.create_task(self.kiosk.run())
        return self

    async def __aexit__(self, *exc: object) -> None:
        if not self.running.done():
            self.kiosk.request_exit(ExitCode.STAFF_EXIT)
            await self.running
        await self.tasks.cancel_all(5)

    # ------------------------------------------------------------ what a test does

    @property
    def screen(self) -> Screen | None:
        return self.stage.screen

    @property
    def room(self) -> RoomT:
        return self.rooms[-1]

    @property
    def protocol(self) -> ProtocolT:
        return self.protocols[-1]

    def tap(self, intent: Intent, step: int | None = None) -> None:
        self.stage.answer(Answer(self.stage.step if step is None else step, intent))

    @overload
    async def until(self, kind: type[ScreenT], within: float = 400.0) -> ScreenT: ...
    @overload
    async def until(self, kind: Callable[[Screen], object], within: float = 400.0) -> Screen: ...
    async def until(self, kind: type[Screen] | Callable[[Screen], object], within: float = 400.0) -> Screen:
        """Wait for a kind of screen (or a predicate on it) and return the screen."""
        async with asyncio.timeout(within):
            while (screen := self.screen) is None or not _is(screen, kind):
                self._changed.clear()
                await self._changed.wait()
        return screen

    async def accept(self) -> None:
        """From attract through the notice, which the visitor accepts."""
        await self.until(Attract)
        self.tap(Start())
        await self.until(Notice)
        self.tap(Accept())

    async def to_live(self) -> Live:
        """From attract through the notice to the conversation."""
        await self.until(Attract)
        await asyncio.sleep(2)  # the touch guard
        await self.accept()
        screen = await self.until(Live)
        self.audio.microphone.heard_anything = True
        return screen

    # ------------------------------------------------------------ wiring

    def _publish(self, shown: Shown) -> None:
        self.shown.append(shown)
        self._changed.set()

    @abstractmethod
    def _protocol(self, control: VendorControl, session: SessionInfo) -> ProtocolT: ...

    @abstractmethod
    def _room(
        self, *, picture: Picture, speaker: SpeakerOut | None, microphone: Microphone | None, choose: ChooseAvatar
    ) -> RoomT: ...


class Rig(BaseRig[FakeControl, FakeProtocol, FakeRoom]):
    """Start with `async with Rig(...) as rig`."""

    figure: FakeFigure

    def __init__(self, config: Settings | None = None, control: FakeControl | None = None, seed: int = 7) -> None:
        super().__init__(config, control or FakeControl(), seed)
        self.scripts: deque[RoomScript] = deque()

    def nothing_is_left(self) -> None:
        """What must hold in attract, once the last release is through."""
        assert isinstance(self.screen, Attract)
        assert self.audio.open_devices == []
        assert self.control.running == {}
        assert self.journal.kept == {}
        assert all(room.left for room in self.rooms)
        assert all(protocol.attends == 0 for protocol in self.protocols)
        names = {task.get_name() for task in asyncio.all_tasks()}
        assert not [n for n in names if n.startswith(("live-", "room-", "attend", "join", "wait-", "create", "still"))]

    def _protocol(self, control: VendorControl, session: SessionInfo) -> FakeProtocol:
        self.protocols.append(FakeProtocol())
        return self.protocol

    def _room(
        self, *, picture: Picture, speaker: SpeakerOut | None, microphone: Microphone | None, choose: ChooseAvatar
    ) -> FakeRoom:
        script = self.scripts.popleft() if self.scripts else RoomScript()
        room = FakeRoom(script, picture, speaker, microphone)
        self.rooms.append(room)
        return room


def _is(screen: Screen, kind: type[Screen] | Callable[[Screen], object]) -> bool:
    return isinstance(screen, kind) if isinstance(kind, type) else bool(kind(screen))


__all__ = ["DeviceState", "Rig", "replace", "settings"]
