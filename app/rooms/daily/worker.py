"""A thread for the calls of one room: a call that blocks in Daily's library blocks nothing else."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


def post(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    """Run `call` in the loop, from any thread; does nothing once the loop has closed."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(call)


class Worker:
    """Runs calls one after another in a thread of its own, until `close`. It never delays the end of the process.

    Args:
        name: Of the thread.
    """

    def __init__(self, name: str) -> None:
        self._loop = asyncio.get_running_loop()
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def do(self, call: Callable[[], T]) -> asyncio.Future[T]:
        """Queue a call; the future has its result. Cancelling the future does not stop the call."""
        future: asyncio.Future[T] = self._loop.create_future()

        def work() -> None:
            try:
                result = call()
            except Exception as error:
                failure = error  # the name of an except clause is gone when the loop runs
                post(self._loop, lambda: None if future.done() else future.set_exception(failure))
            else:
                post(self._loop, lambda: None if future.done() else future.set_result(result))

        self._calls.put(work)
        return future

    def close(self) -> None:
        """End the thread after the calls that are queued."""
        self._calls.put(None)

    def _run(self) -> None:
        while (work := self._calls.get()) is not None:
            work()
