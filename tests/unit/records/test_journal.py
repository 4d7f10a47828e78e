"""The journal: private, durable, and without any trace of a session after a confirmed stop."""

from __future__ import annotations

import math
import shutil
import sqlite3
import stat
from contextlib import closing
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
    """Committed, as another connection sees it; and a commit waits for the disk."""
    journal = SqliteJournal(tmp_path / "kiosk.sqlite3")
    row = await journal.open("tavus", "kiosk-1-abc", "run-1", 10.0, 99.0)
    with closing(sqlite3.connect(tmp_path / "kiosk.sqlite3")) as other:
        assert other.execute("SELECT name, session_id FROM journal").fetchall() == [("kiosk-1-abc", "")]
        await journal.complete(row, "c123", {})
        assert other.execute("SELECT name, session_id FROM journal").fetchall() == [("kiosk-1-abc", "c123")]

    def pragmas(db: sqlite3.Connection) -> list[object]:
        return [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "journal_mode")]

    synchronous, mode = await journal._database.do(pragmas)
    full, extra = 2, 3
    assert synchronous in (full, extra) and mode in ("wal", "delete", "truncate", "persist")
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
    journal = SqliteJournal(path)
    for call in (journal.rows(), journal.check(), journal.open("v", "n", "r", 1.0, 2.0)):
        with pytest.raises(JournalError, match=r"kiosk\.sqlite3: cannot be used as journal: "):
            await call
    journal.close()
    assert (path.read_bytes() if path.is_file() else b"") == before


async def test_a_row_is_there_after_a_power_cut_at_any_step(tmp_path: Path) -> None:
    """What is on disk while nothing was closed is what a power cut leaves."""
    journal = SqliteJournal(tmp_path / "kiosk.sqlite3")

    async def after_a_cut(number: int) -> list[str]:
        copy = tmp_path / f"copy{number}"
        copy.mkdir()
        for file in tmp_path.glob("kiosk.sqlite3*"):
            shutil.copy(file, copy)
        found = SqliteJournal(copy / "kiosk.sqlite3")
        rows = [row.session_id for row in await found.rows()]
        found.close()
        return rows

    row = await journal.open("tavus", "n", "r", 1.0, 2.0)
    assert await after_a_cut(1) == [""]
    await journal.complete(row, "c1", {})
    assert await after_a_cut(2) == ["c1"]
    await journal.erase(row)
    assert await after_a_cut(3) == []
    journal.close()


# ---------------------------------------------------------------- what goes wrong


def spoil(path: Path, at: int) -> None:
    """Write nonsense over a page of the file, as a dying card would."""
    with path.open("r+b") as file:
        file.seek(at)
        file.write(b"\xa5" * 4096)


@pytest.mark.expect_log("put aside")
@pytest.mark.parametrize("when", ["at the start", "under way"])
async def test_the_kiosk_puts_a_damaged_file_aside_and_goes_on(tmp_path: Path, when: str) -> None:
    path, told = tmp_path / "kiosk.sqlite3", []
    if when == "at the start":
        path.write_bytes(b"rubbish" * 2000)
    journal = SqliteJournal(path, mends=True, tell=told.append)
    if when == "under way":
        await journal.open("v", "n", "r", 1.0, 2.0)
        path.unlink()
        path.write_bytes(b"rubbish" * 2000)
        (tmp_path / "kiosk.sqlite3-wal").unlink()
    await journal.check()
    assert await journal.rows() == []
    journal.close()
    aside = min(tmp_path.glob("*damaged*"))
    assert aside.read_bytes() == b"rubbish" * 2000
    assert len(told) == 1 and aside.name in told[0] and "kiosk.sqlite3 was damaged" in told[0]


@pytest.mark.expect_log("put aside")
async def test_rows_that_can_still_be_read_come_along(tmp_path: Path) -> None:
    path, told = tmp_path / "kiosk.sqlite3", []
    await damaged(path)
    mended = SqliteJournal(path, mends=True, tell=told.append)
    (kept,) = await mended.rows()
    assert (kept.name, kept.expires_at, kept.is_damaged) == ("kiosk-1-abc", 99.0, False)
    assert "found in it: 1" in told[0]
    mended.close()


@pytest.mark.expect_log("put aside")
async def test_a_table_of_an_older_version_is_carried_over(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.sqlite3"
    db = sqlite3.connect(path)
    with db:
        db.execute("CREATE TABLE journal (id INTEGER PRIMARY KEY, vendor TEXT, name TEXT, session_id TEXT)")
        db.execute("INSERT INTO journal VALUES (3, 'convai', 'kiosk-1-abc', 's1')")
    db.close()
    journal = SqliteJournal(path, mends=True)
    (kept,) = await journal.rows()
    assert (kept.vendor, kept.session_id, kept.is_damaged) == ("convai", "s1", True)
    assert kept.expires_at == math.inf
    journal.close()


async def test_a_damaged_row_hides_no_other_row(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.sqlite3"
    journal = SqliteJournal(path)
    for name in ("a", "b", "c", "d"):
        await journal.open("tavus", name, "run", 10.0, 99.0)
    db = sqlite3.connect(path)
    with db:
        db.execute("UPDATE journal SET expires_at = 'soon' WHERE name = 'a'")
        db.execute("UPDATE journal SET stop_context = '[' WHERE name = 'b'")
        db.execute("UPDATE journal SET session_id = CAST(x'ff00c3' AS TEXT) WHERE name = 'c'")
    db.close()
    rows = {row.name: row for row in await journal.rows()}
    assert [rows[name].is_damaged for name in "abcd"] == [True, True, True, False]
    assert rows["a"].expires_at == math.inf and rows["b"].stop_context == {} and rows["d"].expires_at == 99.0
    assert rows["c"].session_id == "", "a service that does not know a spoilt id would be believed: it has ended"
    journal.close()


async def damaged(path: Path) -> None:
    """Make a journal with a row that can be read, on a file that is damaged elsewhere."""
    journal = SqliteJournal(path)
    await journal.open("tavus", "kiosk-1-abc", "run-1", 10.0, 99.0)
    journal.close()
    db = sqlite3.connect(path)
    with db:  # another table, large enough to have pages of its own
        db.execute("CREATE TABLE filler (text TEXT)")
        db.executemany("INSERT INTO filler VALUES (?)", [("x" * 900,)] * 50)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    db.close()
    spoil(path, path.stat().st_size - 3 * 4096)


@pytest.mark.expect_log("put aside")
async def test_a_damaged_file_stays_until_its_successor_is_on_disk(tmp_path: Path) -> None:
    path, told = tmp_path / "kiosk.sqlite3", []
    await damaged(path)
    (tmp_path / "kiosk.sqlite3.new").mkdir()  # the successor cannot be made now
    journal = SqliteJournal(path, mends=True, tell=told.append)
    with pytest.raises(JournalError):
        await journal.check()
    assert told == [] and list(tmp_path.glob("*damaged*")) == []
    (tmp_path / "kiosk.sqlite3.new").rmdir()
    assert [row.name for row in await journal.rows()] == ["kiosk-1-abc"]
    assert len(told) == 1
    journal.close()


async def test_a_mending_that_was_cut_off_before_its_last_step_is_finished_by_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.sqlite3"
    await damaged(path)
    whole = SqliteJournal(tmp_path / "kiosk.sqlite3.new")
    await whole.open("tavus", "kiosk-1-abc", "run-1", 10.0, 99.0)
    whole.close()
    path.replace(tmp_path / "kiosk.sqlite3.damaged-1")
    journal = SqliteJournal(path)
    assert [row.name for row in await journal.rows()] == ["kiosk-1-abc"]
    journal.close()


async def test_a_full_disk_is_told_and_heals(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.sqlite3"
    journal = SqliteJournal(path)
    await journal.check()
    pages = await journal._database.do(lambda db: db.execute("PRAGMA page_count").fetchone()[0])
    await journal._database.do(lambda db: db.execute(f"PRAGMA max_page_count = {pages}").fetchone())
    with pytest.raises(JournalError, match="the disk is full"):
        for number in range(200):
            await journal.open("tavus", f"name-{number}" * 20, "run", 10.0, 99.0)
    await journal.check()
    assert await journal.open("tavus", "again", "run", 10.0, 99.0)
    journal.close()


async def test_a_file_that_somebody_removed_is_made_anew(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / "kiosk.sqlite3")
    row = await journal.open("tavus", "a", "run", 10.0, 99.0)
    for file in tmp_path.iterdir():
        file.unlink()
    with pytest.raises(JournalError, match="gone"):
        await journal.complete(row, "s1", {})
    await journal.open("tavus", "b", "run", 10.0, 99.0)
    journal.close()
    again = SqliteJournal(tmp_path / "kiosk.sqlite3")
    assert [kept.name for kept in await again.rows()] == ["b"]
    again.close()


async def test_a_state_directory_that_could_not_be_made_at_first_is_made_later(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    journal = SqliteJournal(disk / "state" / "kiosk.sqlite3")
    disk.write_text("not there yet")
    with pytest.raises(JournalError):
        await journal.check()
    disk.unlink()
    await journal.check()
    assert stat.S_IMODE((disk / "state").stat().st_mode) == 0o700
    journal.close()


async def test_another_program_that_holds_the_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.records.database.BUSY_S", 0.05)
    path = tmp_path / "kiosk.sqlite3"
    journal = SqliteJournal(path)
    await journal.check()
    other = sqlite3.connect(path)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalError, match="another program holds it"):
        await journal.open("tavus", "a", "run", 10.0, 99.0)
    other.rollback()
    other.close()
    await journal.open("tavus", "a", "run", 10.0, 99.0)
    journal.close()


@pytest.mark.expect_log("put aside")
async def test_two_damaged_files_of_one_second_lie_side_by_side(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("app.records.database.time.strftime", lambda *_args: "20270101-120000")
    path = tmp_path / "kiosk.sqlite3"
    for word in (b"first", b"second", b"third"):
        path.write_bytes(word * 2000)
        journal = SqliteJournal(path, mends=True)
        await journal.check()
        journal.close()
        path.unlink()
    assert {file.read_bytes()[:5] for file in tmp_path.glob("*damaged*")} == {b"first", b"secon", b"third"}
