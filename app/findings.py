"""A line of the readiness report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the readiness report.

    Attributes:
        item: What was tested.
        ok: True: works; False: does not; None: a warning, or not tested.
        text: The result, for staff.
    """

    item: str
    ok: bool | None
    text: str
