"""The ways in which visits of a long run end, and how often: each is played from attract until the visit is over."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.drills.kiosk import KioskProcess
from tests.drills.services import LiveKit
from tests.rigs.livekit_server import LiveKitServer

# Short, but such that no visitor who does something within a second or two is taken for one who left.
VISIT = """farewell_s = 0.1
idle_s = 2.5
idle_warning_s = 0.5
hard_limit_s = 8
countdown_s = 1
chip_s = 2
stall_notice_s = 2
stall_end_s = 3"""
WORD = "ammonite"  # typed by every visitor who asks: nowhere afterwards
CHANCE = random.Random(5)


@dataclass
class SoakRig:
    """Where visits take place. number: of the visit under way."""

    kiosk: KioskProcess
    service: LiveKit
    server: LiveKitServer
    number: int = 0

    async def tap(self) -> None:
        """Begin a visit. A tap between two screens answers neither, as with a real visitor, who then taps again."""
        for _ in range(10):
            await self.kiosk.press("Return")
            for _ in range(20):
                if (await asyncio.to_thread(self.kiosk.status)).get("screen", "attract") != "attract":
                    return
                await asyncio.sleep(0.05)

    async def talk(self) -> None:
        """Begin a visit and wait until the avatar is there and moves."""
        await self.tap()
        await self.kiosk.until(lambda s: s["screen"] != "live" or (s["video"] and s["video"]["frames"] > 1), 1)
        await self.kiosk.until("live", 20)

    async def over(self, within: float = 15.0) -> None:
        """Wait for the end of the visit; whoever is shown an apology goes on at once."""
        await self.kiosk.until(lambda s: s["visit"] is None, within)
        for _ in range(20):
            found = await asyncio.to_thread(self.kiosk.status)
            if found.get("screen") == "attract":
                return
            if found.get("screen") == "farewell":
                await self.kiosk.press("Escape")
            await asyncio.sleep(0.1)


async def goodbye(rig: SoakRig) -> None:
    await rig.talk()
    await rig.kiosk.press("Escape")


async def asks_and_leaves(rig: SoakRig) -> None:
    await rig.talk()
    await rig.kiosk.write(f"{WORD} {rig.number}")
    await rig.kiosk.press("Return")
    agent = rig.service.endpoint.agent
    for _ in range(40):
        if agent is None or agent.chats:
            break
        await asyncio.sleep(0.05)
    await rig.kiosk.press("Escape")


async def idles(rig: SoakRig) -> None:
    await rig.talk()


async def stays_too_long(rig: SoakRig) -> None:
    await rig.talk()
    await _busy(rig, 12)


async def _busy(rig: SoakRig, most_s: float) -> None:
    """Somebody goes through the controls until the visit ends."""
    for _ in range(int(most_s / 0.4)):
        if (await asyncio.to_thread(rig.kiosk.status)).get("visit") is None:
            return
        await rig.kiosk.press("Tab")
        await asyncio.sleep(0.4)


async def service_ends_it(rig: SoakRig) -> None:
    await rig.talk()
    await rig.server.delete(rig.service.endpoint.visits[-1].room)


async def kicked(rig: SoakRig) -> None:
    await rig.talk()
    visit = rig.service.endpoint.visits[-1]
    await rig.server.remove(visit.room, visit.identity)


async def agent_leaves(rig: SoakRig) -> None:
    await rig.talk()
    agent = rig.service.endpoint.agent
    if agent is not None:
        await agent.leave()
    await _busy(rig, 12)


async def cancels_connecting(rig: SoakRig) -> None:
    """Anywhere between the tap and the first picture, or in the moment after it."""
    await rig.tap()
    await asyncio.sleep(CHANCE.uniform(0.0, 0.5))
    await rig.kiosk.press("Escape")
    await asyncio.sleep(0.2)
    await rig.kiosk.press("Escape")  # where the first one met the change of the screen


async def cancels_waiting(rig: SoakRig) -> None:
    account = rig.service.endpoint.accounts[rig.service.key]
    account.slots = 0
    try:
        await rig.tap()
        await rig.kiosk.until("waiting", 10)
        await asyncio.sleep(CHANCE.uniform(0.0, 1.2))
        await rig.kiosk.press("Escape")
        await rig.over()
    finally:
        account.slots = 1


async def waits_and_talks(rig: SoakRig) -> None:
    account = rig.service.endpoint.accounts[rig.service.key]
    account.slots = 0
    try:
        await rig.tap()
        await rig.kiosk.until("waiting", 10)
    finally:
        account.slots = 1
    await rig.kiosk.until("live", 20)
    await rig.kiosk.press("Escape")


async def is_refused(rig: SoakRig) -> None:
    rig.service.emulator.fail(path=rig.service.create, status=200, body="<html>Welcome to the museum's WLAN</html>")
    await rig.tap()
    await rig.kiosk.until("farewell", 10)


async def stop_fails_once(rig: SoakRig) -> None:
    await rig.talk()
    rig.service.emulator.fail(path=rig.service.stop, status=500)
    await rig.kiosk.press("Escape")


@dataclass(frozen=True)
class Ending:
    """times: in each round of the whole list. ends: the reasons that the kiosk may give."""

    name: str
    play: Callable[[SoakRig], Awaitable[None]]
    times: int
    ends: frozenset[str]


def _ending(name: str, play: Callable[[SoakRig], Awaitable[None]], times: int, *ends: str) -> Ending:
    return Ending(name, play, times, frozenset(ends))


ENDINGS = (
    _ending("says goodbye", goodbye, 6, "visitor"),
    _ending("asks, says goodbye", asks_and_leaves, 3, "visitor"),
    _ending("walks away", idles, 1, "idle"),
    _ending("stays too long", stays_too_long, 1, "hard_limit"),
    _ending("service ends it", service_ends_it, 3, "room_closed"),
    _ending("is thrown out", kicked, 3, "room_closed"),
    _ending("avatar leaves", agent_leaves, 1, "avatar_left", "network"),
    _ending("cancels while connecting", cancels_connecting, 3, "cancelled", "visitor"),
    _ending("cancels while waiting", cancels_waiting, 2, "cancelled"),
    _ending("waits, then talks", waits_and_talks, 1, "visitor"),
    _ending("create is refused", is_refused, 1, "no_start"),
    _ending("stop fails once", stop_fails_once, 1, "visitor"),
)


def in_turn() -> list[Ending]:
    """One round: every ending as often as it ought to be, mixed."""
    turn = [ending for ending in ENDINGS for _ in range(ending.times)]
    CHANCE.shuffle(turn)
    return turn
