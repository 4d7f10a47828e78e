"""`avatar-kiosk release`: stops by hand, or after a crash, what the journal still names."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass

from app import __version__
from app.http import HttpClient
from app.records.journal import Journal, JournalError, Row, SqliteJournal
from app.release import lease_of
from app.screens import EndReason
from app.settings.model import Settings
from app.state import StateDirectory
from app.system.lock import living_run
from app.vendors.base import Control, StopOrder
from app.vendors.build import control_for
from app.vendors.errors import VendorError
from app.vendors.registry import vendors

STOP_S = 15.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row: "stopped", "expired", "left" (still named) or "kept" (a running kiosk's own)."""

    vendor: str
    name: str
    outcome: str
    text: str

    def __str__(self) -> str:
        return f"{self.vendor} {self.name}: {self.text}"


async def release_all(settings: Settings, state: StateDirectory, *, force: bool = False, as_json: bool = False) -> int:
    """Stop every session that the journal names, print a line for each; 0: none is left, 1: some are.

    force: also those of a kiosk that runs now.
    """
    try:
        journal = SqliteJournal(state.database)
    except JournalError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    http = HttpClient(__version__)
    try:
        outcomes = await _release(settings, journal, http, None if force else living_run(state.folder))
    finally:
        await http.close()
        journal.close()
    if as_json:
        sys.stdout.write(json.dumps({"sessions": [asdict(outcome) for outcome in outcomes]}) + "\n")
    elif not outcomes:
        sys.stdout.write("The journal names no session.\n")
    else:
        sys.stdout.writelines(f"{outcome}\n" for outcome in outcomes)
    return 1 if any(outcome.outcome == "left" for outcome in outcomes) else 0


async def _release(settings: Settings, journal: SqliteJournal, http: HttpClient, living: str | None) -> list[Outcome]:
    rows = await journal.rows()
    known = vendors()

    def control(row: Row) -> Control | None:
        vendor = known.get(row.vendor)
        return None if vendor is None else control_for(settings, vendor, http)

    return await asyncio.gather(*(_release_row(row, control(row), journal, living) for row in rows))


async def _release_row(row: Row, control: Control | None, journal: Journal, living: str | None) -> Outcome:
    if living is not None and row.run == living:
        return Outcome(row.vendor, row.name, "kept", "belongs to the kiosk that runs now; left alone")
    if control is None:
        return Outcome(row.vendor, row.name, "left", "this version does not know the service")
    lease = lease_of(row, control, time.time())
    if lease.expires_at <= time.time():
        await journal.erase(row.id)
        return Outcome(row.vendor, row.name, "expired", "has ended by itself")
    until = time.strftime("%H:%M", time.localtime(lease.expires_at))
    try:
        async with asyncio.timeout(STOP_S):
            stopped = await control.stop(StopOrder(row.name, row.session_id, EndReason.ERROR, row.stop_context))
    except (VendorError, TimeoutError) as error:
        why = str(error) or "no answer in time"
        return Outcome(row.vendor, row.name, "left", f"could not be stopped ({why}); ends by itself at {until}")
    if not stopped:
        return Outcome(row.vendor, row.name, "left", f"the service has no call for it; ends by itself at {until}")
    await journal.erase(row.id)
    return Outcome(row.vendor, row.name, "stopped", "stopped")
