"""The state directory's database: private to the user, safe at any instant of a power cut, and never on the loop."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

SCHEMA = 1
T = TypeVar("T")


class Database:
    """One connection on one thread of its own: an fsync must not hold up a tap. Several may use one file.

    name: of the thread. table: the statement that creates what its owner needs, where it is missing. Raises
    sqlite3.Error or OSError when the file cannot be opened or is of a newer version.
    """

    def __init__(self, path: Path, name: str, table: str) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        try:
            self._db = self._thread.submit(_connect, path, table).result()
        except (sqlite3.Error, OSError):
            self._thread.shutdown()
            raise

    async def do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` with the connection. Raises sqlite3.Error."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, self._db)

    def close(self) -> None:
        """Close the file; nothing may be called after it."""
        self._thread.submit(self._db.close).result()
        self._thread.shutdown()


def _connect(path: Path, table: str) -> sqlite3.Connection:
    path.touch(mode=0o600, exist_ok=True)
    path.chmod(0o600)
    db = sqlite3.connect(path, timeout=5.0)
    try:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA:
            raise sqlite3.DatabaseError(f"written by a newer version ({version}, this one knows {SCHEMA})")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA secure_delete = ON")
        with db:
            db.execute(table)
            db.execute(f"PRAGMA user_version = {SCHEMA}")
    except BaseException:
        db.close()
        raise
    return db
