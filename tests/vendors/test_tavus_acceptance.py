"""Tavus passes the scenarios that every service passes, with its Daily rooms on the fake Daily library."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from app.rooms.base import RoomFactory
from app.rooms.daily.room import DailyRooms
from app.rooms.presence import RoomTimes
from app.vendors.tavus import VENDOR
from tests.fakes import daily
from tests.vendors.acceptance import Acceptance, ManyVisits
from tests.vendors.daily_host import ReplicaLook
from tests.vendors.tavus_replica import ReplicaScript
from tests.vendors.tavus_service import KEY, PERSONA, REPLICA, TavusService
from tests.vendors.vendor_under_test import VendorUnderTest


class TavusUnderTest(VendorUnderTest):
    create_path = "/v2/conversations"

    def __init__(self, service: TavusService, rooms: DailyRooms) -> None:
        super().__init__(VENDOR, service, KEY)
        self.service = service
        self._rooms = rooms

    def table(self) -> dict[str, object]:
        return {"base_url": self.service.url, "api_key": KEY, "replica_id": REPLICA, "persona_id": PERSONA,
                "end_poll_s": 0.05}  # fmt: skip

    def asked(self) -> list[str]:
        return [text for talk in self.service.talks.values() for text in talk.replica.asked]

    def use_up(self) -> None:
        self.service.accounts[KEY].credits_left = False

    def keep_away(self) -> None:
        self.service.script = lambda: ReplicaScript(joins_after_s=None)

    def paint(self, pattern: str) -> None:
        self.service.script = lambda: ReplicaScript(joins_after_s=0.02, look=ReplicaLook(pattern=pattern))

    def linger(self) -> None:
        self.service.knobs.lingers = True

    def rooms(self) -> RoomFactory:
        return self._rooms

    def cut(self) -> None:
        """Pictures stop and the line breaks; what is sent into it is lost."""
        self.service.host.cut()

    def mend(self) -> None:
        self.service.host.mend()


class _OnDaily:
    @pytest_asyncio.fixture
    async def vendor(self) -> AsyncIterator[TavusUnderTest]:
        if not daily.Daily._is_ready:
            daily.Daily.init()
        rooms = DailyRooms(RoomTimes(reconnect_s=6.0), library=daily)
        script = ReplicaScript(joins_after_s=0.02)
        async with TavusService(script=lambda: replace(script)) as service:
            yield TavusUnderTest(service, rooms)
            assert await rooms.background.settled(10.0)
        assert daily.clients == []


class TestTavus(_OnDaily, Acceptance):
    many = 30  # in real time: the library's stand-in has real threads


@pytest.mark.long
class TestTavusAtLength(_OnDaily, ManyVisits):
    pass
