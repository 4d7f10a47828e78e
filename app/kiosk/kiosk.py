"""Top-level loop: shows the attract screen and runs visits one at a time; also closing hours and faults."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.aio import cancel_and_wait
from app.character.base import Mood
from app.intents import StaffAction, Start
from app.kiosk.exit_code import ExitCode
from app.kiosk.hours import Hours
from app.kiosk.planned_restart import PlannedRestart
from app.kiosk.unanswered_visits import UnansweredVisits
from app.records.journal import JournalError
from app.screens import Attract, Closed, EndReason, Unavailable, UnavailableReason
from app.sessions.release import JOURNAL_TROUBLE
from app.vendors.errors import AuthError, ConfigError, OutOfCredits, TransientError, VendorError
from app.visit.parts import VisitParts
from app.visit.visit import Visit
from app.vitals import Vitals

log = logging.getLogger(__name__)

MEND_S = 60.0  # how often a kiosk that cannot serve checks whether it can again
NETWORK_MEND_S = (5.0, 10.0, 20.0, 40.0)  # sooner at first: a network is often back within seconds
FORGET_S = 45.0  # without a touch the defaults return: a visitor changed the language and left
LOOK_S = 1.0  # how often the time of day and the settings file are checked
BEAT_S = 0.5  # between two heartbeats of the loop
WAY_OUT_S = 3.5  # for releases; a requested end must be done within 5 s
SERVICE_TROUBLE = "service"  # the key of the staff note
NO_ANSWER_TROUBLE = "no answer"  # likewise

STAFF_CODES = {
    StaffAction.RESTART: ExitCode.RESTART,
    StaffAction.REBOOT: ExitCode.REBOOT,
    StaffAction.SHUT_DOWN: ExitCode.SHUT_DOWN,
    StaffAction.EXIT: ExitCode.STAFF_EXIT,
}


@dataclass(frozen=True)
class KioskContext:
    """What the loop needs besides a visit's parts.

    Attributes:
        hours: When the kiosk is open.
        epoch: Returns the seconds since 1970.
        settings_changed: Whether the settings file has changed since the start.
        settings_renewed: Whether it has changed and has no mistake in it.
        unavailable: Set where the settings are wrong from the start: no visit is tried until they change.
        spent: Returns why no visit may begin because the credits are used up; None as long as some are left.
        memory: Returns the share of the permitted memory that this process uses; 1.0: all of it.
        is_makeshift: The state directory could not be used at the start; the process restarts as soon as it can.
    """

    hours: Hours
    epoch: Callable[[], float]
    settings_changed: Callable[[], bool]
    settings_renewed: Callable[[], bool]
    unavailable: UnavailableReason | None = None
    spent: Callable[[], UnavailableReason | None] = lambda: None
    memory: Callable[[], float] = lambda: 0.0
    is_makeshift: bool = False


class Kiosk:
    """One kiosk, from its first screen to the end of the process."""

    def __init__(self, parts: VisitParts, context: KioskContext) -> None:
        self._p = parts
        self._context = context
        self._visit: Visit | None = None
        self._exit: asyncio.Future[ExitCode] = asyncio.get_running_loop().create_future()
        self._is_closed_by_staff = False
        self._guard_until = 0.0
        self._visit_is_over = False
        self._wants_again = False
        self._unanswered = UnansweredVisits()
        self._clock = asyncio.get_running_loop().time
        self._touched_at = self._clock()
        self._restart = PlannedRestart(context.hours, context.epoch, self._clock, context.memory)
        parts.stage.on_staff = self.on_staff
        if context.unavailable is not None:
            self._say_unavailable(context.unavailable)

    async def run(self) -> ExitCode:
        """Serve until an end is requested. Every session is released, or its release is under way, when it returns."""
        beat = asyncio.create_task(keep_beating(self._p.vitals), name="beat")
        day = asyncio.create_task(self._day(), name="day")
        try:
            either: list[asyncio.Future[Any]] = [day, self._exit]
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if day.done():
                day.result()  # a failure of the loop is a fault of the process
        finally:
            await cancel_and_wait(day)
            until = self._clock() + WAY_OUT_S
            await self._p.creator.settled(WAY_OUT_S)
            await self._p.releaser.finished(max(0.0, until - self._clock()))
            beat.cancel()
        return self._exit.result()

    def request_exit(self, code: ExitCode) -> None:
        """End the running visit properly and leave; the first request counts."""
        if not self._exit.done():
            self._exit.set_result(code)

    def on_staff(self, action: StaffAction) -> None:
        """Do what the staff panel asks."""
        if action in STAFF_CODES:
            self.request_exit(STAFF_CODES[action])
        elif action is StaffAction.END_VISIT and self._visit is not None:
            self._visit.end(EndReason.STAFF)
        elif action in (StaffAction.CLOSE, StaffAction.OPEN):
            self._is_closed_by_staff = action is StaffAction.CLOSE

    # ------------------------------------------------------------ the loop

    async def _day(self) -> None:
        while True:
            if not self._is_open():
                await self._stay_closed()
            elif self._p.vitals.unavailable is not None:
                await self._mend()
            elif (reason := self._context.spent()) is not None:
                self._wants_again = False
                self._say_unavailable(reason)
            elif await self._attract():
                await self._serve()

    async def _attract(self) -> bool:
        """Wait for a visitor. False when the kiosk closed instead."""
        stage = self._p.stage
        if self._wants_again:
            self._wants_again = False
            return True
        if self._visit_is_over:  # not at the start: a tap while the program still loaded counts
            stage.reset()
            self._p.picture.clear()
        self._p.figure.calm(stage.preferences.less_motion)
        self._p.figure.show(Mood.ATTRACT)
        stage.show(Attract())
        self._touched_at = self._clock()
        while True:
            try:
                async with asyncio.timeout(LOOK_S):
                    intent = await stage.next()
            except TimeoutError:
                if not self._is_open() or self._context.spent() is not None:
                    return False
                self._restart_if_due()
                if self._p.releaser.is_stuck and self._context.settings_renewed():
                    self.request_exit(ExitCode.RELOAD)  # a new key may stop what the old one cannot
                if self._clock() - self._touched_at >= FORGET_S:
                    stage.reset()
                continue
            self._touched_at = self._clock()
            self._p.figure.calm(stage.preferences.less_motion)
            if isinstance(intent, Start) and self._clock() >= self._guard_until:
                return True

    async def _serve(self) -> None:
        self._visit = visit = Visit(self._p)
        vitals = self._p.vitals
        vitals.video = None
        try:
            vitals.last_end = await visit.run()
        except (OutOfCredits, AuthError, ConfigError, TransientError) as error:
            vitals.last_end = EndReason.UNAVAILABLE
            self._tell_staff(error)
        except JournalError as error:
            vitals.last_end = EndReason.UNAVAILABLE
            self._tell_of_journal(error)
        except Exception as error:
            # A fault of ours ends this visit, not the process.
            vitals.last_end = EndReason.ERROR
            log.error("the visit failed", extra={"error": type(error).__name__}, exc_info=error)
        finally:
            self._visit = None
            self._visit_is_over = True
            self._guard_until = self._clock() + self._p.settings.visit.touch_guard_s
        vitals.ends = {**vitals.ends, vitals.last_end.value: vitals.ends.get(vitals.last_end.value, 0) + 1}
        if vitals.last_end is EndReason.OUT_OF_CREDITS:
            self._tell_staff(OutOfCredits(self._p.service.name, "minutes or credits were used up in a visit"))
        self._count_answers(visit.was_answered)
        self._wants_again = visit.wants_again and vitals.unavailable is None

    async def _stay_closed(self) -> None:
        stage = self._p.stage
        stage.reset()
        self._p.figure.show(Mood.ASLEEP)
        hours = self._context.hours
        while not self._is_open():
            stage.show(Closed(hours.opens_at(self._context.epoch()), hours.week))
            self._restart_if_due()
            stage.take()
            await asyncio.sleep(LOOK_S)

    async def _mend(self) -> None:
        """Show why nobody can be served, and check again and again whether that is still so."""
        stage, vitals = self._p.stage, self._p.vitals
        stage.reset()
        self._p.figure.show(Mood.SORRY)
        waits: list[float] = []
        if vitals.unavailable is UnavailableReason.NETWORK:
            waits = list(NETWORK_MEND_S)
        elif vitals.unavailable is UnavailableReason.NO_ANSWER:
            waits = [self._unanswered.retry_s]
        look_at = self._clock() + (waits.pop(0) if waits else MEND_S)
        while vitals.unavailable is not None and self._is_open():
            has_hint = self._context.unavailable is UnavailableReason.CONFIG
            stage.show(Unavailable(vitals.unavailable, staff_hint=has_hint))
            await asyncio.sleep(LOOK_S)
            stage.take()
            if self._context.settings_changed():
                self.request_exit(ExitCode.RELOAD)
            if self._clock() < look_at:
                continue
            if await self._is_mended():
                if self._context.is_makeshift:
                    self.request_exit(ExitCode.RESTART)
                vitals.staff_notes.mended(SERVICE_TROUBLE)
                self._say_unavailable(None)
            look_at = self._clock() + (waits.pop(0) if waits else MEND_S)

    async def _is_mended(self) -> bool:
        try:
            await self._p.releaser.check()
            if self._context.unavailable is not None:
                return False
            findings = await self._p.service.control.check()
        except JournalError as error:
            self._tell_of_journal(error)
            return False
        except VendorError as error:
            self._tell_staff(error)
            return False
        return all(finding.ok is not False for finding in findings)

    # ------------------------------------------------------------ troubles

    def _is_open(self) -> bool:
        return not self._is_closed_by_staff and self._context.hours.is_open(self._context.epoch())

    def _tell_staff(self, error: VendorError) -> None:
        reasons: dict[type[VendorError], UnavailableReason] = {
            OutOfCredits: UnavailableReason.CREDITS,
            AuthError: UnavailableReason.AUTH,
            ConfigError: UnavailableReason.CONFIG,
            TransientError: UnavailableReason.NETWORK,
        }
        self._p.vitals.staff_notes.report(SERVICE_TROUBLE, str(error))
        log.error("the service cannot be used", extra={"error": type(error).__name__, "status": error.http_status})
        self._say_unavailable(reasons.get(type(error), UnavailableReason.NETWORK))

    def _tell_of_journal(self, error: JournalError) -> None:
        """Without a journal row no session may begin: nothing could stop it after a crash."""
        self._p.vitals.staff_notes.report(JOURNAL_TROUBLE, str(error))
        log.error("the journal cannot be used", extra={"reason": str(error)})
        self._say_unavailable(UnavailableReason.CONFIG)

    def _count_answers(self, was_answered: bool | None) -> None:
        """No check of the service tells whether its avatar answers: the next visitor does, after a while."""
        notes, reason = self._p.vitals.staff_notes, self._p.vitals.unavailable
        if was_answered:
            notes.mended(NO_ANSWER_TROUBLE)
        if self._unanswered.note(was_answered) and reason is None:
            notes.report(
                NO_ANSWER_TROUBLE,
                "The avatar answered nobody in the last visits, although it was connected. Look at the agent or "
                "character at the service; visitors may try again from time to time.",
            )
            log.error("the service answers nobody")
            self._say_unavailable(UnavailableReason.NO_ANSWER)

    def _say_unavailable(self, reason: UnavailableReason | None) -> None:
        self._p.vitals.unavailable = reason

    def _restart_if_due(self) -> None:
        if self._p.creator.is_under_way:
            return  # its visitor has left; the session that it may bring must be released first
        reason = self._restart.reason(self._clock() - self._touched_at, self._p.vitals.visits)
        if reason is not None:
            log.info("planned restart", extra={"reason": reason})
            self.request_exit(ExitCode.RESTART)


async def keep_beating(vitals: Vitals) -> None:
    """Write the loop's heartbeat into the vitals until cancelled."""
    while True:
        vitals.tasks = len(asyncio.all_tasks())
        vitals.beat_at = time.monotonic()
        await asyncio.sleep(BEAT_S)
