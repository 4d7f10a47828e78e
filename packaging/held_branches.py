"""Branches that the tests take: how many in each room of app, and the missing ones where they are held."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Every line and every branch of these files must be taken by a test of `run_tests.MEASURED`. A pattern without a file
# is a mistake: the files have moved.
HELD = (
    "app/records/*.py",
    "app/sessions/*.py",
    "app/settings/*.py",
    "app/vendors/*/protocol.py",
    "app/vendors/agents_*.py",
    "app/vendors/voices.py",
    "app/visit/*.py",
    "app/waiting/*.py",
)
PLUGIN = "tests.taken_branches"  # of pytest; notes what is taken
SOURCE, REPORTS = "KIOSK_BRANCHES_OF", "KIOSK_BRANCHES_TO"  # in its environment


class NoSuchFile(Exception):
    """A pattern of HELD matches no file; the text names it."""


def held_files(root: Path) -> list[str]:
    """Return the files that HELD names, relative to the project's folder `root`. Raises NoSuchFile."""
    found: set[str] = set()
    for pattern in HELD:
        files = {path.relative_to(root).as_posix() for path in root.glob(pattern)}
        if not files:
            raise NoSuchFile(f"held_branches.py: {pattern} matches no file")
        found |= files
    return sorted(found)


def folder(root: Path) -> Path:
    """Return where the plugin writes its reports."""
    return root / "build" / "tests" / "branches"


def environment(root: Path) -> dict[str, str]:
    """Return what the plugin has to be told."""
    return {SOURCE: str(root / "app"), REPORTS: str(folder(root))}


def forget(root: Path) -> None:
    """Remove the reports of earlier runs."""
    for report in folder(root).glob("*.json"):
        report.unlink()


def check(root: Path) -> list[str]:
    """Print how much was taken; return every place in held files that was not, as `missing` yields them.

    Raises:
        NoSuchFile: See `held_files`.
    """
    held = held_files(root)
    taken = joined([json.loads(path.read_text()) for path in sorted(folder(root).glob("*.json"))])
    rooms: dict[str, list[str]] = {}
    for file in sorted(taken):
        rooms.setdefault("/".join(file.split("/")[:2]), []).append(file)
    for name, files in [*rooms.items(), ("all", list(taken))]:
        branches, left = (sum(len(taken[file][key]) for file in files) for key in ("branches", "missing_branches"))
        if branches:
            end = ", held" if {*files} <= {*held} else ""
            print(f"{name:14} {branches - left:5} of {branches:5} branches{end}")
    return list(missing(taken, held))


def joined(reports: list[dict[str, Any]]) -> dict[str, dict[str, set[Any]]]:
    """Return by file what reports of several processes come to: missing is what is missing in each of them.

    Args:
        reports: What slipcover reports as JSON. A process that did not import a file does not report it.
    """
    files: dict[str, dict[str, set[Any]]] = {}
    for report in reports:
        for name, found in report["files"].items():
            branches = {tuple(branch) for branch in found["missing_branches"]}
            new = {
                "branches": branches | {tuple(branch) for branch in found["executed_branches"]},
                "missing_branches": branches,
                "missing_lines": set(found["missing_lines"]),
            }
            old = files.setdefault(name.replace("\\", "/"), new)
            for key in ("missing_branches", "missing_lines"):
                old[key] = old[key] & new[key]
    return files


def missing(taken: dict[str, dict[str, set[Any]]], held: list[str]) -> Iterator[str]:
    """Yield each place that no test takes: `file:line`, `file:first-last` or `file:line->line`.

    Args:
        taken: What `joined` returned.
        held: What `held_files` returned.
    """
    for name in held:
        if name not in taken:
            yield f"{name}: no test imports it"
            continue
        lines, branches = taken[name]["missing_lines"], taken[name]["missing_branches"]
        yield from (f"{name}:{span}" for span in _spans(sorted(lines)))
        for start, end in sorted(branches):
            if start not in lines and end not in lines:
                yield f"{name}:{start}->{end or 'exit'}"  # 0: the end of the function


def _spans(numbers: list[int]) -> Iterator[str]:
    """Yield runs of neighbours: 1, 2, 3, 7 is "1-3", "7"."""
    while numbers:
        length = next((at for at, number in enumerate(numbers) if number != numbers[0] + at), len(numbers))
        yield str(numbers[0]) if length == 1 else f"{numbers[0]}-{numbers[length - 1]}"
        numbers = numbers[length:]
