"""Services begin to count what they say anew after a second join; the visitor reads on below what stands there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from app.intents import AskText, End
from app.rooms.base import Disconnected
from app.screens import EndReason, Live, Screen
from tests.vendors.aistudios_service import AistudiosService
from tests.vendors.convai_service import ConvaiService
from tests.vendors.kiosk_rig import KioskRig
from tests.vendors.memory_media_server import LoopClock, MemoryMediaServer
from tests.vendors.memory_room import MemoryRoom
from tests.vendors.test_aistudios_acceptance import AistudiosUnderTest
from tests.vendors.test_convai_acceptance import ConvaiUnderTest
from tests.vendors.vendor_under_test import VendorUnderTest

QUESTIONS = ("Who are you?", "Where is the cafe?", "And the exit?")


@pytest_asyncio.fixture(params=["aistudios", "convai"])
async def vendor(request: pytest.FixtureRequest) -> AsyncIterator[VendorUnderTest]:
    media_server = MemoryMediaServer()
    if request.param == "convai":
        async with ConvaiService(media_server, clock=LoopClock()) as convai:
            yield ConvaiUnderTest(convai)
    else:
        async with AistudiosService(media_server, clock=LoopClock()) as aistudios:
            yield AistudiosUnderTest(aistudios)


def lines(screen: Screen | None) -> list[str]:
    return [line.text for line in screen.captions] if isinstance(screen, Live) else []


def answered(question: str) -> Callable[[Screen], bool]:
    def is_answered(screen: Screen) -> bool:
        *_, asked, answer = ["", "", *lines(screen)]
        return asked == question and question in answer  # both emulators repeat what they were asked

    return is_answered


@pytest.mark.asyncio
async def test_the_third_question_and_its_answer_are_the_last_lines(vendor: VendorUnderTest) -> None:
    async with KioskRig(vendor) as rig:
        await rig.to_live()
        for question in QUESTIONS:
            if question is QUESTIONS[2]:
                await lose_the_room(rig)
            rig.tap(AskText(question))
            await rig.until(answered(question), 10)
        assert rig.vitals.visit is not None and rig.vitals.visit.captions >= 6
        rig.tap(End())
        await rig.all_given_back()


async def lose_the_room(rig: KioskRig) -> None:
    room = rig.room
    assert isinstance(room, MemoryRoom)
    room.end(Disconnected(EndReason.NETWORK, may_rejoin=True))
    protocol = rig.protocol
    await rig.until(lambda s: rig.protocol is not protocol and isinstance(s, Live) and s.trouble is None, 20)
