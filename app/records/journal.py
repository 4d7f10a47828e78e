"""The journal: one row per vendor session that may still run, on disk before the session can cost anything."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from app.records.database import Database

_TABLE = """CREATE TABLE IF NOT EXISTS journal (id INTEGER PRIMARY KEY AUTOINCREMENT, vendor TEXT NOT NULL,
    name TEXT NOT NULL, run TEXT NOT NULL, session_id TEXT NOT NULL, stop_context TEXT NOT NULL,
    opened_at REAL NOT NULL, expires_at REAL NOT NULL)"""


@dataclass(frozen=True, slots=True)
class Row:
    """One session that may still run. name is ours, session_id the service's ("" until its answer arrived).

    expires_at: seconds since the epoch; the service's own bound, after which nothing can run any more.
    """

    id: int
    vendor: str
    name: str
    run: str
    session_id: str = field(repr=False)
    stop_context: Mapping[str, str] = field(repr=False)
    opened_at: float
    expires_at: float


class Journal(Protocol):
    """What the kiosk needs of the paper trail."""

    async def open(self, vendor: str, name: str, run: str, opened_at: float, expires_at: float) -> int:
        """Write a row before the create call; returns its id. Durable when it returns."""
        ...

    async def complete(self, row: int, session_id: str, stop_context: Mapping[str, str]) -> None:
        """Add what the stop call needs. Durable when it returns."""
        ...

    async def erase(self, row: int) -> None:
        """Remove a row whose session is confirmed ended, or can no longer run."""
        ...

    async def rows(self) -> list[Row]:
        """All rows, oldest first."""
        ...


class JournalError(Exception):
    """The journal cannot be used; the text is for staff and names the file."""


class SqliteJournal:
    """The journal in the state directory's database.

    Raises JournalError from the constructor when the file cannot be opened or is of a newer version.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._database = Database(path, "journal", _TABLE)
        except (sqlite3.Error, OSError) as error:
            raise JournalError(f"{path}: cannot be used as journal: {error}") from None

    async def open(self, vendor: str, name: str, run: str, opened_at: float, expires_at: float) -> int:
        """See `Journal.open`."""

        def write(db: sqlite3.Connection) -> int:
            with db:
                cursor = db.execute(
                    "INSERT INTO journal (vendor, name, run, session_id, stop_context, opened_at, expires_at)"
                    " VALUES (?, ?, ?, '', '{}', ?, ?)",
                    (vendor, name, run, opened_at, expires_at),
                )
            return int(cursor.lastrowid or 0)

        return await self._database.do(write)

    async def complete(self, row: int, session_id: str, stop_context: Mapping[str, str]) -> None:
        """See `Journal.complete`."""

        def write(db: sqlite3.Connection) -> None:
            with db:
                db.execute(
                    "UPDATE journal SET session_id = ?, stop_context = ? WHERE id = ?",
                    (session_id, json.dumps(dict(stop_context)), row),
                )

        await self._database.do(write)

    async def erase(self, row: int) -> None:
        """See `Journal.erase`; the id is gone from the file too, not only from the table."""

        def write(db: sqlite3.Connection) -> None:
            with db:
                db.execute("DELETE FROM journal WHERE id = ?", (row,))
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

        await self._database.do(write)

    async def rows(self) -> list[Row]:
        """See `Journal.rows`."""

        def read(db: sqlite3.Connection) -> list[Row]:
            found = db.execute(
                "SELECT id, vendor, name, run, session_id, stop_context, opened_at, expires_at FROM journal ORDER BY id"
            ).fetchall()
            return [
                Row(id_, vendor, name, run, session_id, _decode(context), opened_at, expires_at)
                for id_, vendor, name, run, session_id, context, opened_at, expires_at in found
            ]

        return await self._database.do(read)

    def close(self) -> None:
        """Close the file; nothing may be called after it."""
        self._database.close()


def _decode(text: str) -> dict[str, str]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return {str(k): str(v) for k, v in value.items()} if isinstance(value, dict) else {}
