"""What asyncio leaves to everybody: owning background tasks, waiting with a bound, cancelling and waiting.

All bounds are in seconds; None means no bound.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")
OnFailure = Callable[[str, BaseException], None]  # the task's name, its error


def log_failure(name: str, error: BaseException) -> None:
    """Log a failed task with its traceback."""
    log.error("a background task failed", extra={"task": name}, exc_info=error)


def log_kind(log: logging.Logger, message: str, level: int = logging.WARNING) -> OnFailure:
    """Return what logs only the kind of error: the text of a media library's error can hold a token."""

    def on_failure(name: str, error: BaseException) -> None:
        log.log(level, message, extra={"task": name, "error": type(error).__name__})

    return on_failure


class TaskSet:
    """Tasks that nobody has to await: a strong reference to each, a name, and a word about each that fails.

    Args:
        on_failure: Called with the name and the error of every task that failed.
    """

    def __init__(self, on_failure: OnFailure = log_failure) -> None:
        self._on_failure = on_failure
        self._running: dict[asyncio.Task[Any], None] = {}  # in the order of their start

    @property
    def pending(self) -> int:
        """How many tasks are not done yet."""
        return len(self._running)

    def start(self, work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        """Run `work` as a task of this set until it is done."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._running[task] = None
        task.add_done_callback(self._done)
        return task

    def cancel(self) -> None:
        """Cancel what runs now; `settled` waits for it."""
        for task in list(self._running):
            task.cancel()

    async def cancel_all(self, most_s: float | None) -> bool:
        """Cancel what runs now and wait for it. False: the time was not enough."""
        return await cancel_and_wait(*self._running, most_s=most_s)

    async def settled(self, most_s: float) -> bool:
        """Wait until nothing runs, even what is started meanwhile; cancels nothing. False: the time was not enough."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + most_s
        while self._running and (left_s := deadline - loop.time()) > 0:
            await wait_done(*self._running, most_s=left_s)
        return not self._running

    def _done(self, task: asyncio.Task[Any]) -> None:
        del self._running[task]
        if not task.cancelled() and (error := task.exception()) is not None:
            self._on_failure(task.get_name(), error)


async def wait_done(*futures: asyncio.Future[Any], most_s: float | None) -> bool:
    """Wait until all of them are done; cancels none, also when the caller is cancelled. False: the time was not enough.

    Results and errors are not looked at.
    """
    if futures:
        # Also for what is done already: it takes a turn of the loop, in which the callbacks of those tasks run.
        await asyncio.wait(futures, timeout=most_s)
    return all(future.done() for future in futures)


async def wait_or_abandon(future: asyncio.Future[T], abandon: Callable[[], None], *, most_s: float | None) -> bool:
    """Wait for what must not be cancelled; whoever gives up waiting says who looks after it.

    Args:
        future: Goes on in every case.
        abandon: Called once if the time is up or the caller is cancelled. The second can come in the very moment in
            which the future is done: nobody takes its result then, so it is called as well.
        most_s: The bound.

    Returns:
        Whether it is done; False after `abandon`.
    """
    try:
        is_done = await wait_done(future, most_s=most_s)
    except asyncio.CancelledError:
        abandon()
        raise
    if not is_done:
        abandon()
    return is_done


async def run_within(work: Awaitable[object], *, most_s: float | None) -> bool:
    """Await `work` and cancel it when the time is up: False then. Raises what it raises."""
    try:
        async with asyncio.timeout(most_s) as bound:
            await work
    except TimeoutError:
        if not bound.expired():
            raise  # its own, not ours
        return False
    return True


async def cancel_and_wait(*tasks: asyncio.Future[Any], most_s: float | None = None) -> bool:
    """Cancel tasks and wait until they are done; an error of theirs is not raised. False: the time was not enough."""
    for task in tasks:
        task.cancel()
    return await wait_done(*tasks, most_s=most_s)
