"""Drills of the time of day, which jumps by hours; and of a settings file that changes under way."""

from __future__ import annotations

import asyncio
import time

from tests.drills.ends import through_the_panel
from tests.drills.kiosk import KioskProcess
from tests.drills.offline import is_away, serves
from tests.drills.scene import DrillScene

HOURS_S = 6 * 3600.0
BOTH_WAYS = (HOURS_S, -HOURS_S)
BROKEN = '[service\nvendor = "livekit'


async def jumps_in_attract(scene: DrillScene) -> None:
    kiosk = scene.start()
    await kiosk.until("attract", 40)
    for seconds in BOTH_WAYS:
        kiosk.set_clock(seconds)
        await asyncio.sleep(2.5)
        await kiosk.until(lambda status: status["screen"] == "attract" and status["health"] == "ONLINE", 10)
        await serves(scene, kiosk)


async def jumps_in_a_visit(scene: DrillScene) -> None:
    scene.service.linger()
    kiosk = scene.start()
    await kiosk.to_live()
    before, at = await kiosk.until("live"), time.monotonic()
    for seconds in BOTH_WAYS:
        kiosk.set_clock(seconds)
        await asyncio.sleep(2.5)
        status = await kiosk.until("live", 2)
        gone_s = before["visit"]["remaining_s"] - status["visit"]["remaining_s"]
        assert status["health"] == "ACTIVE" and abs(gone_s - (time.monotonic() - at)) < 2
    at = time.monotonic()
    await kiosk.press("Escape")
    await scene.stopped(at)
    await scene.struck_out(kiosk)


async def _jumps_while_a_stop_fails(scene: DrillScene, seconds: float) -> None:
    scene.service.linger()
    kiosk = scene.start()
    await kiosk.to_live()
    scene.service.emulator.fail(path=scene.service.stop, times=4, status=500)
    at = time.monotonic()
    await kiosk.press("Escape")
    await kiosk.until("attract", 10)
    kiosk.set_clock(seconds)
    await asyncio.sleep(3)
    assert (await kiosk.until("attract"))["open_sessions"] == 1 and len(scene.service.running()) == 1
    await scene.stopped(at, 45)
    await scene.struck_out(kiosk)
    await serves(scene, kiosk)


async def ahead_while_a_stop_fails(scene: DrillScene) -> None:
    await _jumps_while_a_stop_fails(scene, HOURS_S)


async def behind_while_a_stop_fails(scene: DrillScene) -> None:
    await _jumps_while_a_stop_fails(scene, -HOURS_S)


async def wrong_after_a_power_cut(scene: DrillScene) -> None:
    """A clock without a battery: the row looks hours old, or as if it were to begin."""
    scene.service.linger()
    state = None
    for seconds in BOTH_WAYS:
        kiosk = scene.start(state=state)
        await kiosk.to_live()
        await kiosk.lose_power()
        scene.service.emulator.fail(path=scene.service.stop, times=2, status=500)
        again = scene.start(state=kiosk.state)
        again.set_clock(seconds)
        await again.until("attract", 40)
        await scene.stopped(again.started, 15)
        await scene.struck_out(again)
        assert await asyncio.to_thread(again.end) == 0
        state = kiosk.state


# ---------------------------------------------------------------- settings


async def _wrong_then_right(scene: DrillScene, kiosk: KioskProcess, right: str) -> None:
    status = await kiosk.until(is_away("config"), 20)
    assert status["health"] == "DEGRADED"
    await kiosk.is_drawn()
    kiosk.config.write_text(right)
    await scene.promise("attract", 5, time.monotonic(), kiosk.until("attract", 30))


async def settings_break(scene: DrillScene) -> None:
    """What runs goes on with what it has read; the next start says so, and mends itself."""
    right: list[str] = []

    def spoil(kiosk: KioskProcess) -> None:
        text = kiosk.config.read_text()
        right.append(text)
        # The status page is right in itself, and still told.
        kiosk.config.write_text(text.replace("token_url", "token_urn"))

    kiosk, _ = await through_the_panel(scene, "staff-restart", just_before=spoil)
    at = time.monotonic()
    await asyncio.gather(scene.promise("screen", 10, at, kiosk.says("READY=1", 40)), scene.stopped(at, 5))
    await _wrong_then_right(scene, kiosk, right[0])
    await serves(scene, kiosk)


async def settings_break_and_killed(scene: DrillScene) -> None:
    """Nobody knows the key any more when the dead kiosk's session is to be stopped: it is kept until somebody does."""
    scene.service.linger()
    kiosk = scene.start()
    await kiosk.to_live()
    right = kiosk.config.read_text()
    head, _, status = right.partition("[service.livekit]")
    kiosk.config.write_text(head + "[status]" + status.partition("[status]")[2])
    kiosk.told()
    at = kiosk.kill_child()
    await scene.promise("screen", 5, at, kiosk.says("READY=1", 40))
    await kiosk.until(is_away("config"), 20)
    await asyncio.sleep(45)
    assert len(scene.service.running()) == 1
    assert (await kiosk.until(is_away("config")))["open_sessions"] == 1, "struck out without a confirmed stop"
    again = time.monotonic()
    await _wrong_then_right(scene, kiosk, right)
    await scene.stopped(again, 5)
    await scene.struck_out(kiosk)
    await serves(scene, kiosk)


async def settings_no_toml(scene: DrillScene) -> None:
    kiosk = scene.start()
    await kiosk.until("attract", 40)
    right = kiosk.config.read_text()
    kiosk.config.write_text(BROKEN)
    await asyncio.sleep(3)
    await kiosk.until(lambda status: status["screen"] == "attract" and status["health"] == "ONLINE", 10)
    await serves(scene, kiosk)
    kiosk.told()
    at = kiosk.kill_child()
    # Not even the status page is known now: the service manager and the screen tell.
    await scene.promise("screen", 5, at, kiosk.says("READY=1", 40))
    await asyncio.sleep(5)
    await kiosk.is_drawn()
    assert kiosk.child(), "it does not live on"
    kiosk.config.write_text(right)
    await scene.promise("attract", 5, time.monotonic(), kiosk.until("attract", 30))
    await serves(scene, kiosk)
