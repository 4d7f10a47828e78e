"""Drills of the avatar's picture: a second one takes the place of a dead one, and one that shows nothing."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from tests.drills.scene import DrillScene
from tests.vendors.agent_media import AgentLook

STILL_S = 1.0  # what was on its way from the old track has been painted by then


async def second_picture(scene: DrillScene) -> None:
    """The picture stands still without being taken back, and another one comes: that is shown, each time."""
    kiosk = scene.start()
    await kiosk.to_live()
    await kiosk.moves()
    for _ in range(3):
        await scene.service.emulator.agent.second_picture()
        at = time.monotonic()
        await asyncio.sleep(STILL_S)
        painted = (await kiosk.until("live"))["video"]["frames"]
        moves = kiosk.until(lambda s, painted=painted: s["video"]["frames"] > painted + 5, 60)
        await scene.promise("picture", 5, at, moves)
    assert len(scene.service.ours()) == 1
    await scene.goodbye(kiosk)


async def black_picture(scene: DrillScene) -> None:
    """A picture that stays black: the drawn character takes its place, and answers."""
    scene.service.script = replace(scene.service.script, look=AgentLook(pattern="black"))
    kiosk = scene.start()
    status = await kiosk.to_live()
    since = time.monotonic() - status["screen_s"]
    await scene.promise("drawn", 5.5, since, kiosk.until(lambda s: s["video"]["source"] == "character", 30))
    assert (await kiosk.until("live"))["health"] == "DEGRADED"
    await kiosk.ask("Why?")
    await kiosk.quiet()
    assert len(scene.service.ours()) == 1
    await scene.goodbye(kiosk)
