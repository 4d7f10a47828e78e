"""Counters outlive the process, and work in memory where nothing can be stored."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from app.records.counters import Counters

pytestmark = [pytest.mark.asyncio, pytest.mark.real_time]


async def opened(path: Path) -> Counters:
    counters = Counters()
    await counters.open(path)
    return counters


async def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    first = await opened(tmp_path / "kiosk.sqlite3")
    first.set({"pin_wrong": 5, "pin_until": 1_700_000_000.5})
    first.set({"pin_wrong": 6})
    first.close()
    again = await opened(tmp_path / "kiosk.sqlite3")
    assert (again.get("pin_wrong"), again.get("pin_until"), again.get("else")) == (6, 1_700_000_000.5, 0)
    again.close()


async def test_what_was_set_before_the_file_was_open_is_stored_and_never_lessens(tmp_path: Path) -> None:
    first = await opened(tmp_path / "kiosk.sqlite3")
    first.set({"pin_wrong": 6})
    first.close()
    early = Counters()
    early.set({"pin_wrong": 1, "other": 3})
    await early.open(tmp_path / "kiosk.sqlite3")
    assert (early.get("pin_wrong"), early.get("other")) == (6, 3)
    early.close()
    again = await opened(tmp_path / "kiosk.sqlite3")
    assert (again.get("pin_wrong"), again.get("other")) == (6, 3)
    again.close()


@pytest.mark.expect_log("cannot be read|could not be written")
async def test_without_a_place_to_write_they_still_count(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    counters = await opened(tmp_path / "file" / "kiosk.sqlite3")
    counters.set({"pin_wrong": 5})
    assert counters.get("pin_wrong") == 5
    counters.close()
    assert counters.get("pin_wrong") == 5


async def test_values_of_another_kind_count_as_nothing(tmp_path: Path) -> None:
    first = await opened(tmp_path / "kiosk.sqlite3")
    first.close()
    db = sqlite3.connect(tmp_path / "kiosk.sqlite3")
    with db:
        db.execute("INSERT INTO counters VALUES ('pin_wrong', 'many'), ('other', 2)")
    db.close()
    again = await opened(tmp_path / "kiosk.sqlite3")
    assert (again.get("pin_wrong"), again.get("other")) == (0, 2)
    again.close()


async def test_a_kiosk_that_ends_before_they_were_opened_closes_them_all_the_same() -> None:
    counters = Counters()
    counters.set({"pin_wrong": 1})
    counters.close()
    assert counters.get("pin_wrong") == 1


async def test_on_a_disk_that_can_only_be_read_they_are_still_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await opened(tmp_path / "kiosk.sqlite3")
    first.set({"pin_wrong": 5})
    first.close()

    def refuse(*_args: object, **_more: object) -> None:
        raise PermissionError(30, "Read-only file system")

    monkeypatch.setattr(Path, "touch", refuse)
    again = await opened(tmp_path / "kiosk.sqlite3")
    assert again.get("pin_wrong") == 5
    again.close()
