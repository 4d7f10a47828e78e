"""A paper trail in memory; `log` keeps the order in which it was written."""

from __future__ import annotations

from collections.abc import Mapping

from app.records.journal import Journal, JournalError, JournalRow


class FakeJournal(Journal):
    """`broken`: what fails, of "open", "complete", "erase", "rows"."""

    def __init__(self) -> None:
        self.kept: dict[int, JournalRow] = {}
        self.log: list[tuple[str, int]] = []
        self.broken: set[str] = set()
        self._next = 1

    def _may(self, what: str) -> None:
        if what in self.broken:
            raise JournalError(f"kiosk.sqlite3: cannot {what}: the disk is full")

    async def open(self, vendor: str, name: str, run: str, opened_at: float, expires_at: float) -> int:
        self._may("open")
        row = self._next
        self._next += 1
        self.kept[row] = JournalRow(row, vendor, name, run, "", {}, opened_at, expires_at)
        self.log.append(("open", row))
        return row

    async def complete(self, row: int, session_id: str, stop_context: Mapping[str, str]) -> None:
        self._may("complete")
        old = self.kept[row]
        self.kept[row] = JournalRow(
            row, old.vendor, old.name, old.run, session_id, dict(stop_context), old.opened_at, old.expires_at
        )
        self.log.append(("complete", row))

    async def erase(self, row: int) -> None:
        self._may("erase")
        del self.kept[row]
        self.log.append(("erase", row))

    async def rows(self) -> list[JournalRow]:
        self._may("rows")
        return list(self.kept.values())

    async def check(self) -> None:
        self._may("open")
