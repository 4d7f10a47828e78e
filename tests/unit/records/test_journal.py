"""The paper trail: private, durable, and gone without a trace after a confirmed stop."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest

from app.records.journal import JournalError, SqliteJournal

pytestmark = [pytest.mark.asyncio, pytest.mark.real_time]


async def test_a_row_survives_the_process(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / "kiosk.sqlite3")
    row = await journal.open("tavus", "kiosk-1-abc", "run-1", 10.0, 99.0)
    await journal.complete(row, "c123", {"path": "x"})
    journal.close()
    again = SqliteJournal(tmp_path / "kiosk.sqlite3")
    (kept,) = await again.rows()
    assert (kept.vendor, kept.name, kept.run, kept.session_id) == ("tavus", "kiosk-1-abc", "run-1", "c123")
    assert kept.stop_context == {"path": "x"} and kept.expires_at == 99.0
    again.close()


async def test_rows_are_on_disk_when_the_call_returns(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / "kiosk.sqlite3")
    await journal.open("tavus", "kiosk-1-abc", "run-1", 10.0, 99.0)
    other = sqlite3.connect(tmp_path / "kiosk.sqlite3")
    assert other.execute("SELECT name FROM journal").fetchall() == [("kiosk-1-abc",)]
    other.close()
    journal.close()


async def test_an_erased_id_is_in_no_file_any_more(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / "kiosk.sqlite3")
    row = await journal.open("convai", "name", "run", 1.0, 2.0)
    await journal.complete(row, "CANARY-SESSION", {"secret-path": "CANARY-CONTEXT"})
    await journal.erase(row)
    assert await journal.rows() == []
    for file in tmp_path.iterdir():
        assert b"CANARY" not in file.read_bytes(), file.name
    journal.close()


async def test_the_file_is_private_to_the_user(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / "kiosk.sqlite3")
    await journal.open("tavus", "n", "r", 1.0, 2.0)
    for file in tmp_path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name
    journal.close()


@pytest.mark.parametrize("fault", ["garbage", "newer", "folder"])
async def test_a_file_that_cannot_be_used_is_told_with_its_name_and_left_as_it_is(tmp_path: Path, fault: str) -> None:
    path = tmp_path / "kiosk.sqlite3"
    if fault == "garbage":
        path.write_bytes(b"this is no database, but somebody's file" * 50)
    elif fault == "newer":
        db = sqlite3.connect(path)
        db.execute("PRAGMA user_version = 99")
        db.close()
    else:
        path.mkdir()
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(JournalError, match=r"kiosk\.sqlite3"):
        SqliteJournal(path)
    assert (path.read_bytes() if path.is_file() else b"") == before
