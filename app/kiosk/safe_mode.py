"""After too many faults: a quiet screen, status page and staff panel, no visits, no libraries that could fail."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from app.aio import wait_done
from app.intents import StaffAction
from app.kiosk.exit_code import ExitCode
from app.kiosk.kiosk import LOOK_S, MEND_S, STAFF_CODES, WAY_OUT_S, keep_beating
from app.records.journal import JournalError
from app.screens import Unavailable, UnavailableReason
from app.sessions.release import SessionReleaser
from app.stage import Stage
from app.vitals import Vitals


class SafeMode:
    """Replaces the kiosk until the parent process, staff or changed settings end it.

    Args:
        stage: Shows the screen.
        vitals: The state of the kiosk.
        releaser: Goes on to stop the sessions that the journal names.
        settings_changed: Whether the settings file has changed since the start.
    """

    def __init__(
        self, stage: Stage, vitals: Vitals, releaser: SessionReleaser, settings_changed: Callable[[], bool]
    ) -> None:
        self._stage = stage
        self._vitals = vitals
        self._releaser = releaser
        self._settings_changed = settings_changed
        self._exit: asyncio.Future[ExitCode] = asyncio.get_running_loop().create_future()
        stage.on_staff = self.on_staff
        vitals.unavailable = UnavailableReason.SAFE_MODE

    async def run(self) -> ExitCode:
        """Show the quiet screen until somebody asks for the end."""
        beat = asyncio.create_task(keep_beating(self._vitals), name="beat")
        clock = asyncio.get_running_loop().time
        look_at = clock() + MEND_S
        try:
            while not self._exit.done():
                self._stage.show(Unavailable(UnavailableReason.SAFE_MODE))
                self._stage.take()
                if self._settings_changed():
                    self.request_exit(ExitCode.RELOAD)
                await wait_done(self._exit, most_s=LOOK_S)
                if clock() >= look_at:
                    look_at = clock() + MEND_S
                    with contextlib.suppress(JournalError):  # told when it was met first
                        await self._releaser.check()
            await self._releaser.finished(WAY_OUT_S)
        finally:
            beat.cancel()
        return self._exit.result()

    def request_exit(self, code: ExitCode) -> None:
        """Leave; the first request counts."""
        if not self._exit.done():
            self._exit.set_result(code)

    def on_staff(self, action: StaffAction) -> None:
        """Do what the staff panel asks, as far as it means anything here."""
        if action in STAFF_CODES:
            self.request_exit(STAFF_CODES[action])
