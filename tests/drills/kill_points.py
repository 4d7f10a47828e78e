"""Drills of kill -9 at every step between the tap and the free slot: nothing runs on, and nobody else's is touched."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import dataclass

from tests.drills.scene import PATIENCE, Scene
from tests.end.conftest import Failed

JOURNAL = "app.records.journal:SqliteJournal"
RELEASES = "app.release:Releases"
ROOMS = {"tavus": "app.rooms.daily_room:DailyRoom"}
ROOM = "app.rooms.livekit_room:LiveKitRoom"


@dataclass(frozen=True)
class Point:
    """Where the kiosk dies. place: a method, {room} for the service's; mode: "before", "during" or "after" it.

    id_arrived: its session's id was known, so it is stopped at once. ends: it dies on the way out, not on the way in.
    runs: whether a session runs then.
    """

    name: str
    mode: str
    place: str
    id_arrived: bool = True
    ends: bool = False
    runs: bool = True


STARTS = (
    Point("row written", "after", f"{JOURNAL}.open", id_arrived=False, runs=False),
    Point("answer came", "before", f"{JOURNAL}.complete", id_arrived=False),
    Point("id written", "after", f"{JOURNAL}.complete"),
)
JOINS = (
    Point("joining", "during", "{room}.join"),
    Point("joined", "after", "{room}.join"),
    Point("first picture", "before", "app.conversation:Conversation.run"),
)
ENDS = (
    Point("goodbye said", "before", f"{RELEASES}._leave_room", ends=True),
    Point("leaving", "during", "{room}.leave", ends=True),
    Point("left", "before", f"{RELEASES}._stop", ends=True),
    Point("stop confirmed", "before", f"{JOURNAL}.erase", ends=True, runs=False),
)


@dataclass(frozen=True)
class Count:
    """How often something was done; nothing is promised about it."""

    what: str
    count: int
    is_late: bool = False

    def __str__(self) -> str:
        return f"{self.what} {self.count}"


class Deaths:
    """A kiosk that dies again and again, beside another kiosk's session. At most four times: then comes safe mode."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._service = service = scene.service
        service.hurry()
        service.linger()
        service.emulator.accounts[service.key].slots = 2
        self._other = service.occupy()
        self._kept = 0  # rows of which nobody can know more before the service's own bound
        self.kiosk = scene.start(visit="hard_limit_s = 20\nmax_extensions = 0")

    async def at(self, point: Point) -> None:
        """Die there."""
        kiosk = self.kiosk
        if point.ends:
            await kiosk.to_live()
        else:
            await kiosk.until("attract", 40)
            await asyncio.sleep(0.5)
        await kiosk.comply(f"die {point.mode} {point.place.format(room=ROOMS.get(self._service.name, ROOM))}")
        kiosk.told()
        stops = self._stops()
        child = kiosk.child()
        await kiosk.press("Escape" if point.ends else "Return")
        deadline = time.monotonic() + 20
        while kiosk.child() == child:
            if time.monotonic() > deadline:
                raise Failed(f"{point.name}: the gremlin did not strike\n{kiosk.output[-2000:]}")
            await asyncio.sleep(0.01)
        await self.cleaned_up(point.name, time.monotonic(), point.id_arrived, point.runs)
        self._scene.took.append(Count(f"{point.name}: stop calls", self._stops() - stops))

    async def at_request(self, path: str, act: Awaitable[None]) -> float:
        """Die while such a call is under way; returns when."""
        emulator = self._service.emulator
        asked = len(emulator.asked(path))
        await act
        self.kiosk.told()
        deadline = time.monotonic() + 20
        while len(emulator.asked(path)) == asked:
            if time.monotonic() > deadline:
                raise Failed(f"{path} was never asked")
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        return self.kiosk.kill_child()

    async def cleaned_up(self, name: str, at: float, id_arrived: bool, runs: bool) -> None:
        """Promise attract, no session, and no row; `at`: since when there is something to stop."""
        scene, kiosk, service = self._scene, self.kiosk, self._service
        can_stop = id_arrived or service.knows_orphans
        promised_s = 3.0 if id_arrived else 6.0 if service.knows_orphans else service.orphan_s
        attract = scene.promise(f"{name}: attract", 5, at, kiosk.says("READY=1", 30))
        await asyncio.gather(attract, scene.until_stopped(promised_s * PATIENCE + 30))
        ours = [s.ended_at for s in service.emulator.sessions if s is not self._other and s.ended_at is not None]
        if runs and ours:
            scene.measure(f"{name}: stopped", promised_s, max(ours) - at)
        status = await kiosk.until("attract", 60)
        if not can_stop:
            self._kept = status["open_sessions"]
        await kiosk.until(lambda s: s["open_sessions"] <= self._kept, 40)
        assert self._other.ended_at is None, "another kiosk's session was touched"

    def _stops(self) -> int:
        return len(self._service.emulator.asked(self._service.stop))


async def killed_as_it_starts(scene: Scene) -> None:
    deaths = Deaths(scene)
    for point in STARTS:
        await deaths.at(point)


async def killed_as_it_joins(scene: Scene) -> None:
    deaths = Deaths(scene)
    for point in JOINS:
        await deaths.at(point)


async def killed_as_it_ends(scene: Scene) -> None:
    deaths = Deaths(scene)
    for point in ENDS:
        await deaths.at(point)


async def killed_in_create(scene: Scene) -> None:
    """The create call is under way: its session is there already, or it comes only after the death."""
    service = scene.service
    deaths = Deaths(scene)
    for name, after_s in (("create answered", 0.0), ("create heard", 1.5)):
        fault = {"delay_s": after_s} if after_s else {"late_s": 3.0}
        service.emulator.fail(path=service.create, times=1, **fault)
        at = await deaths.at_request(service.create, deaths.kiosk.tap())
        await asyncio.sleep(after_s)
        await deaths.cleaned_up(name, at + after_s, False, service.takes_slot_at_create)


async def killed_in_stop(scene: Scene) -> None:
    """The stop call is under way, and the service never hears it."""
    service = scene.service
    deaths = Deaths(scene)
    await deaths.kiosk.to_live()
    service.emulator.fail(path=service.stop, times=1, delay_s=5.0, status=500)
    at = await deaths.at_request(service.stop, deaths.kiosk.press("Escape"))
    await deaths.cleaned_up("stop", at, True, True)
