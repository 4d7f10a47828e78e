"""Small numbers that outlive the process: read from memory, written to the database in the background."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # loaded only after the window is painted
    import sqlite3
    from concurrent.futures import Future

    from app.records.database import Database

log = logging.getLogger(__name__)

_TABLE = "CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value REAL NOT NULL)"
_SET = "INSERT INTO counters VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"


class Counters:
    """Numbers by name, 0 where nothing was set. Before `open`, and where the database cannot be used, in memory only.

    Call it from one thread. Writes happen on a thread of their own; a failure is logged.
    """

    def __init__(self) -> None:
        self._values: dict[str, float] = {}
        self._database: Database | None = None

    def get(self, name: str) -> float:
        """Return a number."""
        return self._values.get(name, 0.0)

    def set(self, values: Mapping[str, float]) -> None:
        """Set some numbers; on disk all of them or none."""
        self._values |= values
        self._write(dict(values))

    async def open(self, path: Path) -> None:
        """Read the stored numbers, and store from now on. Where a number was already set, the larger one counts."""
        import sqlite3

        from app.records.database import Database, why

        self._database = Database(path, "counters", _TABLE)
        try:
            stored = await self._database.read(_read)
        except sqlite3.Error as error:
            log.warning("the counters cannot be read", extra={"reason": why(error)})
            return
        before = dict(self._values)
        self._values = {name: max(stored.get(name, 0.0), before.get(name, 0.0)) for name in stored | before}
        if before:
            self._write(self._values)

    def close(self) -> None:
        """Finish pending writes and close the file; later values are kept in memory only."""
        database, self._database = self._database, None
        if database is not None:
            database.close()

    def _write(self, values: Mapping[str, float]) -> None:
        def write(db: sqlite3.Connection) -> None:
            with db:
                db.executemany(_SET, list(values.items()))

        if self._database is not None:
            self._database.do_soon(write).add_done_callback(_log_failure)


def _read(db: sqlite3.Connection) -> dict[str, float]:
    found = db.execute("SELECT name, value FROM counters").fetchall()
    return {str(name): float(value) for name, value in found if isinstance(value, int | float)}


def _log_failure(writing: Future[None]) -> None:
    if writing.exception() is not None:
        log.warning("a counter could not be written", extra={"error": type(writing.exception()).__name__})
