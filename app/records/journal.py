"""The journal: one row per vendor session that may still run, on disk before the session can cost anything."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

SCHEMA = 1
T = TypeVar("T")


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
    """The journal in the state directory's database, private to the user, safe at any instant of a power cut.

    All calls run on one thread of its own: an fsync must not hold up a tap. Raises JournalError from the constructor
    when the file cannot be opened or is of a newer version.
    """

    def __init__(self, path: Path) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        try:
            self._db = self._thread.submit(_connect, path).result()
        except (sqlite3.Error, OSError) as error:
            self._thread.shutdown()
            raise JournalError(f"{path}: cannot be used as journal: {error}") from None

    async def open(self, vendor: str, name: str, run: str, opened_at: float, expires_at: float) -> int:
        """See `Journal.open`."""

        def write() -> int:
            with self._db:
                cursor = self._db.execute(
                    "INSERT INTO journal (vendor, name, run, session_id, stop_context, opened_at, expires_at)"
                    " VALUES (?, ?, ?, '', '{}', ?, ?)",
                    (vendor, name, run, opened_at, expires_at),
                )
            return int(cursor.lastrowid or 0)

        return await self._do(write)

    async def complete(self, row: int, session_id: str, stop_context: Mapping[str, str]) -> None:
        """See `Journal.complete`."""

        def write() -> None:
            with self._db:
                self._db.execute(
                    "UPDATE journal SET session_id = ?, stop_context = ? WHERE id = ?",
                    (session_id, json.dumps(dict(stop_context)), row),
                )

        await self._do(write)

    async def erase(self, row: int) -> None:
        """See `Journal.erase`; the id is gone from the file too, not only from the table."""

        def write() -> None:
            with self._db:
                self._db.execute("DELETE FROM journal WHERE id = ?", (row,))
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

        await self._do(write)

    async def rows(self) -> list[Row]:
        """See `Journal.rows`."""

        def read() -> list[Row]:
            found = self._db.execute(
                "SELECT id, vendor, name, run, session_id, stop_context, opened_at, expires_at FROM journal ORDER BY id"
            ).fetchall()
            return [
                Row(id_, vendor, name, run, session_id, _decode(context), opened_at, expires_at)
                for id_, vendor, name, run, session_id, context, opened_at, expires_at in found
            ]

        return await self._do(read)

    def close(self) -> None:
        """Close the file; nothing may be called after it."""
        self._thread.submit(self._db.close).result()
        self._thread.shutdown()

    async def _do(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _decode(text: str) -> dict[str, str]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return {str(k): str(v) for k, v in value.items()} if isinstance(value, dict) else {}


def _connect(path: Path) -> sqlite3.Connection:
    path.touch(mode=0o600, exist_ok=True)
    path.chmod(0o600)
    db = sqlite3.connect(path, timeout=5.0)
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA:
        db.close()
        raise sqlite3.DatabaseError(f"written by a newer version ({version}, this one knows {SCHEMA})")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA secure_delete = ON")
    with db:
        db.execute(
            "CREATE TABLE IF NOT EXISTS journal (id INTEGER PRIMARY KEY AUTOINCREMENT, vendor TEXT NOT NULL,"
            " name TEXT NOT NULL, run TEXT NOT NULL, session_id TEXT NOT NULL, stop_context TEXT NOT NULL,"
            " opened_at REAL NOT NULL, expires_at REAL NOT NULL)"
        )
        db.execute(f"PRAGMA user_version = {SCHEMA}")
    return db
