"""From the tap to the avatar's first picture: the kiosk's on its screen, the bare SDK's as it is read.

Both ask the same service for a token, join a room of their own, publish a silent microphone, and wait for an agent.
"""

from __future__ import annotations

import statistics

import pytest

from tests.bench.rooms import BenchGuest

pytestmark = [pytest.mark.bench, pytest.mark.live, pytest.mark.display, pytest.mark.timeout(300)]

ROUNDS = 9


def test_tap_to_first_picture(eyes, service, table):
    ours, bare = [], []
    with BenchGuest(eyes, service) as guest:
        guest.start()  # the library is loaded and started once
        guest.until("live")
        guest.leave()
        for _ in range(ROUNDS):
            ours.append(guest.start())
            guest.until("live")
            guest.leave()
            # The second of two joins: the first one starts the library, as it did in the kiosk.
            bare.append(service.received(0.2, 2)[1]["first_s"])
    print("\nkiosk", *(f"{s:.2f}" for s in ours), "\nbare ", *(f"{s:.2f}" for s in bare))
    table.ratio("tap to first picture of the avatar", statistics.median(ours), statistics.median(bare), "s", 1.15)
