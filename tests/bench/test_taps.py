"""Two hundred taps in a visit, on the keys of the kiosk's own keyboard while the avatar's picture moves above them.

A tap comes from the X server's test extension, as a touch screen's would; the reaction is the first change of the key
on the screen. Places are those of a 1080x1920 screen with the default look and the English keyboard.
"""

from __future__ import annotations

import random
import time

import pytest

from tests.bench.rooms import BenchGuest
from tests.bench.table import percentile

pytestmark = [pytest.mark.bench, pytest.mark.live, pytest.mark.display, pytest.mark.timeout(300)]

TAPS = 200
TYPE = (672, 1792)
KEYS = [(100 + 98 * at, 1492) for at in range(10)]
HALF = 24  # of the box that is watched, pixels


def tap(eyes, x: int, y: int) -> float | None:
    """Return the seconds from the touch to the first painted change around it; None: there was none."""
    box = (x - HALF, y - HALF, x + HALF, y + HALF)
    eyes.point(x, y)
    time.sleep(0.1)  # until the pointer is painted there
    before = eyes.look(box)
    began = time.monotonic()
    eyes.touch(down=True)
    seen = eyes.wait_for_change(box, before, 2.0)
    eyes.touch(down=False)
    return None if seen is None else seen - began


def test_taps_are_answered(eyes, service, table):
    chance = random.Random(3)
    with BenchGuest(eyes, service) as guest:
        guest.start()
        guest.until("live")
        time.sleep(2)
        assert tap(eyes, *TYPE) is not None, "the button is not where it was"
        time.sleep(1)
        found = []
        for number in range(TAPS):
            found.append(tap(eyes, *KEYS[number % len(KEYS)]))
            time.sleep(chance.uniform(0.15, 0.25))  # the press is shown, and ends
    missed = sum(late is None for late in found)
    assert not missed, f"{missed} taps changed nothing"
    late_ms = [1e3 * late for late in found]
    print("\nms", *(f"p{100 * share:.0f} {percentile(late_ms, share):.0f}" for share in (0.5, 0.9, 0.99)), max(late_ms))
    table.limit(f"tap to painted reaction, p99 of {TAPS} in a visit", percentile(late_ms, 0.99), 100, "ms")
