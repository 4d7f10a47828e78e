"""AI Studios passes the scenarios that every service passes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from app.vendors.aistudios import VENDOR
from tests.rigs.livekit_server import LiveKitServer
from tests.vendors.acceptance import Acceptance, Visit
from tests.vendors.aistudios_service import APP, AVATAR, KEY, AistudiosService
from tests.vendors.contender import Contender
from tests.vendors.memory_hall import LoopClock, MemoryHall


class Parrot:
    """Answers with the question, so that what reaches the service tells what was asked."""

    def __init__(self, language: str) -> None:
        self.language = language

    def reply(self, question: str) -> str:
        return question

    def wrap_up(self) -> str:
        return "Goodbye!"


class AistudiosContender(Contender):
    create_path = "/start"
    answers = Parrot

    def __init__(self, service: AistudiosService) -> None:
        super().__init__(VENDOR, service, KEY, service.hall)
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

    def linger(self) -> None:
        """They always do."""


@pytest.mark.hurry
class TestAistudiosInMemory(Acceptance):
    @pytest_asyncio.fixture
    async def contender(self) -> AsyncIterator[AistudiosContender]:
        async with AistudiosService(MemoryHall(), clock=LoopClock()) as service:
            yield AistudiosContender(service)


@pytest.mark.live
@pytest.mark.expect_log("livekit|a message was not sent")
class _OnLiveKit:
    @pytest_asyncio.fixture
    async def contender(self, own_livekit_server: LiveKitServer) -> AsyncIterator[AistudiosContender]:
        from tests.vendors.livekit_hall import LiveKitHall

        hall = LiveKitHall(own_livekit_server)
        async with AistudiosService(hall) as service:
            yield AistudiosContender(service)
        await hall.close()


class TestAistudiosOnLiveKit(_OnLiveKit, Visit):
    pass


@pytest.mark.long
class TestAistudiosOnLiveKitAtLength(_OnLiveKit, Acceptance):
    many = 6
