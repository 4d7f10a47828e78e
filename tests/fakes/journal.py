"""A paper trail in memory; `log` keeps the order in which it was written."""

from __future__ import annotations

from app.records.journal import Row


class FakeJournal:
    def __init__(self) -> None:
        self.kept: dict[int, Row] = {}
        self.log: list[tuple[str, int]] = []
        self._next = 1

    async def open(self, vendor, name, run, opened_at, expires_at) -> int:
        row = self._next
        self._next += 1
        self.kept[row] = Row(row, vendor, name, run, "", {}, opened_at, expires_at)
        self.log.append(("open", row))
        return row

    async def complete(self, row, session_id, stop_context) -> None:
        old = self.kept[row]
        self.kept[row] = Row(
            row, old.vendor, old.name, old.run, session_id, dict(stop_context), old.opened_at, old.expires_at
        )
        self.log.append(("complete", row))

    async def erase(self, row) -> None:
        del self.kept[row]
        self.log.append(("erase", row))

    async def rows(self) -> list[Row]:
        return list(self.kept.values())
