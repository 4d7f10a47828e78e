"""Whole visits with AI Studios whose avatar leaves, or plays another sound: in rooms in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from app.rooms.base import ActiveSpeakers
from app.screens import EndReason, Farewell, Live
from tests.vendors.aistudios_service import AistudiosService
from tests.vendors.kiosk_rig import KioskRig
from tests.vendors.memory_media_server import LoopClock, MemoryMediaServer
from tests.vendors.memory_room import MemoryRoom
from tests.vendors.test_aistudios_acceptance import AistudiosUnderTest

pytestmark = [pytest.mark.asyncio, pytest.mark.hurry]


@pytest_asyncio.fixture
async def service() -> AsyncIterator[AistudiosService]:
    async with AistudiosService(MemoryMediaServer(), clock=LoopClock()) as made:
        yield made


@pytest.mark.parametrize(("on_purpose", "after_s"), [(True, 4), (False, 10)])
async def test_an_avatar_that_leaves_on_purpose_is_not_waited_for_as_one_that_is_lost(
    service: AistudiosService, on_purpose: bool, after_s: float
) -> None:
    async with KioskRig(AistudiosUnderTest(service), visit={"stall_end_s": 30}) as kiosk:
        await kiosk.to_live()
        assert service.avatar.actor is not None
        left_at = kiosk.loop.time()
        await service.avatar.actor.leave(on_purpose=on_purpose)
        assert (await kiosk.until(Farewell, 20)).reason is EndReason.AVATAR_LEFT
        assert kiosk.loop.time() - left_at == pytest.approx(after_s, abs=1)
        await kiosk.all_given_back()


async def test_a_background_sound_does_not_keep_a_visit_alive(service: AistudiosService) -> None:
    async with KioskRig(AistudiosUnderTest(service), visit={"idle_s": 10, "idle_warning_s": 5}) as kiosk:
        await kiosk.to_live()
        assert service.avatar.actor is not None and isinstance(kiosk.room, MemoryRoom)
        await service.avatar.actor.open_ambience()
        kiosk.room.tell(ActiveSpeakers((service.avatar.actor.identity,), own=False))
        assert isinstance(kiosk.screen, Live)
        assert (await kiosk.until(Farewell, 30)).reason is EndReason.IDLE
        await kiosk.all_given_back()
