"""What every test shares: strict logs, the right event loop, and a clean end of a process that used native media."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import sys
from pathlib import Path

import pytest

from tests.virtual_time import HurryLoop, VirtualLoop

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_SCALE_FACTOR", "1")
os.environ["QT_API"] = "pyside6"

TESTS = Path(__file__).parent
pytest_plugins = [f"tests.rigs.{path.stem}" for path in sorted((TESTS / "rigs").glob("[a-z]*.py"))]


def pytest_asyncio_loop_factories(config, item):  # reason: pytest calls hooks by parameter name
    if item.get_closest_marker("qt_loop"):
        return {"qt": _qt_loop}
    if item.get_closest_marker("hurry"):
        return {"hurry": HurryLoop}
    in_unit = TESTS / "unit" in item.path.parents
    if item.get_closest_marker("virtual_time") or (in_unit and not item.get_closest_marker("real_time")):
        return {"virtual": VirtualLoop}
    return {"asyncio": asyncio.new_event_loop}


def _qt_loop():
    import qasync
    from PySide6.QtWidgets import QApplication

    return qasync.QEventLoop(QApplication.instance() or QApplication([]))


class _Recorder(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(autouse=True)
def _no_unexpected_log(request):
    """A record of WARNING or above that the test did not announce fails it."""
    recorder = _Recorder()
    logging.getLogger().addHandler(recorder)
    yield
    logging.getLogger().removeHandler(recorder)
    allowed = [re.compile(m.args[0]) for m in request.node.iter_markers("expect_log")]
    bad = [r for r in recorder.records if not any(p.search(r.getMessage()) for p in allowed)]
    if bad:
        lines = "\n".join(f"  {r.levelname} {r.name}: {r.getMessage()}" for r in bad[:10])
        pytest.fail(f"unexpected log records:\n{lines}", pytrace=False)


_STATUS = pytest.StashKey[int]()


def pytest_sessionfinish(session, exitstatus):
    session.config.stash[_STATUS] = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    # A native callback thread of the media library aborts a finalising interpreter now and then.
    if "livekit.rtc._ffi_client" in sys.modules:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(config.stash.get(_STATUS, 1))
