"""The built-in guide as a service: no key, no network, always a free slot, and on request a pretended queue."""

from __future__ import annotations

import asyncio

from app.findings import Finding
from app.guide.wire import GOODBYE, GUIDE, INTERRUPT, URL, WRAP_UP
from app.rooms.base import Room
from app.settings.service import VendorSettings
from app.vendors.agents_protocol import AgentsProtocol
from app.vendors.base import Capabilities, Vendor, VendorContext, VendorControl
from app.vendors.errors import Busy
from app.vendors.session import SessionInfo, StopOrder, VisitRequest

NAME = "demo"
_FORGET_S = 30.0  # a visitor who has not asked for this long no longer waits; the next one starts to wait anew


class DemoControl:
    """See `VendorControl`. Pretends to be full for `demo_busy_s` seconds from each visitor's first ask for a slot."""

    def __init__(self, context: VendorContext[VendorSettings]) -> None:
        # Imported here, because `release` after a crash must not wait for numpy.
        from app.guide.recognizer import can_hear

        self.capabilities = Capabilities(transcripts=can_hear(context.language), orphan_s=60.0, local=True)
        self._busy_s = context.demo_busy_s
        self._first_ask: float | None = None
        self._last_ask = 0.0

    async def start(self, request: VisitRequest) -> SessionInfo:
        """See `VendorControl.start`. Raises Busy while it pretends to be full."""
        now = asyncio.get_running_loop().time()
        if self._first_ask is None or now - self._last_ask > _FORGET_S:
            self._first_ask = now
        self._last_ask = now
        if now - self._first_ask < self._busy_s:
            raise Busy(NAME, "the demo pretends to be full")
        self._first_ask = None
        return SessionInfo(
            provider=NAME,
            session_id=request.name,
            media_url=URL + request.language,
            media_token=request.identity,
            avatar_identity_hint=GUIDE,
        )

    async def stop(self, order: StopOrder) -> bool:
        """See `VendorControl.stop`: nothing runs anywhere else."""
        return True

    async def count(self) -> int | None:
        """See `VendorControl.count`."""
        return None

    async def check(self) -> list[Finding]:
        """See `VendorControl.check`: nothing can be wrong."""
        return [Finding("service", True, "the built-in guide, without a key or a network")]


class DemoProtocol(AgentsProtocol):
    """The guide follows the conventions of LiveKit agents; it can also be interrupted and asked to close."""

    def __init__(self, control: VendorControl, session: SessionInfo, settings: VendorSettings) -> None:
        super().__init__(interrupt_method=INTERRUPT, agent_hint=GUIDE)

    async def wrap_up(self, room: Room, remaining_s: float) -> None:
        """See `VendorProtocol.wrap_up`: it says a closing line."""
        await room.call(GUIDE, WRAP_UP, f"{remaining_s:.0f}")

    async def goodbye(self, room: Room) -> None:
        """See `VendorProtocol.goodbye`: it waves."""
        await room.call(GUIDE, GOODBYE, "")


VENDOR = Vendor(name=NAME, settings=VendorSettings, media="local", control=DemoControl, protocol=DemoProtocol)
