"""Drills of kill -9 at every step between the tap and the free slot: nothing runs on, and nobody else's is touched."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import dataclass

from tests.drills.scene import PATIENCE, DrillScene
from tests.end.conftest import wait_until

JOURNAL = "app.records.journal:SqliteJournal"
RELEASES = "app.sessions.release:SessionReleaser"
ROOMS = {"tavus": "app.rooms.daily.room:DailyRoom"}
ROOM = "app.rooms.livekit.room:LiveKitRoom"


@dataclass(frozen=True)
class Point:
    """Where the kiosk dies. place: a method, {room} for the service's; mode: "before", "during" or "after" it.

    id_arrived: its session's id was known, so it is stopped at once. ends: it dies on the way out, not on the way in.
    runs: whether a session runs then, or, where it is taken by joining, may run.
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
    Point("first picture", "before", "app.visit.conversation:Conversation.run"),
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

    def __init__(self, scene: DrillScene) -> None:
        self._scene = scene
        self._service = service = scene.service
        service.hurry()
        service.linger()
        service.emulator.accounts[service.key].slots = 2
        self._other = service.occupy()
        self._kept = 0  # rows of which nobody can know more before the service's own bound
        self._seen = 0  # sessions of ours up to the last death
        self._stops = 0  # and stop calls
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
        child = kiosk.child()
        await kiosk.press("Escape" if point.ends else "Return")
        await wait_until(lambda: kiosk.child() != child, 20, lambda: f"{point.name}\n{kiosk.output[-2000:]}")
        await self.cleaned_up(point.name, time.monotonic(), id_arrived=point.id_arrived, runs=point.runs)

    async def at_request(self, path: str, act: Awaitable[None]) -> float:
        """Die while such a call is under way; returns when."""
        emulator = self._service.emulator
        asked = len(emulator.asked(path))
        await act
        self.kiosk.told()
        await wait_until(lambda: len(emulator.asked(path)) > asked, 20, path)
        await asyncio.sleep(0.1)
        return self.kiosk.kill_child()

    async def cleaned_up(
        self, name: str, died: float, *, id_arrived: bool = True, runs: bool = True, begins_s: float = 0.0
    ) -> None:
        """Promise attract, no session, and no row. begins_s: after the death the service begins its session."""
        scene, kiosk, service = self._scene, self.kiosk, self._service
        can_stop = id_arrived or service.knows_orphans
        # One that was not there yet when it was looked for at once is found by the second or third look.
        promised_s = service.orphan_s if not can_stop else 6.0 if begins_s else 3.0

        async def stopped() -> None:
            await asyncio.sleep(max(0.0, died + begins_s - time.monotonic()))
            await scene.until_stopped(promised_s * PATIENCE + 30)

        await asyncio.gather(scene.back(kiosk, died, what=f"{name}: attract"), stopped())
        await self._strike_out(can_stop)
        new = service.ours()[self._seen :]
        stops = len(service.emulator.asked(service.stop)) - self._stops
        if runs:
            assert new or not service.takes_slot_at_create, f"{name}: the emulator made no session"
        if runs and new:
            what = f"{name}: stopped"
            if can_stop:
                assert stops, f"{name}: nobody asked for an end"
                scene.stopped_by_us(what, promised_s, died + begins_s, new)
            else:
                scene.measure(what, promised_s, max(s.ended_at or 0.0 for s in new) - died)
        scene.took.append(Count(f"{name}: stop calls", stops))
        self._seen, self._stops = len(service.ours()), self._stops + stops
        assert self._other.ended_at is None, "another kiosk's session was touched"

    async def _strike_out(self, can_stop: bool) -> None:
        status = await self.kiosk.until("attract", 60)
        if not can_stop:
            self._kept = status["open_sessions"]
        await self.kiosk.until(lambda s: s["open_sessions"] <= self._kept, 40)


async def killed_as_it_starts(scene: DrillScene) -> None:
    deaths = Deaths(scene)
    for point in STARTS:
        await deaths.at(point)


async def killed_as_it_joins(scene: DrillScene) -> None:
    deaths = Deaths(scene)
    for point in JOINS:
        await deaths.at(point)


async def killed_as_it_ends(scene: DrillScene) -> None:
    deaths = Deaths(scene)
    for point in ENDS:
        await deaths.at(point)


async def killed_in_create(scene: DrillScene) -> None:
    """The create call is under way: its session is there already, or it comes only after the death."""
    service = scene.service
    deaths = Deaths(scene)
    for name, after_s in (("create answered", 0.0), ("create heard", 1.5)):
        fault = {"delay_s": after_s} if after_s else {"late_s": 3.0}
        service.emulator.fail(path=service.create, times=1, **fault)
        at = await deaths.at_request(service.create, deaths.kiosk.tap())
        await deaths.cleaned_up(name, at, id_arrived=False, runs=service.takes_slot_at_create, begins_s=after_s)


async def killed_in_stop(scene: DrillScene) -> None:
    """The stop call is under way, and the service never hears it."""
    service = scene.service
    deaths = Deaths(scene)
    await deaths.kiosk.to_live()
    service.emulator.fail(path=service.stop, times=1, delay_s=5.0, status=500)
    await deaths.cleaned_up("stop", await deaths.at_request(service.stop, deaths.kiosk.press("Escape")))
