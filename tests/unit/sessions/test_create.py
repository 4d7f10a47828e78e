"""A create call is never sent twice, never lost, and leaves no row of what never was."""

from __future__ import annotations

import asyncio
import logging

import pytest

from app.aio import TaskSet
from app.records.journal import JournalError
from app.sessions.create import Service, SessionCreator
from app.sessions.release import SessionReleaser
from app.vendors.errors import Busy, TransientError
from app.vendors.session import VisitRequest
from app.vitals import Vitals
from tests.fakes.journal import FakeJournal
from tests.fakes.service import FakeControl

pytestmark = pytest.mark.asyncio

REQUEST = VisitRequest("name-1", "i", "k", "en", 100, 95)


class Rig:
    def __init__(self, timeout_s: float = 30.0, **control) -> None:
        self.control = FakeControl(**control)
        self.journal = FakeJournal()
        self.vitals = Vitals()
        self.releaser = SessionReleaser(self.journal, self.vitals, TaskSet(), lambda: 1_700_000_000.0)
        self.creator = SessionCreator(Service("fake", self.control, "run"), self.releaser, timeout_s)

    async def nothing_is_left(self) -> None:
        await asyncio.sleep(5)
        assert self.control.running == {} and self.journal.kept == {} and self.vitals.open_sessions == 0


async def test_a_lease_is_on_disk_before_the_call_and_whole_after_it() -> None:
    rig = Rig()
    lease = await rig.creator.create(REQUEST)
    assert [what for what, _ in rig.journal.log] == ["open", "complete"]
    assert lease.session is not None and not rig.creator.is_under_way


async def test_an_adapter_that_breaks_leaves_open_whether_there_is_a_session() -> None:
    rig = Rig()
    whole = rig.control.start

    async def start(request: VisitRequest):
        await whole(request)
        raise KeyError("session_id")

    rig.control.start = start
    with pytest.raises(KeyError):
        await rig.creator.create(REQUEST)
    await rig.nothing_is_left()
    assert [order.name for order in rig.control.stopped] == ["name-1"]


async def test_what_cannot_be_written_down_is_given_back() -> None:
    rig = Rig()
    rig.journal.broken = {"complete"}
    with pytest.raises(JournalError):
        await rig.creator.create(REQUEST)
    await rig.nothing_is_left()
    assert len(rig.control.started) == 1


async def test_a_plain_refusal_is_forgotten_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig(slots=0)
    with caplog.at_level(logging.INFO, "app.sessions.create"):
        for _ in range(3):
            with pytest.raises(Busy):
                await rig.creator.create(REQUEST)
    assert rig.journal.kept == {} and rig.control.stopped == []
    assert caplog.text.count("no session was created") == 1


async def test_no_call_is_sent_beside_an_unanswered_one() -> None:
    rig = Rig(timeout_s=1.0, create_s=5.0)
    with pytest.raises(TransientError, match="no answer") as late:
        await rig.creator.create(REQUEST)
    with pytest.raises(TransientError, match="still unanswered") as second:
        await rig.creator.create(REQUEST)
    assert late.value.ambiguous and second.value.ambiguous and len(rig.control.creates_at) == 1
    await rig.creator.settled(most_s=10)
    assert not rig.creator.is_under_way
    await rig.nothing_is_left()


async def test_a_visitor_who_leaves_before_the_answer_leaves_no_session() -> None:
    rig = Rig()
    visitor = asyncio.create_task(rig.creator.create(REQUEST))
    await asyncio.sleep(0.1)
    visitor.cancel()
    await rig.creator.settled()
    await rig.nothing_is_left()
    assert len(rig.control.started) == 1


async def test_a_lost_answer_leaves_a_session_that_is_looked_for_and_stopped() -> None:
    rig = Rig(lost_answers=1)
    with pytest.raises(TransientError, match="lost"):
        await rig.creator.create(REQUEST)
    await rig.nothing_is_left()
    assert [order.name for order in rig.control.stopped] == ["name-1"]


async def test_a_refusal_that_comes_after_the_visitor_left_leaves_nothing_to_give_back() -> None:
    rig = Rig(slots=0)
    await rig.creator.settled()
    visitor = asyncio.create_task(rig.creator.create(REQUEST))
    await asyncio.sleep(0.1)
    visitor.cancel()
    await rig.creator.settled()
    await rig.nothing_is_left()
    assert rig.control.stopped == []
