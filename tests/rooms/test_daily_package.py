"""Daily's real library, without a network: our calls fit it, and so does the fake that all other tests use."""

from __future__ import annotations

import asyncio
import importlib.util
import inspect
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.commands.check import media_findings
from app.settings.load import load
from app.settings.model import ServiceSettings
from app.vendors.registry import vendors
from tests.fakes import daily as stand_in

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("daily") is None and not os.environ.get("KIOSK_TEST_STRICT"),
    reason="daily-python is not installed",
)


def run(script: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a process of its own: the library starts once per process, and aborts it when misused."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environ, timeout=60, check=False
    )


SIGNATURES = """
import daily, inspect, json
kinds = (daily.Daily, daily.CallClient, daily.CustomAudioSource, daily.CustomAudioTrack, daily.EventHandler)
def of(what):
    parts = [p for p in inspect.signature(what).parameters.values() if p.name != "self" and p.kind != p.VAR_POSITIONAL]
    return [(p.name, p.default is not p.empty) for p in parts]
def methods(kind):
    return {n: of(getattr(kind, n)) for n in dir(kind) if n[0] != "_" and callable(getattr(kind, n))}
print(json.dumps({kind.__name__: methods(kind) for kind in kinds}))
"""


def test_the_stand_in_has_the_real_signatures():
    real = json.loads(run(SIGNATURES).stdout)
    for kind, methods in real.items():
        mine = getattr(stand_in, kind)
        named = {name for name, value in vars(mine).items() if callable(getattr(mine, name)) and name[0] != "_"}
        assert named <= methods.keys()
        for name in named:
            parameters = [p for p in inspect.signature(getattr(mine, name)).parameters.values() if p.name != "self"]
            assert [[p.name, p.default is not p.empty] for p in parameters] == methods[name], f"{kind}.{name}"


USE = """
import asyncio, numpy as np, threading
from app.audio.base import RATE
from app.picture import Picture
from app.rooms.base import RoomError, RoomFault
from app.rooms.daily.call import Call
from app.rooms.daily.room import DailyRooms, library_version, load_library
from livekit import rtc
cleaner = rtc.AudioProcessingModule(echo_cancellation=True)  # what the kiosk's sound has in the same process
cleaner.process_stream(rtc.AudioFrame(bytes(960), RATE, 1, 480))

async def main():
    print(library_version())
    assert load_library() is load_library()
    rooms = DailyRooms()
    told = []
    for number in range(3):
        room = rooms(picture=Picture(), speaker=None, microphone=None, choose=lambda participants: None)
        try:
            await room.join("https://:c-CANARY-room", "eyJ-CANARY-token", 5.0)
        except RoomError as error:
            assert error.fault is RoomFault.CONFIG, error.hint
            assert "CANARY" not in error.hint
        else:
            raise AssertionError("joined nothing")
        await room.leave()
    call = Call(load_library(), rooms.background, lambda name, arguments: told.append(name))
    data, error = await call._join("nonsense CANARY", "")
    assert data is None and "InvalidUrl" in error, error
    await call.say(np.zeros(480, np.int16))
    call.show("00000000-0000-4000-8000-000000000000", "I420", lambda *frame: None)
    call.hear("00000000-0000-4000-8000-000000000000", lambda *sound: None)
    assert await call.send({"event_type": "conversation.interrupt"}) is False  # the channel is not open
    await call.leave()
    assert await rooms.background.settled(10.0)
    await asyncio.sleep(0.1)
    assert told[-2:] == ["call_state_updated", "call_state_updated"], told
    print("threads", sorted(thread.name for thread in threading.enumerate() if thread.name.startswith("daily")))

asyncio.run(main())
print("done")
import os, sys
sys.stdout.flush()
os._exit(0)
"""


def test_our_calls_fit_the_real_library_and_it_writes_no_secret():
    ended = run(USE)
    assert ended.returncode == 0, ended.stderr
    version, threads, done = ended.stdout.splitlines()
    assert tuple(map(int, version.removeprefix("daily-python ").split("."))) >= (0, 36)
    assert (threads, done) == ("threads []", "done")
    assert "CANARY" not in ended.stderr + ended.stdout
    assert ended.stderr == ""


MISSING = """
import sys
sys.modules["daily"] = None
from app.rooms.daily.room import DailyRooms
try:
    DailyRooms()
except ImportError as error:
    print(error)
"""


@pytest.mark.parametrize(("vendor", "expected"), [("tavus", [("media library", True)]), ("livekit", [])])
def test_the_readiness_report_tells_of_the_library_where_it_is_needed(tmp_path, vendor, expected):
    loaded = load(tmp_path / "none.toml", environ={}, vendors=vendors())
    chosen = loaded.settings.model_copy(update={"service": ServiceSettings(vendor=vendor)})
    found = asyncio.run(media_findings(replace(loaded, settings=chosen), vendors()))
    assert [(finding.item, finding.ok) for finding in found] == expected


def test_without_the_library_one_line_says_so():
    assert run(MISSING).stdout.startswith('the package "daily-python" is missing (the extra "tavus" of this program')
