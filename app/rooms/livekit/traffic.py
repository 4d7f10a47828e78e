"""Whether anything still arrives from a LiveKit server: without a picture, the first hint at a lost network."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Any

from livekit import rtc

from app.aio import run_within, wait_done

log = logging.getLogger(__name__)

LOOK_S = 1.0  # reports about the sound that we send, even silence, come so often; without any, ICE answers every 2.5 s


class TrafficMonitor:
    """Counts what arrives over a room's connections.

    The library itself notices only after 13 s that nothing arrives any more.

    Args:
        tell: Called each time that the count has grown.
    """

    def __init__(self, tell: Callable[[], None]) -> None:
        self._tell = tell
        self._over = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def follow(self, room: rtc.Room, is_needed: Callable[[], bool]) -> None:
        """Begin to count.

        Args:
            room: Connected.
            is_needed: Asked every `LOOK_S`; False: nothing is counted this time.
        """
        self._task = asyncio.get_running_loop().create_task(self._follow(room, is_needed), name="room-traffic")

    def stop(self) -> None:
        """Stop counting; `stopped` waits for the last call of the library, which must not be cancelled."""
        self._over.set()

    async def stopped(self, most_s: float) -> None:
        """Wait until the task has ended, `most_s` seconds at most."""
        if self._task is not None:
            await wait_done(self._task, most_s=most_s)

    async def _follow(self, room: rtc.Room, is_needed: Callable[[], bool]) -> None:
        before = -1
        while not self._over.is_set():
            if is_needed():
                try:
                    stats = await room.get_rtc_stats()
                except Exception as error:  # not connected at the moment, or not any more
                    log.info("no figures of the connection", extra={"error": type(error).__name__})
                else:
                    now = arrived(stats.publisher_stats) + arrived(stats.subscriber_stats)
                    if now != before and not self._over.is_set():
                        before = now
                        self._tell()
            await run_within(self._over.wait(), most_s=LOOK_S)


def arrived(stats: Iterable[Any]) -> int:
    """Return how many packets, and answers to ICE connectivity checks, have arrived."""
    count = 0
    for one in stats:
        kind = one.WhichOneof("stats")
        if kind == "transport":
            count += one.transport.transport.packets_received
        elif kind == "candidate_pair":
            count += one.candidate_pair.candidate_pair.responses_received
    return count
