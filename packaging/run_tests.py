"""Runs all tests, fast ones first: unit, window, vendors, the rest; several at a time, then one summary.

Many tests use real processes, servers, displays and sound devices of this machine. A test that fails is tried once
more when nothing else runs, and named at the end when it passes then.

Options are passed to pytest. In strict mode a part that is missing on this machine fails its tests, not skips them.
Without options, which may leave tests out, it also fails for branches that no test takes (held_branches.py).
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

import held_branches

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "build" / "tests"
TESTS_FAILED, NO_TESTS_COLLECTED = 1, 5  # pytest's exit status
MOST_AGAIN = 15  # more failures are not caused by a busy machine
# Processes that test at the same time. The rest mostly waits; one more would disturb tests with real sound.
WORKERS = {"unit": 2, "window": 2, "vendors": 3, "rest": 3}
MEASURED = ("unit", "window", "vendors")  # groups whose tests have to take the branches of held files
COUNTS = ("tests", "failures", "errors", "skipped")


@dataclass(frozen=True)
class Outcome:
    """Result of one run of pytest.

    Attributes:
        status: Exit status of pytest.
        counts: The numbers of COUNTS.
        ran: Names of the tests that ran, in the form that pytest accepts.
        second_try: Names of the tests that passed only at the second try.
    """

    status: int
    counts: dict[str, int]
    ran: list[str] = field(default_factory=list)
    second_try: list[str] = field(default_factory=list)


def groups(tests: Path) -> dict[str, list[Path]]:
    """Return the folders of tests by group, in the order in which a fault is found soonest."""
    elsewhere = {"bench", "official"}  # have targets of their own
    folders = sorted(path for path in tests.iterdir() if any(path.rglob("test_*.py")) and path.name not in elsewhere)
    first = {name: [path for path in folders if path.name == name] for name in WORKERS if name != "rest"}
    rest = [path for path in folders if path.name not in first]
    return {name: paths for name, paths in {**first, "rest": rest}.items() if paths}


def read_report(report: Path) -> tuple[dict[str, int], list[str]]:
    """Return the counts of pytest's JUnit report, and the names of the tests in it.

    Raises:
        OSError, ParseError: There is no report, or only a part of it.
    """
    root = ElementTree.parse(report).getroot()  # noqa: S314 - reason: written by our own run
    totals = dict.fromkeys(COUNTS, 0)
    for suite in root.iter("testsuite"):
        for name in COUNTS:
            totals[name] += int(suite.get(name, "0"))
    return totals, [node_id(case.get("classname", ""), case.get("name", "")) for case in root.iter("testcase")]


def node_id(classname: str, name: str) -> str:
    """Return `tests/folder/test_file.py::Class::test_name` for a test as a report names it."""
    parts = classname.split(".")
    module = next((at for at, part in enumerate(parts) if part.startswith("test_")), len(parts) - 1)
    return "::".join(["/".join(parts[: module + 1]) + ".py", *parts[module + 1 :], name])


def run_group(name: str, folders: list[Path], workers: int, options: list[str], *, measured: bool) -> Outcome:
    """Run pytest once; without a report the outcome is one error.

    Args:
        name: Name of the group.
        folders: Folders of tests; empty: the tests that failed last.
        workers: Number of processes.
        options: Options for pytest.
        measured: Also note the branches that the tests take.
    """
    report = REPORTS / f"{name}.xml"
    report.unlink(missing_ok=True)
    print(f"\n--- {name} ---", flush=True)
    own = ["-n", str(workers), "--dist", "loadgroup", f"--junitxml={report}", "-o", f"cache_dir={REPORTS / name}"]
    environment = {**os.environ, "KIOSK_TEST_STRICT": "1"}
    if measured:
        own += ["-p", held_branches.PLUGIN]
        environment |= held_branches.environment(ROOT)
    status = subprocess.run(
        [sys.executable, "-m", "pytest", *own, *options, *map(str, folders)],
        cwd=ROOT,
        env=environment,
        check=False,
    ).returncode
    try:
        return Outcome(status, *read_report(report))
    except (OSError, ElementTree.ParseError):
        return Outcome(status, {**dict.fromkeys(COUNTS, 0), "errors": int(status != NO_TESTS_COLLECTED)})


def try_again(name: str, first: Outcome, options: list[str], *, measured: bool) -> Outcome:
    """Run the failed tests of a group once more; return the outcome of the group: what fails twice has failed."""
    failed = first.counts["failures"] + first.counts["errors"]
    if first.status != TESTS_FAILED or not 0 < failed <= MOST_AGAIN:
        return first
    last = ["--last-failed", "--last-failed-no-failures=none", "-rA"]
    again = run_group(name, [], 1, [*last, *options], measured=measured)
    if again.status != 0:
        return Outcome(first.status, {**first.counts, **{key: again.counts[key] for key in ("failures", "errors")}})
    return Outcome(0, {**first.counts, "failures": 0, "errors": 0}, second_try=again.ran)


def main(options: list[str]) -> int:
    """Run every group; return 0 only where all passed, there was at least one test, and no held branch is missing."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    held_branches.forget(ROOT)
    results: dict[str, Outcome] = {}
    for name, folders in groups(ROOT / "tests").items():
        measured = name in MEASURED and not options
        first = run_group(name, folders, WORKERS[name], options, measured=measured)
        results[name] = try_again(name, first, options, measured=measured)
    missing: list[str] = []
    if not options:
        print("\n--- branches ---")
        missing = held_branches.check(ROOT)
    print(*closing(results, missing), sep="\n")
    good = all(outcome.status in (0, NO_TESTS_COLLECTED) for outcome in results.values())
    return 0 if good and not missing and any(outcome.counts["tests"] for outcome in results.values()) else 1


def closing(results: dict[str, Outcome], missing: list[str]) -> list[str]:
    """Return the last lines: each group, what is missing, each test that needed a second try, and the sum."""
    totals = {key: sum(outcome.counts[key] for outcome in results.values()) for key in COUNTS}
    failed = totals["failures"] + totals["errors"]
    passed = totals["tests"] - failed - totals["skipped"]
    return [
        "\n--- all ---",
        *(f"{name:7} {outcome.counts['tests']:5} tests, exit {outcome.status}" for name, outcome in results.items()),
        *(f"no test takes: {place}" for place in missing),
        *(f"passed only at the second try: {test}" for outcome in results.values() for test in outcome.second_try),
        f"{passed} passed, {failed} failed, {totals['skipped']} skipped",
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
