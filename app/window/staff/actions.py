"""Which actions of the staff panel are possible now, and whether the last one took effect."""

from __future__ import annotations

from collections.abc import Callable

from app.intents import StaffAction
from app.vitals import Vitals

PATIENCE_S = 15.0  # a session is given back within 5 s after its visit; ending the program takes as long again
CLOSED = "closed"
# These end the program: where it still runs after PATIENCE_S, the action had no effect.
LEAVING = (StaffAction.RESTART, StaffAction.REBOOT, StaffAction.SHUT_DOWN, StaffAction.EXIT)
ASK_AGAIN = LEAVING  # one touched by mistake would cost minutes
LABELS = {
    StaffAction.END_VISIT: "staff.end_visit",
    StaffAction.CLOSE: "staff.close_kiosk",
    StaffAction.OPEN: "staff.open_kiosk",
    StaffAction.RESTART: "staff.restart",
    StaffAction.REBOOT: "staff.reboot",
    StaffAction.SHUT_DOWN: "staff.shut_down",
    StaffAction.EXIT: "staff.exit",
}


def possible(action: StaffAction, vitals: Vitals) -> bool:
    """Return whether the action would change anything now."""
    if action is StaffAction.END_VISIT:
        return vitals.visit is not None
    if action is StaffAction.CLOSE:
        return vitals.screen != CLOSED
    if action is StaffAction.OPEN:
        return vitals.screen == CLOSED
    return True


class LastAction:
    """The last action that was asked for, and what became of it.

    Args:
        vitals: The facts that show whether it took effect.
        now: Seconds on a clock that does not go back.
    """

    def __init__(self, vitals: Vitals, now: Callable[[], float]) -> None:
        self._vitals = vitals
        self._now = now
        self._action: StaffAction | None = None
        self._until = 0.0
        self._words: str | None = None

    def begin(self, action: StaffAction) -> None:
        """Follow an action that was just asked for."""
        self._action, self._until = action, self._now() + PATIENCE_S
        self._words = "staff.asked"

    def forget(self) -> None:
        """Follow no action."""
        self._action, self._words = None, None

    def words(self) -> str | None:
        """Return the key of the text that says what became of it; None: nothing was asked for."""
        action = self._action
        if action is None:
            return self._words
        if action not in LEAVING and not possible(action, self._vitals):
            self._action, self._words = None, "staff.done"
        elif action is StaffAction.CLOSE and self._vitals.visit is not None:
            # The visit goes on: the kiosk closes when it has ended.
            self._until = self._now() + PATIENCE_S
            return "staff.after_visit"
        elif self._now() >= self._until:
            self._action, self._words = None, "staff.not_taken"
        return self._words
