"""A whole kiosk in this process with the real code of one service; devices, journal and screens are fakes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Self

from app.audio.base import Microphone, SpeakerOut
from app.http import HttpClient
from app.intents import Start
from app.picture import Picture
from app.rooms.base import ChooseAvatar, Room
from app.screens import Attract, Live
from app.settings.model import ServiceSettings
from app.vendors.base import VendorControl, VendorProtocol
from app.vendors.build import control_for
from app.vendors.session import SessionInfo
from tests.fakes.journal import FakeJournal
from tests.fakes.kiosk import BaseRig, settings
from tests.vendors.vendor_under_test import VendorUnderTest

QUICK: dict[str, object] = {"notice": "tap", "touch_guard_s": 0.0, "farewell_s": 0.2, "grace_s": 0.0, "wrap_up_s": 0.0}


OF_A_VISIT = ("live-", "attend", "join", "wait-", "create", "still")  # names of a visit's own tasks


def _tasks(prefixes: tuple[str, ...]) -> list[str]:
    return sorted(name for task in asyncio.all_tasks() if (name := task.get_name()).startswith(prefixes))


class KioskRig(BaseRig[VendorControl, VendorProtocol, Room]):
    """A running kiosk: `async with KioskRig(vendor) as rig`.

    Args:
        under_test: The service.
        service: Keys of the service's table.
        journal: Journal of another rig, where this is the kiosk after a restart.
        run: Name of this process in the journal.
        **tables: Keys of other tables.
    """

    def __init__(
        self,
        under_test: VendorUnderTest,
        *,
        service: Mapping[str, object] | None = None,
        journal: FakeJournal | None = None,
        run: str = "first-run",
        **tables: Mapping[str, object],
    ) -> None:
        vendor = under_test.vendor
        table = vendor.settings.model_validate({**under_test.table(), **(service or {})})
        tables["visit"] = {**QUICK, **under_test.visit, **tables.get("visit", {})}
        tables["waiting"] = {"poll_s": 0.5, "backoff_max_s": 1.0, **tables.get("waiting", {})}
        config = settings(**tables).model_copy(
            update={"service": ServiceSettings(vendor=vendor.name, tables={vendor.name: table})}
        )
        self._http = HttpClient("test")
        super().__init__(config, control_for(config, vendor, self._http, answers=under_test.answers))
        self.service, self.run, self.plan_max_s = vendor.name, run, table.plan_max_s
        self.journal = journal or self.journal
        self._under_test = under_test
        self._table = table
        self._is_dead = False

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        await self.releaser.recover(lambda name: self.control, self.run)
        return self

    async def __aexit__(self, *exc: object) -> None:
        if not self._is_dead:
            await super().__aexit__(*exc)
        for room in self.rooms:
            await room.leave()
        await self._http.close()

    # ------------------------------------------------------------ what a test does

    async def tap_start(self) -> None:
        """The visitor's tap in attract, which is his consent, too."""
        await self.until(Attract)
        self.tap(Start())

    async def to_live(self) -> Live:
        await self.tap_start()
        screen = await self.until(Live)
        self.audio.microphone.heard_anything = True
        return screen

    async def all_given_back(self, within: float = 20.0) -> None:
        """Wait until nothing of any visit runs anywhere; says what is left."""
        under_test = self._under_test
        try:
            async with asyncio.timeout(within):
                await self.until(Attract)
                while self.journal.kept or await under_test.left_over() or under_test.taken():  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
                assert self.audio.open_devices == [] and _tasks(OF_A_VISIT) == []
                # A join that was given up is never cancelled, only left again when it ends: that takes its time.
                while _tasks(("room-",)):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        except TimeoutError:
            rest = await under_test.left_over()
            raise AssertionError(
                f"left: {self.journal.kept}, {rest}, {under_test.taken()} slots, {_tasks(('',))}, {self.screen}"
            ) from None

    async def die(self) -> None:
        """End as a killed process does: nothing is said to anybody any more."""
        self._is_dead = True
        self.releaser.hand_over = lambda lease, reason: None  # type: ignore[method-assign]  # reason: the dead say nothing
        await self.tasks.cancel_all(1)
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)

    # ------------------------------------------------------------ wiring

    def _protocol(self, control: VendorControl, session: SessionInfo) -> VendorProtocol:
        self.protocols.append(self._under_test.vendor.protocol(control, session, self._table))
        return self.protocol

    def _room(
        self, *, picture: Picture, speaker: SpeakerOut | None, microphone: Microphone | None, choose: ChooseAvatar
    ) -> Room:
        make = self._under_test.rooms()
        self.rooms.append(make(picture=picture, speaker=speaker, microphone=microphone, choose=choose))
        return self.room
