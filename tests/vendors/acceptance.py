"""The acceptance scenarios that every service passes, with the kiosk's own code in this process.

See docs/vendors/README.md 8.

A service registers by a class of its own in `tests/vendors/test_NAME_acceptance.py`:

    @pytest.mark.hurry
    class TestConvaiInMemory(Acceptance):
        @pytest_asyncio.fixture
        async def vendor(self):
            async with ConvaiService(MemoryMediaServer(), clock=LoopClock()) as service:
                yield ConvaiUnderTest(service)

and by two more, as in `tests/vendors/test_convai_acceptance.py`: on a real LiveKit server, and at length.

With `hurry` the loop's clock jumps, and media are in memory. Without it, and with a `LiveKitMediaServer`, everything is
real and `many` is small. The times below are short enough for both. On a real server each run of the tests does only
the `AcceptanceVisit`, and a long run does everything.
"""

from __future__ import annotations

import asyncio
import gc
import threading

import psutil
import pytest

from app.intents import AskText, Cancel, End
from app.screens import (
    Attract,
    Connecting,
    EndReason,
    Farewell,
    Live,
    StillThere,
    Unavailable,
    UnavailableReason,
    Waiting,
)
from tests.fakes.character import FakeFigure
from tests.vendors.kiosk_rig import KioskRig
from tests.vendors.vendor_under_test import VendorUnderTest

QUESTION = "Where is the cafe?"


@pytest.mark.asyncio
class AcceptanceVisit:
    """The scenario of one visit, from attract to attract."""

    async def test_a_free_slot_is_a_visit(self, vendor: VendorUnderTest) -> None:
        async with KioskRig(vendor) as rig:
            await rig.to_live()
            assert vendor.taken() == 1 and rig.vitals.open_sessions == 1
            rig.tap(AskText(QUESTION))
            async with asyncio.timeout(10):
                while vendor.asked() != [QUESTION]:  # noqa: ASYNC110 - the service is asked from outside
                    await asyncio.sleep(0.05)
            rig.tap(End())
            assert (await rig.until(Farewell)).reason is EndReason.VISITOR
            await rig.all_given_back()
            assert not any(isinstance(shown.screen, Waiting) for shown in rig.shown)


@pytest.mark.asyncio
class ManyVisits:
    """The scenario of many visits.

    Attributes:
        many: Number of visits, one after another.
    """

    many = 300

    @pytest.mark.timeout(300)
    async def test_many_visits_leave_nothing_behind(self, vendor: VendorUnderTest) -> None:
        async with KioskRig(vendor) as rig:
            for number in range(self.many):
                await rig.to_live()
                rig.tap(End())
                await rig.all_given_back()
                if number == min(10, self.many // 3):
                    before = _footprint()
                rig.shown.clear()
            threads, handles = _footprint()
            # A pool's thread or two may still be made; one a visit would be far more.
            assert threads <= before[0] + 2 and handles <= before[1] + 2
            assert len(vendor.emulator.sessions) >= self.many
            assert rig.vitals.visits == self.many and rig.vitals.unconfirmed == 0


class Acceptance(AcceptanceVisit, ManyVisits):
    """Every scenario.

    Attributes:
        network_end_s: Seconds within which a visit ends after the network is cut.
    """

    network_end_s = 60.0

    async def test_a_full_service_is_waited_for_until_another_kiosk_frees_a_slot(self, vendor: VendorUnderTest) -> None:
        vendor.emulator.release_lag_s = 0.3
        other = vendor.occupy()
        async with KioskRig(vendor) as rig:
            await rig.tap_start()
            await rig.until(Waiting)
            await asyncio.sleep(2)
            assert isinstance(rig.screen, Waiting)
            vendor.emulator.end(other, "freed")
            await rig.until(Live, within=10)
            assert vendor.taken() == 1
            rig.tap(End())
            await rig.all_given_back()

    async def test_cancel_while_waiting_takes_nothing(self, vendor: VendorUnderTest) -> None:
        other = vendor.occupy()
        async with KioskRig(vendor) as rig:
            await rig.tap_start()
            await rig.until(Waiting)
            rig.tap(Cancel())
            await rig.until(Attract, within=1)
            vendor.emulator.end(other, "freed")
            await asyncio.sleep(2)
            await rig.all_given_back()
            assert rig.vitals.last_end is EndReason.CANCELLED and rig.rooms == []

    async def test_cancel_beside_a_create_that_succeeds_gives_the_session_back(self, vendor: VendorUnderTest) -> None:
        vendor.emulator.fail(path=vendor.create_path, late_s=1.0)
        async with KioskRig(vendor) as rig:
            await rig.tap_start()
            await rig.until(Connecting)
            async with asyncio.timeout(5):
                while vendor.taken() == 0:  # noqa: ASYNC110 - the service is asked from outside
                    await asyncio.sleep(0.02)
            rig.tap(Cancel())
            await rig.until(Attract, within=1)
            await asyncio.sleep(1.5)
            await rig.all_given_back()
            assert len(vendor.emulator.sessions) == 1 and rig.rooms == []

    @pytest.mark.expect_log("the service cannot be used")
    async def test_credits_used_up_while_waiting_end_the_wait(self, vendor: VendorUnderTest) -> None:
        vendor.occupy()
        async with KioskRig(vendor) as rig:
            await rig.tap_start()
            await rig.until(Waiting)
            vendor.use_up()
            screen = await rig.until(Unavailable, within=10)
            assert screen.reason is UnavailableReason.CREDITS
            assert rig.vitals.last_end is EndReason.UNAVAILABLE and rig.journal.kept == {}

    async def test_nobody_there_idles_out(self, vendor: VendorUnderTest) -> None:
        async with KioskRig(vendor, visit={"idle_s": 1.5, "idle_warning_s": 1.5}) as rig:
            await rig.to_live()
            await rig.until(StillThere, within=10)
            assert (await rig.until(Farewell, within=5)).reason is EndReason.IDLE
            await rig.all_given_back()

    async def test_the_hard_limit_ends_the_visit(self, vendor: VendorUnderTest) -> None:
        async with KioskRig(vendor, visit={"hard_limit_s": 3.0}) as rig:
            await rig.to_live()
            assert (await rig.until(Farewell, within=5)).reason is EndReason.HARD_LIMIT
            await rig.all_given_back()

    async def test_a_maximum_of_the_service_below_the_hard_limit_ends_the_visit_before_it(
        self, vendor: VendorUnderTest
    ) -> None:
        async with KioskRig(vendor, service={"plan_max_s": 18.0}) as rig:
            await rig.to_live()
            assert (await rig.until(Farewell, within=8)).reason is EndReason.VENDOR_MAX_DURATION
            await rig.all_given_back()

    async def test_an_avatar_that_never_appears_is_an_apology(self, vendor: VendorUnderTest) -> None:
        vendor.keep_away()
        async with KioskRig(vendor, visit={"avatar_timeout_s": 1.5, "first_frame_timeout_s": 1.5}) as rig:
            await rig.tap_start()
            assert (await rig.until(Farewell, within=30)).reason is EndReason.NO_START
            await rig.all_given_back()

    @pytest.mark.expect_log("the avatar's picture is black")
    async def test_a_black_picture_gives_way_to_the_drawn_character(self, vendor: VendorUnderTest) -> None:
        vendor.paint("black data")
        async with KioskRig(vendor) as rig:
            await rig.to_live()
            await asyncio.sleep(5.2)
            assert isinstance(rig.screen, Live) and rig.screen.trouble is None
            assert isinstance(rig.figure, FakeFigure) and rig.figure.visible and rig.picture.withheld
            assert rig.vitals.video is not None and rig.vitals.video.source == "character"
            rig.tap(End())
            await rig.all_given_back()

    async def test_a_short_gap_of_the_network_goes_by(self, vendor: VendorUnderTest) -> None:
        async with KioskRig(vendor) as rig:
            await rig.to_live()
            vendor.cut()
            await asyncio.sleep(2.0)
            vendor.mend()
            await asyncio.sleep(3.0)
            assert isinstance(rig.screen, Live)
            rig.tap(End())
            await rig.all_given_back()

    @pytest.mark.timeout(400)  # a join into a dead network is never cancelled; the library gives up after minutes
    async def test_a_long_gap_of_the_network_ends_the_visit(self, vendor: VendorUnderTest) -> None:
        async with KioskRig(vendor, visit={"connect_timeout_s": 4.0}) as rig:
            await rig.to_live()
            vendor.cut()
            try:
                farewell = await rig.until(Farewell, within=self.network_end_s)
            finally:
                vendor.mend()
            assert farewell.reason is EndReason.NETWORK
            await rig.all_given_back(40)

    async def test_after_a_crash_the_own_session_is_ended_and_no_other(self, vendor: VendorUnderTest) -> None:
        vendor.linger()
        vendor.emulator.accounts[vendor.key].slots = 2
        other = vendor.occupy()
        async with KioskRig(vendor) as dead:
            await dead.to_live()
            await dead.die()
            assert vendor.taken() == 2
            async with KioskRig(vendor, journal=dead.journal, run="second-run") as rig:
                async with asyncio.timeout(20):
                    while vendor.taken() == 2 or rig.journal.kept:  # noqa: ASYNC110 - seen from outside
                        await asyncio.sleep(0.05)
                assert [session.id for session in vendor.emulator.active()] == [other.id]
                await rig.until(Attract)


def _footprint() -> tuple[int, int]:
    gc.collect()
    return threading.active_count(), psutil.Process().num_fds()
