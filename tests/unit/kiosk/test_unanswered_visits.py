"""A service whose avatar answers nobody is not offered to each visitor anew."""

from __future__ import annotations

import asyncio

import pytest

from app.events import Caption
from app.intents import AskText, End
from app.kiosk.unanswered_visits import UnansweredVisits
from app.screens import Attract, EndReason, Farewell, Speaker, Unavailable, UnavailableReason
from app.vendors.errors import AuthError
from tests.fakes.kiosk import Rig, settings, told_staff

pytestmark = [pytest.mark.asyncio, pytest.mark.expect_log("no answer|answers nobody|cannot be used")]


def patient() -> Rig:
    return Rig(settings(visit={"idle_s": 300.0}))


async def visit_without_answer(rig: Rig, *, to_the_end: bool = True) -> None:
    await rig.to_live()
    rig.tap(AskText("Who built this?"))
    if to_the_end:
        assert (await rig.until(Farewell)).reason is EndReason.AVATAR_LEFT
    else:
        await asyncio.sleep(15)
        rig.tap(End())
        await rig.until(Farewell)


async def visit_with_answer(rig: Rig) -> None:
    await rig.to_live()
    rig.tap(AskText("Who built this?"))
    await asyncio.sleep(1)
    rig.room.say(Caption(Speaker.AVATAR, "a", "A giant.", True))
    await asyncio.sleep(1)
    rig.tap(End())
    await rig.until(Farewell)


async def unavailable_for(rig: Rig) -> float:
    screen = await rig.until(Unavailable, within=10)
    assert screen.reason is UnavailableReason.NO_ANSWER and rig.vitals.unavailable is UnavailableReason.NO_ANSWER
    began = rig.loop.time()
    await rig.until(Attract)
    return rig.loop.time() - began


async def test_three_visits_without_an_answer_make_the_service_unavailable_with_a_retry() -> None:
    async with patient() as rig:
        await visit_without_answer(rig)
        await visit_without_answer(rig, to_the_end=False)
        assert "answered nobody" not in told_staff(rig.vitals)
        await visit_without_answer(rig)
        assert await unavailable_for(rig) == pytest.approx(60, abs=2)
        for retry_s in (120, 300, 300):
            await visit_without_answer(rig)
            assert await unavailable_for(rig) == pytest.approx(retry_s, abs=2)
        assert "answered nobody" in told_staff(rig.vitals)
        await visit_with_answer(rig)
        await rig.until(Attract)
        assert "answered nobody" not in told_staff(rig.vitals)
        await visit_without_answer(rig)
        await visit_without_answer(rig)
        await rig.until(Attract, within=10)


async def test_a_visit_that_ends_before_an_answer_was_due_counts_neither_way() -> None:
    async with patient() as rig:
        for _ in range(2):
            await visit_without_answer(rig)
        for _ in range(3):
            await rig.to_live()
            rig.tap(AskText("Who?"))
            await asyncio.sleep(5)
            rig.tap(End())
            await rig.until(Attract)
        await visit_without_answer(rig)
        await unavailable_for(rig)


async def test_another_trouble_that_the_check_finds_is_what_is_told() -> None:
    async with patient() as rig:
        for _ in range(3):
            await visit_without_answer(rig)
        rig.control.check_error = AuthError("fake", "revoked", 401)
        await rig.until(lambda s: isinstance(s, Unavailable) and s.reason is UnavailableReason.AUTH, within=80)
        rig.control.check_error = None
        await rig.until(Attract, within=80)


async def test_the_count_by_itself() -> None:
    visits = UnansweredVisits()
    assert [visits.note(was) for was in (False, None, False, True, False, False)] == [False] * 6
    assert visits.note(False) and visits.retry_s == 60
    assert visits.note(False) and visits.retry_s == 120
    assert not visits.note(None)
    assert not visits.note(True)
