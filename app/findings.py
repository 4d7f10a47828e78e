"""A line of the readiness report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the readiness report. ok None: worth knowing, neither good nor bad."""

    item: str
    ok: bool | None
    text: str
