"""Drills of a network that is not there, or not a real one, before a visit and after it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from tests.drills.kiosk import KioskProcess
from tests.drills.networks import LOGIN, REDIRECT
from tests.drills.scene import DrillScene

# At first every few seconds, with a call of up to 10 s under way.
MENDS_S = 20.0
# The longest pause between two tries of a stop, and the call itself.
RETRIES_S = 75.0


def is_away(why: str) -> Callable[[dict], bool]:
    """Tell whether a status says that nobody can be served, for this reason."""
    return lambda status: status["screen"] == "unavailable" and status["unavailable"] == why


async def serves(scene: DrillScene, kiosk: KioskProcess) -> None:
    """Prove that the next visitor is served as ever, and nothing is left."""
    await kiosk.to_live()
    await kiosk.moves()
    await scene.goodbye(kiosk)


async def _taps_in_vain(scene: DrillScene, lose: Callable[[], None], find: Callable[[], None], within: float) -> None:
    kiosk = scene.start()
    await kiosk.until("attract", 40)
    lose()
    await kiosk.tap()
    at = time.monotonic()
    await scene.promise("offline screen", within, at, kiosk.until(is_away("network"), within * 4))
    await kiosk.is_drawn()
    assert scene.service.emulator.asked(scene.service.create) == []
    await kiosk.press("Return", "Return")
    await asyncio.sleep(3)
    assert is_away("network")(await kiosk.until(lambda _: True))
    find()
    await scene.promise("attract", MENDS_S, time.monotonic(), kiosk.until("attract", 100))
    await serves(scene, kiosk)


async def cable_out_before(scene: DrillScene) -> None:
    net = scene.network
    await _taps_in_vain(scene, lambda: net.pull("c", "m"), lambda: net.plug("c", "m"), 12)


async def wifi_gone_before(scene: DrillScene) -> None:
    await _taps_in_vain(scene, scene.network.lose_wifi, scene.network.find_wifi, 10)


async def names_gone(scene: DrillScene) -> None:
    net = scene.network
    await _taps_in_vain(scene, lambda: net.name_host(False), lambda: net.name_host(True), 20)


async def starts_offline(scene: DrillScene) -> None:
    """No network at all when the computer starts."""
    scene.network.lose_wifi()
    kiosk = scene.start()
    await scene.promise("attract", 10, kiosk.started, kiosk.until("attract", 40))
    scene.network.find_wifi()
    await serves(scene, kiosk)


async def portal_before(scene: DrillScene) -> None:
    kiosk = scene.start()
    await kiosk.until("attract", 40)
    for name, answer in (("redirect", REDIRECT), ("page", LOGIN)):
        scene.network.put_up_portal(answer)
        await kiosk.tap()
        at = time.monotonic()
        await scene.promise(f"apology ({name})", 10, at, kiosk.until("farewell", 40))
        await kiosk.is_drawn()
        status = await kiosk.until("attract", 20)
        assert status["last_end"] == "no_start"
    assert scene.service.running() == []
    scene.network.put_up_portal(b"")
    await scene.struck_out(kiosk, 60)
    await serves(scene, kiosk)


async def _stop_does_not_get_out(scene: DrillScene, lose: Callable[[], None], find: Callable[[], None]) -> None:
    scene.service.linger()
    kiosk = scene.start()
    await kiosk.to_live()
    await kiosk.moves()
    lose()
    at = time.monotonic()
    await kiosk.press("Escape")
    await scene.promise("attract", 2.5, at, kiosk.until("attract", 20))
    await scene.promise("staff told", 8, at, kiosk.until(lambda s: s["health"] == "DEGRADED", 40))
    assert len(scene.service.running()) == 1
    await asyncio.sleep(6)
    assert (await kiosk.until("attract"))["open_sessions"] == 1, "struck out without a confirmed stop"
    find()
    at = time.monotonic()
    await scene.stopped(at, RETRIES_S)
    await scene.struck_out(kiosk, RETRIES_S)  # the call may get there before its answer can come back
    await kiosk.until(lambda s: s["health"] == "ONLINE", 10)
    await serves(scene, kiosk)


async def cable_out_after(scene: DrillScene) -> None:
    await _stop_does_not_get_out(scene, lambda: scene.network.pull("c"), lambda: scene.network.plug("c"))


async def wifi_gone_after(scene: DrillScene) -> None:
    await _stop_does_not_get_out(scene, scene.network.lose_wifi, scene.network.find_wifi)


async def portal_after(scene: DrillScene) -> None:
    net = scene.network
    await _stop_does_not_get_out(scene, lambda: net.put_up_portal(LOGIN), lambda: net.put_up_portal(b""))


async def portal_redirects_after(scene: DrillScene) -> None:
    net = scene.network
    await _stop_does_not_get_out(scene, lambda: net.put_up_portal(REDIRECT), lambda: net.put_up_portal(b""))


async def next_visitor_is_not_blocked(scene: DrillScene) -> None:
    """The stop has not got out yet, and the only slot is still taken, when somebody taps again."""
    scene.service.linger()
    kiosk = scene.start()
    await kiosk.to_live()
    scene.network.pull("c")
    await kiosk.press("Escape")
    await kiosk.until("attract", 20)
    await asyncio.sleep(3)
    scene.network.plug("c")
    await kiosk.tap()
    at = time.monotonic()
    seen = await kiosk.screens_until("live", 60)
    scene.measure("live", 20, time.monotonic() - at)
    assert seen <= {"attract", "connecting", "waiting", "live"}, seen
    await scene.goodbye(kiosk)
