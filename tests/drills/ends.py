"""Drills of ends: signals, the system that goes down, and what staff ask for."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.drills.kiosk import KioskProcess
from tests.drills.scene import DrillScene, ended
from tests.end.conftest import Failed

PIN = "2468"
STAND_IN = '#!/bin/sh\necho "$@" >> "{folder}/asked"\nexit {code}\n'


# ---------------------------------------------------------------- ends


async def _ends(scene: DrillScene, number: signal.Signals, where: str) -> None:
    scene.service.linger()
    if where == "waiting":
        scene.service.occupy()
    kiosk = scene.start()
    await kiosk.until("attract", 40)
    if where == "live":
        await kiosk.to_live()
    elif where == "waiting":
        await kiosk.tap()
        await kiosk.until("waiting", 20)
    kiosk.process.send_signal(number)
    at = time.monotonic()
    code = await scene.promise("ended", 6, at, ended(kiosk))
    assert code == 0, code
    assert scene.service.running() == [] and kiosk.family() == []
    if where == "live":
        await scene.stopped(at, 5)
    assert "Traceback" not in kiosk.output


async def sigterm_in_attract(scene: DrillScene) -> None:
    await _ends(scene, signal.SIGTERM, "attract")


async def sigterm_in_a_visit(scene: DrillScene) -> None:
    await _ends(scene, signal.SIGTERM, "live")


async def sigint_in_waiting(scene: DrillScene) -> None:
    await _ends(scene, signal.SIGINT, "waiting")


async def log_off(scene: DrillScene) -> None:
    await _ends(scene, signal.SIGHUP, "live")


async def system_goes_down(scene: DrillScene) -> None:
    """As init does it: SIGTERM to every process at once."""
    scene.service.linger()
    kiosk = scene.start()
    await kiosk.to_live()
    for pid in kiosk.family():
        os.kill(pid, signal.SIGTERM)
    at = time.monotonic()
    assert await scene.promise("ended", 6, at, ended(kiosk)) == 0
    assert scene.service.running() == [] and kiosk.family() == []


async def display_goes(scene: DrillScene) -> None:
    """The desktop ends under the kiosk: no window, no more visits, and nothing that runs on."""
    scene.service.linger()
    read, write = os.pipe()
    display = subprocess.Popen(  # noqa: ASYNC220 - reason: a drill has nothing else to do
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "600x1000x24", "-nolisten", "tcp"],
        pass_fds=(write,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write)
    with open(read) as answer:  # noqa: ASYNC230 - reason: a drill has nothing else to do
        number = answer.readline().strip()
    scene.undo.append(display.kill)
    kiosk = scene.start(environ={"DISPLAY": f":{number}"})
    await kiosk.to_live()
    display.kill()
    at = time.monotonic()
    await scene.stopped(at)
    kiosk.process.terminate()
    await scene.promise("ended", 10, time.monotonic(), ended(kiosk))
    assert kiosk.family() == []


# ---------------------------------------------------------------- staff


def _with_pin() -> str:
    from app.settings.pin import hash_pin

    return f'[staff]\npin = "{hash_pin(PIN)}"\n'


async def through_the_panel(
    scene: DrillScene,
    button: str,
    refuses: bool = False,
    just_before: Callable[[KioskProcess], object] = lambda kiosk: None,
) -> tuple[KioskProcess, Path]:
    """Visit, open the staff panel and press a button there; just_before: called right before its "yes"."""
    scene.service.linger()
    folder = Path(tempfile.mkdtemp(prefix="kiosk-power-"))
    scene.undo.append(lambda: subprocess.run(["rm", "-rf", str(folder)], check=False))
    (folder / "systemctl").write_text(STAND_IN.format(folder=folder, code=1 if refuses else 0))
    (folder / "systemctl").chmod(0o755)
    kiosk = scene.start(more=_with_pin(), environ={"PATH": f"{folder}:{os.environ['PATH']}"})
    await kiosk.to_live()
    await kiosk.press("ctrl+alt+shift+q")
    await kiosk.until(lambda s: (s["focus"] or "").startswith("pin"), 10)
    for digit in PIN:
        await kiosk.press(digit)
    await kiosk.press("Return")
    await kiosk.until(lambda s: s["focus"] == "staff-done", 10)
    await _focus(kiosk, button)
    await kiosk.press("Return")
    await kiosk.until(lambda s: s["focus"] == "staff-no", 10)
    await _focus(kiosk, "staff-yes")
    just_before(kiosk)
    kiosk.told()
    await kiosk.press("Return")
    return kiosk, folder


async def _focus(kiosk: KioskProcess, name: str) -> None:
    for _ in range(25):
        if (await asyncio.to_thread(kiosk.status)).get("focus") == name:
            return
        await kiosk.press("Tab")
        await asyncio.sleep(0.15)
    raise Failed(f"{name} never has the focus")


async def _handed_on(scene: DrillScene, button: str, code: int, asked: str) -> None:
    kiosk, folder = await through_the_panel(scene, button)
    at = time.monotonic()
    assert await scene.promise("ended", 6, at, ended(kiosk)) == code
    await scene.stopped(at, 5)
    found = (folder / "asked").read_text().split() if (folder / "asked").exists() else []
    assert found == asked.split(), found


async def staff_exit(scene: DrillScene) -> None:
    await _handed_on(scene, "staff-exit", 30, "")


async def staff_reboot(scene: DrillScene) -> None:
    await _handed_on(scene, "staff-reboot", 10, "reboot")


async def staff_shut_down(scene: DrillScene) -> None:
    await _handed_on(scene, "staff-shut-down", 20, "poweroff")


async def reboot_refused(scene: DrillScene) -> None:
    kiosk, _ = await through_the_panel(scene, "staff-reboot", refuses=True)
    at = time.monotonic()
    await asyncio.gather(scene.back(kiosk, at, 10), scene.stopped(at, 5))


async def staff_restart(scene: DrillScene) -> None:
    kiosk, _ = await through_the_panel(scene, "staff-restart")
    at = time.monotonic()
    await asyncio.gather(scene.back(kiosk, at, 10), scene.stopped(at, 5))
    assert not re.search(r"ended by a fault", kiosk.output)
