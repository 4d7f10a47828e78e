"""AI Studios passes the scenarios that every service passes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from app.vendors.aistudios import VENDOR
from tests.rigs.livekit_server import LiveKitServer
from tests.vendors.acceptance import Acceptance, AcceptanceVisit
from tests.vendors.agent_media import AgentLook
from tests.vendors.aistudios_service import APP, AVATAR, KEY, AistudiosService
from tests.vendors.memory_media_server import LoopClock, MemoryMediaServer
from tests.vendors.vendor_under_test import VendorUnderTest


class Parrot:
    """Answers with the question itself, so that the text that reaches the service shows what was asked."""

    def __init__(self, language: str) -> None:
        self.language = language

    def reply(self, question: str) -> str:
        return question

    def wrap_up(self) -> str:
        return "Goodbye!"


class AistudiosUnderTest(VendorUnderTest):
    create_path = "/start"
    answers = Parrot

    def __init__(self, service: AistudiosService) -> None:
        super().__init__(VENDOR, service, KEY, service.media_server)
        self.service = service
        service.knobs.unit, service.knobs.plan_max = "seconds", 1200

    def table(self) -> dict[str, object]:
        return {
            "base_url": self.service.url, "app_id": APP, "user_key": KEY, "avatar_id": AVATAR,
            "duration_unit": "seconds",
        }  # fmt: skip

    def asked(self) -> list[str]:
        return self.service.talked()

    def use_up(self) -> None:
        self.service.app().credits_left = False

    def keep_away(self) -> None:
        self.service.script = replace(self.service.script, joins=False)

    def paint(self, pattern: str) -> None:
        self.service.script = replace(self.service.script, look=AgentLook(pattern=pattern))

    def linger(self) -> None:
        """They always do."""


@pytest.mark.hurry
class TestAistudiosInMemory(Acceptance):
    @pytest_asyncio.fixture
    async def vendor(self) -> AsyncIterator[AistudiosUnderTest]:
        async with AistudiosService(MemoryMediaServer(), clock=LoopClock()) as service:
            yield AistudiosUnderTest(service)


@pytest.mark.live
@pytest.mark.expect_log("livekit|a message was not sent")
class _OnLiveKit:
    @pytest_asyncio.fixture
    async def vendor(self, own_livekit_server: LiveKitServer) -> AsyncIterator[AistudiosUnderTest]:
        from tests.vendors.livekit_media_server import LiveKitMediaServer

        media_server = LiveKitMediaServer(own_livekit_server)
        async with AistudiosService(media_server) as service:
            yield AistudiosUnderTest(service)
        await media_server.close()


class TestAistudiosOnLiveKit(_OnLiveKit, AcceptanceVisit):
    pass


@pytest.mark.long
class TestAistudiosOnLiveKitAtLength(_OnLiveKit, Acceptance):
    many = 6
