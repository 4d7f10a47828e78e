"""Fixtures of the live tests: rooms that are really left, and a count of what the media library still holds."""

from __future__ import annotations

import asyncio
import itertools
import logging
import subprocess
import sys

import pytest
import pytest_asyncio
from livekit.rtc._ffi_client import FfiClient

from app.rooms.livekit.log import LibraryLog
from app.rooms.livekit.room import LiveKitRooms
from app.rooms.presence import RoomTimes
from tests.live.guest import Guest
from tests.vendors.agent import Agent
from tests.vendors.agent_script import AgentScript

_numbers = itertools.count()

QUICK = RoomTimes(reconnect_s=15.0, absent_s=0.5, gone_s=1.5)


def subscribers() -> int:
    """Return how many queues the media library writes to: each stream, room and running call has one."""
    return len(FfiClient.instance.queue._subscribers)


@pytest.fixture
def room_name() -> str:
    """A room that no other test uses."""
    return f"room-{next(_numbers)}"


@pytest.fixture(scope="session", autouse=True)
def library_log():
    """The same filter as the kiosk's; never removed, because the library's records come late."""
    made = LibraryLog()
    made.install()
    return made


class Children:
    """Processes that run side by side; see `tests.live.children`."""

    def __init__(self) -> None:
        names = ("late-joins", "blocked-media", "relays-alone")
        self._scenes = {name: start_child("tests.live.children", name) for name in names}

    def survived(self, name: str) -> None:
        """Wait for a scene; fails with its output."""
        words, _ = self._scenes[name].communicate(timeout=90)
        assert self._scenes[name].returncode == 0, words

    def close(self) -> None:
        """End whatever still runs."""
        for scene in self._scenes.values():
            scene.kill()
            scene.communicate()


def start_child(module: str, *words: str) -> subprocess.Popen[str]:
    """Start `python -m module words`; the caller must read what it prints."""
    command = [sys.executable, "-m", module, *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@pytest.fixture(scope="session")
def children():
    """The long scenes, all started at once."""
    started = Children()
    yield started
    started.close()


class _Details(logging.Handler):
    """Prints the details of native warnings: pytest shows them when the test fails."""

    def emit(self, record: logging.LogRecord) -> None:
        print("native:", getattr(record, "detail", record.getMessage()))


@pytest.fixture(autouse=True)
def _details():
    handler = _Details(logging.WARNING)
    logging.getLogger("livekit").addHandler(handler)
    yield
    logging.getLogger("livekit").removeHandler(handler)


@pytest_asyncio.fixture
async def rooms(library_log):
    """Rooms that wait a short time for an absent avatar; nothing of them may be left at the end."""
    made = LiveKitRooms(QUICK, library_log)
    yield made
    assert await made.background.settled(10.0), "something is still being left"
    await made.close()


@pytest_asyncio.fixture
async def agent(livekit_server, room_name):
    """Starts agents in the test's room: `await agent(Script(...))`."""
    started: list[Agent] = []

    async def start(script: AgentScript | None = None, server=livekit_server) -> Agent:
        started.append(Agent(server, room_name, script))
        return await started[-1].start()

    yield start
    await asyncio.gather(*(one.leave() for one in started))


@pytest_asyncio.fixture
async def guest(rooms, livekit_server, room_name):
    """Makes guests of the test's room: `guest()`; they leave by themselves at the end."""
    made: list[Guest] = []

    def make(server=livekit_server, **how) -> Guest:
        made.append(Guest(rooms, server, room_name, **how))
        return made[-1]

    yield make
    await asyncio.gather(*(one.leave() for one in made))
