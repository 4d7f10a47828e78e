"""Waiting for a slot: until it is free, at most so long, and nobody wins one who has left."""

from __future__ import annotations

import asyncio
import logging

import pytest

from app.intents import Cancel, End, KeepPlace
from app.screens import Ask, Attract, Connecting, EndReason, Farewell, Live, StillThere, Waiting, WaitReason
from app.vendors.errors import Busy, TransientError
from tests.fakes.kiosk import Rig, settings
from tests.fakes.service import FakeControl, RoomScript

pytestmark = pytest.mark.asyncio


async def test_what_a_service_refuses_with_is_in_the_log_once_for_whoever_sorts_it_into_the_settings(caplog) -> None:
    control = FakeControl()
    control.refusals.extend(Busy("fake", "Alle belegt", http_status=418, vendor_code="77") for _ in range(3))
    with caplog.at_level(logging.INFO, "app.sessions"):
        async with Rig(control=control) as rig:
            await rig.to_live()
    (record,) = [record for record in caplog.records if record.msg == "no session was created"]
    assert (record.error, record.status, record.code, record.words) == ("Busy", 418, "77", "Alle belegt")


async def test_busy_shows_please_wait_and_hands_the_slot_over_when_it_is_free() -> None:
    control = FakeControl(slots=0)
    async with Rig(control=control) as rig:
        await rig.accept()
        await rig.until(Waiting)
        await asyncio.sleep(21)
        assert rig.screen.waited_s in (20, 21)
        control.slots = 1
        await rig.until(Live, within=8)
        gaps = [b - a for a, b in zip(control.creates_at, control.creates_at[1:], strict=False)]
        assert all(3.2 <= gap <= 5.1 for gap in gaps)


async def test_retry_after_wins_over_our_own_interval() -> None:
    control = FakeControl()
    control.refusals.append(Busy("fake", retry_after=11.0))
    async with Rig(control=control) as rig:
        await rig.accept()
        await rig.until(Live)
        assert control.creates_at[1] - control.creates_at[0] == pytest.approx(11.2, abs=0.3)


async def test_who_waits_is_told_when_the_service_stumbles_and_when_it_is_only_full_again() -> None:
    control = FakeControl(slots=0)
    async with Rig(control=control) as rig:
        await rig.accept()
        await rig.until(lambda s: isinstance(s, Waiting) and s.reason is WaitReason.BUSY)
        control.refusals.append(TransientError("fake", "out of order", http_status=500))
        await rig.until(lambda s: isinstance(s, Waiting) and s.reason is WaitReason.TROUBLE)
        await rig.until(lambda s: isinstance(s, Waiting) and s.reason is WaitReason.BUSY)


async def test_nobody_waits_longer_than_the_cap() -> None:
    async with Rig(settings(waiting={"cap_s": 40}), FakeControl(slots=0)) as rig:
        await rig.accept()
        await rig.until(Waiting)
        began = rig.loop.time()
        assert (await rig.until(Farewell)).reason is EndReason.CAP
        assert rig.loop.time() - began == pytest.approx(40, abs=1.1)
        await rig.until(Attract, within=11)
        assert rig.vitals.last_end is EndReason.CAP
        rig.nothing_is_left()


async def test_who_does_not_answer_keep_my_place_leaves_the_line_and_wins_no_slot_meanwhile() -> None:
    control = FakeControl(slots=0)
    async with Rig(control=control) as rig:
        await rig.accept()
        await rig.until(lambda s: isinstance(s, Waiting) and s.asks is Ask.KEEP_PLACE)
        sent = len(control.creates_at)
        control.slots = 1
        await rig.until(Attract, within=21)
        assert len(control.creates_at) == sent
        assert rig.vitals.last_end is EndReason.CANCELLED


async def test_who_answers_keep_my_place_goes_on_waiting_and_is_asked_again() -> None:
    async with Rig(control=FakeControl(slots=0)) as rig:
        await rig.accept()
        for _ in range(2):
            await rig.until(lambda s: isinstance(s, Waiting) and s.asks is Ask.KEEP_PLACE)
            assert rig.vitals.visit.asks is Ask.KEEP_PLACE
            rig.tap(KeepPlace())
            await rig.until(lambda s: isinstance(s, Waiting) and s.asks is None, within=2)
        rig.tap(Cancel())
        await rig.until(Attract)


async def test_after_8_seconds_the_screen_says_that_the_guide_is_still_on_its_way_whatever_takes_so_long() -> None:
    async with Rig(control=FakeControl(create_s=6.0)) as rig:
        rig.scripts.append(RoomScript(appears=False))
        await rig.accept()
        await rig.until(Connecting)
        began = rig.loop.time()
        await rig.until(lambda s: isinstance(s, Connecting) and s.slow)
        assert rig.loop.time() - began == pytest.approx(3, abs=1.1)
        await rig.until(lambda s: isinstance(s, Connecting) and s.late)
        assert rig.loop.time() - began == pytest.approx(8, abs=1.1)
        await asyncio.sleep(10)
        assert rig.screen == Connecting(slow=True, late=True)
        rig.tap(Cancel())
        await rig.until(Attract, within=0.5)
        await asyncio.sleep(1)
        rig.nothing_is_left()


async def test_a_second_join_does_not_begin_the_screens_words_anew() -> None:
    async with Rig(settings(visit={"avatar_timeout_s": 9.0})) as rig:
        rig.scripts.extend(RoomScript(appears=False) for _ in range(2))
        await rig.accept()
        await rig.until(Farewell)
        told = [s.screen.late for s in rig.shown if isinstance(s.screen, Connecting)]
        assert told == sorted(told)


async def test_after_please_wait_the_words_of_the_connecting_screen_begin_anew() -> None:
    control = FakeControl(slots=0)
    async with Rig(control=control) as rig:
        rig.scripts.append(RoomScript(appears=False))
        await rig.accept()
        await asyncio.sleep(20)
        control.slots = 1
        assert await rig.until(Connecting, within=8) == Connecting()


@pytest.mark.parametrize("at", [0.0, 0.05, 0.19, 0.2, 0.21, 0.35, 0.5, 0.6])
async def test_cancel_at_any_moment_of_the_create_leaves_no_session(at: float) -> None:
    async with Rig() as rig:
        await rig.accept()
        await rig.until(Connecting)
        await asyncio.sleep(at)
        rig.tap(Cancel() if isinstance(rig.screen, Connecting) else End())
        await rig.until(Attract)
        await asyncio.sleep(5)
        rig.nothing_is_left()


async def test_a_visitor_who_waited_long_and_left_is_ended_by_the_short_first_idle_period() -> None:
    control = FakeControl(slots=0)
    async with Rig(control=control) as rig:
        await rig.accept()
        await asyncio.sleep(40)
        control.slots = 1
        await rig.until(Live)
        assert "turn" in rig.audio.speaker.chimes
        began = rig.loop.time()
        await rig.until(StillThere)
        assert rig.loop.time() - began == pytest.approx(20, abs=0.5)


async def test_a_new_visit_waits_for_our_own_last_release() -> None:
    control = FakeControl(stop_s=1.5)
    async with Rig(settings(visit={"farewell_s": 0, "touch_guard_s": 0}), control) as rig:
        await rig.to_live()
        rig.tap(End())
        await rig.accept()
        await rig.until(Live)
        assert not any(isinstance(s.screen, Waiting) for s in rig.shown)
