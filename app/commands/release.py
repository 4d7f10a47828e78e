"""`avatar-kiosk release`: stops the sessions in the journal, by hand or after a crash."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from app import __version__
from app.http import HttpClient
from app.records.credits import ledger_for
from app.records.journal import Journal, JournalError, JournalRow, SqliteJournal
from app.screens import EndReason
from app.sessions.release import UNKNOWN_S, bound_s
from app.settings.model import Settings
from app.state import StateDirectory
from app.system.heartbeat import RUN
from app.system.lock import living_run
from app.vendors.base import VendorControl
from app.vendors.build import control_for
from app.vendors.errors import VendorError
from app.vendors.registry import vendors
from app.vendors.session import StopOrder

log = logging.getLogger(__name__)

STOP_S = 15.0
# The clock can be wrong by hours after a power cut: a row has expired only when it is older than this.
SURELY_OVER_S = UNKNOWN_S


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row of the journal.

    Attributes:
        vendor: Name of the service.
        name: Our name for the session, shortened, because the output may go to a log.
        outcome: "stopped", "expired", "left" (still in the journal) or "kept" (belongs to a running kiosk).
        text: The same in words.
    """

    vendor: str
    name: str
    outcome: str
    text: str

    def __str__(self) -> str:
        return f"{self.vendor} {self.name}: {self.text}"


async def release_all(settings: Settings, state: StateDirectory, *, force: bool = False, as_json: bool = False) -> int:
    """Stop every session in the journal and print a line for each.

    Args:
        settings: The settings.
        state: The state directory.
        force: Also stop those of a kiosk that runs now.
        as_json: Print one JSON object instead.

    Returns:
        Exit code: 0: no session is left; 1: some are, or the journal cannot be used.
    """
    journal = SqliteJournal(state.database)
    http = HttpClient(__version__)
    try:
        living = None if force else os.environ.get(RUN, living_run(state.folder))  # the parent knows it for certain
        outcomes = await _release(settings, journal, http, living, state.database)
    except JournalError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        await http.close()
        journal.close()
    if as_json:
        sys.stdout.write(json.dumps({"sessions": [asdict(outcome) for outcome in outcomes]}) + "\n")
    elif not outcomes and RUN not in os.environ:  # the parent runs this after every end and needs no line
        sys.stdout.write("The journal names no session.\n")
    else:
        sys.stdout.writelines(f"{outcome}\n" for outcome in outcomes)
    return 1 if any(outcome.outcome == "left" for outcome in outcomes) else 0


async def _release(
    settings: Settings, journal: SqliteJournal, http: HttpClient, living: str | None, database: Path
) -> list[Outcome]:
    rows = await journal.rows()
    known = vendors()

    ledgers = {name: ledger_for(settings, vendor, database) for name, vendor in known.items()}

    def control(row: JournalRow) -> VendorControl | None:
        vendor = known.get(row.vendor)
        return None if vendor is None else control_for(settings, vendor, http, credits_=ledgers[vendor.name])

    try:
        return await asyncio.gather(*(_release_row(row, control(row), journal, living) for row in rows))
    finally:
        for ledger in ledgers.values():
            if ledger is not None:
                ledger.close()


async def _release_row(row: JournalRow, control: VendorControl | None, journal: Journal, living: str | None) -> Outcome:
    def outcome(what: str, text: str) -> Outcome:
        return Outcome(row.vendor or "?", _shown(row.name) or "?", what, text)

    if living is not None and row.run == living:
        return outcome("kept", "belongs to the kiosk that runs now; left alone")
    stopped, why = await _stop(row, control)
    if not stopped and row.expires_at + SURELY_OVER_S > time.time():
        until = time.localtime(time.time() + bound_s(row, control, time.time()))
        return outcome("left", f"{why}; ends by itself at {time.strftime('%H:%M', until)}")
    try:
        await journal.erase(row.id)
    except JournalError as error:
        return outcome("left", f"{'stopped' if stopped else 'has ended by itself'}, but not struck out: {error}")
    return outcome("stopped", "stopped") if stopped else outcome("expired", "has ended by itself")


def _shown(name: str) -> str:
    """Return enough of a name to distinguish sessions; at some services the whole one is the room's or session's id."""
    known, dash, random = name.rpartition("-")
    return f"{known}{dash}{random[:4]}..." if len(random) > 8 else name


async def _stop(row: JournalRow, control: VendorControl | None) -> tuple[bool, str]:
    """Return whether the service confirmed the end, and if not, why."""
    if control is None:
        return False, "this version does not know the service"
    order = StopOrder(row.name, row.session_id, EndReason.ERROR, row.stop_context)
    try:
        async with asyncio.timeout(STOP_S):
            stopped = await control.stop(order)
    except (VendorError, TimeoutError) as error:
        return False, f"could not be stopped ({order.hide(str(error)) or 'no answer in time'})"
    except Exception as error:
        log.error("a stop call failed by a fault of ours", extra={"vendor": row.vendor}, exc_info=error)
        return False, f"could not be stopped ({type(error).__name__})"
    return stopped, "the service has no call for it"
