"""The speaker: what it plays, and whether it reports correctly what was heard."""

from __future__ import annotations

import numpy as np
import pytest

from app.audio.base import FRAME, RATE, DeviceState, Levels
from app.audio.playout import Playout
from app.audio.ring import PRIME_S

DELAY_S = 0.08


class PlayoutRig:
    """A speaker without a device: the test takes its blocks with `play`, which moves the clock."""

    def __init__(self, volume: float = 1.0) -> None:
        self.now = 50.0
        self.levels = Levels()
        self.released: list[Playout] = []
        chimes = {"turn": np.full(2 * FRAME, 3000, np.int16)}
        self.speaker = Playout(volume, chimes, self.levels, self._release, lambda: self.now)
        self.speaker.connected(DELAY_S)

    async def _release(self, speaker: Playout) -> None:
        self.released.append(speaker)

    def play(self, seconds: float) -> np.ndarray:
        blocks = []
        for _ in range(round(seconds * 100)):
            blocks.append(self.speaker.next_block(DELAY_S))
            self.now += 0.01
        return np.concatenate(blocks)


@pytest.fixture
def rig():
    return PlayoutRig()


def tone(seconds: float, amplitude: int = 8000) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * 440 * np.arange(int(seconds * RATE)) / RATE)).astype(np.int16)


def test_played_is_what_the_device_took(rig):
    rig.speaker.write(tone(0.5))
    rig.play(0.3)
    assert rig.speaker.played_s == pytest.approx(0.3, abs=0.011)
    rig.play(1.0)
    assert rig.speaker.played_s == pytest.approx(0.5)


def test_pending_falls_to_zero_exactly_when_the_last_sound_leaves_the_device(rig):
    rig.speaker.write(tone(0.5))
    assert rig.speaker.pending_s() == pytest.approx(0.5 + DELAY_S, abs=0.001)
    rig.play(0.3)
    assert rig.speaker.pending_s() == pytest.approx(0.2 + DELAY_S, abs=0.011)
    rig.play(0.2)
    assert rig.speaker.pending_s() == pytest.approx(DELAY_S, abs=0.011)
    rig.play(DELAY_S)
    assert rig.speaker.pending_s() == pytest.approx(0, abs=0.011)
    rig.play(0.02)
    assert rig.speaker.pending_s() == 0


def test_silence_that_a_room_streams_is_not_pending(rig):
    rig.speaker.write(np.concatenate([tone(0.1), np.zeros(RATE, np.int16)]))
    rig.play(0.1 + DELAY_S + 0.02)
    assert rig.speaker.pending_s() == 0


def test_flush_is_silence_once_the_device_has_played_what_it_holds(rig):
    rig.speaker.write(tone(1.0))
    rig.play(0.2)
    rig.speaker.flush()
    assert rig.speaker.pending_s() < DELAY_S + 0.02
    assert not rig.play(0.5)[FRAME:].any()
    assert rig.speaker.pending_s() == 0


def test_the_volume_moves_softly_and_ends_where_it_should(rig):
    rig.speaker.write(np.full(RATE, 10_000, np.int16))
    before = rig.play(0.2)[-1]
    rig.speaker.volume = 0.5
    moving = rig.play(0.3)
    assert before == pytest.approx(10_000, abs=1)
    assert moving[-1] == pytest.approx(2500, abs=20)  # a quarter of the amplitude is half as loud
    assert np.abs(np.diff(moving.astype(int))).max() < 10


@pytest.mark.parametrize("wild", [7.0, -1.0])
def test_a_volume_beyond_the_scale_is_its_end(rig, wild):
    rig.speaker.volume = wild
    rig.speaker.write(np.full(RATE, 10_000, np.int16))
    assert rig.play(0.5)[-1] == pytest.approx(10_000 if wild > 1 else 0, abs=20)


def test_muted_plays_on_in_silence_and_says_so(rig):
    rig.speaker.write(tone(1.0))
    rig.play(0.1)
    rig.speaker.muted = True
    assert not rig.play(0.3)[-FRAME:].any()
    assert rig.speaker.state is DeviceState.MUTED
    assert rig.speaker.played_s == pytest.approx(0.4, abs=0.011)
    rig.speaker.muted = False
    assert rig.play(0.2)[-FRAME:].any()
    assert rig.speaker.state is DeviceState.ON


def test_a_muted_voice_does_not_silence_the_chimes(rig):
    rig.speaker.write(tone(1.0))
    rig.speaker.muted = True
    rig.play(0.3)
    rig.speaker.chime("turn")
    assert rig.play(0.05).max() > 1000


def test_a_chime_waits_for_what_is_queued(rig):
    rig.speaker.write(tone(0.3))
    rig.speaker.chime("turn")
    assert np.abs(rig.play(0.3)).max() <= 8001
    assert rig.play(0.1).max() == pytest.approx(3000, rel=0.7)
    assert rig.speaker.is_idle() is False or rig.speaker.pending_s() == 0


def test_the_level_is_shown_when_the_sound_is_heard(rig):
    rig.speaker.write(tone(0.5))
    rig.play(DELAY_S - 0.02)
    assert rig.speaker.level == 0
    rig.play(0.1)
    assert 0.5 < rig.speaker.level < 0.9
    assert rig.levels.speaker == rig.speaker.level


def test_the_level_does_not_know_the_volume():
    loud, soft = PlayoutRig(1.0), PlayoutRig(0.1)
    for rig in (loud, soft):
        rig.speaker.write(tone(0.5))
        rig.play(0.3)
    assert loud.speaker.level == pytest.approx(soft.speaker.level)


def test_without_a_device_time_passes_all_the_same(rig):
    rig.speaker.disconnected()
    assert rig.speaker.state is DeviceState.MISSING
    rig.speaker.write(tone(0.5))
    for _ in range(30):
        rig.speaker.drain()
        rig.now += 0.01
    assert rig.speaker.pending_s() == pytest.approx(0.2, abs=0.011)
    assert rig.speaker.level > 0.3  # the mouth goes on
    assert rig.speaker.played_s == 0  # nobody heard it


def test_a_device_that_comes_back_goes_on_with_what_is_said_now(rig):
    rig.speaker.disconnected()
    rig.speaker.write(tone(1.0))
    rig.speaker.connected(DELAY_S)
    assert rig.speaker.pending_s() == pytest.approx(PRIME_S + DELAY_S, abs=0.011)


@pytest.mark.parametrize("wrong", [np.zeros(10, np.float32), np.zeros((10, 1), np.int16)])
def test_what_is_not_mono_int16_is_refused(rig, wrong):
    with pytest.raises(ValueError, match="mono int16"):
        rig.speaker.write(wrong)


@pytest.mark.asyncio
async def test_closing_frees_the_device_once_and_silences_everything(rig):
    rig.speaker.write(tone(1.0))
    rig.play(0.3)
    await rig.speaker.close()
    await rig.speaker.close()
    rig.speaker.write(tone(1.0))
    rig.speaker.chime("turn")
    assert rig.released == [rig.speaker]
    assert rig.speaker.state is DeviceState.OFF
    assert rig.speaker.pending_s() == 0
    assert rig.speaker.level == rig.levels.speaker == 0
    assert not rig.play(0.5)[FRAME:].any()
