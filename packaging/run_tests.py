"""Runs all tests, fast ones first: unit, window, the rest; several at a time, then one summary.

Many tests use real processes, servers, displays and sound devices of this machine. A test that fails is tried once
more when nothing else runs, and named in the summary when it passes then.

Options are passed to pytest. In strict mode a part that is missing on this machine fails its tests, not skips them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "build" / "tests"
TESTS_FAILED, NO_TESTS_COLLECTED = 1, 5  # pytest's exit status
MOST_AGAIN = 15  # more failures are not caused by a busy machine
# Processes that test at the same time. The rest mostly waits; one more would disturb tests with real sound.
WORKERS = {"unit": 2, "window": 2, "rest": 3}
COUNTS = ("tests", "failures", "errors", "skipped")


def groups(tests: Path) -> dict[str, list[Path]]:
    """Return the folders of tests by group, in the order in which a fault is found soonest."""
    folders = sorted(path for path in tests.iterdir() if any(path.rglob("test_*.py")) and path.name != "bench")
    first = {name: [path for path in folders if path.name == name] for name in ("unit", "window")}
    rest = [path for path in folders if path.name not in first]
    return {name: paths for name, paths in {**first, "rest": rest}.items() if paths}


def counts(report: Path) -> dict[str, int]:
    """Return the counts of pytest's JUnit report. Raises OSError or ParseError where there is none."""
    suites = ElementTree.parse(report).getroot().iter("testsuite")  # noqa: S314 - reason: written by our own run
    totals = dict.fromkeys(COUNTS, 0)
    for suite in suites:
        for name in COUNTS:
            totals[name] += int(suite.get(name, "0"))
    return totals


def run_group(name: str, folders: list[Path], workers: int, options: list[str]) -> tuple[int, dict[str, int]]:
    """Run one group in `workers` processes; return pytest's exit status and the counts (no report: one error)."""
    report = REPORTS / f"{name}.xml"
    report.unlink(missing_ok=True)
    print(f"\n--- {name} ---", flush=True)
    own = ["-n", str(workers), "--dist", "loadgroup", f"--junitxml={report}", "-o", f"cache_dir={REPORTS / name}"]
    status = subprocess.run(
        [sys.executable, "-m", "pytest", *own, *options, *map(str, folders)],
        cwd=ROOT,
        env={**os.environ, "KIOSK_TEST_STRICT": "1"},
        check=False,
    ).returncode
    try:
        return status, counts(report)
    except (OSError, ElementTree.ParseError):
        return status, {**dict.fromkeys(COUNTS, 0), "errors": int(status != NO_TESTS_COLLECTED)}


def try_again(name: str, first: tuple[int, dict[str, int]], options: list[str]) -> tuple[int, dict[str, int]]:
    """Run the failed tests of a group once more; return the group's result: only what fails twice has failed."""
    status, found = first
    failed = found["failures"] + found["errors"]
    if status != TESTS_FAILED or not 0 < failed <= MOST_AGAIN:
        return first
    again, second = run_group(name, [], 1, ["--last-failed", "--last-failed-no-failures=none", "-rA", *options])
    if again != 0:
        return status, {**found, "failures": second["failures"], "errors": second["errors"]}
    print(f"{name}: {second['tests']} tests passed only when they were tried again, see above")
    return 0, {**found, "failures": 0, "errors": 0}


def main(options: list[str]) -> int:
    """Run every group, even after failures; return 0 only where all tests passed and there was at least one."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    results = {
        name: try_again(name, run_group(name, folders, WORKERS[name], options), options)
        for name, folders in groups(ROOT / "tests").items()
    }
    totals = {key: sum(found[key] for _, found in results.values()) for key in COUNTS}
    failed = totals["failures"] + totals["errors"]
    print("\n--- all ---")
    for name, (status, found) in results.items():
        print(f"{name:7} {found['tests']:5} tests, exit {status}")
    print(f"{totals['tests'] - failed - totals['skipped']} passed, {failed} failed, {totals['skipped']} skipped")
    good = all(status in (0, NO_TESTS_COLLECTED) for status, _ in results.values())
    return 0 if good and totals["tests"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
