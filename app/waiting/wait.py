"""Waiting for a place: polls the service with back-off, and shows why and how long the visitor waits."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.aio import run_within, wait_done
from app.intents import Cancel, Intent, KeepPlace
from app.screens import Ask, Connecting, EndReason, Waiting, WaitReason
from app.sessions.create import SessionCreator
from app.sessions.release import Lease, SessionReleaser
from app.settings.model import WaitingSettings
from app.stage import Stage
from app.vendors.errors import Busy, TransientError
from app.vendors.session import VisitRequest
from app.vitals import VisitVitals

KEEP_ANSWER_S = 20.0  # to answer "do you still want your place?"
CLAIM_AFTER_S = 30.0  # a visitor who waited longer may have left: the first idle period is short
OWN_RELEASE_S = 3.0  # for the release of our own last session
RETRIES_S = (1.0, 2.0, 4.0)  # after transient errors of the create call
UNREACHABLE_S = 6.0  # each try on a dead network takes seconds: after so long the visitor is told
SLOW_S = 3.0  # after so long the screen says that it takes longer
LATE_S = 8.0  # and after so long that the avatar is still on its way


class Left(Exception):  # not an error, so without the suffix
    """The visit ends before it began; carries the reason."""

    def __init__(self, reason: EndReason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Slot:
    """The result of a wait.

    Attributes:
        lease: The place at the service.
        waited_long: The visitor waited so long that he may have left.
        connecting_since: When the connecting screen appeared, on the loop's clock, seconds; now where "Please wait" is
            shown.
    """

    lease: Lease
    waited_long: bool
    connecting_since: float


def connecting(for_s: float) -> Connecting:
    """Return the connecting screen after it was shown for so many seconds."""
    return Connecting(slow=for_s > SLOW_S, late=for_s > LATE_S)


class WaitForSlot:
    """One visitor's wait, over all its attempts: the cap and the questions count from the first.

    Args:
        stage: Shows the screens and delivers intents.
        creator: Sends the create calls.
        releaser: Tells when a place of ours becomes free.
        settings: The times of the wait, seconds.
        request: Returns a fresh request for each create call.
        vitals: The visit's part of the vitals.
        chance: Varies the delays, so that kiosks do not poll at the same moments.
    """

    def __init__(
        self,
        *,
        stage: Stage,
        creator: SessionCreator,
        releaser: SessionReleaser,
        settings: WaitingSettings,
        request: Callable[[], VisitRequest],
        vitals: VisitVitals,
        chance: random.Random,
    ) -> None:
        self._stage = stage
        self._creator = creator
        self._releaser = releaser
        self._settings = settings
        self._request = request
        self._vitals = vitals
        self._chance = chance
        self._clock = asyncio.get_running_loop().time
        self._began = self._clock()
        self._waits_since: float | None = None  # since "Please wait" was shown
        self._reason = WaitReason.BUSY
        self._failures = 0
        self._failing_since = self._began
        self._busy_in_a_row = 0
        self._keep_at = 0.0

    async def slot(self, after: Busy | None = None) -> Slot:
        """Wait for a place and return it.

        Args:
            after: A refusal that came later than the create call (an empty room): the wait goes on.

        Raises:
            Left: The visitor cancelled or did not answer, or the cap was reached.
            VendorError: What the service said, other than Busy.
            JournalError: The row that must come before the create call could not be written.
        """
        if after is not None:
            await self._pause(self._busy_delay_s(after))
        else:
            await self._beside(self._first_turn())
        while True:
            if self._failures == 0:
                self._failing_since = self._clock()
            try:
                lease = await self._create()
                if self._waits_since is None:
                    return Slot(lease, waited_long=False, connecting_since=self._began)
                now = self._clock()
                return Slot(lease, now - self._waits_since > CLAIM_AFTER_S, connecting_since=now)
            except Busy as busy:
                self._failures = 0
                self._reason = WaitReason.BUSY
                await self._pause(self._busy_delay_s(busy))
            except TransientError as error:
                is_hopeless = error.unreachable and self._clock() - self._failing_since >= UNREACHABLE_S
                # No answer, or an unusable yes: a second call could make a second session. A refusal made none.
                may_run = error.ambiguous and (error.http_status or 0) < 400
                if may_run or is_hopeless or self._failures >= len(RETRIES_S):
                    raise
                delay_s = max(RETRIES_S[self._failures], error.retry_after or 0.0)
                self._failures += 1
                self._reason = WaitReason.TROUBLE
                await self._beside(asyncio.sleep(delay_s))

    async def _first_turn(self) -> None:
        await self._creator.settled()
        await self._releaser.settled(OWN_RELEASE_S)

    def _busy_delay_s(self, busy: Busy) -> float:
        if busy.retry_after is not None:
            return max(busy.retry_after, 0.5)
        self._busy_in_a_row += 1
        slower = min(self._settings.poll_s * 1.15 ** max(0, self._busy_in_a_row - 5), self._settings.backoff_max_s)
        return slower * self._chance.uniform(0.8, 1.2)

    async def _create(self) -> Lease:
        """Send one create call; the visitor may cancel at any moment, also in the one in which it succeeds."""
        flight = asyncio.create_task(self._creator.create(self._request()), name="wait-create")
        try:
            await self._beside(wait_done(flight, most_s=None))
        except BaseException:
            flight.add_done_callback(self._give_up)
            flight.cancel()
            raise
        return flight.result()

    def _give_up(self, flight: asyncio.Task[Lease]) -> None:
        if not flight.cancelled() and flight.exception() is None:
            self._releaser.hand_over(flight.result(), EndReason.CANCELLED)

    async def _pause(self, delay_s: float) -> None:
        """Show "Please wait", and return after the delay, or at once when a place of ours became free."""
        if self._waits_since is None:
            self._waits_since = self._clock()
            self._keep_at = self._waits_since + self._settings.keep_place_s
        await self._beside(self._delay(delay_s))
        if self._clock() >= self._keep_at:
            await self._keep_place()

    async def _delay(self, delay_s: float) -> None:
        await run_within(self._releaser.freed.wait(), most_s=delay_s)

    async def _keep_place(self) -> None:
        """Ask whether the visitor is still there. No call is sent before: an absent one must not get a place."""
        until = self._clock() + KEEP_ANSWER_S
        self._vitals.asks = Ask.KEEP_PLACE
        try:
            answered = await self._beside(asyncio.sleep(KEEP_ANSWER_S), asks=Ask.KEEP_PLACE, until=until)
        finally:
            self._vitals.asks = None
        if not answered:
            raise Left(EndReason.CANCELLED)
        self._keep_at = self._clock() + self._settings.keep_place_s

    async def _beside(self, work: Awaitable[object], asks: Ask | None = None, until: float = 0.0) -> bool:
        """Do `work` while the screen is updated and the visitor may leave. True: he answered the question instead."""
        return await self._stage.beside(
            work, takes=lambda intent: self._takes(intent, asks), show=lambda: self._show(asks, until)
        )

    def _takes(self, intent: Intent, asks: Ask | None) -> bool:
        if isinstance(intent, Cancel):
            raise Left(EndReason.CANCELLED)
        return asks is not None and isinstance(intent, KeepPlace)

    def _show(self, asks: Ask | None = None, until: float = 0.0) -> None:
        now = self._clock()
        if self._waits_since is None:
            self._stage.show(connecting(now - self._began))
            return
        waited_s = now - self._waits_since
        if waited_s >= self._settings.cap_s:
            raise Left(EndReason.CAP)
        self._stage.show(
            Waiting(
                reason=self._reason,
                waited_s=int(waited_s),
                cap_s=int(self._settings.cap_s),
                asks=asks,
                asks_left_s=max(0, round(until - now)) if asks else 0,
                asks_of_s=int(KEEP_ANSWER_S),
            )
        )
