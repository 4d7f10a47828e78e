"""The sound thread: keeps the order of played and heard, goes on without a device, and survives errors."""

from __future__ import annotations

import time

import numpy as np
import pytest

from app.audio.base import FRAME, RATE, DeviceState, Levels
from app.audio.engine import Engine
from app.audio.microphone import CaptureMicrophone
from app.audio.playout import Playout
from app.audio.voice import VoiceDetector

TONE = (8000 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)).astype(np.int16)
NOISE = np.full(FRAME, 500, np.int16)


async def nothing(_) -> None:
    pass


class EngineRig:
    def __init__(self) -> None:
        self.order: list[str] = []
        self.delays: list[float] = []
        self.fails = 0
        self.engine = Engine()
        self.speaker = Playout(1.0, {}, Levels(), nothing)
        self.microphone = CaptureMicrophone(self._clean, VoiceDetector(None), Levels(), nothing)
        self.engine.on_played = lambda block: self.order.append("played")

    def _clean(self, sound, delay_s):
        if self.fails:
            self.fails -= 1
            raise RuntimeError("the canceller broke")
        self.order.append("heard")
        self.delays.append(delay_s)
        return sound

    def begin(self) -> None:
        self.engine.speaker, self.engine.microphone = self.speaker, self.microphone
        self.engine.start()

    def until(self, holds) -> None:
        deadline = time.monotonic() + 5
        while not holds():
            assert time.monotonic() < deadline, "it never happened"
            time.sleep(0.002)


@pytest.fixture
def rig():
    rig = EngineRig()
    yield rig
    rig.engine.end()
    rig.engine.join(5)
    assert not rig.engine.is_alive()


def test_what_was_played_is_told_before_what_was_heard_after_it(rig):
    rig.speaker.connected(0.08)
    rig.microphone.connected(0.04)
    rig.engine.speaker, rig.engine.microphone = rig.speaker, rig.microphone
    for _ in range(3):
        rig.engine.next_block(0.08)
        rig.engine.heard(NOISE, 0.04)
    rig.engine.start()
    rig.until(lambda: len(rig.order) == 6)
    assert rig.order == ["played", "heard"] * 3
    assert rig.delays == [pytest.approx(0.12)] * 3


def test_without_devices_time_passes_as_it_should(rig):
    rig.speaker.write(TONE[: RATE // 2])
    began = time.monotonic()
    rig.begin()
    rig.until(lambda: not rig.speaker.pending_s())
    assert time.monotonic() - began > 0.45  # real time, not as fast as it can
    assert rig.speaker.state is rig.microphone.state is DeviceState.MISSING
    assert rig.speaker.played_s == 0


@pytest.mark.expect_log("a block of sound was lost")
def test_a_block_that_fails_costs_one_block(rig):
    rig.microphone.connected(0.04)
    rig.speaker.connected(0.08)
    rig.fails = 1
    rig.begin()
    for _ in range(3):
        rig.engine.heard(NOISE, 0.04)
    rig.until(lambda: rig.order == ["heard", "heard"])


def test_blocks_that_nobody_fetches_do_not_pile_up(rig):
    rig.engine.microphone = rig.microphone
    for _ in range(1000):
        rig.engine.heard(NOISE, 0.04)
    rig.engine.start()
    rig.until(rig.engine._queue.empty)
    assert len(rig.order) <= 101


def test_the_device_gets_silence_while_nobody_speaks_to_it(rig):
    rig.engine.start()
    assert not rig.engine.next_block(0.08).any()
