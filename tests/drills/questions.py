"""Drills of questions: nobody answers, an answer takes long, and an answer whose end nobody tells."""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
from dataclasses import replace

import numpy as np

from tests.drills.kiosk import KioskProcess
from tests.drills.scene import DrillScene
from tests.end.conftest import wait_until

PICTURE = "540x50+0+380"  # a piece of the avatar's picture in a window of 540x960
DARKENED = 150  # brightest part of its colour, of 255, while "One moment…" stands in front of it
MOMENT_S, FRESH_S, END_S = 14.0, 27.0, 45.0  # from the question
VISITS = 3  # in a row, after which nobody is asked to try
RETRY_S = 60.0
THINKS_S = 90.0
IDLE = "idle_s = 45\nidle_warning_s = 20"


async def avatar_answers_nobody(scene: DrillScene) -> None:
    """Its model fails: no visitor is left alone, and after three of them nobody is asked to try for a while."""
    service = scene.service
    service.script = replace(service.script, mind="fails")
    kiosk = scene.start(visit=IDLE)
    for _ in range(VISITS):
        await kiosk.to_live()
        await kiosk.moves()
        asked = len(service.emulator.asked("/token"))
        at = await kiosk.ask("Where is the bridge?")
        await scene.promise("One moment", MOMENT_S, at, _is_darkened(kiosk))
        fresh = wait_until(lambda asked=asked: len(service.emulator.asked("/token")) > asked, 90, "a fresh session")
        await scene.promise("asks for a fresh session", FRESH_S, at, fresh)
        await scene.promise("farewell", END_S, at, kiosk.until("farewell", 120))
        assert len(service.emulator.asked("/token")) == asked + 1
        assert [visit.agent.chats for visit in service.emulator.visits[-2:]] == [["Where is the bridge?"]] * 2
        await kiosk.until(lambda s: s["screen"] in ("attract", "unavailable"), 10)
    since = time.monotonic()
    status = await kiosk.until("unavailable", 5)
    assert (status["unavailable"], status["last_end"]) == ("no_answer", "avatar_left")
    assert service.running() == []
    await scene.promise("attract", RETRY_S + 3, since, kiosk.until("attract", 2 * RETRY_S))
    told = [json.loads(line) for line in kiosk.written()["log/kiosk.jsonl"].decode().splitlines()]
    assert ("error", "the service answers nobody") in {(line["level"], line["message"]) for line in told}
    service.script = replace(service.script, mind="answers")
    await kiosk.to_live()
    await kiosk.ask("Where is the bridge?")
    await kiosk.until(lambda s: s["visit"]["captions"] == 3, 20)
    await scene.goodbye(kiosk)


async def _is_darkened(kiosk: KioskProcess) -> None:
    command = ["import", "-window", "root", "-crop", PICTURE, "-depth", "8", "rgb:-"]
    while True:
        taken = await asyncio.to_thread(subprocess.run, command, env=kiosk.environ, capture_output=True, check=True)
        if np.median(np.frombuffer(taken.stdout, np.uint8).reshape(-1, 3).max(axis=1)) < DARKENED:
            return
        await asyncio.sleep(0.1)


async def thinks_for_long(scene: DrillScene) -> None:
    """Nobody is asked whether he is still there while the avatar works on his question."""
    scene.service.script = replace(scene.service.script, thinks_s=THINKS_S)
    kiosk = scene.start(visit=IDLE)
    await kiosk.to_live()
    await kiosk.moves()
    at = await kiosk.ask("When was it built?")
    answered = kiosk.until(lambda s: s["visit"]["captions"] == 3, 2 * THINKS_S)
    assert await kiosk.screens_while(scene.promise("answer", THINKS_S + 5, at, answered)) == {"live"}
    spoken = await kiosk.quiet()
    assert len(scene.service.ours()) == 1
    await scene.promise("still there", 47, spoken, kiosk.until("still_there", 90))
    assert time.monotonic() - spoken > 43
    await scene.goodbye(kiosk)


async def end_is_not_told(scene: DrillScene) -> None:
    """The service never says that a turn is complete: its time runs on soon after the voice nevertheless."""
    service = scene.service.service
    service.script = replace(service.script, completes=False, voice_s=3.0)
    kiosk = scene.start(visit=IDLE)
    await kiosk.to_live()
    for number in range(3):
        await kiosk.ask(f"question {number}")
        spoken = await kiosk.quiet()
        await scene.promise("time runs", 3, spoken, _runs(kiosk))
    await scene.goodbye(kiosk)


async def _runs(kiosk: KioskProcess) -> None:
    """Wait until the idle time runs: it stands still while the avatar speaks or thinks."""
    most = 0.0

    def has_run(status: dict) -> bool:
        nonlocal most
        most = max(most, status["visit"]["idle_remaining_s"])
        return bool(status["visit"]["idle_remaining_s"] < most - 0.3)

    await kiosk.until(has_run, 30)
