"""Owner of what outlives a visit in a media library: joins that were given up, goodbyes still under way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")


class Keeper:
    """Keeps tasks alive until they are through; cancels none."""

    def __init__(self) -> None:
        self._kept: set[asyncio.Task[Any]] = set()

    @property
    def pending(self) -> int:
        """How many things are still under way."""
        return len(self._kept)

    def keep(self, work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        """Run `work` as a task that lives as long as it needs."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._kept.add(task)
        task.add_done_callback(self._done)
        return task

    async def settled(self, most_s: float) -> bool:
        """Wait until nothing is under way; False when `most_s` seconds were not enough."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + most_s
        while self._kept and loop.time() < deadline:
            await asyncio.wait(self._kept, timeout=deadline - loop.time())
        return not self._kept

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._kept.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("a room's end failed", extra={"task": task.get_name(), "error": type(error).__name__})
