"""Drills of a network, or a media server, that goes away while a visitor talks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise

from tests.drills.kiosk import KioskProcess
from tests.drills.offline import RETRIES_S, serves
from tests.drills.scene import DrillScene
from tests.end.conftest import wait_until

# Until the kiosk gives up a picture that stands still, and what it takes to notice.
END_S = 18.0


async def _talking(scene: DrillScene, visit: str = "") -> KioskProcess:
    scene.service.linger()
    kiosk = scene.start(visit=visit)
    await kiosk.to_live()
    await kiosk.moves()
    return kiosk


def _talks(status: dict) -> bool:
    """The drawn character of a service without a picture always moves: health tells whether anybody is there."""
    video = status["video"]
    moves = video is not None and video["age_s"] is not None and video["age_s"] < 1 and video["fps"] > 0
    return moves and status["screen"] == "live" and status["health"] == "ACTIVE"


async def _heals(scene: DrillScene, seconds: float, lose: Callable[[], None], find: Callable[[], None]) -> None:
    """Away for so short that the visit goes on, on the same session."""
    kiosk = await _talking(scene)
    before = await kiosk.until("live")
    lose()
    at = time.monotonic()
    if seconds > 6:
        told = kiosk.until(lambda s: s["health"] == "DEGRADED" and s["screen"] == "live", 20)
        await scene.promise("notice", 6.5, at, told)
        await kiosk.is_drawn()
    await asyncio.sleep(at + seconds - time.monotonic())
    assert (await kiosk.until(lambda _: True))["screen"] == "live"
    find()
    back = time.monotonic()
    status = await scene.promise("picture", 7, back, kiosk.until(_talks, 40))
    assert status["visits"] == 1 and len(scene.service.emulator.sessions) == 1
    gone_s = before["visit"]["remaining_s"] - status["visit"]["remaining_s"]
    assert abs(gone_s - (time.monotonic() - at)) < 3, "the visit's time stood still, or began anew"
    await scene.goodbye(kiosk)


async def _ends(scene: DrillScene, lose: Callable[[], None], find: Callable[[], None], calls: bool) -> None:
    """Away for a minute: the visit ends in time and says why. calls: whether the stop call still gets out."""
    kiosk = await _talking(scene)
    lose()
    at = time.monotonic()
    seen = await scene.promise("farewell", END_S, at, kiosk.screens_until("farewell", 60))
    assert seen <= {"live", "farewell"}, seen
    status = await kiosk.until("attract", 10)
    assert status["last_end"] == "network", status["last_end"]
    await kiosk.is_drawn()
    if calls:
        await scene.stopped(at, END_S + 3)
    else:
        await scene.promise("staff told", 30, at, kiosk.until(lambda s: s["health"] == "DEGRADED", 60))
    await asyncio.sleep(max(0.0, at + 60 - time.monotonic()))
    find()
    if not calls:
        await scene.stopped(time.monotonic(), RETRIES_S)
    await scene.struck_out(kiosk, RETRIES_S)  # the call may get there before its answer can come back
    await serves(scene, kiosk)


async def media_away_3(scene: DrillScene) -> None:
    await _heals(scene, 3, lambda: scene.network.pull("m"), lambda: scene.network.plug("m"))


async def media_away_10(scene: DrillScene) -> None:
    await _heals(scene, 10, lambda: scene.network.pull("m"), lambda: scene.network.plug("m"))


async def media_away_60(scene: DrillScene) -> None:
    await _ends(scene, lambda: scene.network.pull("m"), lambda: scene.network.plug("m"), calls=True)


async def cables_away_10(scene: DrillScene) -> None:
    await _heals(scene, 10, lambda: scene.network.pull("c", "m"), lambda: scene.network.plug("c", "m"))


async def cables_away_60(scene: DrillScene) -> None:
    await _ends(scene, lambda: scene.network.pull("c", "m"), lambda: scene.network.plug("c", "m"), calls=False)


async def wifi_away_3(scene: DrillScene) -> None:
    await _heals(scene, 3, scene.network.lose_wifi, scene.network.find_wifi)


async def wifi_away_10(scene: DrillScene) -> None:
    await _heals(scene, 10, scene.network.lose_wifi, scene.network.find_wifi)


async def wifi_away_60(scene: DrillScene) -> None:
    await _ends(scene, scene.network.lose_wifi, scene.network.find_wifi, calls=False)


async def signals_away_25(scene: DrillScene) -> None:
    """Only the signals are lost: media flow on, until the library gives up its tracks and joins anew."""
    kiosk = await _talking(scene)
    scene.network.pull("c")
    await asyncio.sleep(25)
    scene.network.plug("c")
    at = time.monotonic()
    status = await scene.promise("picture", 10, at, kiosk.until(_talks, 60))
    assert status["visits"] == 1
    _one_at_a_time(scene)
    await scene.goodbye(kiosk)


async def joins_again(scene: DrillScene) -> None:
    """The media server dies, and is back when the kiosk has asked for a fresh session: the same visit goes on."""
    kiosk = await _talking(scene, "stall_end_s = 60")
    before = await kiosk.until("live")
    creates = partial(scene.service.emulator.asked, scene.service.create)
    asked = len(creates())
    scene.service.emulator.fail(path=scene.service.create, delay_s=3.0)
    scene.server.kill()
    at = time.monotonic()
    fresh = wait_until(lambda: len(creates()) > asked, 60, lambda: f"a fresh session\n{kiosk.status()}\n{kiosk.output}")
    await scene.promise("asks for a fresh session", 22, at, fresh)
    assert (await kiosk.until("live"))["health"] == "DEGRADED"
    await asyncio.to_thread(scene.server.start)
    status = await scene.promise("picture", 35, at, kiosk.until(_talks, 60))
    gone_s = before["visit"]["remaining_s"] - status["visit"]["remaining_s"]
    assert status["visits"] == 1 and abs(gone_s - (time.monotonic() - at)) < 3
    assert len(creates()) == asked + 1
    _one_at_a_time(scene)
    await scene.goodbye(kiosk)


def _one_at_a_time(scene: DrillScene) -> None:
    sessions = sorted(scene.service.emulator.sessions, key=lambda session: session.created_at)
    for old, new in pairwise(sessions):
        assert old.ended_at is not None and old.ended_at <= new.created_at, "two sessions at once"


async def server_frozen(scene: DrillScene) -> None:
    await _ends(scene, scene.server.freeze, scene.server.thaw, calls=True)


async def server_killed(scene: DrillScene) -> None:
    """It stays away: an end, then an apology for who taps next, then a visit as soon as it is there again."""
    kiosk = await _talking(scene)
    scene.server.kill()
    at = time.monotonic()
    await scene.promise("farewell", 30, at, kiosk.until("farewell", 90))
    await scene.stopped(at, 32)
    assert (await kiosk.until("attract", 20))["last_end"] == "network"
    await kiosk.tap()
    at = time.monotonic()
    await scene.promise("apology", 40, at, kiosk.until("farewell", 120))
    assert (await kiosk.until("attract", 20))["last_end"] == "no_start"
    assert scene.service.running() == []
    await asyncio.to_thread(scene.server.start)
    await serves(scene, kiosk)


async def udp_blocked(scene: DrillScene) -> None:
    """Nothing but TCP gets through, and the media server has no such way."""
    kiosk = scene.start()
    await kiosk.until("attract", 40)
    scene.network.block_udp()
    await kiosk.tap()
    at = time.monotonic()
    seen = await scene.promise("apology", 40, at, kiosk.screens_until("farewell", 120))
    assert seen <= {"attract", "connecting", "farewell"}, seen
    assert (await kiosk.until("attract", 20))["last_end"] == "no_start"
    await scene.until_stopped(60)
    await scene.struck_out(kiosk)


async def media_over_tcp(scene: DrillScene) -> None:
    kiosk = scene.start()
    await kiosk.until("attract", 40)
    scene.network.block_udp()
    await kiosk.tap()
    at = time.monotonic()
    await scene.promise("picture", 10, at, kiosk.until(_talks, 60))
    await scene.goodbye(kiosk)
