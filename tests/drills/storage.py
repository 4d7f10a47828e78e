"""Drills of storage: a disk that is full or fails, and a database that is not what it should be."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

from tests.drills.disks import FailingDisk, SmallDisk
from tests.drills.kiosk import KioskProcess
from tests.drills.offline import is_away, serves
from tests.drills.scene import DrillScene, ended

# How often a kiosk that cannot serve looks again, and what the look takes.
MENDS_S = 65.0


async def _says_no(scene: DrillScene, kiosk: KioskProcess) -> None:
    """A tap brings "not available", and no session that nobody could stop after a crash."""
    asked = len(scene.service.emulator.asked(scene.service.create))
    await kiosk.tap()
    at = time.monotonic()
    status = await scene.promise("not available", 5, at, kiosk.until(is_away("config"), 20))
    assert status["health"] == "DEGRADED" and kiosk.get("/healthz")[0] == 200
    await kiosk.is_drawn()
    assert len(scene.service.emulator.asked(scene.service.create)) == asked


async def _mends(scene: DrillScene, kiosk: KioskProcess) -> None:
    await scene.promise("attract", MENDS_S, time.monotonic(), kiosk.until("attract", 200))
    await scene.struck_out(kiosk, 80)
    await serves(scene, kiosk)


# ---------------------------------------------------------------- the disk


async def full_before(scene: DrillScene) -> None:
    disk = SmallDisk(scene)
    kiosk = scene.start(state=disk.state)
    await serves(scene, kiosk)
    disk.fill()
    await _says_no(scene, kiosk)
    disk.free()
    await _mends(scene, kiosk)


async def full_at_start(scene: DrillScene) -> None:
    disk = SmallDisk(scene)
    disk.fill()
    kiosk = scene.start(state=disk.state)
    await scene.promise("not available", 10, kiosk.started, kiosk.until(is_away("config"), 40))
    disk.free()
    await _mends(scene, kiosk)


async def full_in_a_visit(scene: DrillScene) -> None:
    scene.service.linger()
    disk = SmallDisk(scene)
    kiosk = scene.start(state=disk.state)
    await kiosk.to_live()
    disk.fill()
    at = time.monotonic()
    await kiosk.press("Escape")
    await scene.promise("attract", 2.5, at, kiosk.until("attract", 20))
    await scene.stopped(at)
    await _says_no(scene, kiosk)
    disk.free()
    await _mends(scene, kiosk)


async def read_only_at_start(scene: DrillScene) -> None:
    disk = SmallDisk(scene)
    disk.set_read_only(True)
    kiosk = scene.start(state=disk.state)
    await scene.promise("not available", 10, kiosk.started, kiosk.until(is_away("config"), 40))
    disk.set_read_only(False)
    await _mends(scene, kiosk)
    assert (disk.state / "log" / "kiosk.jsonl").exists(), "it goes on without its log"


async def fails_in_a_visit(scene: DrillScene) -> None:
    scene.service.linger()
    disk = FailingDisk(scene)
    kiosk = scene.start(state=disk.state)
    await kiosk.to_live()
    disk.fail()
    await asyncio.sleep(2)
    assert (await kiosk.until("live", 2))["health"] == "ACTIVE", "a visit needs no disk"
    at = time.monotonic()
    await kiosk.press("Escape")
    await scene.promise("attract", 2.5, at, kiosk.until("attract", 20))
    await scene.stopped(at)
    await _says_no(scene, kiosk)
    kiosk.process.terminate()
    assert await scene.promise("ended", 6, time.monotonic(), ended(kiosk)) == 0


async def fails_and_killed(scene: DrillScene) -> None:
    """The journal can only be read when it is needed."""
    scene.service.linger()
    disk = FailingDisk(scene)
    kiosk = scene.start(state=disk.state)
    await kiosk.to_live()
    disk.fail()
    kiosk.told()
    at = kiosk.kill_child()
    screen = scene.promise("screen", 5, at, kiosk.says("READY=1", 25))
    await asyncio.gather(screen, scene.stopped(at))
    await kiosk.until(is_away("config"), 20)


# ---------------------------------------------------------------- the database


def _database(state: Path) -> Path:
    return state / "kiosk.sqlite3"


async def _cut_off(scene: DrillScene) -> Path:
    """A visit that ends by a power cut; return the state directory, with everything in the database itself."""
    scene.service.linger()
    kiosk = scene.start()
    await kiosk.to_live()
    await kiosk.lose_power()
    with closing(sqlite3.connect(_database(kiosk.state))) as db:
        for _ in range(100):  # the last thread of a killed process may hold its files a moment longer
            with suppress(sqlite3.OperationalError):
                db.execute("PRAGMA journal_mode = DELETE").fetchall()
                break
            await asyncio.sleep(0.1)
        assert db.execute("SELECT count(*) FROM journal").fetchone()[0] == 1
    return kiosk.state


async def _starts_again(scene: DrillScene, state: Path) -> KioskProcess:
    kiosk = scene.start(state=state)
    await scene.promise("attract", 10, kiosk.started, kiosk.until("attract", 40))
    return kiosk


async def _stops_what_it_finds(scene: DrillScene, state: Path) -> KioskProcess:
    kiosk = await _starts_again(scene, state)
    await scene.stopped(kiosk.started, 10)
    await scene.struck_out(kiosk)
    return kiosk


def _aside(state: Path) -> list[Path]:
    return sorted(path for path in state.glob("kiosk.sqlite3.damaged-*") if path.suffix not in ("-wal", "-shm"))


async def garbage(scene: DrillScene) -> None:
    state = Path(scene.environ["HOME"]) / "state"
    state.mkdir(mode=0o700)
    _database(state).write_bytes(found := os.urandom(50_000))
    kiosk = await _starts_again(scene, state)
    assert _aside(state)[0].read_bytes() == found, "not kept"
    assert "was damaged and put aside" in kiosk.output
    await serves(scene, kiosk)


async def cut_short(scene: DrillScene) -> None:
    state = await _cut_off(scene)
    size = _database(state).stat().st_size
    os.truncate(_database(state), size // 2)
    kiosk = await _starts_again(scene, state)
    assert _aside(state)[0].stat().st_size == size // 2, "not kept"
    assert "was damaged and put aside" in kiosk.output
    scene.service.emulator.accounts[scene.service.key].slots = 2  # nobody may know of the first one any more
    await kiosk.to_live()
    await kiosk.press("Escape")
    await scene.struck_out(kiosk)


async def partly_damaged(scene: DrillScene) -> None:
    """A page of another table is garbage: what the journal names is still found, and stopped."""
    state = await _cut_off(scene)
    with closing(sqlite3.connect(_database(state))) as db:
        page = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'counters'").fetchone()[0]
        size = db.execute("PRAGMA page_size").fetchone()[0]
    with _database(state).open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(os.urandom(size))
    kiosk = await _stops_what_it_finds(scene, state)
    assert _aside(state) and "was damaged and put aside" in kiosk.output
    await serves(scene, kiosk)


async def future_version(scene: DrillScene) -> None:
    state = await _cut_off(scene)
    with closing(sqlite3.connect(_database(state))) as db:
        db.execute("PRAGMA user_version = 99")
    kiosk = scene.start(state=state)
    await scene.promise("not available", 10, kiosk.started, kiosk.until(is_away("config"), 40))
    assert _aside(state) == [] and "newer version" in kiosk.output
    await scene.stopped(kiosk.started, 10)  # it can be read, all the same
    with closing(sqlite3.connect(_database(state))) as db:
        assert db.execute("SELECT count(*) FROM journal").fetchone()[0] == 1, "the row of the newer version is gone"
        db.execute("PRAGMA user_version = 1")
    at = time.monotonic()
    await scene.promise("attract", MENDS_S, at, kiosk.until("attract", 200))
    await scene.struck_out(kiosk, 80)


async def older_version(scene: DrillScene) -> None:
    state = await _cut_off(scene)
    with closing(sqlite3.connect(_database(state))) as db, db:
        db.execute("ALTER TABLE journal DROP COLUMN run")
        db.execute("ALTER TABLE journal DROP COLUMN stop_context")
        db.execute("PRAGMA user_version = 0")
    kiosk = await _stops_what_it_finds(scene, state)
    assert _aside(state), "not kept"
    await serves(scene, kiosk)


async def row_damaged(scene: DrillScene) -> None:
    state = await _cut_off(scene)
    with closing(sqlite3.connect(_database(state))) as db, db:
        db.execute("UPDATE journal SET session_id = x'00ff', stop_context = '{broken', expires_at = 'never', run = 7")
    if scene.service.knows_orphans:
        kiosk = await _stops_what_it_finds(scene, state)
        assert "journal row not understood" in kiosk.output
        await serves(scene, kiosk)
        return
    scene.service.emulator.accounts[scene.service.key].slots = 2  # nobody can give back the first one
    for _ in range(2):
        kiosk = await _starts_again(scene, state)
        await kiosk.until(lambda s: s["open_sessions"] == 1, 10)
        await kiosk.to_live()
        await kiosk.press("Escape")
        await kiosk.until(lambda s: s["screen"] == "attract" and s["open_sessions"] == 1, 20)
        assert len(scene.service.running()) == 1, "the visit's own session runs on"
        assert "journal row not understood" in kiosk.output
        assert await asyncio.to_thread(kiosk.end) == 0


async def another_vendors(scene: DrillScene) -> None:
    """Rows of a service that is not set up, and of one that this version does not know: kept, told, in nobody's way."""
    kiosk = scene.start()
    await kiosk.until("attract", 40)
    assert await asyncio.to_thread(kiosk.end) == 0
    now = time.time()
    with closing(sqlite3.connect(_database(kiosk.state))) as db, db:
        for vendor in ("tavus", "acme"):
            row = (vendor, f"kiosk-{vendor}", "old", f"id-of-{vendor}", "{}", now, now + 3000)
            db.execute(
                "INSERT INTO journal (vendor, name, run, session_id, stop_context, opened_at, expires_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                row,
            )
    again = await _starts_again(scene, kiosk.state)
    at = time.monotonic()
    await scene.promise("staff told", 12, at, again.until(lambda s: s["health"] == "DEGRADED", 40))
    assert (await again.until("attract"))["open_sessions"] == 2
    await again.to_live()
    await again.press("Escape")
    await scene.until_stopped(10)
    await again.until(lambda s: s["screen"] == "attract" and s["open_sessions"] == 2, 20)
    assert "acme" in again.output


async def deleted_under_way(scene: DrillScene) -> None:
    scene.service.linger()
    kiosk = scene.start()
    await kiosk.until("attract", 40)
    for in_visit in (False, True):
        if in_visit:
            await kiosk.to_live()
        for file in kiosk.state.glob("kiosk.sqlite3*"):
            file.unlink()
        if not in_visit:
            await kiosk.to_live()
            assert (await kiosk.until("live"))["open_sessions"] == 1, "a session without a row"
        at = time.monotonic()
        await kiosk.press("Escape")
        await scene.stopped(at)
        await scene.struck_out(kiosk)
    await serves(scene, kiosk)
