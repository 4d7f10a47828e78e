"""Receiving 720p30 from a real room and showing it on a 1080p screen: what it costs, and how old the picture is.

Beside the kiosk stands the bare SDK in a room of the same service: once reading the pictures only, once painting them
with the least code that does it well. The kiosk's pictures are timed on the screen itself, the bare ones as they are
read; both against the moment at which the agent handed the picture to its library.
"""

from __future__ import annotations

import statistics
import time

import pytest

from tests.bench.rooms import BenchGuest
from tests.bench.table import percentile

pytestmark = [pytest.mark.bench, pytest.mark.live, pytest.mark.display, pytest.mark.timeout(400)]

ROUNDS, SECONDS = 3, 8.0
FRAME_MS = 1000 / 30


def watch(guest: BenchGuest, seconds: float) -> dict[str, object]:
    """Look at a running visit."""
    eyes, times = guest.eyes, guest.service.times
    frames, cpu, began = guest.program.status()["video"]["frames"], guest.cpu_s(), time.monotonic()
    late, last = [], eyes.number()
    while (now := time.monotonic()) < began + seconds:
        number = eyes.number()
        if number is not None and number != last:
            late.append(now - float(times[number]))
            last = number
        time.sleep(0.0005)
    spent = guest.cpu_s() - cpu
    shown = guest.program.status()["video"]["frames"] - frames
    return {"cpu_ms": 1e3 * spent / shown, "fps": shown / (time.monotonic() - began), "late_s": late}


def test_cost_and_age_of_the_picture(eyes, service, table):
    found = {"kiosk": [], "bare": [], "bare, painting": []}
    with BenchGuest(eyes, service) as guest:
        for _ in range(ROUNDS):
            guest.start()
            guest.until("live")
            time.sleep(1.5)
            found["kiosk"].append(watch(guest, SECONDS))
            guest.leave()
        cpu, began = guest.cpu_s(), time.monotonic()
        time.sleep(3)
        attract = (guest.cpu_s() - cpu) / (time.monotonic() - began)
    for _ in range(ROUNDS):
        found["bare"] += service.received(SECONDS)
        found["bare, painting"] += service.received(SECONDS, 1, "show")
    for name, rounds in found.items():
        print(f"\n{name:15}", *(f"{r['cpu_ms']:.1f} ms at {r['fps']:.1f} fps" for r in rounds), sep="  ", end="")
    print(f"\nattract: {100 * attract:.0f} % of a core")
    cost = {name: statistics.median(r["cpu_ms"] for r in rounds) for name, rounds in found.items()}
    age = {
        name: 1e3 * statistics.median(percentile(r["late_s"], 0.95) for r in rounds) for name, rounds in found.items()
    }
    table.ratio(
        "whole process, 720p30 received and shown: CPU a picture", cost["kiosk"], cost["bare, painting"], "ms", 1.25
    )
    table.limit("capture to screen, p95", age["kiosk"], age["bare"] + FRAME_MS, "ms", age["bare"])
