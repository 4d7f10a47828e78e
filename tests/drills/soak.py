"""Visit after visit with mixed endings against the real program: `python -m tests.drills.soak --visits N --plot FILE`.

After each: attract, the right reason, no open session, none at the service, the kiosk gone from its room, which the
server later closes; then what the kiosk holds is sampled. At the end the bare library joins and leaves as a measure.
Ends with 1 where anything was not as promised, anything grew, a planned restart took too long, or visits are missing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

from app.kiosk.planned_restart import MOST_VISITS, QUIET_S
from app.system.parent import ALLOCATOR
from tests.drills import soak_report
from tests.drills.kiosk import KioskProcess
from tests.drills.scene import DrillScene
from tests.drills.services import LiveKit
from tests.drills.soak_endings import VISIT, WORD, Ending, SoakRig, in_turn
from tests.drills.soak_rooms import Rooms
from tests.end.conftest import ROOT, Failed
from tests.rigs.display import open_display
from tests.rigs.livekit_server import LiveKitServer, start_server
from tests.vendors.agent_media import AgentLook
from tests.vendors.livekit_endpoint import EndpointKnobs, LiveKitEndpoint

BARE = 100  # visits of the bare library
MOST_FAILURES = 5  # visits that do not go as they should, before the run is given up
VISIT_S = 120.0
GAP_S = 5.0  # of a planned restart, from attract to attract: nobody stands there, but somebody may come
LEAVE_S = 15.0  # a stop that fails is tried again after two seconds
# A join that was given up cannot be interrupted: when it succeeds late, on a busy machine, the room is left at once.
LATE_JOIN_S = 16.0


class Soak:
    """One run. samples: one for each visit; troubles: what was not as promised; gaps: of planned restarts, seconds."""

    def __init__(self, rig: SoakRig, temporary: Path, visits: int, restart_after: int) -> None:
        self.samples: list[soak_report.Sample] = []
        self.troubles: list[str] = []
        self.gaps: list[float] = []
        self.seen: Counter[tuple[str, str]] = Counter()
        self.stops = False
        self._rig = rig
        self._rooms = Rooms(rig.server)
        self._kiosk = rig.kiosk
        self._temporary = temporary
        self._visits = visits
        self._restart_after = restart_after

    async def run(self) -> None:
        """Play the visits."""
        await self._prepare()
        turn: list[Ending] = []
        began = time.monotonic()
        while len(self.samples) < self._visits and not self.stops and len(self.troubles) < MOST_FAILURES:
            turn = turn or in_turn()
            ending = turn.pop()
            self._rig.number += 1
            try:
                async with asyncio.timeout(VISIT_S):
                    await self._visit(ending)
            except (Failed, TimeoutError, OSError) as error:
                self._complain(f"visit {self._rig.number}, {ending.name}: {error!r:.1500}")
                await self._kiosk.until("attract", 60)
                await self._clean()
            self._look_at_rooms(await self._rooms.overdue())
            await self._restart_if_due()
            self._tell(time.monotonic() - began)
        self._look_at_rooms(await self._rooms.last())

    def _complain(self, trouble: str) -> None:
        self.troubles.append(trouble)
        print(f"\nTROUBLE {trouble}", flush=True)

    def _look_at_rooms(self, stay: list[int]) -> None:
        for number in stay:
            self._complain(f"visit {number}: its room is still there")

    async def _prepare(self) -> None:
        await self._kiosk.until("attract", 60)
        if self._restart_after != MOST_VISITS:
            await self._kiosk.comply(f"set app.kiosk.planned_restart:MOST_VISITS {self._restart_after}")

    async def _visit(self, ending: Ending) -> None:
        rig, kiosk = self._rig, self._kiosk
        await kiosk.until("attract", 30)
        await ending.play(rig)
        await rig.over()
        status = await kiosk.until(lambda s: s["screen"] == "attract" and s["open_sessions"] == 0, LEAVE_S)
        reason = status["last_end"]
        self.seen[ending.name, reason] += 1
        if reason not in ending.ends:
            self._complain(f"visit {rig.number}, {ending.name}: ended as {reason}")
        if running := rig.service.running():
            raise Failed(f"{len(running)} sessions still run at the service")
        for visit in rig.service.endpoint.visits:
            await self._until_gone(visit.room, visit.identity)
        await self._clean()
        self.samples.append(
            soak_report.take(kiosk.child(), kiosk.process.pid, await self._tasks(), self._temporary, kiosk.state)
        )
        kiosk.told()

    async def _tasks(self) -> float:
        """Return how many tasks there are; they are counted twice a second, so the visit's own may still be told."""
        found = [self._kiosk.metric("loop_tasks")]
        least = min((sample.tasks for sample in self.samples), default=0)
        while found[-1] > least and len(found) < 6:
            await asyncio.sleep(0.1)
            found.append(self._kiosk.metric("loop_tasks"))
        return min(found)

    async def _until_gone(self, room: str, identity: str) -> None:
        deadline = time.monotonic() + LATE_JOIN_S
        while identity in await self._rig.server.identities(room):
            if time.monotonic() > deadline:
                raise Failed("the kiosk is still in the room")
            await asyncio.sleep(0.05)

    async def _clean(self) -> None:
        """Let the service's side end its visits; the rooms are left to the server."""
        endpoint = self._rig.service.endpoint
        await endpoint.agents_left()
        self._rooms.left(self._rig.number, endpoint.visits)
        endpoint.visits.clear()
        endpoint.sessions.clear()
        endpoint.requests.clear()

    async def _restart_if_due(self) -> None:
        """A kiosk that has served so many starts itself anew as soon as nobody is there; wait for that."""
        kiosk = self._kiosk
        if (await asyncio.to_thread(kiosk.status)).get("visits", 0) < self._restart_after:
            return
        kiosk.told()
        old, alive, deadline = kiosk.child(), time.monotonic(), time.monotonic() + QUIET_S + 30
        while kiosk.child() == old:
            if time.monotonic() > deadline:
                self._complain("no planned restart")
                return
            if (await asyncio.to_thread(kiosk.status)).get("screen") == "attract":
                alive = time.monotonic()
            await asyncio.sleep(0.02)
        self.gaps.append(await kiosk.says("READY=1", 30) - alive)
        if self.gaps[-1] > GAP_S:
            self._complain(f"a planned restart took {self.gaps[-1]:.1f} s")
        await self._prepare()

    def _tell(self, spent_s: float) -> None:
        done = len(self.samples)
        if not done or (not sys.stdout.isatty() and done % 10 and done < self._visits):
            return
        left_s = (self._visits - done) * spent_s / done
        now = self.samples[-1]
        text = (
            f"visit {done} of {self._visits}, {left_s / 60:.0f} min left, {spent_s / done:.1f} s each; "
            f"{now.own_mb:.0f} MB, {now.threads} threads, {now.descriptors} descriptors, {now.tasks} tasks, "
            f"{len(self.troubles)} troubles"
        )
        print(f"\r{text}" if sys.stdout.isatty() else text, end=" " if sys.stdout.isatty() else "\n", flush=True)

    def look_for_words(self) -> None:
        """What visitors typed must be nowhere on disk."""
        kept = {**self._kiosk.written(), "output": self._kiosk.output.encode()}
        kept |= {str(path): path.read_bytes() for path in self._temporary.rglob("*") if path.is_file()}
        self.troubles += [f"a visitor's word is in {name}" for name, text in kept.items() if WORD.encode() in text]


async def bare_loop(server: LiveKitServer, service: LiveKit, environ: dict[str, str], visits: int) -> list[float]:
    """Return the memory (MB) of the bare library after each of its visits with the same agents."""
    # Nobody calls its release address: a slot is held until the room is closed.
    endpoint = LiveKitEndpoint(server, visits, lambda: service.script, EndpointKnobs(departure_timeout_s=1))
    await endpoint.start()
    with tempfile.NamedTemporaryFile(suffix=".times") as times:
        np.zeros(64).tofile(times.name)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.bench.receiver", f"{endpoint.url}/token", times.name, "0.3", str(visits),
            cwd=ROOT, env={**environ, **ALLOCATOR}, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        found = []
        while line := await _line(process.stdout):
            found.append(json.loads(line)["own_mb"])
        if process.returncode is None:
            process.kill()
        await process.wait()
    await endpoint.close()
    return found


async def _line(stream: asyncio.StreamReader) -> bytes:
    try:
        async with asyncio.timeout(VISIT_S):
            return await stream.readline()
    except TimeoutError:
        return b""


async def soak(visits: int, plot: Path | None, bare: int, restart_after: int) -> int:
    """Play it, print the table, draw; return the exit code."""
    temporary = Path(tempfile.mkdtemp(prefix="kiosk-soak-"))
    with open_display() as display:
        server = start_server()
        service = LiveKit()
        await service.start(server)
        service.script = replace(service.script, look=AgentLook(180, 320, fps=10, pattern="bars"), greeting="Hello.")
        quiet = {"HOME": str(temporary), "XDG_RUNTIME_DIR": str(temporary), "PULSE_SERVER": "unix:/nowhere"}
        scene = DrillScene(service, server, {**display, **quiet, "TMPDIR": str(temporary)})
        kiosk: KioskProcess = scene.start(visit=VISIT)
        run = Soak(SoakRig(kiosk, service, server), temporary, visits, restart_after)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, lambda: setattr(run, "stops", True))
        bare_mb: list[float] = []
        try:
            await run.run()
            print(f"descriptors at the end: {dict(soak_report.kinds(kiosk.child()))}")
            if await asyncio.to_thread(kiosk.end) != 0:
                run.troubles.append(f"the kiosk ended with {kiosk.process.returncode}")
            run.look_for_words()
            print(f"\nbare library: {bare} visits", flush=True)
            bare_mb = await bare_loop(server, service, {**display, **quiet}, bare)
        except Exception as error:  # reason: what was seen until then is worth its report
            run.troubles.append(f"given up: {error!r:.1500}")
        finally:
            await scene.close()
            await service.close()
            server.close()
            shutil.rmtree(temporary, ignore_errors=True)
    return report(run, bare_mb, visits, plot)


def report(run: Soak, bare_mb: list[float], visits: int, plot: Path | None) -> int:
    """Print and draw what was found; return the exit code."""
    rows = soak_report.judge(run.samples, bare_mb)
    done = f"{len(run.samples)} of {visits} visits"
    troubles = [done] if len(run.samples) < visits else []
    troubles += [*run.troubles, *(f"{row.figure} grew: {row.growth:+.3g} {row.unit}" for row in rows if row.grew)]
    print(f"\n{done}")
    for (name, reason), times in sorted(run.seen.items()):
        print(f"  {name:26} {reason:26} {times}")
    print(soak_report.table(rows))
    for gap in run.gaps:
        print(f"planned restart: {gap:.1f} s from attract to attract, {GAP_S:g} s are allowed")
    for trouble in troubles:
        print(f"TROUBLE {trouble}")
    if plot is not None and run.samples:
        soak_report.draw(run.samples, bare_mb, plot, done, troubles)
        print(f"drawn: {plot}")
    return 1 if troubles else 0


def main() -> None:
    """Read the command line and run; never returns, because the media library can abort a finalising interpreter."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=1000)
    parser.add_argument("--plot", type=Path, metavar="FILE.png")
    parser.add_argument("--bare", type=int, default=BARE, help="visits of the bare library")
    parser.add_argument(
        "--restart-after", type=int, metavar="N", help=f"conversations; else {MOST_VISITS}, or half of a shorter run"
    )
    given = parser.parse_args()
    restart_after = given.restart_after or min(MOST_VISITS, max(given.visits // 2, 1))
    logging.basicConfig(level=logging.CRITICAL)
    code = asyncio.run(soak(given.visits, given.plot, given.bare, restart_after))
    sys.stdout.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
