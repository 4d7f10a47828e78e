"""Where a drill is played: one service, one kiosk at a time, and a record of what was promised and what it took."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.drills.kiosk import KioskProcess
from tests.drills.networks import Network
from tests.drills.service import DrilledService
from tests.end.conftest import Failed, wait_until
from tests.rigs.livekit_server import LiveKitServer
from tests.vendors.emulator import EmulatedSession

# A drill waits so many times longer than was promised before it gives up, so that its table tells how late it was.
PATIENCE = 4.0
KEY_S = 1.0  # a key works before whoever pressed it reads the clock

VISIT = {
    "notice": '"tap"', "touch_guard_s": "0", "farewell_s": "1", "grace_s": "0", "wrap_up_s": "0", "idle_s": "300",
    "hard_limit_s": "600",
}  # fmt: skip


@dataclass(frozen=True)
class Took:
    """One promise: what, within how many seconds, and how many it took."""

    what: str
    promised_s: float
    seconds: float

    @property
    def is_late(self) -> bool:
        """Whether the promise was broken by time alone."""
        return self.seconds > self.promised_s

    def __str__(self) -> str:
        return f"{self.what} {self.seconds:.1f} of {self.promised_s:g} s{' LATE' if self.is_late else ''}"


@dataclass
class DrillScene:
    """What a drill works with. server: the drill's own media server, to freeze or kill. net: the kiosk's own network,
    where the drill asked for one."""

    service: DrilledService
    server: LiveKitServer
    environ: dict[str, str]
    net: Network | None = None
    took: list[Took] = field(default_factory=list)
    kiosks: list[KioskProcess] = field(default_factory=list)
    undo: list[Callable[[], object]] = field(default_factory=list)

    def toml(self, visit: str = "", more: str = "", service: str | None = None) -> str:
        """Return settings that are quick to visit, with changes."""
        changed = dict(line.split(" = ", 1) for line in visit.splitlines())
        table = "\n".join(f"{key} = {value}" for key, value in {**VISIT, **changed}.items())
        waiting = "" if "[waiting]" in more else "[waiting]\npoll_s = 0.5\n"
        kiosk = '[kiosk]\nid = "drill-1"\n'
        return f"{kiosk}{self.service.toml() if service is None else service}\n[visit]\n{table}\n{waiting}{more}\n"

    def start(
        self, *options: str, visit: str = "", more: str = "", service: str | None = None, toml: str | None = None,
        environ: dict[str, str] | None = None, **where: Any,
    ) -> KioskProcess:  # fmt: skip
        """Start the program; see `KioskProcess` for `where`."""
        text = self.toml(visit, more, service) if toml is None else toml
        found = {**self.environ, **(environ or {})}
        if self.net is not None:
            where = {"prefix": self.net.prefix, "at": self.net.kiosk, **where}
        self.kiosks.append(KioskProcess(text, found, *options, first=self.service.first, **where))
        return self.kiosks[-1]

    @property
    def network(self) -> Network:
        """The kiosk's own network."""
        assert self.net is not None
        return self.net

    async def close(self) -> None:
        """End whatever the drill left."""
        for kiosk in self.kiosks:
            await asyncio.to_thread(kiosk.destroy)
        for step in reversed(self.undo):
            step()

    # ------------------------------------------------------------ promises

    def measure(self, what: str, promised_s: float, seconds: float) -> None:
        """Record how long something took."""
        self.took.append(Took(what, promised_s, max(seconds, 0.0)))

    async def promise(self, what: str, promised_s: float, since: float, happens: Awaitable[object]) -> Any:
        """Wait for something that was promised within so many seconds of `since` (time.monotonic)."""
        try:
            async with asyncio.timeout(since + promised_s * PATIENCE + 5 - time.monotonic()):
                found = await happens
        except TimeoutError:
            raise Failed(f"{what}: never, and {promised_s:g} s were promised") from None
        self.measure(what, promised_s, time.monotonic() - since)
        return found

    async def stopped(self, since: float, promised_s: float = 3.0) -> None:
        """Promise that nothing of ours runs at the service any more, and that our stop call ended it."""
        await self.until_stopped(promised_s * PATIENCE + 5)
        ended = [s for s in self.service.ours() if s.ended_at is not None and s.ended_at >= since - KEY_S]
        if not ended:
            raise Failed(f"nothing ran any more when it happened: {[s.end_reason for s in self.service.ours()]}")
        self.stopped_by_us("stopped", promised_s, since, ended)

    def stopped_by_us(self, what: str, promised_s: float, since: float, sessions: Sequence[EmulatedSession]) -> None:
        """Record when the last of these sessions ended, each by our stop call and none by a timer of the service."""
        assert all(s.end_reason in self.service.by_stop for s in sessions), [s.end_reason for s in sessions]
        last = max(s.ended_at for s in sessions if s.ended_at is not None)
        self.measure(what, promised_s, max(0.0, last - since))

    async def until_stopped(self, within: float) -> None:
        """Wait until nothing of ours runs at the service."""

        def what() -> str:
            said = "".join(kiosk.output[-2000:] for kiosk in self.kiosks if kiosk.process.poll() is None)
            return f"every session stopped; {len(self.service.running())} still run\n{said}"

        await wait_until(lambda: not self.service.running(), within, what)

    async def struck_out(self, kiosk: KioskProcess, within: float = 20.0) -> None:
        """Wait until the journal is empty, by the kiosk's own word."""
        await kiosk.until(lambda s: s["open_sessions"] == 0, within)

    async def goodbye(self, kiosk: KioskProcess) -> None:
        """End the visit as a visitor does, and see that nothing is left of it."""
        await kiosk.press("Escape")
        await self.until_stopped(10)
        await self.struck_out(kiosk)

    async def back(self, kiosk: KioskProcess, since: float, promised_s: float = 5.0, what: str = "attract") -> dict:
        """Promise that attract is on the screen again, by a new process and by its own word."""

        async def attract() -> dict:
            await kiosk.says("READY=1", promised_s * PATIENCE + 5)  # before that the old one might still answer
            return await kiosk.until("attract", promised_s * PATIENCE + 5)

        return await self.promise(what, promised_s, since, attract())


def ended(kiosk: KioskProcess) -> Awaitable[int]:
    """Wait for the program's own end; returns its exit code."""
    return asyncio.to_thread(kiosk.process.wait)
