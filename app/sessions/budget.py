"""The budget: shows staff the credits used, and says when no visit may begin because they are used up."""

from __future__ import annotations

import asyncio
import logging

from app.records.credits import Ledger
from app.screens import UnavailableReason
from app.vitals import CreditsVitals, Vitals

log = logging.getLogger(__name__)

LOOK_S = 5.0
BUDGET_TROUBLE = "budget"  # the key of the staff note


class Budget:
    """Watches the credits of the service in use.

    Args:
        ledger: Counts the credits; None where nothing is counted and nothing is limited.
        vitals: Receives the count and the note for staff.
    """

    def __init__(self, ledger: Ledger | None, vitals: Vitals) -> None:
        self._ledger = ledger
        self._vitals = vitals
        self._has_warned = False

    def spent(self) -> UnavailableReason | None:
        """Return why no visit may begin, or None."""
        return UnavailableReason.CREDITS if self._ledger is not None and self._ledger.is_used_up else None

    async def watch(self) -> None:
        """Look every 5 s until cancelled."""
        while self._ledger is not None:
            await self.look()
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Update the count. While few credits are left there is a note for staff; the log is warned once."""
        if self._ledger is None:
            return
        await self._ledger.refresh()
        used, bought = self._ledger.used(), self._ledger.bought
        self._vitals.credits = CreditsVitals(used, bought)
        if not self._ledger.is_low:
            self._vitals.staff_notes.mended(BUDGET_TROUBLE)
            return
        self._vitals.staff_notes.report(
            BUDGET_TROUBLE, f"{used:.1f} of {bought:g} credits are used: buy more, and raise budget.credits."
        )
        if not self._has_warned:
            self._has_warned = True
            log.warning("credits run low", extra={"used": round(used, 2), "bought": bought})
