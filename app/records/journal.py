"""The journal: one row for each session that may still run, on disk before the session can cost anything."""

from __future__ import annotations

import contextlib
import json
import math
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from app.records.database import Database, why

T = TypeVar("T")

_TABLE = """CREATE TABLE IF NOT EXISTS journal (id INTEGER PRIMARY KEY AUTOINCREMENT, vendor TEXT NOT NULL,
    name TEXT NOT NULL, run TEXT NOT NULL, session_id TEXT NOT NULL, stop_context TEXT NOT NULL,
    opened_at REAL NOT NULL, expires_at REAL NOT NULL)"""
_COLUMNS = ("vendor", "name", "run", "session_id", "stop_context", "opened_at", "expires_at")
_SELECT = "SELECT id, vendor, name, run, session_id, stop_context, opened_at, expires_at FROM journal ORDER BY id"
_INSERT = """INSERT INTO journal (vendor, name, run, session_id, stop_context, opened_at, expires_at)
    VALUES (?, ?, ?, ?, ?, ?, ?)"""
_UNKNOWN = ""  # a missing value of a rescued row; in place of a time it makes the row damaged


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One session that may still run.

    Attributes:
        id: Number of the row.
        vendor: Name of the service.
        name: Our unique name for the session.
        run: Name of the kiosk process that started it.
        session_id: The service's id; "" until its answer arrived.
        stop_context: What the stop call needs besides the id.
        opened_at: When the row was written, seconds since the epoch.
        expires_at: When the service itself has ended the session at the latest, seconds since the epoch.
        is_damaged: A part of the row could not be read.
    """

    id: int
    vendor: str
    name: str
    run: str
    session_id: str = field(repr=False)
    stop_context: Mapping[str, str] = field(repr=False)
    opened_at: float
    expires_at: float
    is_damaged: bool = False


class Journal(Protocol):
    """The interface of the journal. Every call raises JournalError where it cannot be used."""

    async def open(self, vendor: str, name: str, run: str, opened_at: float, expires_at: float) -> int:
        """Write a row before the create call and return its id. The row is on disk when this returns."""
        ...

    async def complete(self, row: int, session_id: str, stop_context: Mapping[str, str]) -> None:
        """Add what the stop call needs. It is on disk when this returns."""
        ...

    async def erase(self, row: int) -> None:
        """Remove a row whose end is confirmed, or whose session can no longer run."""
        ...

    async def rows(self) -> list[JournalRow]:
        """Return all rows, oldest first."""
        ...

    async def check(self) -> None:
        """Return if a row could be written now; raise otherwise."""
        ...


class JournalError(Exception):
    """The journal cannot be used; the text is for staff and names the file."""


class SqliteJournal:
    """The journal in the state directory's database, which is opened at the first use. Every call raises JournalError.

    Args:
        path: The database.
        mends: Replace a damaged file, see `Database`; only the kiosk's own process may do so.
        tell: Called with a line for staff about a replaced file, on the database's thread.
    """

    def __init__(self, path: Path, *, mends: bool = False, tell: Callable[[str], None] = lambda text: None) -> None:
        self._path = path
        self._database = Database(path, "journal", _TABLE, rescue=_rescue if mends else None, tell=tell)

    async def open(self, vendor: str, name: str, run: str, opened_at: float, expires_at: float) -> int:
        """See `Journal.open`."""

        def write(db: sqlite3.Connection) -> int:
            with db:
                return int(db.execute(_INSERT, (vendor, name, run, "", "{}", opened_at, expires_at)).lastrowid or 0)

        return await self._answered(self._database.do(write))

    async def complete(self, row: int, session_id: str, stop_context: Mapping[str, str]) -> None:
        """See `Journal.complete`."""
        values = (session_id, json.dumps(dict(stop_context)), row)

        def write(db: sqlite3.Connection) -> None:
            with db:
                if db.execute("UPDATE journal SET session_id = ?, stop_context = ? WHERE id = ?", values).rowcount != 1:
                    raise sqlite3.DataError("the row of a running session is gone")

        await self._answered(self._database.do(write))

    async def erase(self, row: int) -> None:
        """See `Journal.erase`; the id is also removed from the file's bytes, not only from the table."""

        def write(db: sqlite3.Connection) -> None:
            with db:
                db.execute("DELETE FROM journal WHERE id = ?", (row,))
            with contextlib.suppress(sqlite3.Error):  # the row is deleted anyway; the next checkpoint clears the log
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

        await self._answered(self._database.do(write))

    async def rows(self) -> list[JournalRow]:
        """See `Journal.rows`; works also where nothing can be written now."""

        def read(db: sqlite3.Connection) -> list[JournalRow]:
            return [_row(*values) for values in db.execute(_SELECT).fetchall()]

        return await self._answered(self._database.read(read))

    async def check(self) -> None:
        """See `Journal.check`: really writes."""

        def write(db: sqlite3.Connection) -> None:
            with db:  # in one transaction, so that no other process ever sees the row
                row = db.execute(_INSERT, ("", "check", "", "", "{}", 0.0, 0.0)).lastrowid
                db.execute("DELETE FROM journal WHERE id = ?", (row,))

        await self._answered(self._database.do(write))

    def close(self) -> None:
        """Close the file; nothing may be called after it."""
        self._database.close()

    async def _answered(self, work: Awaitable[T]) -> T:
        try:
            return await work
        except sqlite3.Error as error:
            raise JournalError(f"{self._path}: cannot be used as journal: {why(error)}") from None


def _row(id_: int, *values: Any) -> JournalRow:
    """Return a row, as far as it can be read: a failing disk may have left values of other types."""
    # Bytes that are not UTF-8 are read as U+FFFD. A service would not find such an id, which would count as ended.
    is_readable = [isinstance(value, str) and "\ufffd" not in value for value in values[:5]]
    vendor, name, run, session_id = (
        value if good else "" for value, good in zip(values[:4], is_readable, strict=False)
    )
    context, times = _decode(values[4]), [_seconds(value) for value in values[5:]]
    opened_at, expires_at = (0.0 if time is None else time for time in times)
    is_damaged = None in times or context is None or not all(is_readable)
    if times[1] is None:
        expires_at = math.inf  # not known: it is stopped until a stop is confirmed
    return JournalRow(id_, vendor, name, run, session_id, context or {}, opened_at, expires_at, is_damaged)


def _seconds(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _decode(text: object) -> dict[str, str] | None:
    try:
        value = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return {str(k): str(v) for k, v in value.items()} if isinstance(value, dict) else None


def _rescue(damaged: sqlite3.Connection, new: sqlite3.Connection) -> int:
    """Copy the rows that can still be read; rows of another version may lack values."""
    rows: list[list[object]] = []
    with contextlib.suppress(sqlite3.Error):
        cursor = damaged.execute("SELECT * FROM journal")
        names = [column[0] for column in cursor.description]
        for values in cursor:
            row = dict(zip(names, values, strict=True))
            rows.append([_UNKNOWN if row.get(name) is None else row[name] for name in _COLUMNS])
    new.executemany(_INSERT, rows)
    return len(rows)
