"""Sixty visits one after another: what stays behind, beside the bare SDK that joins, reads, and leaves as often.

KIOSK_BENCH_VISITS and KIOSK_BENCH_RUNS make it shorter or longer. In each run both loops go at the same time, against
one service: memory does not depend on how busy the machine is. The first third, in which everything is used for the
first time, is left out.
"""

from __future__ import annotations

import json
import os
import statistics
import time

import pytest

from tests.bench.rooms import RETURN, BenchGuest, running_service
from tests.drills.soak_report import memory_of, slope

pytestmark = [pytest.mark.bench, pytest.mark.live, pytest.mark.display, pytest.mark.timeout(1200)]

VISITS = int(os.environ.get("KIOSK_BENCH_VISITS", "60"))
RUNS = int(os.environ.get("KIOSK_BENCH_RUNS", "3"))
STAY_S = 0.3
ALLOWED_MB = 0.1
COUNTED = ("threads", "descriptors", "tasks")


@pytest.fixture
def service(tmp_path, surroundings, eyes):
    """Small pictures: what they cost is measured elsewhere."""
    with running_service(tmp_path, {**surroundings, "DISPLAY": eyes.display}, 360, 640, 15) as running:
        yield running


def tasks(guest: BenchGuest) -> float:
    """The kiosk counts its tasks twice a second: the least of what it tells within one is without the visit's own."""
    found = []
    for _ in range(4):
        lines = guest.program.get("/metrics")[1].splitlines()
        found.append(next(float(line.split()[-1]) for line in lines if line.startswith("avatar_kiosk_loop_tasks ")))
        time.sleep(0.15)
    return min(found)


def state(guest: BenchGuest) -> dict[str, float]:
    return {
        "own_mb": memory_of(guest.process.pid)[0],
        "threads": guest.process.num_threads(),
        "descriptors": guest.process.num_fds(),
        "tasks": tasks(guest),
    }


def begin(eyes, guest: BenchGuest) -> None:
    """Tap until the kiosk has noticed: a new window may not have the keyboard yet."""
    for _ in range(10):
        eyes.key(RETURN)
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline:
            if guest.program.status().get("screen") not in {"attract", None}:
                return
            time.sleep(0.02)


def run(eyes, service) -> tuple[list[dict[str, float]], list[float]]:
    seen = []
    with service.receive(STAY_S, VISITS) as bare, BenchGuest(eyes, service, "farewell_s = 0.1") as guest:
        for _ in range(VISITS):
            begin(eyes, guest)
            guest.until("live", 60)
            time.sleep(STAY_S)
            guest.leave()
            seen.append(state(guest))
        bare_mb = [json.loads(line)["own_mb"] for line in bare.stdout]
    assert len(bare_mb) == VISITS, f"the bare receiver ended with {bare.returncode}"
    return seen, bare_mb


def warm(values: list) -> list:
    return values[len(values) // 3 :]


def test_what_sixty_visits_leave_behind(eyes, service, table):
    ours, bare = [], []
    more = {kind: [] for kind in COUNTED}
    for _ in range(RUNS):
        seen, bare_mb = run(eyes, service)
        ours.append(slope([one["own_mb"] for one in warm(seen)]))
        bare.append(slope(warm(bare_mb)))
        kept = warm(seen)
        for kind, found in more.items():
            early, late = (statistics.median(one[kind] for one in part) for part in (kept[:10], kept[-10:]))
            found.append(late - early)
        print(f"\nMB a visit: kiosk {ours[-1]:.3f}, bare {bare[-1]:.3f}; more at the end: {more}")
        print("kiosk MB", *(f"{s['own_mb']:.0f}" for s in seen[::5]), " bare MB", *(f"{mb:.0f}" for mb in bare_mb[::5]))
    floor = statistics.median(bare)
    table.limit(f"memory a visit, {VISITS} visits", statistics.median(ours), floor + ALLOWED_MB, "MB", floor)
    for kind, found in more.items():
        table.limit(f"more {kind} at the end of {VISITS} visits", statistics.median(found), 0, "")
