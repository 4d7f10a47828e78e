"""The kiosk's chimes: as designed, only in pauses of the voice, and dropped when they would come too late."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from app.audio.base import FRAME, RATE
from app.audio.chimes import VOICE_DB, ChimePlayer, load_chimes

SOUNDS = Path(__file__).parents[3] / "resources" / "sounds"
NAMES = {"turn", "microphone_open", "microphone_closed", "still_there", "time_20s", "goodbye"}


def pitch(sound: np.ndarray) -> float:
    """The strongest frequency, Hz."""
    padded = np.fft.rfft(sound * np.hanning(len(sound)), 1 << 17)
    return float(np.abs(padded).argmax() * RATE / (1 << 17))


def loudest_db(sound: np.ndarray) -> float:
    hop = RATE // 20
    blocks = np.concatenate([sound, np.zeros(-len(sound) % hop)]).reshape(-1, hop) / 32768
    return 10 * np.log10((blocks**2).mean(axis=1).max())


@pytest.fixture(scope="module")
def chimes():
    return load_chimes(SOUNDS)


def test_every_chime_is_there(chimes):
    assert set(chimes) == NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
def test_chimes_lie_six_decibels_under_the_voice_and_have_soft_edges(chimes, name):
    sound = chimes[name]
    assert loudest_db(sound) == pytest.approx(VOICE_DB - 6, abs=0.2)
    assert abs(int(sound[0])) < 50
    assert abs(int(sound[-1])) < 50


@pytest.mark.parametrize(
    ("name", "first_hz", "last_hz", "length_s"),
    [
        ("turn", 660, 880, 0.36),
        ("goodbye", 660, 523, 0.36),
        ("microphone_open", 523, 523, 0.12),
        ("microphone_closed", 392, 392, 0.12),
        ("time_20s", 330, 330, 0.5),
    ],
)
def test_chimes_sound_as_designed(chimes, name, first_hz, last_hz, length_s):
    sound = chimes[name]
    assert len(sound) / RATE == pytest.approx(length_s, abs=0.01)
    half = len(sound) // 2
    assert pitch(sound[:half]) == pytest.approx(first_hz, abs=10)
    assert pitch(sound[half:]) == pytest.approx(last_hz, abs=10)


def test_still_there_is_two_taps_a_quarter_second_apart(chimes):
    energy = np.convolve(np.abs(chimes["still_there"].astype(float)), np.ones(480) / 480)
    beginnings = np.flatnonzero(np.diff((energy > energy.max() / 4).astype(int)) == 1)
    assert len(beginnings) == 2
    assert np.diff(beginnings)[0] / RATE == pytest.approx(0.25, abs=0.02)


@pytest.mark.expect_log("a chime cannot be played")
def test_a_broken_file_costs_one_chime(tmp_path):
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    with wave.open(str(tmp_path / "slow.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(100))
    with wave.open(str(tmp_path / "good.wav"), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(bytes(100))
    assert set(load_chimes(tmp_path)) == {"good"}


SIGN = np.full(3 * FRAME, 1000, np.int16)
PAUSE_DB = -90.0


def played(player: ChimePlayer, blocks: int, voice: bool = False, level_db: float = PAUSE_DB) -> np.ndarray:
    out = [player.next_block(level_db, voice) for _ in range(blocks)]
    return np.concatenate([np.zeros(FRAME) if block is None else block for block in out])


def test_a_chime_sounds_at_once_in_a_pause():
    player = ChimePlayer({"turn": SIGN})
    player.ask("turn")
    assert np.count_nonzero(played(player, 5)) == 3 * FRAME
    assert not player.is_playing()


def test_a_chime_waits_for_the_voice_to_end():
    player = ChimePlayer({"turn": SIGN})
    player.ask("turn")
    assert not played(player, 100, voice=True).any()
    assert np.count_nonzero(played(player, 5)) == 3 * FRAME


def test_a_chime_that_would_come_too_late_never_comes():
    player = ChimePlayer({"turn": SIGN})
    player.ask("turn")
    played(player, 200, voice=True)
    assert not played(player, 5).any()


def test_a_voice_that_begins_ends_the_chime_softly():
    player = ChimePlayer({"turn": SIGN})
    player.ask("turn")
    first = played(player, 1)
    rest = played(player, 5, voice=True)
    assert first.all()
    assert rest[0] > 900
    assert np.abs(np.diff(rest)).max() < 5
    assert not rest[FRAME:].any()


def test_chimes_follow_the_loudness_of_the_voice_above_them():
    quiet, loud = ChimePlayer({"turn": SIGN}), ChimePlayer({"turn": SIGN})
    played(quiet, 500, voice=True, level_db=-30.0)
    played(loud, 500, voice=True, level_db=-16.0)
    quiet.ask("turn")
    loud.ask("turn")
    assert 20 * np.log10(played(quiet, 1)[0] / 1000) == pytest.approx(-10, abs=0.5)
    assert 20 * np.log10(played(loud, 1)[0] / 1000) == pytest.approx(4, abs=0.5)


def test_a_name_that_has_no_chime_is_silent():
    player = ChimePlayer({})
    player.ask("trumpet")
    assert not played(player, 3).any()
