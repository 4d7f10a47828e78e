"""A plugin of pytest that notes which lines and branches of the program the tests take (packaging/held_branches.py).

What a property test takes by chance, or a test with a real server only where that is quick enough, does not count: a
branch that is held must be taken in every run. So these tests come last, and the report is written before the first.

`make test` loads the plugin with `-p`, so that it is there before anything of `app` is imported.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
import slipcover

_SOURCE = os.environ["KIOSK_BRANCHES_OF"]
_REPORT = Path(os.environ["KIOSK_BRANCHES_TO"]) / f"{os.getpid()}-{time.time_ns()}.json"

# The lines of an interface are never run.
_taken = slipcover.Slipcover(branch=True, exclude_also=[r"^\s*\.\.\.$"])
slipcover.ImportManager(_taken, slipcover.FileMatcher(sources=[_SOURCE])).__enter__()


def _depends_on_chance(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in ("hypothesis", "live"))


def _write() -> None:
    if not _REPORT.exists():
        _REPORT.parent.mkdir(parents=True, exist_ok=True)
        _REPORT.write_text(json.dumps(_taken.get_coverage()))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_depends_on_chance)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if _depends_on_chance(item):
        _write()


def pytest_sessionfinish() -> None:
    _write()
