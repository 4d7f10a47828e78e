"""Prints findings as a table or as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from app.findings import Finding
from app.settings.remarks import printable

_MARKS = {True: "ok", False: "FAIL", None: "warning"}


def line(finding: Finding, width: int = 0) -> str:
    """Return one finding as one line; `width` is the column of items in characters."""
    return f"{_MARKS[finding.ok]:<7} {finding.item:<{width}}  {printable(finding.text)}".rstrip()


def show_findings(findings: Sequence[Finding], verdict: str) -> None:
    """Print a table, and the verdict as its last line."""
    width = max((len(finding.item) for finding in findings), default=0)
    sys.stdout.writelines(f"{line(finding, width)}\n" for finding in findings)
    sys.stdout.write(f"{verdict}\n")


def show_json(findings: Sequence[Finding], **more: Any) -> None:
    """Print one JSON object: `more`, and the findings with `ok` true, false or null."""
    listed = [{"item": finding.item, "ok": finding.ok, "text": finding.text} for finding in findings]
    sys.stdout.write(json.dumps({**more, "findings": listed}, ensure_ascii=False, indent=2) + "\n")
