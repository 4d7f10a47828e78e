"""The end of a kiosk process: nothing delays it, and unhandled errors are logged in one place."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from types import SimpleNamespace

import pytest

from app.compose.process import _log_unhandled_errors

# A name that no server answers holds a worker for half a minute and more; here it is one that is never free again.
STUCK = """
import asyncio, os, sys, threading
from PySide6.QtWidgets import QApplication
from app.compose.process import Process, loop_of
from app.system.heartbeat import Heartbeat
from app.system.panic import PanicDetector
from app.vitals import Vitals

class Busy(Process):
    async def _serve(self):
        asyncio.get_running_loop().run_in_executor(None, threading.Event().wait)
        await asyncio.sleep(0)
        return 30

app = QApplication([])
panic = PanicDetector(sys.stderr, str)
nothing = dict.fromkeys(("options", "state", "presentation"))
process = Busy(heartbeat=Heartbeat({}), run="r", vitals=Vitals(), panic=panic, **nothing)
with loop_of(app) as runner:
    code = runner.run(process.live())
os._exit(code)
"""


def test_a_worker_that_hangs_in_the_system_does_not_keep_the_process_from_ending():
    assert subprocess.run([sys.executable, "-c", STUCK], check=False, timeout=60).returncode == 30


@pytest.mark.asyncio
@pytest.mark.expect_log("unhandled error in a callback")
async def test_an_error_in_a_librarys_callback_goes_to_the_log_and_not_past_it(monkeypatch, caplog, capsys):
    loop = asyncio.get_running_loop()
    for name in ("excepthook", "unraisablehook"):
        monkeypatch.setattr(sys, name, getattr(sys, name))
    monkeypatch.setattr("threading.excepthook", sys.excepthook)
    before = loop.get_exception_handler()
    _log_unhandled_errors(loop)
    loop.set_exception_handler(before)
    sys.unraisablehook(SimpleNamespace(exc_value=ValueError("what a visitor said"), object=object()))
    (record,) = [record for record in caplog.records if record.msg == "unhandled error in a callback"]
    assert isinstance(record.exc_info[1], ValueError)
    assert capsys.readouterr().err == ""
