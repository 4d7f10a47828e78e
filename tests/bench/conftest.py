"""What the benchmarks share: the table at the end of the run, and the surroundings of a measured program."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.eyes import open_eyes
from tests.bench.rooms import running_service
from tests.bench.table import BenchTable

ROOT = Path(__file__).parents[2]
_TABLE = pytest.StashKey[BenchTable]()


def pytest_configure(config):
    config.stash[_TABLE] = BenchTable()


def pytest_terminal_summary(terminalreporter, config):
    table = config.stash[_TABLE]
    if table.rows:
        terminalreporter.section("measured")
        for line in table.lines():
            terminalreporter.write_line(line)


@pytest.fixture
def table(request) -> BenchTable:
    """The table of this run."""
    return request.config.stash[_TABLE]


@pytest.fixture(scope="session")
def surroundings(display) -> Iterator[dict[str, str]]:
    """The environment of a measured program: a screen, an empty home, no sound server, byte code kept as installed."""
    with tempfile.TemporaryDirectory(prefix="kiosk-bench-", ignore_cleanup_errors=True) as home:
        gone = {"PYTHONDONTWRITEBYTECODE", "NOTIFY_SOCKET"}
        kept = {key: value for key, value in {**os.environ, **display}.items() if key not in gone}
        yield kept | {
            "HOME": home,
            "XDG_RUNTIME_DIR": home,
            "PULSE_SERVER": "unix:/nowhere",
            "PYTHONPATH": str(ROOT),
            # A program that is installed was compiled once; a checkout that is being edited was not.
            "PYTHONPYCACHEPREFIX": f"{home}/byte-code",
        }


@pytest.fixture
def eyes(tmp_path):
    """A screen whose picture lies in memory."""
    with open_eyes(tmp_path) as opened:
        yield opened


@pytest.fixture
def service(tmp_path, surroundings, eyes):
    """A service whose agents show 720x1280 at 30 fps."""
    with running_service(tmp_path, {**surroundings, "DISPLAY": eyes.display}) as running:
        yield running
