"""Visits that cannot begin: what the visitor reads, what is tried again, and that no session is left."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from app.intents import End
from app.rooms.base import RoomError, RoomFault
from app.screens import Attract, EndReason, Farewell, Live, Unavailable, UnavailableReason, Waiting
from app.vendors.base import Capabilities
from app.vendors.errors import AuthError, ConfigError, OutOfCredits, TransientError
from tests.fakes.kiosk import Rig, settings
from tests.fakes.service import FakeControl, RoomScript

pytestmark = pytest.mark.asyncio


@pytest.mark.expect_log("the service cannot be used")
@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OutOfCredits("fake"), UnavailableReason.CREDITS),
        (AuthError("fake"), UnavailableReason.AUTH),
        (ConfigError("fake"), UnavailableReason.CONFIG),
    ],
)
async def test_credits_key_and_configuration_never_say_please_wait(error, reason) -> None:
    control = FakeControl()
    control.refusals.append(error)
    control.check_error = error
    async with Rig(control=control) as rig:
        await rig.accept()
        assert (await rig.until(Unavailable)).reason is reason
        assert not any(isinstance(s.screen, Waiting) for s in rig.shown)
        await asyncio.sleep(130)
        assert rig.vitals.unavailable is reason
        control.check_error = None
        await rig.until(Attract, within=62)
        assert rig.vitals.unavailable is None


async def test_transient_errors_are_tried_again_and_then_apologised_for() -> None:
    control = FakeControl()
    control.refusals.extend(TransientError("fake") for _ in range(4))
    async with Rig(control=control) as rig:
        await rig.accept()
        assert (await rig.until(Farewell)).reason is EndReason.NO_START
        began = rig.loop.time()
        await rig.until(Attract)
        assert rig.loop.time() - began == pytest.approx(5, abs=0.3)
        gaps = [b - a for a, b in zip(control.creates_at, control.creates_at[1:], strict=False)]
        assert [round(gap) for gap in gaps] == [1, 2, 4]
        rig.nothing_is_left()


@pytest.mark.expect_log("the service cannot be used")
async def test_a_host_that_cannot_be_reached_is_unavailable_and_mends_itself() -> None:
    control = FakeControl()
    control.refusals.extend(TransientError("fake", unreachable=True) for _ in range(4))
    async with Rig(control=control) as rig:
        await rig.accept()
        assert (await rig.until(Unavailable)).reason is UnavailableReason.NETWORK
        await rig.until(Attract, within=62)


@pytest.mark.expect_log("the service cannot be used")
async def test_where_packets_vanish_the_visitor_is_told_after_the_first_call() -> None:
    control = FakeControl(create_s=10.0)
    control.refusals.extend(TransientError("fake", unreachable=True) for _ in range(4))
    async with Rig(control=control) as rig:
        await rig.accept()
        assert (await rig.until(Unavailable, within=12)).reason is UnavailableReason.NETWORK
        assert len(control.creates_at) == 1


async def test_a_lost_answer_is_not_asked_again_and_its_session_is_stopped() -> None:
    control = FakeControl(lost_answers=1)
    async with Rig(control=control) as rig:
        await rig.accept()
        assert (await rig.until(Farewell)).reason is EndReason.NO_START
        await rig.until(Attract)
        await asyncio.sleep(3)
        assert len(control.creates_at) == 1
        rig.nothing_is_left()


async def test_an_answer_later_than_the_time_out_is_released() -> None:
    control = FakeControl(create_s=42.0)
    async with Rig(control=control) as rig:
        await rig.accept()
        assert (await rig.until(Farewell, within=31)).reason is EndReason.NO_START
        await rig.until(Attract)
        await asyncio.sleep(20)
        assert len(control.started) == 1
        rig.nothing_is_left()


async def test_a_join_that_fails_is_tried_once_more_with_a_fresh_session() -> None:
    async with Rig() as rig:
        rig.scripts.append(RoomScript(join_error=RoomError(RoomFault.TRANSIENT, "no answer")))
        await rig.to_live()
        assert len(rig.control.started) == 2 and len({r.name for r in rig.control.started}) == 2
        rig.tap(End())
        await rig.until(Attract)
        await asyncio.sleep(1)
        rig.nothing_is_left()


@pytest.mark.parametrize(
    ("set_s", "needed_s", "waited_s"),
    [
        (25.0, 0.0, 25.0),
        (25.0, 45.0, 45.0),  # the default, also where a file that `setup` made names it
        (25.0, 10.0, 10.0),
        (30.0, 45.0, 30.0),  # the site's own word
        (90.0, 45.0, 90.0),
    ],
)
async def test_a_service_that_needs_longer_to_appear_gets_it(set_s, needed_s, waited_s) -> None:
    control = FakeControl(capabilities=Capabilities(appear_s=needed_s))
    async with Rig(settings(visit={"avatar_timeout_s": set_s}), control) as rig:
        rig.scripts.extend(RoomScript(appears=False) for _ in range(2))
        await rig.accept()
        await rig.until(Farewell)
        first, second = control.creates_at
        assert second - first == pytest.approx(waited_s, abs=1.0)


async def test_no_first_picture_is_an_apology() -> None:
    async with Rig() as rig:
        rig.scripts.extend(RoomScript(shows_frames=False) for _ in range(2))
        await rig.accept()
        began = rig.loop.time()
        assert (await rig.until(Farewell)).reason is EndReason.NO_START
        assert rig.loop.time() - began < 30
        await rig.until(Attract)
        await asyncio.sleep(1)
        rig.nothing_is_left()


async def test_a_room_where_nobody_appears_means_waiting_where_the_service_works_so() -> None:
    control = FakeControl(capabilities=replace(Capabilities(), absence_is_busy=True))
    async with Rig(control=control) as rig:
        rig.scripts.append(RoomScript(appears=False))
        await rig.accept()
        await rig.until(Waiting, within=30)
        await rig.until(Live)
        rig.tap(End())
        await rig.until(Attract)
        await asyncio.sleep(1)
        rig.nothing_is_left()


@pytest.mark.parametrize("absence_is_busy", [True, False])
async def test_somebody_who_never_becomes_ready_is_tried_again_only_where_that_may_mean_full(absence_is_busy) -> None:
    control = FakeControl(capabilities=replace(Capabilities(), absence_is_busy=absence_is_busy))
    async with Rig(control=control) as rig:
        rig.scripts.extend(RoomScript(gets_ready=False) for _ in range(9))
        await rig.accept()
        assert (await rig.until(Farewell, within=120)).reason is EndReason.NO_START
        assert any(isinstance(s.screen, Waiting) for s in rig.shown) is absence_is_busy
        assert len(rig.rooms) == (2 if absence_is_busy else 1), "a session more would be paid for, and meet the same"
        await rig.until(Attract)
        await asyncio.sleep(1)
        rig.nothing_is_left()


async def test_a_gateways_refusal_is_tried_again_and_what_it_may_have_made_stays_on_paper() -> None:
    control = FakeControl()
    control.refusals.append(TransientError("fake", "bad gateway", http_status=502, ambiguous=True))
    async with Rig(control=control) as rig:
        await rig.to_live()
        assert [row.session_id for row in rig.journal.kept.values()] == ["", "session-0"]


async def test_a_create_call_that_hangs_keeps_no_later_visitor_connecting_for_ever() -> None:
    control = FakeControl(create_s=90.0)
    async with Rig(control=control) as rig:
        for _ in range(2):
            await rig.accept()
            assert (await rig.until(Farewell, within=31)).reason is EndReason.NO_START
            await rig.until(Attract)
            await asyncio.sleep(2)  # the touch guard
        assert len(control.creates_at) == 1, "no second call beside one that may still make a session"
        await asyncio.sleep(60)
        rig.nothing_is_left()
