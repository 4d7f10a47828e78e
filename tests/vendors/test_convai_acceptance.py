"""Convai passes the scenarios that every service passes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from app.vendors.convai import VENDOR
from tests.rigs.livekit_server import LiveKitServer
from tests.vendors.acceptance import Acceptance, AcceptanceVisit
from tests.vendors.agent_media import AgentLook
from tests.vendors.convai_service import CHARACTER, KEY, ConvaiService
from tests.vendors.memory_media_server import LoopClock, MemoryMediaServer
from tests.vendors.vendor_under_test import VendorUnderTest


class ConvaiUnderTest(VendorUnderTest):
    create_path = "/connect"

    def __init__(self, service: ConvaiService) -> None:
        super().__init__(VENDOR, service, KEY, service.media_server)
        self.service = service

    def table(self) -> dict[str, object]:
        url = self.service.url
        return {
            "base_url": url, "api_url": url, "api_key": KEY, "character_id": CHARACTER, "goodbye_s": 0.3,
            "client_ready_s": 0.3,
        }  # fmt: skip

    def asked(self) -> list[str]:
        return [data["text"] for bot in self.service.bots.values() for data in bot.asked("user_text_message")]

    def use_up(self) -> None:
        self.service.accounts[KEY].credits_left = False

    def keep_away(self) -> None:
        self.service.script = replace(self.service.script, joins=False)

    def paint(self, pattern: str) -> None:
        self.service.script = replace(self.service.script, look=AgentLook(pattern=pattern))

    def linger(self) -> None:
        self.service.knobs.lingers = True


@pytest.mark.hurry
class TestConvaiInMemory(Acceptance):
    @pytest_asyncio.fixture
    async def vendor(self) -> AsyncIterator[ConvaiUnderTest]:
        async with ConvaiService(MemoryMediaServer(), clock=LoopClock()) as service:
            yield ConvaiUnderTest(service)


@pytest.mark.live
@pytest.mark.expect_log("media library|a message was not sent")
class _OnLiveKit:
    @pytest_asyncio.fixture
    async def vendor(self, own_livekit_server: LiveKitServer) -> AsyncIterator[ConvaiUnderTest]:
        from tests.vendors.livekit_media_server import LiveKitMediaServer

        media_server = LiveKitMediaServer(own_livekit_server)
        async with ConvaiService(media_server) as service:
            yield ConvaiUnderTest(service)
        await media_server.close()


class TestConvaiOnLiveKit(_OnLiveKit, AcceptanceVisit):
    pass


@pytest.mark.long
class TestConvaiOnLiveKitAtLength(_OnLiveKit, Acceptance):
    many = 6
