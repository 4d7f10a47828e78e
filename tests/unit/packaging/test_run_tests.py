"""How the tests are run: in which order, what a second try changes, and which branches must be taken."""

from __future__ import annotations

from pathlib import Path

import held_branches
import pytest
import run_tests
from run_tests import Outcome, closing, groups, node_id, read_report

ROOT = Path(__file__).parents[3]
GOOD = {"tests": 7, "failures": 0, "errors": 0, "skipped": 1}


def test_tests_run_nearest_first():
    found = groups(ROOT / "tests")
    assert list(found) == ["unit", "window", "vendors", "rest"] == list(run_tests.WORKERS)
    assert set(run_tests.MEASURED) <= set(found)
    assert "bench" not in {folder.name for folders in found.values() for folder in folders}


def test_a_report_is_counted_and_its_tests_are_named(tmp_path):
    report = tmp_path / "unit.xml"
    report.write_text(
        '<testsuites><testsuite tests="7" failures="1" errors="2" skipped="3">'
        '<testcase classname="tests.unit.visit.test_ends.TestAll" name="test_a[x.y]"/></testsuite></testsuites>'
    )
    counts, names = read_report(report)
    assert counts == {"tests": 7, "failures": 1, "errors": 2, "skipped": 3}
    assert names == ["tests/unit/visit/test_ends.py::TestAll::test_a[x.y]"]
    assert node_id("tests.unit.test_state", "test_b") == "tests/unit/test_state.py::test_b"


# ---------------------------------------------------------------- a second try


class Pytest:
    """Runs of pytest, each with the outcome that was told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *outcomes: Outcome) -> None:
        self._outcomes = list(outcomes)
        self.options: list[list[str]] = []
        monkeypatch.setattr(run_tests, "run_group", self)
        monkeypatch.setattr(run_tests, "groups", lambda tests: {"unit": [tests / "unit"]})
        monkeypatch.setattr(held_branches, "forget", lambda root: None)

    def __call__(self, name, folders, workers, options, *, measured) -> Outcome:
        self.options.append(options)
        return self._outcomes.pop(0)


FAILED = Outcome(1, {**GOOD, "failures": 2}, ["a", "b", "c"])


def test_what_passes_only_at_the_second_try_is_named_before_the_last_line(monkeypatch, capsys):
    made = Pytest(monkeypatch, FAILED, Outcome(0, {**GOOD, "tests": 2}, ["t.py::b", "t.py::c"]))
    assert run_tests.main(["-k", "name"]) == 0
    assert capsys.readouterr().out.splitlines()[-3:] == [
        "passed only at the second try: t.py::b",
        "passed only at the second try: t.py::c",
        "6 passed, 0 failed, 1 skipped",
    ]
    assert "--last-failed" in made.options[1] and "name" in made.options[1]


def test_what_fails_twice_has_failed(monkeypatch, capsys):
    Pytest(monkeypatch, FAILED, Outcome(1, {**GOOD, "failures": 1}, ["t.py::b"]))
    assert run_tests.main(["-k", "name"]) == 1
    told = capsys.readouterr().out
    assert told.splitlines()[-1] == "5 passed, 1 failed, 1 skipped" and "second try" not in told


@pytest.mark.parametrize(
    "first", [Outcome(1, {**GOOD, "failures": 99}), Outcome(2, {**GOOD, "errors": 1}), Outcome(3, dict(GOOD))]
)
def test_a_run_that_broke_is_not_tried_again(monkeypatch, first):
    made = Pytest(monkeypatch, first)
    assert run_tests.main(["-k", "name"]) == 1
    assert len(made.options) == 1


def test_no_test_at_all_is_a_failure(monkeypatch):
    Pytest(monkeypatch, Outcome(5, dict.fromkeys(GOOD, 0)))
    assert run_tests.main(["-k", "name"]) == 1


# ---------------------------------------------------------------- branches


def test_a_branch_that_is_missing_fails_the_run_and_is_named(monkeypatch, capsys):
    Pytest(monkeypatch, Outcome(0, dict(GOOD)))
    monkeypatch.setattr(held_branches, "check", lambda root: ["app/visit/visit.py:3->5"])
    assert run_tests.main([]) == 1
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "no test takes: app/visit/visit.py:3->5",
        "6 passed, 0 failed, 1 skipped",
    ]


def test_with_options_nothing_is_held(monkeypatch):
    Pytest(monkeypatch, Outcome(0, dict(GOOD)))
    monkeypatch.setattr(held_branches, "check", lambda root: ["app/visit/visit.py:3->5"])
    assert run_tests.main(["-k", "name"]) == 0


def test_each_pattern_of_held_files_matches_some(tmp_path):
    held = held_branches.held_files(ROOT)
    assert {"app/waiting/wait.py", "app/records/journal.py", "app/vendors/tavus/protocol.py"} <= set(held)
    with pytest.raises(held_branches.NoSuchFile, match="matches no file"):
        held_branches.held_files(tmp_path)


def report(*, lines: list[int], taken: list[list[int]], missing: list[list[int]], name: str = "app/a.py") -> dict:
    return {"files": {name: {"missing_lines": lines, "executed_branches": taken, "missing_branches": missing}}}


def test_what_one_process_takes_is_taken():
    first = report(lines=[2, 3, 7], taken=[[1, 2]], missing=[[1, 3], [5, 0]])
    second = report(lines=[2, 3, 4, 9], taken=[[1, 3]], missing=[[1, 2], [5, 0]])
    joined = held_branches.joined([first, second, {"files": {}}])
    assert list(held_branches.missing(joined, ["app/a.py", "app/b.py"])) == [
        "app/a.py:2-3", "app/a.py:5->exit", "app/b.py: no test imports it",
    ]  # fmt: skip


def test_a_branch_from_or_to_a_missing_line_is_told_once():
    joined = held_branches.joined([report(lines=[2, 8, 9, 10], taken=[], missing=[[1, 2], [8, 12], [12, 14]])])
    assert list(held_branches.missing(joined, ["app/a.py"])) == ["app/a.py:2", "app/a.py:8-10", "app/a.py:12->14"]


def test_reports_are_read_and_summed_up(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(held_branches, "HELD", ("app/*.py",))
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "a.py").touch()
    folder = held_branches.folder(tmp_path)
    folder.mkdir(parents=True)
    (folder / "1.json").write_text(
        '{"files": {"app/a.py": {"missing_lines": [], "executed_branches": [[1, 2]], "missing_branches": [[1, 0]]}}}'
    )
    assert held_branches.check(tmp_path) == ["app/a.py:1->exit"]
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["app/a.py", "1", "of", "2", "branches,", "held"],
        ["all", "1", "of", "2", "branches,", "held"],
    ]
    held_branches.forget(tmp_path)
    assert held_branches.check(tmp_path) == ["app/a.py: no test imports it"]


def test_the_summary_names_each_group():
    assert closing({"unit": Outcome(0, dict(GOOD)), "rest": FAILED}, []) == [
        "\n--- all ---",
        "unit        7 tests, exit 0",
        "rest        7 tests, exit 1",
        "10 passed, 2 failed, 2 skipped",
    ]
