"""Background tasks, bounded waits, and cancelling that is waited for."""

from __future__ import annotations

import asyncio
import contextlib
import logging

import pytest

from app.aio import TaskSet, cancel_and_wait, log_kind, run_within, wait_done, wait_or_abandon

pytestmark = pytest.mark.asyncio


async def fail(error: Exception) -> None:
    await asyncio.sleep(1)
    raise error


async def stubborn(seconds: float) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.sleep(3600)
    await asyncio.sleep(seconds)


def now() -> float:
    return asyncio.get_running_loop().time()


class TestTaskSet:
    async def test_it_holds_each_task_until_it_is_done(self):
        tasks = TaskSet()
        task = tasks.start(asyncio.sleep(3, "result"), "sleeper")
        assert (tasks.pending, task.get_name()) == (1, "sleeper")
        assert await task == "result"
        assert tasks.pending == 0

    @pytest.mark.expect_log("a background task failed")
    async def test_a_failure_is_logged_with_name_and_traceback(self, caplog):
        tasks = TaskSet()
        tasks.start(fail(OSError("no")), "failing")
        assert await tasks.settled(5)
        (record,) = caplog.records
        assert (record.task, record.exc_info[0]) == ("failing", OSError)

    @pytest.mark.expect_log("the end failed")
    async def test_a_failure_can_be_told_without_its_words(self, caplog):
        tasks = TaskSet(log_kind(logging.getLogger("a"), "the end failed"))
        tasks.start(fail(OSError("eyJsecret")), "failing")
        assert await tasks.settled(5)
        (record,) = caplog.records
        assert (record.task, record.error, record.exc_info) == ("failing", "OSError", None)
        assert "eyJ" not in caplog.text

    async def test_a_cancelled_task_is_no_failure(self):
        told = []
        tasks = TaskSet(lambda name, error: told.append(name))
        tasks.start(asyncio.sleep(3600), "sleeper")
        tasks.cancel()
        assert await tasks.settled(1)
        assert told == []

    async def test_settled_waits_for_what_is_started_meanwhile_and_cancels_nothing(self):
        tasks = TaskSet()

        async def parent() -> None:
            await asyncio.sleep(1)
            tasks.start(asyncio.sleep(1), "child")

        tasks.start(parent(), "parent")
        assert not await tasks.settled(1.5)
        assert tasks.pending == 1
        assert await tasks.settled(1)

    async def test_a_task_that_is_done_but_not_yet_noticed_does_not_hold_up_the_loop(self):
        tasks = TaskSet()
        tasks.start(asyncio.sleep(1), "sleeper")
        await asyncio.sleep(0)
        await asyncio.sleep(1)  # the task ends in this very turn, and its callbacks run in the next one
        assert tasks.pending == 1
        assert await tasks.settled(5)

    async def test_cancel_all_is_bounded(self):
        tasks = TaskSet()
        tasks.start(stubborn(0), "quick")
        tasks.start(stubborn(10), "slow")
        await asyncio.sleep(0)
        began = now()
        assert not await tasks.cancel_all(2)
        assert (now() - began, tasks.pending) == (2, 1)
        assert await tasks.settled(10)
        assert await tasks.cancel_all(2)


class TestWaitDone:
    async def test_nothing_to_wait_for_is_done(self):
        assert await wait_done(most_s=1)

    async def test_the_bound_cancels_nothing(self):
        tasks = [asyncio.create_task(asyncio.sleep(seconds)) for seconds in (1, 3)]
        assert not await wait_done(*tasks, most_s=2)
        assert [task.done() for task in tasks] == [True, False]
        assert await wait_done(*tasks, most_s=None)
        assert not tasks[1].cancelled()

    async def test_a_cancelled_caller_cancels_nothing(self):
        task = asyncio.create_task(asyncio.sleep(3))
        caller = asyncio.create_task(wait_done(task, most_s=None))
        await asyncio.sleep(1)
        await cancel_and_wait(caller)
        assert caller.cancelled()
        await task


class TestWaitOrAbandon:
    async def test_done_in_time(self):
        abandoned = []
        task = asyncio.create_task(asyncio.sleep(1))
        assert await wait_or_abandon(task, lambda: abandoned.append(task), most_s=2)
        assert abandoned == []

    async def test_the_time_is_up(self):
        abandoned = []
        task = asyncio.create_task(asyncio.sleep(3))
        assert not await wait_or_abandon(task, lambda: abandoned.append(task), most_s=2)
        assert abandoned == [task]
        await task

    @pytest.mark.parametrize("after_s", [1, 3])
    async def test_the_caller_is_cancelled(self, after_s):
        """After 3 s the task is done in the very moment in which the caller is cancelled."""
        abandoned = []
        task = asyncio.create_task(asyncio.sleep(3))
        caller = asyncio.create_task(wait_or_abandon(task, lambda: abandoned.append(task), most_s=5))
        if after_s == 3:
            task.add_done_callback(lambda _: caller.cancel())
        else:
            asyncio.get_running_loop().call_later(after_s, caller.cancel)
        assert await wait_done(caller, most_s=4)
        assert (caller.cancelled(), abandoned) == (True, [task])
        await task


class TestRunWithin:
    async def test_in_time(self):
        assert await run_within(asyncio.sleep(1), most_s=2)

    async def test_the_time_is_up(self):
        task = asyncio.create_task(asyncio.sleep(3))
        assert not await run_within(task, most_s=2)
        assert task.cancelled()

    async def test_errors_pass_also_a_time_limit_of_somebody_else(self):
        for error in (OSError("no"), TimeoutError("a socket's")):
            with pytest.raises(type(error), match=str(error)):
                await run_within(fail(error), most_s=2)


class TestCancelAndWait:
    async def test_it_waits_for_the_end(self):
        task = asyncio.create_task(stubborn(5))
        await asyncio.sleep(0)
        began = now()
        assert await cancel_and_wait(task)
        assert (task.done(), now() - began) == (True, 5)

    async def test_it_can_be_bounded(self):
        task = asyncio.create_task(stubborn(5))
        await asyncio.sleep(0)
        assert not await cancel_and_wait(task, most_s=1)
        await task

    async def test_the_error_of_a_task_is_left_to_its_owner(self):
        task = asyncio.create_task(fail(OSError("no")))
        await asyncio.sleep(2)
        assert await cancel_and_wait(task)
        assert isinstance(task.exception(), OSError)
