"""Releases a lease: step by step, with bounds, retried until confirmed. The only place that stops a session."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from app.aio import TaskSet, run_within
from app.records.journal import Journal, JournalError, JournalRow
from app.rooms.base import Room
from app.screens import EndReason
from app.vendors.base import VendorControl, VendorProtocol
from app.vendors.errors import VendorError
from app.vendors.session import SessionInfo, StopOrder
from app.vitals import Vitals

log = logging.getLogger(__name__)

GOODBYE_S = 1.0
LEAVE_S = 2.0
STOP_S = 2.0  # for the first try, while a visitor may wait for the place
STOP_LATER_S = 10.0
RETRY_FIRST_S = 2.0
RETRY_MOST_S = 60.0
LEAST_S = 600.0  # a row is retried so long at least: it may only look old because the time of day was set
UNKNOWN_S = 86_400.0  # no service lets a session run for a day
NOT_STOPPED = "a session could not be stopped yet"
JOURNAL_TROUBLE = "journal"  # the key of the staff note: no session can be written down


@dataclass
class Lease:
    """A place at the service and everything that belongs to it: journal row, vendor session, room.

    Attributes:
        name: Our own name of the session, unique.
        vendor: The service's name.
        control: Stops the session.
        row: The id of the journal row.
        ends_at: By then the service has ended a session that nobody stopped; on the loop's clock, which no change of
            the time of day moves, seconds.
        since: When the service said so, on the loop's clock, seconds: its own maximum counts from there.
        session: What the service said of the session; None until the create call is answered.
        protocol: Says goodbye in the room.
        room: The room, while it is joined.
        reason: Why it is released.
        left: True while no connection of ours is in the room; where a service has no stop call, that ends the session.
        freed: Set when the service confirmed the end, or the session can no longer run.
    """

    name: str
    vendor: str
    control: VendorControl
    row: int
    ends_at: float
    since: float = 0.0
    session: SessionInfo | None = None
    protocol: VendorProtocol | None = None
    room: Room | None = None
    reason: EndReason = EndReason.UNKNOWN
    left: bool = True
    freed: asyncio.Event = field(default_factory=asyncio.Event)


class SessionReleaser:
    """Releases leases in the background; it outlives visits.

    `open_sessions` in the vitals is the number of journal rows.

    Args:
        journal: Names the sessions that may still run.
        vitals: Receives the counts and the notes for staff.
        tasks: Runs the releases.
        epoch: Returns the seconds since 1970; a clock that outlives the process, as the expiries in the journal do.

    Attributes:
        freed: Pulses whenever a place of ours became free.
    """

    def __init__(self, journal: Journal, vitals: Vitals, tasks: TaskSet, epoch: Callable[[], float]) -> None:
        self._journal = journal
        self._vitals = vitals
        self._tasks = tasks
        self._epoch = epoch
        self._last: Lease | None = None
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._stuck: set[int] = set()  # rows whose session could not be stopped yet
        self._to_recover: Callable[[], Awaitable[None]] | None = None
        self.freed = asyncio.Event()

    @property
    def is_stuck(self) -> bool:
        """Whether a stop has failed and has not succeeded since."""
        return bool(self._stuck)

    async def open(self, vendor: str, control: VendorControl, name: str, run: str, max_s: float) -> Lease:
        """Write the journal row of a session about to be created, and return its lease.

        Args:
            vendor: The service's name.
            control: Stops the session.
            name: Our own name of the session, unique.
            run: The name of this process's life.
            max_s: How long the session will last at most, seconds.

        Raises:
            JournalError: It could not be written; without the row no session may be created.
        """
        now = self._epoch()
        most_s = max_s + control.capabilities.orphan_s
        row = await self._journal.open(vendor, name, run, now, now + most_s)
        await self._count()
        return Lease(name, vendor, control, row, _now() + most_s)

    async def complete(self, lease: Lease, session: SessionInfo) -> None:
        """Add the session's id to the journal row; only then may its room be joined. Raises JournalError."""
        lease.session, lease.since = session, _now()
        await self._journal.complete(lease.row, session.session_id, session.stop_context)

    async def forget(self, lease: Lease) -> None:
        """The create was refused: nothing runs."""
        lease.freed.set()
        await self._erase(lease.row)

    def hand_over(self, lease: Lease, reason: EndReason) -> None:
        """Begin to release a lease; returns at once."""
        lease.reason = reason
        self._last = lease
        self._under_way += 1
        self._idle.clear()
        self._tasks.start(self._give_back(lease), "release")

    async def settled(self, most_s: float) -> None:
        """Wait until our last lease is free again, `most_s` seconds at most."""
        if self._last is not None and not self._last.freed.is_set():
            await run_within(self._last.freed.wait(), most_s=most_s)

    async def finished(self, most_s: float) -> bool:
        """Wait until no release is under way; False when `most_s` seconds were not enough."""
        return await run_within(self._idle.wait(), most_s=most_s)

    async def recover(self, controls: Callable[[str], VendorControl | None], run: str = "") -> None:
        """Begin to stop the sessions that the journal names, exactly those, in the background.

        Args:
            controls: Returns the control of a service by name, or None where it is not set up.
            run: Rows of this run are left alone; "": of none.

        Raises:
            JournalError: It could not be read; `check` tries again.
        """
        self._to_recover = lambda: self.recover(controls, run)
        rows = [row for row in await self._journal.rows() if row.run != run or not run]
        self._to_recover = None
        for row in rows:
            control = controls(row.vendor)
            if row.is_damaged or control is None:
                self._tell(
                    row.id, "The journal names a session that this kiosk cannot read, or of a service not set up."
                )
                log.warning("journal row not understood", extra={"vendor": row.vendor, "damaged": row.is_damaged})
            if control is None:
                self._stuck.add(row.id)
                self._show_stuck()
                self._tasks.start(self._wait_out(row), "release-unknown")
            else:
                self.hand_over(lease_of(row, control, self._epoch()), EndReason.ERROR)
        await self._count()

    async def check(self) -> None:
        """Raise JournalError while no session could be written down; repeat a `recover` that failed."""
        await self._journal.check()
        if self._to_recover is not None:
            await self._to_recover()
        self._vitals.staff_notes.mended(JOURNAL_TROUBLE)

    async def _wait_out(self, row: JournalRow) -> None:
        """Wait until a session that cannot be stopped has ended by the service's own bound."""
        await asyncio.sleep(bound_s(row, None, self._epoch()))
        self._vitals.unconfirmed += 1
        await self._erase(row.id)

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
            await _step_succeeds(GOODBYE_S, protocol.goodbye(room))
        lease.left = await _step_succeeds(LEAVE_S, room.leave())

    async def _stop(self, lease: Lease) -> None:
        if not await self._is_stopped(lease):
            # It cannot be stopped and its end was not confirmed: the service's own bound ends it.
            if lease.control.capabilities.stop and lease.session is not None:
                self._stuck.add(lease.row)
                self._show_stuck()
                self._tell(lease.row, "A session cannot be stopped; it ends by the service's own limit.")
            await asyncio.sleep(max(0.0, lease.ends_at - _now()))
            self._vitals.unconfirmed += 1
        lease.freed.set()
        self.freed.set()
        self.freed.clear()
        await self._erase(lease.row)

    async def _is_stopped(self, lease: Lease) -> bool:
        if not lease.control.capabilities.stop:
            return lease.left
        session_id = lease.session.session_id if lease.session else ""
        context = lease.session.stop_context if lease.session else {}
        order = StopOrder(lease.name, session_id, lease.reason, context)
        answer = await self._try_stop(lease, order, STOP_S)
        delay_s = RETRY_FIRST_S
        while answer is None and _now() < lease.ends_at:
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
            why = order.hide(str(error)) or "no answer in time"
            log.info("stop failed", extra={"vendor": lease.vendor, "error": type(error).__name__})
        except Exception as error:
            why = "the answer was not understood"
            log.error("a stop call failed by a fault of ours", extra={"vendor": lease.vendor}, exc_info=error)
        self._stuck.add(lease.row)
        self._show_stuck()
        self._tell(lease.row, f"A session could not be stopped yet; it is tried again ({why}).")
        return None

    async def _erase(self, row: int) -> None:
        """Erase a row from the journal; retried until it is erased."""
        if await self._is_erased(row):
            return
        self._tasks.start(self._erase_later(row), "release-erase")

    async def _erase_later(self, row: int) -> None:
        delay_s = RETRY_FIRST_S
        while True:
            await asyncio.sleep(delay_s)
            if await self._is_erased(row):
                return
            delay_s = min(2 * delay_s, RETRY_MOST_S)

    async def _is_erased(self, row: int) -> bool:
        try:
            await self._journal.erase(row)
        except JournalError as error:
            self._tell(row, str(error))
            return False
        self._vitals.staff_notes.mended(_session_trouble(row))
        self._stuck.discard(row)
        self._show_stuck()
        await self._count()
        return True

    async def _count(self) -> None:
        notes = self._vitals.staff_notes
        try:
            self._vitals.open_sessions = len(await self._journal.rows())
        except JournalError as error:
            notes.report("open sessions", str(error))
        else:
            notes.mended("open sessions")

    def _show_stuck(self) -> None:
        others = self._vitals.degraded - {NOT_STOPPED}
        self._vitals.degraded = others | {NOT_STOPPED} if self._stuck else others

    def _tell(self, row: int, note: str) -> None:
        """Tell staff about the session of a journal row; it is mended when the row is erased."""
        self._vitals.staff_notes.report(_session_trouble(row), note)


def lease_of(row: JournalRow, control: VendorControl, now: float) -> Lease:
    """Return the lease of a journal row of an earlier run. now: seconds since 1970."""
    left_s = bound_s(row, control, now)
    if control.capabilities.stop:
        left_s = max(left_s, LEAST_S)
    lease = Lease(row.name, row.vendor, control, row.id, _now() + left_s, left=False)
    if row.session_id:
        lease.session = SessionInfo(row.vendor, row.session_id, "", "", stop_context=row.stop_context)
    return lease


def bound_s(row: JournalRow, control: VendorControl | None, now: float) -> float:
    """Return for how many seconds from `now` (seconds since 1970) the session of a row can last at most.

    A clock that was set back must not make it last longer than it ever could. No participant of ours is in its room any
    more, so without a stop call the service's bound for abandoned sessions runs from now at the latest.
    """
    left_s = row.expires_at - now if math.isfinite(row.expires_at) else UNKNOWN_S
    if row.opened_at < row.expires_at:
        left_s = min(left_s, row.expires_at - row.opened_at)
    if control is not None and not control.capabilities.stop:
        left_s = min(left_s, control.capabilities.orphan_s)
    return max(left_s, 0.0)


def _session_trouble(row: int) -> str:
    return f"session {row}"


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _step_succeeds(seconds: float, work: Awaitable[object]) -> bool:
    """Run one step of a release; its failure never stops the next steps. True: it succeeded in time."""
    try:
        return await run_within(work, most_s=seconds)
    except Exception as error:
        log.warning("a release step failed", extra={"error": type(error).__name__})
        return False
