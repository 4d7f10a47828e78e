"""The state directory's database: private to the user, safe against a power cut at any instant, off the event loop.

It is opened again after every failure, so it recovers by itself when a full disk or a read-only directory is repaired.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

log = logging.getLogger(__name__)
T = TypeVar("T")

SCHEMA = 1  # raised when a table changes, not when one is added
BUSY_S = 5.0  # `release` by hand may be using the file
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_WHY = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "it cannot be written",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
    sqlite3.SQLITE_IOERR: "the disk fails",
    sqlite3.SQLITE_CORRUPT: "it is damaged",
    sqlite3.SQLITE_NOTADB: "it is no database of this program",
    sqlite3.SQLITE_BUSY: "another program holds it",
}

Rescue = Callable[[sqlite3.Connection, sqlite3.Connection], int]


class Database:
    """One connection on a thread of its own, because an fsync must not delay a tap. Several may use one file.

    Nothing is opened before the first use.

    Args:
        path: The file.
        name: Name of the thread.
        table: Statement that creates the owner's table where it is missing.
        rescue: Replace a damaged file by a new one; the damaged one is renamed, never deleted. `rescue` copies what can
            still be read from the damaged one (first argument) to the new one, and returns how many rows. It raises
            sqlite3.Error where the new one cannot be written; then the damaged one stays in its place. Only one process
            may do so: the kiosk. None: never replace.
        tell: Called with a line for staff about a replaced file, on the database's thread.
    """

    def __init__(
        self,
        path: Path,
        name: str,
        table: str,
        *,
        rescue: Rescue | None = None,
        tell: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._path = path
        self._table = table
        self._rescue = rescue
        self._tell = tell
        self._db: sqlite3.Connection | None = None
        self._file = 0  # inode of the open file
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)

    async def do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` with the connection. Raises sqlite3.Error."""
        return await asyncio.wrap_future(self.do_soon(work))

    def do_soon(self, work: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Start what `do` does, without waiting; from any thread."""
        return self._thread.submit(self._do, work)

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work`, which only reads; it also works where nothing can be written now. Raises sqlite3.Error."""
        try:
            return await self.do(work)
        except sqlite3.Error as error:
            found = await asyncio.wrap_future(self._thread.submit(_only_read, self._path, work))
            if found is None:
                raise error from None
            return found[0]

    def close(self) -> None:
        """Close the file; nothing may be called after it."""
        self._thread.submit(self._disconnect).result()
        self._thread.shutdown()

    # ------------------------------------------------------------ on its thread

    def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return self._done(work)
        except sqlite3.Error as error:
            if self._rescue is None or not _is_damage(error):
                raise
        return self._done(work, self._rescue)

    def _done(self, work: Callable[[sqlite3.Connection], T], rescue: Rescue | None = None) -> T:
        try:
            return work(self._connected(rescue))
        except sqlite3.Error:
            self._disconnect()
            raise
        except OSError as error:
            self._disconnect()
            raise sqlite3.OperationalError(error.strerror or type(error).__name__) from None

    def _connected(self, rescue: Rescue | None = None) -> sqlite3.Connection:
        if self._db is not None and not _is_same_file(self._path, self._file):
            self._disconnect()  # the file was replaced or removed: what we write to the open one would be lost
        if self._db is None:
            self._db = _connect(self._path, self._table) if rescue is None else self._replaced(rescue)
            self._file = self._path.stat().st_ino
        return self._db

    def _replaced(self, rescue: Rescue) -> sqlite3.Connection:
        """Replace a damaged file. The new one is complete before the damaged one is renamed, so no row is ever lost."""
        fresh = _fresh(self._path)
        for tail in ("-wal", "-shm", ""):
            Path(f"{fresh}{tail}").unlink(missing_ok=True)  # of an interrupted attempt
        with (
            contextlib.closing(sqlite3.connect(self._path)) as damaged,
            contextlib.closing(_connect(fresh, self._table)) as new,
        ):
            damaged.text_factory = _text
            with new:
                count = rescue(damaged, new)
        aside = _put_aside(self._path)
        db = _connect(self._path, self._table)
        log.error("the database was damaged and put aside", extra={"rescued_rows": count})
        self._tell(f"{self._path} was damaged and is now {aside.name}; open sessions found in it: {count}.")
        return db

    def _disconnect(self) -> None:
        db, self._db = self._db, None
        if db is not None:
            with contextlib.suppress(sqlite3.Error):
                db.close()


def why(error: sqlite3.Error) -> str:
    """Return why the database cannot be used, in words for staff."""
    return _WHY.get(_code(error), str(error))


def _connect(path: Path, table: str) -> sqlite3.Connection:
    is_new = not path.exists()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # it may be missing on a disk that was repaired
    if is_new and _fresh(path).exists():
        _fresh(path).replace(path)  # finish the replacement of a damaged file that was interrupted
    path.touch(mode=0o600, exist_ok=True)
    path.chmod(0o600)
    db = sqlite3.connect(path, timeout=BUSY_S)
    try:
        db.text_factory = _text
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA:
            raise sqlite3.NotSupportedError(f"written by a newer version ({version}, this one knows {SCHEMA})")
        db.execute("PRAGMA journal_mode = WAL").fetchall()
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA secure_delete = ON").fetchall()
        found = db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise _Damaged(found)
        db.execute(table)
        if version < SCHEMA:
            db.execute(f"PRAGMA user_version = {SCHEMA}")
    except BaseException:
        db.close()
        raise
    if is_new:
        _make_name_durable(path.parent)
    return db


def _fresh(path: Path) -> Path:
    """Return the path at which the successor of a damaged file is made."""
    return path.with_name(f"{path.name}.new")


class _Damaged(sqlite3.DatabaseError):
    """The pages of the file are inconsistent."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


def _make_name_durable(folder: Path) -> None:
    """Make sure that a power cut cannot remove the new file from its directory."""
    if os.name != "posix":  # pragma: no cover - Windows opens no folder
        return
    entry = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(entry)
    finally:
        os.close(entry)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")  # one bad byte must not hide every other row


def _is_damage(error: sqlite3.Error) -> bool:
    # A table of ours that lacks one of our columns was not written by this program.
    return _code(error) in _DAMAGED or "no such column" in str(error) or "has no column" in str(error)


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF  # the last byte of an extended code is the plain one


def _is_same_file(path: Path, inode: int) -> bool:
    try:
        return path.stat().st_ino == inode
    except OSError:
        return False


def _only_read(path: Path, work: Callable[[sqlite3.Connection], T]) -> tuple[T] | None:
    """Run `work` on a file that cannot be written now; None where it cannot be read either.

    In WAL mode SQLite writes files beside the database, unless told that nobody changes it (sqlite.org/wal.html 5).
    """
    if not path.is_file():
        return None
    for mode in ("mode=ro", "mode=ro&immutable=1"):
        address = f"{path.absolute().as_uri()}?{mode}"
        with (
            contextlib.suppress(sqlite3.Error),
            contextlib.closing(sqlite3.connect(address, uri=True, timeout=BUSY_S)) as db,
        ):
            db.text_factory = _text
            return (work(db),)
    return None


def _put_aside(path: Path) -> Path:
    """Rename the file and its WAL files; return the new path."""
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    aside, number = path.with_name(f"{path.name}.damaged-{stamp}"), 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.damaged-{stamp}-{number}")
    for tail in ("-wal", "-shm", ""):  # the database last: while it is there, the next start detects the damage again
        with contextlib.suppress(FileNotFoundError):
            Path(f"{path}{tail}").replace(f"{aside}{tail}")
    return aside
