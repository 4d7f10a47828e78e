"""The cost of sessions: one row for each, counted from the start call, also while it runs and after a crash."""

from __future__ import annotations

import logging
import math
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.records.database import Database

if TYPE_CHECKING:
    from app.settings.model import Settings
    from app.vendors.base import AnyVendor

log = logging.getLogger(__name__)

WARN_AT = 0.8  # share of the credits that were bought
LEAST_S = 5.0  # seconds; less is not enough for a visit

_TABLE = """CREATE TABLE IF NOT EXISTS credits (name TEXT PRIMARY KEY, vendor TEXT NOT NULL, per_minute REAL NOT NULL,
    started_at REAL NOT NULL, most_s REAL NOT NULL, ended_at REAL)"""
# A session whose end was not recorded has ended by itself after most_s.
_SPENT = "SELECT total(per_minute * min(max(ended_at - started_at, 0), most_s)) / 60 FROM credits WHERE vendor = ?"
_RUNNING = "SELECT started_at, most_s, per_minute FROM credits WHERE vendor = ? AND ended_at IS NULL"


@dataclass(frozen=True, slots=True)
class _Count:
    """The ledger as it was last read.

    Attributes:
        spent: Credits of ended sessions.
        running: Start (seconds since the epoch), maximum (seconds) and credits per minute of each other session.
    """

    spent: float = 0.0
    running: tuple[tuple[float, float, float], ...] = ()


class Ledger:
    """The credits of one service in the state directory's database; see `app.vendors.base.Credits`.

    The count is kept in memory; `refresh` reads the file, with what another process wrote. A failure of the database
    is logged and stops no visit.

    Args:
        path: The database.
        vendor: Name of the service.
        bought: Credits that may be used; 0: no limit.
        per_minute: Credits that a minute of a session costs.
        epoch: Returns the seconds since the epoch.
    """

    def __init__(
        self, path: Path, vendor: str, *, bought: float, per_minute: float, epoch: Callable[[], float]
    ) -> None:
        self.bought = bought
        self._vendor = vendor
        self._per_minute = per_minute
        self._epoch = epoch
        self._count = _Count()
        self._database = Database(path, "credits", _TABLE)

    def used(self) -> float:
        """See `Credits.used`."""
        now = self._epoch()
        running = (per_minute * min(max(now - at, 0.0), most_s) / 60 for at, most_s, per_minute in self._count.running)
        return self._count.spent + math.fsum(running)

    def left_s(self) -> float | None:
        """See `Credits.left_s`."""
        if not self.bought:
            return None
        return max(self.bought - self.used(), 0.0) / self._per_minute * 60

    @property
    def is_used_up(self) -> bool:
        """See `Credits.is_used_up`."""
        left_s = self.left_s()
        return left_s is not None and left_s < LEAST_S

    @property
    def is_low(self) -> bool:
        """See `Credits.is_low`."""
        return bool(self.bought) and self.used() >= WARN_AT * self.bought

    async def begin(self, name: str, at: float, most_s: float) -> None:
        """See `Credits.begin`."""
        row = (name, self._vendor, self._per_minute, at, most_s)
        await self._write("INSERT OR IGNORE INTO credits VALUES (?, ?, ?, ?, ?, NULL)", row)

    async def end(self, name: str) -> None:
        """See `Credits.end`."""
        await self._write("UPDATE credits SET ended_at = ? WHERE name = ? AND ended_at IS NULL", (self._epoch(), name))

    async def forget(self, name: str) -> None:
        """See `Credits.forget`."""
        await self._write("DELETE FROM credits WHERE name = ?", (name,))

    async def refresh(self) -> None:
        """Read the count from the file again."""
        await self._do(lambda db: None)

    def close(self) -> None:
        """Close the file; after it only the count in memory may be read."""
        self._database.close()

    async def _write(self, statement: str, row: tuple[object, ...]) -> None:
        def write(db: sqlite3.Connection) -> None:
            with db:
                db.execute(statement, row)

        await self._do(write)

    async def _do(self, work: Callable[[sqlite3.Connection], None]) -> None:
        def count(db: sqlite3.Connection) -> _Count:
            work(db)
            (spent,) = db.execute(_SPENT, (self._vendor,)).fetchone()
            return _Count(spent, tuple(db.execute(_RUNNING, (self._vendor,)).fetchall()))

        try:
            self._count = await self._database.do(count)
        except sqlite3.Error as error:
            log.warning("credits could not be counted", extra={"error": type(error).__name__})


def ledger_for(settings: Settings, vendor: AnyVendor, path: Path) -> Ledger | None:
    """Return the ledger of a service that sells credits, None for others. The file is opened at the first use."""
    if not vendor.sells_credits:
        return None
    budget = settings.budget
    return Ledger(path, vendor.name, bought=budget.credits, per_minute=budget.credits_per_minute, epoch=time.time)
