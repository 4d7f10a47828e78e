"""Drills of the way to the avatar: refused, full, unanswered, answered late; and rooms in which it does not appear."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise

from tests.drills.kiosk import KioskProcess
from tests.drills.scene import DrillScene
from tests.drills.service import JoinFault, Refusal
from tests.drills.vendor_faults import goodbye
from tests.end.conftest import Failed, wait_until

MEND_S = 1.0  # instead of a minute, where a drill meets many refusals one after another
APOLOGY_S = 5.0
QUICK_APOLOGY_S = 0.5  # where it does so, too
END_OF = {"farewell": "no_start", "unavailable": "unavailable", "waiting": "visitor", "live": "visitor"}


async def refusals(scene: DrillScene) -> None:
    """Every answer of section 3 of the service's page, one after another, and back by itself each time."""
    service = scene.service
    if service.knows_orphans:
        service.hurry()  # what may run is looked for, and not there by then
    kiosk = await _quick(scene)
    unknown = 0
    for refusal in service.refusals:
        at = time.monotonic()
        try:
            calls = await _is_refused(scene, kiosk, refusal)
            unknown += calls if refusal.may_run and not refusal.without else 0
            least = 0 if service.knows_orphans else unknown
            await kiosk.until(lambda s, n=least, m=unknown: n <= s["open_sessions"] <= m, 10)
        except AssertionError as error:
            raise Failed(f"{refusal}: {error}") from error
        await scene.until_stopped(5)
        scene.measure(f"{refusal.status} {refusal.why or refusal.screen}", 30, time.monotonic() - at)
    # Where nobody can ask, the row of a session that may run stays as long as it might.
    await kiosk.until(lambda s: s["open_sessions"] == (0 if service.knows_orphans else unknown), 45)
    await scene.promise("next visitor", 15, time.monotonic(), kiosk.to_live())


async def _quick(scene: DrillScene, visit: str = "") -> KioskProcess:
    kiosk = scene.start(visit=f"hard_limit_s = 30\nmax_extensions = 0{visit}")
    await kiosk.until("attract", 40)
    await kiosk.comply(f"set app.kiosk.kiosk:MEND_S {MEND_S}")
    await kiosk.comply(f"set app.visit.visit:APOLOGY_S {QUICK_APOLOGY_S}")
    return kiosk


async def _is_refused(scene: DrillScene, kiosk: KioskProcess, refusal: Refusal) -> int:
    """Play one, and back to attract; returns how often was asked."""
    service, emulator, path = scene.service, scene.service.emulator, refusal.at or scene.service.create
    asked = len(emulator.asked(path))
    if refusal.at:
        service.expire()
    if refusal.without:
        emulator.fail(path=path, times=refusal.times, without=refusal.without)
    else:
        answer = {"status": refusal.status, "body": refusal.body, "headers": dict(refusal.headers)}
        emulator.fail(path=path, times=refusal.times, **answer)
    await kiosk.tap()
    await _sees(kiosk, refusal.screen, refusal.why)
    if refusal.screen == "waiting":
        await wait_until(lambda: len(emulator.asked(path)) > asked + 1, 10, "a second try")
    calls = emulator.asked(path)[asked:]
    if "Retry-After" in refusal.headers:
        gaps = [later.at - earlier.at for earlier, later in pairwise(calls)]
        assert gaps and min(gaps) >= float(refusal.headers["Retry-After"]) - 0.1, f"asked again after {gaps} s"
    is_useless_yes = refusal.may_run and refusal.status < 400
    assert len(calls) == 1 or not is_useless_yes, f"asked {len(calls)} times, although a session may run"
    emulator.heal()
    if END_OF[refusal.screen] == "visitor":
        await kiosk.until("live", 15)
        await asyncio.sleep(0.5)  # a key that still meets the screen before is for that one, and dropped
        await kiosk.press("Escape")
    await _is_back(kiosk, END_OF[refusal.screen])
    return len(calls)


async def _sees(kiosk: KioskProcess, screen: str, why: str | None, within: float = 25.0) -> None:
    found = await kiosk.until(screen, within)
    assert found["unavailable"] == why, f"not available for {found['unavailable']}"
    if screen == "unavailable":
        assert (found["health"], found["last_end"]) == ("DEGRADED", "unavailable"), found


async def _is_back(kiosk: KioskProcess, last_end: str) -> None:
    status = await kiosk.until("attract", 20)
    assert (status["unavailable"], status["last_end"]) == (None, last_end), status


async def full_then_freed(scene: DrillScene) -> None:
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
    await goodbye(scene, kiosk)


async def no_answer(scene: DrillScene) -> None:
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
    if service.knows_orphans:
        await scene.struck_out(kiosk, 30)
    await kiosk.to_live()
    await goodbye(scene, kiosk, keeps=not service.knows_orphans)


async def late_answer(scene: DrillScene) -> None:
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
    assert all(session.end_reason in service.by_stop for session in service.ours())
    assert other.ended_at is None, "another kiosk's session was touched"
    await kiosk.to_live()
    await goodbye(scene, kiosk)


async def answer_lost(scene: DrillScene) -> None:
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
    await _orphan_ends(scene, kiosk, at)
    assert other.ended_at is None, "another kiosk's session was touched"
    await kiosk.to_live()
    await goodbye(scene, kiosk, keeps=not service.knows_orphans)


async def _orphan_ends(scene: DrillScene, kiosk: KioskProcess, at: float) -> None:
    """By our stop call with its name where the service knows it, else by the service's own timer."""
    service = scene.service
    await scene.until_stopped(3 * service.orphan_s)
    orphans = service.ours()
    assert orphans or not service.takes_slot_at_create, "the emulator made no session"
    if service.knows_orphans:
        assert service.emulator.asked(service.stop), "nobody asked for its end"
        if orphans:
            scene.stopped_by_us("orphan stopped", 5, at, orphans)
        await scene.struck_out(kiosk)
    else:
        assert not service.emulator.asked(service.stop)
        assert all(session.end_reason not in service.by_stop for session in orphans)
        scene.measure("orphan ended", service.orphan_s, max(s.ended_at for s in orphans) - at)


async def orphan_of_a_sole_key(scene: DrillScene) -> None:
    """Where nobody else uses the key, the session of a lost answer is found by comparing."""
    scene.service.sole = True
    scene.service.linger()
    kiosk = scene.start()
    scene.service.emulator.fail(path=scene.service.create, times=1, lose=True)
    await kiosk.tap()
    await kiosk.until("farewell", 20)
    at = time.monotonic()
    await scene.until_stopped(20)
    scene.stopped_by_us("orphan stopped", 5, at, scene.service.ours())
    await scene.struck_out(kiosk)


async def no_avatar(scene: DrillScene) -> None:
    """A session is created, and the visitor does not come to its avatar."""
    service = scene.service
    service.linger()
    service.hurry()
    kiosk = await _quick(scene, "\navatar_timeout_s = 4\nfirst_frame_timeout_s = 5")
    for name, fault in service.join_faults().items():
        undo = fault.begin()
        try:
            await _meets(scene, kiosk, name, fault)
        except AssertionError as error:
            raise Failed(f"{name}: {error}") from error
        finally:
            undo()
        if fault.screen == "unavailable":
            await _is_back(kiosk, "unavailable")
        await scene.until_stopped(10)
        await scene.struck_out(kiosk)
        assert all(s.end_reason in service.by_stop for s in service.ours()), f"{name}: ended by a timer"
    await kiosk.to_live()
    await goodbye(scene, kiosk)


async def _meets(scene: DrillScene, kiosk: KioskProcess, name: str, fault: JoinFault) -> None:
    emulator, create = scene.service.emulator, scene.service.create
    asked = len(emulator.asked(create))
    await kiosk.tap()
    at = time.monotonic()
    if fault.via:
        await kiosk.until(fault.via, 40)
    await scene.promise(name, 10 * fault.creates, at, _sees(kiosk, fault.screen, fault.why, 40))
    creates = len(emulator.asked(create)) - asked
    # Who waits asks again and again.
    assert creates == fault.creates or (creates > fault.creates and fault.screen == "waiting"), f"{creates} creates"
    if fault.screen == "live":
        await kiosk.moves()
    if fault.screen in ("live", "waiting"):
        await kiosk.press("Escape")
    if fault.screen != "unavailable":
        await _is_back(kiosk, "cancelled" if fault.screen == "waiting" else END_OF[fault.screen])
