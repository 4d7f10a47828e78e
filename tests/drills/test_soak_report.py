"""The verdict of a long run: it passes only where every visit was played, nothing was wrong, and nothing grew."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests.drills import soak_report
from tests.drills.soak import report

AFTER = soak_report.Sample(
    process=1, own_mb=150, rss_mb=260, threads=27, descriptors=37, tasks=4, children=0, temp_files=5, state_kb=50,
    parent_mb=10, parent_descriptors=7,
)  # fmt: skip
BARE_MB = [30 + 0.36 * visit for visit in range(80)]


def verdict(samples, troubles=(), visits=None, picture=None) -> int:
    run = SimpleNamespace(samples=samples, troubles=list(troubles), seen={}, gaps=[])
    return report(run, BARE_MB, len(samples) if visits is None else visits, picture)


def test_a_run_without_trouble_passes_and_is_drawn(tmp_path):
    assert verdict([replace(AFTER, own_mb=150 + 0.4 * visit) for visit in range(300)], picture=tmp_path / "a.png") == 0
    assert (tmp_path / "a.png").stat().st_size > 10_000


def test_visits_that_are_missing_fail_it(capsys):
    assert verdict([AFTER] * 10, visits=1000) == 1
    assert "TROUBLE 10 of 1000 visits" in capsys.readouterr().out
    assert verdict([], visits=5) == 1


def test_one_trouble_fails_it():
    assert verdict([AFTER] * 10, ["visit 7, walks away: ended as hard_limit"]) == 1


@pytest.mark.parametrize("what", ["threads", "descriptors", "tasks", "children", "temp_files", "parent_descriptors"])
def test_whatever_is_counted_may_not_grow_even_in_a_short_run(what, capsys):
    assert verdict([replace(AFTER, **{what: visit // 4}) for visit in range(60)]) == 1
    assert f"{what} grew" in capsys.readouterr().out


def test_memory_is_judged_where_a_run_is_long_enough_to_tell(capsys):
    fat = [replace(AFTER, own_mb=150 + 0.6 * visit) for visit in range(300)]
    assert verdict(fat[:299]) == 0
    assert verdict(fat) == 1
    assert "own_mb grew" in capsys.readouterr().out
    # A process that was started anew near the end has had too few visits.
    assert verdict([AFTER] * 200 + [replace(one, process=2) for one in fat[:100]]) == 0
