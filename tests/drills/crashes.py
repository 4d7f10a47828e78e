"""Drills of crashes: the kiosk dies or hangs, or its parent does."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from pathlib import Path

from tests.drills.scene import DrillScene, ended
from tests.end.conftest import Failed, wait_until

# ---------------------------------------------------------------- the kiosk dies


async def killed_in_attract(scene: DrillScene) -> None:
    kiosk = scene.start()
    await kiosk.until("attract", 40)
    kiosk.told()
    at = kiosk.kill_child()
    status = await scene.back(kiosk, at)
    assert status["open_sessions"] == 0 and status["health"] == "ONLINE"


async def killed_in_a_visit(scene: DrillScene) -> None:
    scene.service.linger()
    scene.service.emulator.accounts[scene.service.key].slots = 2
    other = scene.service.occupy()
    kiosk = scene.start()
    await kiosk.to_live()
    kiosk.told()
    at = kiosk.kill_child()
    await asyncio.gather(scene.back(kiosk, at), scene.stopped(at))
    await scene.struck_out(kiosk)
    assert other.ended_at is None, "another kiosk's session was touched"


async def killed_twice(scene: DrillScene) -> None:
    scene.service.linger()
    kiosk = scene.start()
    for _ in range(2):
        await kiosk.to_live()
        kiosk.told()
        at = kiosk.kill_child()
        await asyncio.gather(scene.back(kiosk, at), scene.stopped(at))
    await scene.struck_out(kiosk)


async def next_visitor_is_quick(scene: DrillScene) -> None:
    """The clean-up of the dead run is still at work while the next visitor talks already."""
    service = scene.service
    service.linger()
    service.emulator.accounts[service.key].slots = 2
    kiosk = scene.start()
    await kiosk.to_live()
    service.emulator.fail(path=service.stop, times=3, delay_s=4.0, status=500)
    kiosk.told()
    at = kiosk.kill_child()
    await scene.back(kiosk, at)
    await kiosk.to_live()
    new = max(service.running(), key=lambda session: session.created_at)
    old = wait_until(lambda: len(service.running()) < 2, 120, "one session less")
    await scene.promise("old one stopped", 30, at, old)
    assert service.running() == [new], f"the new child's session was stopped: {new.end_reason}"
    assert (await kiosk.until("live", 2))["visits"] == 1
    await kiosk.press("Escape")
    await scene.until_stopped(30)


async def out_of_memory(scene: DrillScene) -> None:
    scene.service.linger()
    kiosk = scene.start()
    await kiosk.to_live()
    kiosk.told()
    child = kiosk.child()
    used = int(Path(f"/proc/{child}/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    subprocess.run(["prlimit", "--pid", str(child), f"--as={used + 200_000_000}"], check=True)  # noqa: ASYNC221 - reason: a drill has nothing else to do
    kiosk.order("eat")
    try:
        await wait_until(lambda: kiosk.child() != child, 40, "its end")
    except Failed:  # it lived on, which is as good where the visit still is one, and can be ended
        assert (await kiosk.until("live", 5))["health"] == "ACTIVE"
        at = time.monotonic()
        await kiosk.press("Escape")
        await scene.stopped(at)
    else:
        at = time.monotonic()
        await asyncio.gather(scene.back(kiosk, at), scene.stopped(at))
    await scene.struck_out(kiosk)


# ---------------------------------------------------------------- the kiosk hangs


async def stopped_process(scene: DrillScene) -> None:
    scene.service.linger()
    kiosk = scene.start()
    await kiosk.to_live()
    kiosk.told()
    at = kiosk.kill_child(signal.SIGSTOP)
    await asyncio.gather(scene.back(kiosk, at, 20), scene.stopped(at, 20))


async def _hangs(scene: DrillScene, order: str) -> None:
    scene.service.linger()
    kiosk = scene.start()
    await kiosk.to_live()
    kiosk.told()
    at = kiosk.order(order)
    await asyncio.sleep(6.5)
    code, text = kiosk.get("/healthz")
    assert order == "hold" or (code == 503 and "hangs" in text), (code, text)
    await asyncio.gather(scene.back(kiosk, at, 20), scene.stopped(at, 20))
    stacks = kiosk.written()["crash/stacks.txt"].decode()
    assert "most recent call first" in stacks and "sitecustomize.py" in stacks, stacks[-2000:]


async def loop_hangs(scene: DrillScene) -> None:
    await _hangs(scene, "hang")


async def interpreter_is_held(scene: DrillScene) -> None:
    await _hangs(scene, "hold")


async def hangs_alone(scene: DrillScene) -> None:
    kiosk = scene.start("--no-supervise")
    await kiosk.until("attract", 40)
    (kiosk.orders / "order").write_text("hang")
    at = time.monotonic()
    os.kill(kiosk.process.pid, signal.SIGUSR1)
    code = await scene.promise("ended", 16, at, ended(kiosk))
    assert code == 1 and "sitecustomize.py" in kiosk.written()["crash/stacks.txt"].decode()


async def library_panics(scene: DrillScene) -> None:
    scene.service.linger()
    kiosk = scene.start()
    await kiosk.to_live()
    kiosk.told()
    at = kiosk.order("panic")
    await asyncio.gather(scene.back(kiosk, at), scene.stopped(at))
    assert "FFI Panic" in kiosk.output
    assert "code=70" in kiosk.output, kiosk.output[-2000:]


# ---------------------------------------------------------------- too many faults


async def five_faults(scene: DrillScene) -> None:
    """Four times attract comes back; the fifth fault, in a visit, is one too many."""
    scene.service.linger()
    kiosk = scene.start()
    await kiosk.until("attract", 40)
    for number in range(4):
        kiosk.told()
        status = await scene.back(kiosk, kiosk.kill_child(), what=f"attract {number + 1}")
        assert status["health"] == "ONLINE" and status["unavailable"] is None
    await kiosk.to_live()
    at = kiosk.kill_child()
    safe = scene.promise("safe mode", 5, at, kiosk.until(lambda s: s["health"] == "SAFE", 20))
    status, _ = await asyncio.gather(safe, scene.stopped(at))
    assert status["screen"] == "unavailable" and status["unavailable"] == "safe_mode"
    for _ in range(3):
        await kiosk.press("Return")
        await asyncio.sleep(0.3)
    assert (await kiosk.until("unavailable", 2))["visit"] is None
    assert len(scene.service.emulator.sessions) == 1 and kiosk.get("/healthz")[0] == 200
    await kiosk.is_drawn()
    assert await asyncio.to_thread(kiosk.end) == 0


# ---------------------------------------------------------------- the parent


async def parent_killed(scene: DrillScene) -> None:
    scene.service.linger()
    kiosk = scene.start()
    await kiosk.to_live()
    kiosk.process.kill()
    at = time.monotonic()
    await scene.stopped(at, 5)
    await scene.promise("nobody left", 6, at, kiosk.left())


async def parent_stands_still(scene: DrillScene) -> None:
    """The service manager hears nothing any more; the kiosk does not need it to serve, and ends with it."""
    scene.service.linger()
    kiosk = scene.start()
    await kiosk.to_live()
    kiosk.process.send_signal(signal.SIGSTOP)
    kiosk.told()
    await asyncio.sleep(4)
    assert kiosk.told() == [] and (await kiosk.until("live", 2))["health"] == "ACTIVE"
    at = time.monotonic()
    await kiosk.press("Escape")
    await scene.stopped(at)
    await kiosk.to_live()
    kiosk.process.kill()  # as the manager does then
    at = time.monotonic()
    await scene.stopped(at, 5)
    await scene.promise("nobody left", 6, at, kiosk.left())


async def power_cut(scene: DrillScene) -> None:
    scene.service.linger()
    scene.service.emulator.accounts[scene.service.key].slots = 2
    other = scene.service.occupy()
    kiosk = scene.start()
    await kiosk.to_live()
    await kiosk.lose_power()
    again = scene.start(state=kiosk.state)
    await scene.promise("attract", 10, again.started, again.until("attract", 40))
    await scene.stopped(again.started, round(time.monotonic() - again.started + 3, 1))
    await scene.struck_out(again)
    assert other.ended_at is None, "another kiosk's session was touched"


async def two_starts(scene: DrillScene) -> None:
    first = scene.start()
    await first.until("attract", 40)
    second = scene.start(state=first.state)
    assert await scene.promise("second ended", 5, second.started, ended(second)) == 1
    assert "already runs" in second.output and second.output.count("\n") == 1
    assert (await first.until("attract", 5))["health"] == "ONLINE"


async def manager_is_told(scene: DrillScene) -> None:
    kiosk = scene.start(visit="stall_notice_s = 2\nstall_end_s = 60")
    await scene.promise("READY", 10, kiosk.started, kiosk.says("READY=1", 40))
    await kiosk.to_live()
    await kiosk.moves()
    await kiosk.says("WATCHDOG=1", 5)
    scene.service.endpoint.agent.camera.frozen = True
    at = time.monotonic()
    await scene.promise("health", 4, at, kiosk.until(lambda s: s["health"] == "DEGRADED", 20))
    await asyncio.sleep(1.5)
    kiosk.told()
    await asyncio.sleep(2.5)
    assert kiosk.get("/healthz")[0] == 503
    assert "WATCHDOG=1" not in kiosk.told(), "a picture that stands still was vouched for"
    scene.service.endpoint.agent.camera.frozen = False
    await kiosk.says("WATCHDOG=1", 10)
