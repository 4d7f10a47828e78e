"""Drills of the stop call, answered with anything at all: the visitors go on, and it is tried until it is confirmed."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Iterable
from typing import Any

from tests.drills.answers import BAD_STOPS, TAKEN_STOPS
from tests.drills.kiosk import KioskProcess
from tests.drills.scene import DrillScene, ended
from tests.drills.service import NO_END, BadStop
from tests.vendors.emulator import Emulator


async def bad_stops(scene: DrillScene) -> None:
    """What any host may answer, or something before it."""
    service = scene.service
    service.linger()
    kiosk = scene.start()
    await _bad_stops(scene, kiosk, BAD_STOPS)
    await kiosk.to_live()
    await service.emulator.stop_listening()
    await _fails_to_stop(scene, kiosk, "refused", 14, then=lambda: Emulator.start(service.emulator))


async def own_stops(scene: DrillScene) -> None:
    """What the service itself may answer, and stops that it took without a word of it."""
    scene.service.linger()
    await _bad_stops(scene, scene.start(), (*TAKEN_STOPS, *scene.service.bad_stops))


async def _bad_stops(scene: DrillScene, kiosk: KioskProcess, stops: Iterable[BadStop]) -> None:
    emulator, path = scene.service.emulator, scene.service.stop
    for bad in stops:
        emulator.fail(path=path, times=bad.times, status=bad.status, body=bad.body, **bad.more)
        await _fails_to_stop(scene, kiosk, bad.name, sum(2.0 * 2**n for n in range(bad.times)) + 4)


async def _fails_to_stop(
    scene: DrillScene, kiosk: KioskProcess, name: str, promised_s: float, then: Callable[[], Any] | None = None
) -> None:
    """Never dropped, tried again until it is confirmed, and visible."""
    service = scene.service
    if then is None:
        await kiosk.to_live()
    asked = len(service.emulator.asked(service.stop))
    await kiosk.press("Escape")
    at = time.monotonic()
    await kiosk.until(lambda s: s["screen"] == "attract" and s["open_sessions"] == 1, 10)
    scene.measure(f"attract {name}", 3, time.monotonic() - at)
    await kiosk.until(lambda s: s["health"] == "DEGRADED", 10)
    if then is not None:
        await asyncio.sleep(4)
        await then()
    await scene.promise(name, promised_s, at, kiosk.until(lambda s: s["open_sessions"] == 0, promised_s * 4))
    assert service.running() == [], f"{name}: taken for a confirmation"
    assert service.ours()[-1].end_reason in service.by_stop, f"{name}: ended by {service.ours()[-1].end_reason}"
    assert len(service.emulator.asked(service.stop)) > asked + (then is None), f"{name}: not asked again"
    assert (await kiosk.until("attract", 5))["health"] == "ONLINE", name


async def bad_stop_over_a_restart(scene: DrillScene) -> None:
    """The stop fails until the program has been ended and started again."""
    service = scene.service
    service.linger()
    kiosk = scene.start()
    await kiosk.to_live()
    service.emulator.fail(path=service.stop, times=NO_END, status=500, body={"error": "no"})
    await kiosk.press("Escape")
    await kiosk.until(lambda s: s["screen"] == "attract" and s["health"] == "DEGRADED", 10)
    kiosk.process.send_signal(signal.SIGTERM)
    at = time.monotonic()
    assert await scene.promise("ended", 6, at, ended(kiosk)) == 0
    again = scene.start(state=kiosk.state)
    status = await again.until(lambda s: s["screen"] == "attract" and s["health"] == "DEGRADED", 40)
    assert status["open_sessions"] == 1
    service.emulator.heal()
    await scene.promise("stopped", 8, time.monotonic(), again.until(lambda s: s["open_sessions"] == 0, 40))
    assert service.running() == []
