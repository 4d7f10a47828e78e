"""Credits: counted from the start call, while a session runs, after a crash, and by several processes."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from pathlib import Path

import pytest

from app.records.credits import Ledger, ledger_for
from app.records.journal import SqliteJournal
from app.screens import UnavailableReason
from app.sessions.budget import Budget
from app.settings.model import BudgetSettings, Settings
from app.system.metrics import metrics_of
from app.vendors.registry import vendors
from app.vitals import Vitals

pytestmark = [pytest.mark.asyncio, pytest.mark.real_time]


class Time:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def ledger(tmp_path: Path, time: Time):
    made = open_ledger(tmp_path, time, bought=10)
    yield made
    made.close()


def open_ledger(folder: Path, time: Time, bought: float = 0.0, vendor: str = "aistudios") -> Ledger:
    return Ledger(folder / "kiosk.sqlite3", vendor, bought=bought, per_minute=0.2, epoch=time)


async def test_a_session_costs_from_its_start_to_its_end(ledger: Ledger, time: Time) -> None:
    await ledger.begin("visit-1", time.now, 1200)
    time.now += 150
    assert ledger.used() == pytest.approx(0.5)
    await ledger.end("visit-1")
    time.now += 600
    assert ledger.used() == pytest.approx(0.5)
    await ledger.end("visit-1")
    assert ledger.used() == pytest.approx(0.5)


async def test_a_session_that_nobody_saw_ending_costs_no_more_than_its_maximum(ledger: Ledger, time: Time) -> None:
    await ledger.begin("visit-1", time.now, 300)
    time.now += 86_400
    assert ledger.used() == pytest.approx(1.0)
    await ledger.end("visit-1")
    assert ledger.used() == pytest.approx(1.0)


async def test_a_session_that_never_was_costs_nothing(ledger: Ledger, time: Time) -> None:
    await ledger.begin("visit-1", time.now, 300)
    time.now += 60
    await ledger.forget("visit-1")
    assert ledger.used() == 0


async def test_the_count_survives_the_process_and_is_shared_with_others(tmp_path: Path, time: Time) -> None:
    first = open_ledger(tmp_path, time)
    await first.begin("visit-1", time.now, 1200)
    time.now += 60
    second = open_ledger(tmp_path, time)
    await second.refresh()
    assert second.used() == pytest.approx(0.2)
    await second.end("visit-1")
    time.now += 60
    assert first.used() == pytest.approx(0.4)
    await first.refresh()
    assert first.used() == pytest.approx(0.2)
    first.close()
    second.close()


async def test_what_one_service_costs_is_no_others(tmp_path: Path, time: Time) -> None:
    ours, other = open_ledger(tmp_path, time), open_ledger(tmp_path, time, vendor="other")
    await other.begin("visit-1", time.now, 1200)
    time.now += 60
    await ours.refresh()
    assert (ours.used(), other.used()) == (0, pytest.approx(0.2))
    ours.close()
    other.close()


async def test_a_clock_set_back_costs_nothing_and_gives_nothing_back(ledger: Ledger, time: Time) -> None:
    await ledger.begin("visit-1", time.now, 1200)
    time.now -= 3600
    assert ledger.used() == 0
    await ledger.end("visit-1")
    assert ledger.used() == 0


async def test_what_is_left_is_told_in_seconds_of_a_session(ledger: Ledger, time: Time) -> None:
    assert ledger.left_s() == pytest.approx(3000)
    await ledger.begin("visit-1", time.now, 9000)
    time.now += 2400
    assert ledger.is_low and not ledger.is_used_up
    time.now += 598
    assert ledger.is_used_up
    time.now += 598
    assert ledger.left_s() == 0


async def test_without_a_limit_nothing_runs_low(tmp_path: Path, time: Time) -> None:
    ledger = open_ledger(tmp_path, time)
    await ledger.begin("visit-1", time.now, 1e9)
    time.now += 1e8
    assert ledger.left_s() is None and not ledger.is_low and not ledger.is_used_up
    ledger.close()


async def test_it_lives_beside_the_journal_in_one_private_file(tmp_path: Path, time: Time) -> None:
    journal, ledger = SqliteJournal(tmp_path / "kiosk.sqlite3"), open_ledger(tmp_path, time)
    row = await journal.open("aistudios", "visit-1", "run", 1.0, 2.0)
    await journal.complete(row, "CANARY-SESSION", {})
    await asyncio.gather(ledger.begin("visit-1", time.now, 300), journal.erase(row), ledger.refresh())
    for file in tmp_path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert b"CANARY" not in file.read_bytes()
    journal.close()
    ledger.close()


@pytest.mark.expect_log("credits could not be counted")
async def test_a_ledger_that_cannot_be_written_stops_nobody(tmp_path: Path, time: Time) -> None:
    ledger = open_ledger(tmp_path, time, bought=10)
    other = sqlite3.connect(tmp_path / "kiosk.sqlite3")
    await ledger.refresh()
    other.execute("DROP TABLE credits")
    other.commit()
    other.close()
    await ledger.begin("visit-1", time.now, 300)
    await ledger.end("visit-1")
    assert ledger.used() == 0
    ledger.close()


@pytest.mark.expect_log("credits could not be counted")
async def test_a_file_that_cannot_be_opened_stops_nobody(tmp_path: Path, time: Time) -> None:
    (tmp_path / "kiosk.sqlite3").mkdir()
    ledger = open_ledger(tmp_path, time, bought=10)
    await ledger.refresh()
    assert not ledger.is_used_up
    ledger.close()


@pytest.mark.expect_log("credits run low")
async def test_staff_see_the_count_and_are_warned_once_at_eighty_percent(ledger: Ledger, time: Time, caplog) -> None:
    vitals = Vitals()
    budget = Budget(ledger, vitals)
    await ledger.begin("visit-1", time.now, 9000)
    for seconds, spent in ((2399, None), (3, None), (600, UnavailableReason.CREDITS)):
        time.now += seconds
        await budget.look()
        assert budget.spent() is spent
        assert bool(vitals.staff_notes.texts()) is (seconds != 2399)
    assert caplog.text.count("credits run low") == 1
    assert vitals.staff_notes.texts() == ("10.0 of 10 credits are used: buy more, and raise budget.credits.",)
    told = metrics_of(vitals, 0.0, 5.0)
    assert "avatar_kiosk_credits_used 10.00666667\n" in told and "avatar_kiosk_credits_bought 10.0\n" in told
    ledger.bought = 100
    await budget.look()
    assert not vitals.staff_notes.texts()


async def test_where_nothing_is_counted_nothing_is_told() -> None:
    vitals = Vitals()
    budget = Budget(None, vitals)
    await budget.watch()
    assert budget.spent() is None
    assert "credits" not in metrics_of(vitals, 0.0, 5.0)
    await budget.look()
    assert vitals.credits is None


async def test_the_count_that_staff_see_follows_what_others_use(ledger: Ledger, time: Time, monkeypatch) -> None:
    monkeypatch.setattr("app.sessions.budget.LOOK_S", 0.01)
    vitals = Vitals()
    watching = asyncio.create_task(Budget(ledger, vitals).watch())
    await ledger.begin("visit-1", time.now, 9000)
    time.now += 60
    async with asyncio.timeout(10):
        while vitals.credits is None or vitals.credits.used == 0:  # noqa: ASYNC110 - told by a value alone
            await asyncio.sleep(0.01)
    assert vitals.credits.used == pytest.approx(0.2)
    watching.cancel()


async def test_only_a_service_that_sells_credits_has_a_ledger(tmp_path: Path) -> None:
    settings = Settings(budget=BudgetSettings(credits=12, credits_per_minute=0.5))
    path = tmp_path / "kiosk.sqlite3"
    assert ledger_for(settings, vendors()["demo"], path) is None
    ledger = ledger_for(settings, vendors()["aistudios"], path)
    assert ledger is not None and ledger.bought == 12 and not path.exists()
    await ledger.refresh()
    assert ledger.left_s() == 12 / 0.5 * 60
    ledger.close()
