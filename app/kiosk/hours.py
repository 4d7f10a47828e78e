"""Opening hours: whether the kiosk serves now, and when it does again."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from app.settings.model import Day, HoursSettings

DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WeekTable = tuple[tuple[tuple[str, str], ...], ...]


class Hours:
    """The week of the settings in their time zone.

    Ranges are half open and may run past midnight. One that does belongs to the day on which it begins, also where the
    next day is closed.

    Attributes:
        zone: The site's time zone; None: the computer's.
        is_always_open: The settings name no hours.
        restart: The time of day of the nightly restart, or None where it is off.
    """

    def __init__(self, settings: HoursSettings) -> None:
        self.zone: tzinfo | None = ZoneInfo(settings.timezone) if settings.timezone else None
        self.is_always_open = not settings.week and not settings.closed
        self.restart = time.fromisoformat(settings.restart) if settings.restart else None
        self._closed = frozenset(settings.closed)
        self._week: WeekTable = tuple(
            tuple(_split(text) for text in settings.week.get(day, ())) if settings.week else (("00:00", "24:00"),)
            for day in DAYS
        )

    @property
    def week(self) -> WeekTable:
        """Seven entries from Monday, each the ranges of the day as ("HH:MM", "HH:MM")."""
        return self._week

    def local(self, epoch: float) -> datetime:
        """Return the wall clock at `epoch`, seconds since 1970, in the site's zone."""
        moment = datetime.fromtimestamp(epoch, self.zone)
        return moment if self.zone is not None else moment.astimezone()

    def is_open(self, epoch: float) -> bool:
        """Whether visits may begin at `epoch`, seconds since 1970."""
        if self.is_always_open:
            return True
        now = self.local(epoch)
        return any(begin <= now < end for begin, end in self._ranges(now.date(), days=1))

    def opens_at(self, epoch: float) -> datetime | None:
        """Return when it opens next, looking two weeks ahead; None: not in that time."""
        now = self.local(epoch)
        coming = [begin for begin, _ in self._ranges(now.date(), days=15) if begin > now]
        return min(coming, default=None)

    def seconds_to_restart(self, epoch: float) -> float | None:
        """Return the seconds until the nightly restart is due, or None where it is off."""
        if self.restart is None:
            return None
        now = self.local(epoch)
        due = datetime.combine(now.date(), self.restart, now.tzinfo)
        if due <= now:
            due += timedelta(days=1)
        return due.timestamp() - now.timestamp()

    def _ranges(self, first: date, days: int) -> list[tuple[datetime, datetime]]:
        found = []
        for offset in range(-1, days):
            day = first + timedelta(days=offset)
            if day in self._closed:
                continue
            for begin, end in self._week[day.weekday()]:
                start, stop = self._at(day, begin), self._at(day, end)
                if end <= begin:
                    stop = self._at(day + timedelta(days=1), end)
                found.append((start, stop))
        return found

    def _at(self, day: date, clock: str) -> datetime:
        hours, minutes = (int(part) for part in clock.split(":"))
        if hours == 24:
            day, hours = day + timedelta(days=1), 0
        moment = datetime.combine(day, time(hours, minutes), self.zone)
        return moment if self.zone is not None else moment.astimezone()


def _split(text: str) -> tuple[str, str]:
    begin, _, end = text.partition("-")
    return begin.strip(), end.strip()
