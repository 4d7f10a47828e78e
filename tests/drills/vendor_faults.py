"""Drills of services: refusals, lost and late answers, sessions that end by themselves, stop calls answered anyhow."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.drills.kiosk import Kiosk
from tests.drills.scene import Scene, ended
from tests.end.conftest import Failed
from tests.vendors.emulator import Emulator

MEND_S = 3.0  # instead of a minute, where a drill meets many refusals one after another
APOLOGY_S = 5.0
NO_END = 10**6
GREETING_S = 2.0  # the avatars of the drills are silent then


# ---------------------------------------------------------------- the create call


async def refusals(scene: Scene) -> None:
    """Every answer of section 3 of the vendor's file, one after another, and back by itself each time."""
    service = scene.service
    service.hurry()
    kiosk = scene.start(visit="hard_limit_s = 30\nmax_extensions = 0")
    await kiosk.until("attract", 40)
    await kiosk.comply(f"set app.kiosk:MEND_S {MEND_S}")
    for refusal in service.refusals:
        service.emulator.fail(path=service.create, times=NO_END, status=refusal.status, body=refusal.body)
        await kiosk.tap()
        at = time.monotonic()
        try:
            found = await kiosk.until(refusal.screen, 25)
        except Failed as error:
            raise Failed(f"{refusal}: {error}") from None
        assert found["unavailable"] == refusal.why, (refusal, found["unavailable"])
        if refusal.screen == "unavailable":
            assert found["health"] == "DEGRADED" and found["last_end"] == "unavailable"
        service.emulator.heal()
        if refusal.screen == "waiting":
            await kiosk.until("live", 10)
            await kiosk.press("Escape")
        status = await kiosk.until("attract", 20)
        assert status["unavailable"] is None
        assert refusal.screen != "farewell" or status["last_end"] == "no_start", (refusal, status)
        await scene.until_stopped(service.orphan_s)
        scene.measure(f"{refusal.status} {refusal.why or refusal.screen}", 30, time.monotonic() - at)
    # A refusal that names no session leaves nothing; an answer that cannot be used may stand for one.
    await kiosk.until(lambda s: s["open_sessions"] <= 1, 20)
    await scene.promise("next visitor", 15, time.monotonic(), kiosk.to_live())


async def full_then_freed(scene: Scene) -> None:
    service = scene.service
    other = service.occupy()
    kiosk = scene.start()
    await kiosk.tap()
    at = time.monotonic()
    await scene.promise("please wait", 3, at, kiosk.until("waiting", 20))
    await asyncio.sleep(2)
    assert kiosk.status()["open_sessions"] == 0 and service.taken() == 1
    service.emulator.end(other, "its own visitor left")
    at = time.monotonic()
    await scene.promise("slot handed over", 5, at, kiosk.until("live", 20))
    await _goodbye(scene, kiosk)


async def no_answer(scene: Scene) -> None:
    """The create call is swallowed; what may exist is looked for where the service can be asked, and kept else."""
    service = scene.service
    service.hurry()
    kiosk = scene.start(visit="create_timeout_s = 3\nhard_limit_s = 20\nmax_extensions = 0")
    service.emulator.fail(path=service.create, times=1, delay_s=3600)
    await kiosk.tap()
    at = time.monotonic()
    await scene.promise("apology", 4, at, kiosk.until("farewell", 20))
    status = await scene.promise("attract", 4 + APOLOGY_S, at, kiosk.until("attract", 20))
    assert status["last_end"] == "no_start" and service.running() == []
    await kiosk.to_live()
    await _goodbye(scene, kiosk, keeps=1)


async def late_answer(scene: Scene) -> None:
    """The visitor leaves while the create call is under way, and it succeeds after that."""
    service = scene.service
    service.linger()
    service.emulator.accounts[service.key].slots = 2
    other = service.occupy()
    kiosk = scene.start()
    service.emulator.fail(path=service.create, times=1, late_s=4.0)
    await kiosk.tap()
    await kiosk.until("connecting", 5)
    await asyncio.sleep(1)
    await kiosk.press("Escape")
    at = time.monotonic()
    status = await scene.promise("attract", 1, at, kiosk.until("attract", 10))
    assert status["last_end"] == "cancelled" and status["open_sessions"] == 1
    await scene.promise("journal empty", 8, at, kiosk.until(lambda s: s["open_sessions"] == 0, 20))
    assert service.running() == [] and service.emulator.asked(service.stop)
    assert other.ended_at is None, "another kiosk's session was touched"
    await kiosk.to_live()
    await _goodbye(scene, kiosk)


async def answer_lost(scene: Scene) -> None:
    """The connection is cut after the service made the session, whose id never arrives."""
    service = scene.service
    service.hurry()
    service.linger()
    service.emulator.accounts[service.key].slots = 2
    other = service.occupy()
    kiosk = scene.start(visit="hard_limit_s = 20\nmax_extensions = 0")
    service.emulator.fail(path=service.create, times=1, lose=True)
    await kiosk.tap()
    await kiosk.until("farewell", 20)
    at = time.monotonic()
    status = await scene.promise("attract", APOLOGY_S + 1, at, kiosk.until("attract", 20))
    assert status["last_end"] == "no_start"
    await _orphan_ends(scene, at)
    assert other.ended_at is None, "another kiosk's session was touched"
    await kiosk.to_live()
    await _goodbye(scene, kiosk, keeps=1)


async def _orphan_ends(scene: Scene, at: float) -> None:
    """By its name where the service knows it, else by the service's own timer."""
    service = scene.service
    promised_s = 5.0 if service.knows_orphans else service.orphan_s
    await scene.until_stopped(promised_s * 3)
    ours = [s for s in service.emulator.sessions if not s.id.startswith("of-another-kiosk")]
    if service.takes_slot_at_create:
        assert ours, "the emulator made no session"
    last = max((s.ended_at or 0.0 for s in ours), default=at)
    scene.measure("orphan ended", promised_s, last - at)


async def orphan_of_a_sole_key(scene: Scene) -> None:
    """Where nobody else uses the key, the session of a lost answer is found by comparing."""
    scene.service.sole = True
    scene.service.linger()
    kiosk = scene.start()
    scene.service.emulator.fail(path=scene.service.create, times=1, lose=True)
    await kiosk.tap()
    await kiosk.until("farewell", 20)
    at = time.monotonic()
    await scene.until_stopped(20)
    scene.measure("orphan ended", 5, max(s.ended_at or 0.0 for s in scene.service.emulator.sessions) - at)
    await scene.struck_out(kiosk)


async def avatar_never_comes(scene: Scene) -> None:
    service = scene.service
    service.linger()
    service.hurry()
    service.keep_away()
    kiosk = scene.start(visit="avatar_timeout_s = 3\nfirst_frame_timeout_s = 3")
    await kiosk.tap()
    at = time.monotonic()
    await scene.promise(service.absence, 15, at, kiosk.until(service.absence, 40))
    if service.absence == "waiting":
        await kiosk.press("Escape")
    at = time.monotonic()
    await scene.promise("attract", APOLOGY_S + 1, at, kiosk.until("attract", 20))
    await scene.until_stopped(10)
    await scene.struck_out(kiosk)


# ---------------------------------------------------------------- in the visit


async def service_ends(scene: Scene) -> None:
    """The service ends the session while the visitor talks."""
    kiosk = scene.start()
    for _ in range(2):
        await kiosk.to_live()
        await _somebody_is_in(scene)
        await asyncio.sleep(GREETING_S)
        at = time.monotonic()
        await scene.service.break_off()
        await scene.promise("farewell", 5, at, kiosk.until("farewell", 20))
        status = await kiosk.until(lambda s: s["screen"] in ("attract", "unavailable"), 20)
        scene.measure("after farewell", 8, time.monotonic() - at)
        assert status["last_end"] in ("room_closed", "vendor_max_duration", "out_of_credits"), status["last_end"]
        if status["last_end"] == "out_of_credits":
            assert status["unavailable"] == "credits"
            return
        await scene.struck_out(kiosk)
        assert scene.service.running() == []


async def media_faults(scene: Scene) -> None:
    """What goes wrong in the room: it is noticed, and ends the visit where nothing helps."""
    kiosk = scene.start(visit="stall_notice_s = 1.5\nstall_end_s = 12")
    await kiosk.to_live()
    await _somebody_is_in(scene)
    for name in scene.service.media_faults():
        status = await kiosk.until("live", 2)
        if status["video"]["source"] == "room":
            await kiosk.moves()
        await asyncio.sleep(GREETING_S)
        fault = scene.service.media_faults()[name]
        at = time.monotonic()
        await fault.happens()
        if fault.ends:
            await scene.promise(name, 14, at, kiosk.until("farewell", 40))
            status = await kiosk.until("attract", 20)
            assert status["last_end"] in fault.ends, (name, status["last_end"])
        else:
            await scene.promise(name, 4, at, kiosk.until(lambda s: s["health"] == "DEGRADED", 20))
            await kiosk.press("Escape")
            await kiosk.until("attract", 20)
        await scene.struck_out(kiosk)
        await scene.until_stopped(10)
        await kiosk.to_live()
        await _somebody_is_in(scene)
    await _goodbye(scene, kiosk)


async def key_is_revoked(scene: Scene) -> None:
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
    await _goodbye(scene, kiosk)


# ---------------------------------------------------------------- the stop call


@dataclass(frozen=True)
class BadStop:
    """An answer to the stop call. status None: none at all."""

    name: str
    status: int | None = None
    body: Any = None
    times: int = 1
    more: dict[str, Any] = field(default_factory=dict)


BAD_STOPS = (
    BadStop("500 thrice", 500, {"error": "no"}, times=3),
    BadStop("200 with a page", 200, "<html>Welcome to the museum's WLAN</html>"),
    BadStop("empty 503", 503),
    BadStop("401", 401, {"message": "Invalid access token"}),
    BadStop("403", 403, "<html>Forbidden</html>"),
    BadStop("404", 404, "<html>Not found</html>"),
    BadStop("429", 429, {"message": "slow down"}, more={"headers": {"Retry-After": "1"}}),
    BadStop("redirect", 302, "<html>login</html>", more={"headers": {"Location": "http://127.0.0.1:9/"}}),
    BadStop("no answer", more={"delay_s": 30.0, "reset": True}),
    BadStop("cut", more={"reset": True}),
    BadStop("huge", 200, "x" * 3_000_000),
)


async def bad_stops(scene: Scene) -> None:
    """Whatever comes back: never dropped, tried again until it is confirmed, and visible."""
    service = scene.service
    service.linger()
    kiosk = scene.start()
    for bad in BAD_STOPS:
        if bad.status in service.means_stopped and bad.status != 200:
            continue
        service.emulator.fail(path=service.stop, times=bad.times, status=bad.status, body=bad.body, **bad.more)
        await _fails_to_stop(scene, kiosk, bad.name, sum(2.0 * 2**n for n in range(bad.times)) + 4)
    await kiosk.to_live()
    await service.emulator.stop_listening()
    await _fails_to_stop(scene, kiosk, "refused", 14, then=lambda: Emulator.start(service.emulator))


async def _fails_to_stop(
    scene: Scene, kiosk: Kiosk, name: str, promised_s: float, then: Callable[[], Any] | None = None
) -> None:
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
    assert len(service.emulator.asked(service.stop)) > asked + (then is None), f"{name}: not asked again"
    assert (await kiosk.until("attract", 5))["health"] == "ONLINE"


async def bad_stop_over_a_restart(scene: Scene) -> None:
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


# ---------------------------------------------------------------- small things


async def _somebody_is_in(scene: Scene) -> None:
    deadline = time.monotonic() + 10
    while not scene.service.visitor_is_in():
        if time.monotonic() > deadline:
            raise Failed("the kiosk is not in the room")
        await asyncio.sleep(0.05)


async def _goodbye(scene: Scene, kiosk: Kiosk, keeps: int = 0) -> None:
    """End the visit; keeps: rows of which nobody can know more yet."""
    await kiosk.press("Escape")
    at = time.monotonic()
    await scene.until_stopped(10)
    scene.measure("stop after goodbye", 1, time.monotonic() - at)
    await scene.promise("attract after goodbye", 2, at, kiosk.until("attract", 20))
    await kiosk.until(lambda s: s["open_sessions"] <= keeps, 20)
