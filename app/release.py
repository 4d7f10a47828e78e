"""Gives a lease back: in order, bounded, retried until confirmed. The only place that stops a session."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from app.records.journal import Journal, Row
from app.rooms.base import Room
from app.screens import EndReason
from app.tasks import Tasks
from app.vendors.base import Control, SessionInfo, StopOrder, VendorProtocol
from app.vendors.errors import VendorError
from app.vitals import Vitals

log = logging.getLogger(__name__)

GOODBYE_S = 1.0
LEAVE_S = 2.0
STOP_S = 2.0  # in the first round, while somebody may wait for the slot
STOP_LATER_S = 10.0
RETRY_FIRST_S = 2.0
RETRY_MOST_S = 60.0


@dataclass
class Lease:
    """A slot and all that hangs on it at the service: journal row, vendor session, room.

    name: ours, unique. expires_at: seconds since the epoch; the service's own bound for a session nobody stops.
    left: whether nobody of ours is in the room; where a service has no stop call, that is the end of the session.
    freed: the service confirmed the end, or it can no longer run.
    """

    name: str
    vendor: str
    control: Control
    row: int
    expires_at: float
    session: SessionInfo | None = None
    protocol: VendorProtocol | None = None
    room: Room | None = None
    reason: EndReason = EndReason.UNKNOWN
    left: bool = True
    freed: asyncio.Event = field(default_factory=asyncio.Event)


class Releases:
    """Every lease that is on its way back, over visits.

    epoch: seconds since the epoch now; injected, because expiries outlive the process. open_sessions in the vitals is
    the number of journal rows.
    """

    def __init__(self, journal: Journal, vitals: Vitals, tasks: Tasks, epoch: Callable[[], float]) -> None:
        self._journal = journal
        self._vitals = vitals
        self._tasks = tasks
        self._epoch = epoch
        self._last: Lease | None = None
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.freed = asyncio.Event()  # pulses whenever a slot of ours came back

    async def open(self, vendor: str, control: Control, name: str, run: str, max_s: float) -> Lease:
        """Write the paper trail of a session about to be created, which will last `max_s` seconds at most."""
        now = self._epoch()
        expires_at = now + max_s + control.capabilities.orphan_s
        row = await self._journal.open(vendor, name, run, now, expires_at)
        await self._count()
        return Lease(name, vendor, control, row, expires_at)

    async def complete(self, lease: Lease, session: SessionInfo) -> None:
        """Add the session's id to the paper trail; only then may its media be joined."""
        lease.session = session
        await self._journal.complete(lease.row, session.session_id, session.stop_context)

    async def forget(self, lease: Lease) -> None:
        """The create was refused: nothing runs."""
        await self._journal.erase(lease.row)
        lease.freed.set()
        await self._count()

    def hand_over(self, lease: Lease, reason: EndReason) -> None:
        """Begin to give a lease back; returns at once."""
        lease.reason = reason
        self._last = lease
        self._under_way += 1
        self._idle.clear()
        self._tasks.start(self._give_back(lease), "release")

    async def settled(self, most_s: float) -> None:
        """Wait until our last lease is free again, `most_s` seconds at most."""
        if self._last is not None and not self._last.freed.is_set():
            await _within(most_s, self._last.freed.wait())

    async def finished(self, most_s: float) -> bool:
        """Wait until nothing is on its way back; False when `most_s` seconds were not enough."""
        return await _within(most_s, self._idle.wait())

    async def recover(self, controls: Callable[[str], Control | None], run: str) -> None:
        """Begin to stop what earlier runs left in the journal: exactly that, nothing else, beside everything else."""
        for row in await self._journal.rows():
            if row.run == run:
                continue
            control = controls(row.vendor)
            if control is None:
                log.warning("journal names a service that is not set up", extra={"vendor": row.vendor})
                continue
            self.hand_over(lease_of(row, control, self._epoch()), EndReason.ERROR)
        await self._count()

    async def _give_back(self, lease: Lease) -> None:
        try:
            await self._leave_room(lease)
            await self._stop(lease)
        finally:
            self._under_way -= 1
            if self._under_way == 0:
                self._idle.set()

    async def _leave_room(self, lease: Lease) -> None:
        room, protocol = lease.room, lease.protocol
        lease.room = lease.protocol = None
        if room is None:
            return
        if protocol is not None:
            await _within(GOODBYE_S, _quietly(protocol.goodbye(room)))
        lease.left = await _within(LEAVE_S, _quietly(room.leave()))

    async def _stop(self, lease: Lease) -> None:
        if not await self._is_stopped(lease):
            # Nobody can stop it and nobody confirmed it: the service's own bound ends it.
            await asyncio.sleep(max(0.0, lease.expires_at - self._epoch()))
            self._vitals.unconfirmed += 1
        await self._journal.erase(lease.row)
        lease.freed.set()
        self.freed.set()
        self.freed.clear()
        await self._count()

    async def _is_stopped(self, lease: Lease) -> bool:
        if not lease.control.capabilities.stop:
            return lease.left
        session_id = lease.session.session_id if lease.session else ""
        context = lease.session.stop_context if lease.session else {}
        order = StopOrder(lease.name, session_id, lease.reason, context)
        answer = await self._try_stop(lease, order, STOP_S)
        delay_s = RETRY_FIRST_S
        while answer is None and self._epoch() < lease.expires_at:
            self._vitals.staff_note = "A session could not be stopped yet; it is tried again."
            await asyncio.sleep(delay_s)
            delay_s = min(2 * delay_s, RETRY_MOST_S)
            answer = await self._try_stop(lease, order, STOP_LATER_S)
        return answer is True

    async def _try_stop(self, lease: Lease, order: StopOrder, bound_s: float) -> bool | None:
        """Return what the control says, or None where it failed and should be asked again."""
        try:
            async with asyncio.timeout(bound_s):
                return await lease.control.stop(order)
        except (VendorError, TimeoutError) as error:
            log.info("stop failed", extra={"vendor": lease.vendor, "error": type(error).__name__})
            return None

    async def _count(self) -> None:
        self._vitals.open_sessions = len(await self._journal.rows())


def lease_of(row: Row, control: Control, now: float) -> Lease:
    """Return the lease that a journal row of an earlier run stands for. now: seconds since the epoch.

    Whoever was in its room is gone, so the service's bound for abandoned sessions runs from now at the latest.
    """
    expires_at = min(row.expires_at, now + control.capabilities.orphan_s)
    if control.capabilities.stop:
        expires_at = row.expires_at
    lease = Lease(row.name, row.vendor, control, row.id, expires_at, left=False)
    if row.session_id:
        lease.session = SessionInfo(row.vendor, row.session_id, "", "", stop_context=row.stop_context)
    return lease


async def _within(seconds: float, work: Awaitable[object]) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await work
    except TimeoutError:
        return False
    return True


async def _quietly(work: Awaitable[object]) -> None:
    """A step of the way out never stops the steps after it."""
    try:
        await work
    except Exception as error:
        log.warning("a release step failed", extra={"error": type(error).__name__})
