"""`avatar-kiosk release`: what it stops, what it leaves alone, what it prints."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from app.commands import release as release_command
from app.commands.release import release_all
from app.records.journal import SqliteJournal
from app.settings.model import Settings
from app.settings.service import VendorSettings
from app.state import StateDirectory
from app.system.lock import StateLock
from app.vendors.base import Capabilities, Vendor
from app.vendors.errors import AuthError
from tests.fakes.service import FakeControl, FakeProtocol

pytestmark = [pytest.mark.asyncio, pytest.mark.real_time]


@pytest.fixture
def control(monkeypatch: pytest.MonkeyPatch) -> FakeControl:
    made = FakeControl(stop_s=0.0)
    vendor = Vendor("fake", VendorSettings, "local", lambda context: made, lambda *_: FakeProtocol())
    monkeypatch.setattr(release_command, "vendors", lambda: {"fake": vendor})
    return made


@pytest.fixture
def state(tmp_path: Path) -> StateDirectory:
    found = StateDirectory(tmp_path / "state")
    found.prepare()
    return found


async def _write(state: StateDirectory, *rows: tuple[str, str, str, float]) -> None:
    journal = SqliteJournal(state.database)
    for name, run, session_id, expires_at in rows:
        row = await journal.open("fake" if name != "odd" else "gone-vendor", name, run, time.time(), expires_at)
        await journal.complete(row, session_id, {})
    journal.close()


async def _left(state: StateDirectory) -> list[str]:
    journal = SqliteJournal(state.database)
    rows = await journal.rows()
    journal.close()
    return [row.name for row in rows]


LATER = time.time() + 1000


async def test_nothing_to_release_is_said_and_fine(state, control, capsys) -> None:
    assert await release_all(Settings(), state) == 0
    assert capsys.readouterr().out == "The journal names no session.\n"


async def test_every_session_is_stopped_with_one_line_each_and_no_session_id(state, control, capsys) -> None:
    await _write(state, ("a", "old", "CANARY-1", LATER), ("b", "older", "CANARY-2", LATER))
    assert await release_all(Settings(), state) == 0
    out = capsys.readouterr().out
    assert sorted(order.session_id for order in control.stopped) == ["CANARY-1", "CANARY-2"]
    assert out == "fake a: stopped\nfake b: stopped\n" and await _left(state) == []


async def test_names_are_shortened_because_they_admit_to_rooms(state, control, capsys) -> None:
    name = "kiosk-lobby-1-0123456789abcdef"
    await _write(state, (name, "old", "s1", LATER))
    assert await release_all(Settings(), state) == 0
    assert capsys.readouterr().out == "fake kiosk-lobby-1-0123...: stopped\n"


async def test_a_parent_says_itself_which_run_lives_because_a_failing_disk_keeps_the_dead_ones_name(
    state, control, monkeypatch
) -> None:
    await _write(state, ("own", "new", "s1", LATER), ("lost", "dead", "s2", LATER))
    lock = StateLock(state.folder)
    lock.name_run("dead")
    monkeypatch.setenv("AVATAR_KIOSK_RUN", "new")
    assert await release_all(Settings(), state) == 0
    assert await _left(state) == ["own"]
    lock.close()


async def test_a_running_kiosks_own_are_left_alone_unless_forced(state, control) -> None:
    await _write(state, ("own", "living", "s1", LATER), ("lost", "dead", "s2", LATER))
    lock = StateLock(state.folder)
    lock.name_run("living")
    assert await release_all(Settings(), state) == 0
    assert await _left(state) == ["own"]
    assert await release_all(Settings(), state, force=True) == 0
    assert await _left(state) == []
    lock.close()


async def test_what_cannot_be_stopped_is_kept_and_told(state, control, capsys) -> None:
    async def refuse(order):
        raise AuthError("fake", "the key was refused", 401)

    control.stop = refuse
    await _write(state, ("a", "old", "s1", LATER))
    assert await release_all(Settings(), state, as_json=True) == 1
    (told,) = json.loads(capsys.readouterr().out)["sessions"]
    assert told["outcome"] == "left" and "refused" in told["text"]
    assert await _left(state) == ["a"]


async def test_a_row_that_looks_old_is_stopped_all_the_same(state, control) -> None:
    """The clock may have jumped forward by hours since it was written."""
    await _write(state, ("a", "old", "s1", time.time() - 7200))
    assert await release_all(Settings(), state) == 0
    assert [order.session_id for order in control.stopped] == ["s1"] and await _left(state) == []


async def test_a_row_that_looks_old_and_cannot_be_stopped_is_kept_for_a_day(state, control, capsys) -> None:
    control.stop_failures = 2
    await _write(state, ("a", "old", "s1", time.time() - 7200), ("b", "old", "s2", time.time() - 90_000))
    assert await release_all(Settings(), state) == 1
    assert await _left(state) == ["a"]
    out = capsys.readouterr().out
    assert "fake a: could not be stopped" in out and "fake b: has ended by itself" in out


@pytest.mark.expect_log("fault of ours")
async def test_an_answer_that_nobody_understands_costs_no_other_row(state, control, capsys) -> None:
    whole = control.stop

    async def stop(order):
        if order.session_id == "s1":
            raise KeyError("data")
        return await whole(order)

    control.stop = stop
    await _write(state, ("a", "old", "s1", LATER), ("b", "old", "s2", LATER))
    assert await release_all(Settings(), state) == 1
    assert await _left(state) == ["a"] and "KeyError" in capsys.readouterr().out


async def test_a_service_without_a_stop_call_is_waited_for(state, control, capsys) -> None:
    control.capabilities = Capabilities(stop=False, orphan_s=500)

    async def nothing(order) -> bool:
        return False

    control.stop = nothing
    await _write(state, ("a", "old", "s1", LATER))
    assert await release_all(Settings(), state) == 1
    assert "ends by itself at" in capsys.readouterr().out


async def test_a_row_of_an_unknown_service_is_never_dropped(state, control, capsys) -> None:
    await _write(state, ("odd", "old", "s1", LATER))
    assert await release_all(Settings(), state) == 1
    assert await _left(state) == ["odd"]


async def test_a_journal_that_cannot_be_read_is_told_in_one_line(state, control, capsys) -> None:
    state.database.write_bytes(b"not a database at all" * 100)
    assert await release_all(Settings(), state) == 1
    assert capsys.readouterr().err.count("\n") == 1
