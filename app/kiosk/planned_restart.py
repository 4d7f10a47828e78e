"""When a healthy kiosk restarts: at night, after many visits, or when it uses much memory; never while in use."""

from __future__ import annotations

from collections.abc import Callable

from app.kiosk.hours import Hours

YOUNG_S = 3600.0  # a kiosk just started is not restarted by the clock
QUIET_S = 20.0  # since the last touch or visit: nobody is in front of the kiosk
GROWN_YOUNG_S = 600.0  # a process that is too large from the start would restart for ever
QUIET_GROWN_S = 5.0  # a process that has grown too large cannot wait for a quiet hour
MOST_VISITS = 500  # the media library leaks about 0.5 MB a visit (measured, livekit 1.2.0)
JUMP_S = 60.0  # a time of day that moved so far against the clock was set, by hand or over the network


class PlannedRestart:
    """Decides, while the attract screen is shown, whether to restart now.

    Args:
        hours: Knows when the nightly restart is due.
        epoch: Returns the seconds since 1970.
        clock: Returns seconds that only go forward.
        memory: Returns the share of the permitted memory that this process uses; 1.0: all of it.
    """

    def __init__(
        self, hours: Hours, epoch: Callable[[], float], clock: Callable[[], float], memory: Callable[[], float]
    ) -> None:
        self._hours = hours
        self._epoch = epoch
        self._clock = clock
        self._memory = memory
        self._began = clock()
        self._set_clock()

    def reason(self, quiet_s: float, visits: int) -> str | None:
        """Return why the kiosk should be restarted now, or None.

        Args:
            quiet_s: Seconds since the last touch or visit.
            visits: Visits of this process so far.
        """
        if abs(self._epoch() - self._clock() - self._offset) > JUMP_S:
            self._set_clock()
        age_s = self._clock() - self._began
        if quiet_s >= QUIET_GROWN_S and age_s >= GROWN_YOUNG_S and self._memory() >= 1.0:
            return "memory"
        if quiet_s < QUIET_S:
            return None
        if visits >= MOST_VISITS:
            return "visits"
        if self._due is not None and self._clock() >= self._due:
            self._set_clock()
            if age_s >= YOUNG_S:
                return "time"
        return None

    def _set_clock(self) -> None:
        self._offset = self._epoch() - self._clock()
        seconds = self._hours.seconds_to_restart(self._epoch())
        self._due = None if seconds is None else self._clock() + seconds
