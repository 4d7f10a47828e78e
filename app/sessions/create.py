"""The create call: one at a time for the whole kiosk, never cancelled once sent, and its answer is never lost."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from app.aio import wait_done, wait_or_abandon
from app.screens import EndReason
from app.sessions.release import Lease, SessionReleaser
from app.vendors.base import VendorControl
from app.vendors.errors import TransientError, VendorError
from app.vendors.session import VisitRequest

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Service:
    """The service in use.

    Attributes:
        name: The vendor's name.
        control: Calls the service.
        run: The name of this process's life in the journal.
    """

    name: str
    control: VendorControl
    run: str


class SessionCreator:
    """Sends create calls. It outlives visits: a session that comes after its visitor left is released.

    Args:
        service: The service in use.
        releaser: Keeps the journal and releases sessions.
        timeout_s: How long a visitor waits for the service's answer, seconds.
    """

    def __init__(self, service: Service, releaser: SessionReleaser, timeout_s: float) -> None:
        self._service = service
        self._releaser = releaser
        self._timeout_s = timeout_s
        self._flight: asyncio.Task[Lease] | None = None
        self._refusal: dict[str, object] = {}  # the last one that was logged; the same one again is not logged

    @property
    def is_under_way(self) -> bool:
        """Whether a call has not been answered yet."""
        return self._flight is not None and not self._flight.done()

    async def settled(self, most_s: float | None = None) -> None:
        """Wait until no create call is in flight; its sender may have left.

        Args:
            most_s: The bound, seconds; None: as long as a visitor waits for the service's answer.
        """
        if self._flight is not None:
            await wait_done(self._flight, most_s=self._timeout_s if most_s is None else most_s)

    async def create(self, request: VisitRequest) -> Lease:
        """Create a session and return its lease.

        While an earlier call is unanswered no other one is sent beside it: wait for `settled` first. When the caller
        is cancelled, or the answer is late, the call goes on, and its session is released as soon as it is known.

        Raises:
            VendorError: The service refused, or did not answer; `ambiguous` where a session may run all the same.
            JournalError: The session could not be written down.
        """
        if self.is_under_way:
            raise TransientError(self._service.name, "an earlier create call is still unanswered", ambiguous=True)
        flight = asyncio.create_task(self._send(request), name="create")
        self._flight = flight
        if not await wait_or_abandon(
            flight, lambda: flight.add_done_callback(self._nobody_waits), most_s=self._timeout_s
        ):
            raise TransientError(self._service.name, "no answer to the create call in time", ambiguous=True)
        return flight.result()

    def _nobody_waits(self, flight: asyncio.Task[Lease]) -> None:
        if not flight.cancelled() and flight.exception() is None:
            self._releaser.hand_over(flight.result(), EndReason.CANCELLED)

    async def _send(self, request: VisitRequest) -> Lease:
        service = self._service
        lease = await self._releaser.open(service.name, service.control, request.name, service.run, request.max_s)
        try:
            session = await service.control.start(request)
        except VendorError as error:
            self._log(error)
            if error.ambiguous:
                self._releaser.hand_over(lease, EndReason.ERROR)
            else:
                await self._releaser.forget(lease)
            raise
        except BaseException:
            self._releaser.hand_over(lease, EndReason.ERROR)
            raise
        self._refusal = {}
        try:
            await self._releaser.complete(lease, session)
        except BaseException:
            self._releaser.hand_over(lease, EndReason.ERROR)  # a session that is not on disk may not go on
            raise
        return lease

    def _log(self, error: VendorError) -> None:
        """Log the refusal in the service's own words: they are needed to add a new kind of refusal to the settings."""
        told: dict[str, object] = {
            "error": type(error).__name__,
            "status": error.http_status,
            "code": error.vendor_code,
            "trace_id": error.trace_id,
            "words": error.message,
        }
        if told != self._refusal:
            self._refusal = told
            log.info("no session was created", extra=told)
