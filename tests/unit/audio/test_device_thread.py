"""Devices that are plugged in, unplugged, hang or are held by another program; without a sound card."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from app.audio import device_thread as module
from app.audio.base import FRAME
from app.audio.device_thread import DeviceThread
from app.audio.devices import Card, DeviceError, Way


class FakeStream:
    def __init__(self, system: FakeDevices, way: Way) -> None:
        self.system, self.way = system, way
        self.rate, self.latency_s = 48_000, 0.08
        self.is_open = True
        self.hangs = False

    def is_lost(self) -> bool:
        return self.way in self.system.unplugged or self.hangs

    def end(self, wait_s: float = 0.0) -> bool:
        if self.hangs:
            return False
        self.is_open = False
        return True


class FakeDevices:
    """Like PortAudio: its list stays as it was until `refresh`, and no stream may be open then."""

    def __init__(self) -> None:
        self.unplugged: set[Way] = set()
        self.busy: set[Way] = set()
        self.listed: set[Way] = set()
        self.streams: list[FakeStream] = []
        self.refreshes = 0
        self.breaks = False

    def refresh(self) -> None:
        assert not self.open_ways, "the list was made anew over an open stream"
        self.refreshes += 1
        self.listed = set(Way) - self.unplugged

    def listed_s_ago(self) -> float:
        return 0.0 if self.refreshes else float("inf")

    def cards(self) -> list[Card]:
        if self.breaks:
            raise ZeroDivisionError("an error that nobody thought of")
        return [Card(0, way.value, "ALSA", way, 2, 48_000, True) for way in self.listed]

    def open_output(self, card, next_block):
        return self._open(card.way)

    def open_input(self, card, heard):
        return self._open(card.way)

    def _open(self, way: Way) -> FakeStream:
        if way in self.unplugged or way in self.busy:
            raise DeviceError("device unavailable")
        stream = FakeStream(self, way)
        self.streams.append(stream)
        return stream

    def pull(self, way: Way) -> None:
        self.unplugged.add(way)

    def plug_back(self, way: Way) -> None:
        """There again, but under a number that only a new list knows."""
        self.unplugged.discard(way)
        self.listed.discard(way)

    @property
    def open_ways(self) -> list[Way]:
        return [stream.way for stream in self.streams if stream.is_open and not stream.hangs]


class FakeClient:
    def __init__(self) -> None:
        self.told: list[str] = []
        self.idle = True

    def connected(self, delay_s: float) -> None:
        self.told.append("connected")

    def disconnected(self) -> None:
        self.told.append("disconnected")

    def is_idle(self) -> bool:
        return self.idle

    @property
    def is_connected(self) -> bool:
        return self.told[-1:] == ["connected"]


class SilentSink:
    def next_block(self, delay_s):
        return np.zeros(FRAME, np.int16)

    def heard(self, block, delay_s):
        pass


@pytest.fixture
def system(monkeypatch):
    monkeypatch.setattr(module, "WATCH_S", 0.01)
    monkeypatch.setattr(module, "RETRY_S", 0.03)
    monkeypatch.setattr(module, "RELIST_S", 0.05)
    monkeypatch.setattr(module, "FADE_S", 0.0)
    return FakeDevices()


@pytest.fixture
def thread(system):
    running = DeviceThread(system, SilentSink(), "", "")
    running.start()
    yield running
    running.end().result(5)
    running.join(5)


def until(holds) -> None:
    deadline = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.005)


LOST = pytest.mark.expect_log("a sound device (was lost|is missing)")


def test_a_device_is_opened_told_and_closed(system, thread):
    client = FakeClient()
    thread.want(Way.OUTPUT, client).result(5)
    assert client.told == ["connected"]
    thread.drop(Way.OUTPUT, client).result(5)
    assert client.told[-1] == "disconnected"
    assert system.open_ways == []


def test_devices_are_listed_anew_only_while_none_is_open(system, thread):
    speaker, microphone = FakeClient(), FakeClient()
    thread.want(Way.OUTPUT, speaker).result(5)
    thread.want(Way.INPUT, microphone).result(5)
    assert system.refreshes == 1
    assert sorted(system.open_ways) == ["input", "output"]


@LOST
def test_a_device_that_is_pulled_comes_back_when_it_is_plugged_in(system, thread):
    client = FakeClient()
    thread.want(Way.OUTPUT, client).result(5)
    system.pull(Way.OUTPUT)
    until(lambda: not client.is_connected)
    system.plug_back(Way.OUTPUT)
    until(lambda: client.is_connected)
    assert system.open_ways == ["output"]


@LOST
def test_the_other_device_is_not_disturbed_while_it_is_in_use(system, thread):
    speaker, microphone = FakeClient(), FakeClient()
    thread.want(Way.OUTPUT, speaker).result(5)
    thread.want(Way.INPUT, microphone).result(5)
    speaker.idle = False
    system.pull(Way.INPUT)
    until(lambda: not microphone.is_connected)
    system.plug_back(Way.INPUT)
    time.sleep(0.2)
    assert speaker.told == ["connected"]
    speaker.idle = True  # the avatar pauses: now nobody misses it for a moment
    until(lambda: microphone.is_connected)
    until(lambda: speaker.is_connected)


@LOST
def test_a_busy_device_is_had_as_soon_as_it_is_free(system, thread):
    system.busy.add(Way.INPUT)
    client = FakeClient()
    thread.want(Way.INPUT, client).result(5)
    assert client.told == ["disconnected"]
    system.busy.clear()
    until(lambda: client.is_connected)


@LOST
def test_a_missing_device_is_told_to_the_log_once(system, thread, caplog):
    system.unplugged = set(Way)
    client = FakeClient()
    thread.want(Way.OUTPUT, client).result(5)
    until(lambda: system.refreshes > 5)
    assert [record.getMessage() for record in caplog.records].count("a sound device is missing") == 1


@LOST
def test_a_stream_that_hangs_is_left_alone_until_it_lets_go(system, thread):
    client = FakeClient()
    thread.want(Way.OUTPUT, client).result(5)
    hanging = system.streams[0]
    hanging.hangs = True
    until(lambda: len(system.streams) > 1 and client.is_connected)  # another stream serves meanwhile
    refreshes = system.refreshes
    thread.drop(Way.OUTPUT, client).result(5)
    thread.want(Way.OUTPUT, client).result(5)
    assert system.refreshes == refreshes
    hanging.hangs = False
    thread.drop(Way.OUTPUT, client).result(5)
    assert thread.want(Way.OUTPUT, client).result(5) is None
    assert not hanging.is_open


def test_the_last_visit_cannot_close_the_device_of_the_next(system, thread):
    first, second = FakeClient(), FakeClient()
    thread.want(Way.OUTPUT, first).result(5)
    thread.want(Way.OUTPUT, second).result(5)
    thread.drop(Way.OUTPUT, first).result(5)
    assert second.is_connected
    assert len(system.open_ways) == 1


@pytest.mark.expect_log("a sound device failed in an unknown way")
def test_an_error_that_nobody_thought_of_ends_nothing(system, thread):
    system.breaks = True
    client = FakeClient()
    thread.want(Way.OUTPUT, client).result(5)
    system.breaks = False
    until(lambda: client.is_connected)


def test_nothing_runs_after_the_end(system):
    thread = DeviceThread(system, SilentSink(), "", "")
    thread.start()
    thread.want(Way.OUTPUT, FakeClient()).result(5)
    thread.end().result(5)
    thread.join(5)
    assert system.open_ways == []
    assert thread not in threading.enumerate()
