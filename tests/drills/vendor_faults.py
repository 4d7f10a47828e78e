"""Drills of a visit under way: the service ends it, its media go wrong, its key is revoked."""

from __future__ import annotations

import asyncio
import time

from tests.drills.kiosk import KioskProcess
from tests.drills.scene import DrillScene
from tests.drills.service import MediaFault
from tests.end.conftest import Failed, wait_until

GREETING_S = 2.0  # the avatars of the drills are silent then
MEND_S = 1.0  # instead of a minute


async def service_ends(scene: DrillScene) -> None:
    """The service ends the session while the visitor talks, in each of its ways, and each for its own reason."""
    service = scene.service
    kiosk = scene.start()
    await kiosk.to_live()
    await kiosk.comply(f"set app.kiosk.kiosk:MEND_S {MEND_S}")
    for name in service.breaks():
        await kiosk.until("live", 2)
        await _somebody_is_in(scene)
        await asyncio.sleep(GREETING_S)
        broken = service.breaks()[name]
        at = time.monotonic()
        await broken.happens()
        await scene.promise(name, 5, at, kiosk.until("farewell", 20))
        after = "attract" if broken.why is None else "unavailable"
        status = await scene.promise(f"{name}: {after}", 8, at, kiosk.until(after, 20))
        assert (status["last_end"], status["unavailable"]) == (broken.ends, broken.why), (name, status)
        await scene.struck_out(kiosk)
        assert service.running() == [], name
        await kiosk.to_live()
    await goodbye(scene, kiosk)


async def media_faults(scene: DrillScene) -> None:
    """What goes wrong in the room: it is noticed, and ends the visit where nothing helps, by our stop call."""
    service = scene.service
    service.linger()
    kiosk = scene.start(visit="stall_notice_s = 1.5\nstall_end_s = 12")
    await kiosk.to_live()
    await _somebody_is_in(scene)
    for name in service.media_faults():
        status = await kiosk.until("live", 2)
        if status["video"]["source"] == "room":
            await kiosk.moves()
        await asyncio.sleep(GREETING_S)
        fault = service.media_faults()[name]
        at = time.monotonic()
        happening = asyncio.ensure_future(fault.happens())
        try:
            await _goes_wrong(scene, kiosk, name, fault, at)
        except AssertionError as error:
            raise Failed(f"{name}: {error}") from error
        finally:
            await happening
        await scene.struck_out(kiosk)
        await scene.until_stopped(10)
        assert service.ours()[-1].end_reason in service.by_stop, f"{name}: ended by a timer"
        await kiosk.to_live()
        await _somebody_is_in(scene)
    await goodbye(scene, kiosk)


async def _goes_wrong(scene: DrillScene, kiosk: KioskProcess, name: str, fault: MediaFault, at: float) -> None:
    emulator, create = scene.service.emulator, scene.service.create
    creates = len(emulator.asked(create))
    if fault.ends is not None:
        await scene.promise(name, 14, at, kiosk.until("farewell", 40))
        status = await kiosk.until("attract", 20)
        assert status["last_end"] == fault.ends, status["last_end"]
        assert len(emulator.asked(create)) == creates, "another session was asked for"
        return
    if fault.shows is None:
        await scene.promise(name, 4, at, kiosk.until(lambda s: s["health"] == "DEGRADED", 20))
    else:
        await scene.promise(name, 4, at, kiosk.until(lambda s: _size(s) == fault.shows, 20))
        before = kiosk.status()["video"]["frames"]
        await kiosk.until(lambda s: s["video"]["frames"] > before + 10 and s["health"] == "ACTIVE", 10)
    await kiosk.press("Escape")
    await kiosk.until("attract", 20)


def _size(status: dict) -> tuple[int, int]:
    return status["video"]["width"], status["video"]["height"]


async def key_is_revoked(scene: DrillScene) -> None:
    """In the middle of a visit. The visit goes on; nobody after it is served until the key is good again."""
    service = scene.service
    service.linger()
    kiosk = scene.start()
    await kiosk.to_live()
    restore = service.revoke()
    await asyncio.sleep(1)
    assert kiosk.status()["screen"] == "live"
    await kiosk.press("Escape")
    await kiosk.until("attract", 10)
    await kiosk.tap()
    at = time.monotonic()
    status = await scene.promise("told", 5, at, kiosk.until("unavailable", 20))
    assert status["unavailable"] == "auth" and status["health"] == "DEGRADED"
    await asyncio.sleep(5)
    restore()
    await scene.promise("mended", 70, at, kiosk.until("attract", 100))
    await scene.struck_out(kiosk, 60)
    await scene.until_stopped(5)
    await kiosk.to_live()
    await goodbye(scene, kiosk)


# ---------------------------------------------------------------- small things


async def _somebody_is_in(scene: DrillScene) -> None:
    await wait_until(scene.service.visitor_is_in, 10, "the kiosk in the room")


async def goodbye(scene: DrillScene, kiosk: KioskProcess, keeps: int = 0) -> None:
    """End the visit; keeps: rows of which nobody can know more yet."""
    await kiosk.press("Escape")
    at = time.monotonic()
    await scene.until_stopped(10)
    scene.measure("stop after goodbye", 1, time.monotonic() - at)
    await scene.promise("attract after goodbye", 2, at, kiosk.until("attract", 20))
    await kiosk.until(lambda s: s["open_sessions"] <= keeps, 20)
