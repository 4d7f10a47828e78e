"""Real devices: the visitor's voice arrives, the avatar's voice is heard, and unplugged devices are opened again."""

from __future__ import annotations

import pytest

from tests.sound.scenes import ANSWER, QUESTION

# One after another: two that play and listen at once take each other's time.
pytestmark = [pytest.mark.sound, pytest.mark.xdist_group("sound")]

MISSING = "a sound device is missing"
LOST = "a sound device was lost"


def words_of(text: str) -> set[str]:
    return set("".join(c if c.isalpha() else " " for c in text.lower()).split())


def understood(wanted: str, heard: str) -> float:
    """Share of the wanted words that were heard."""
    return len(words_of(wanted) & words_of(heard)) / len(words_of(wanted))


def test_what_a_visitor_says_arrives_word_for_word(play):
    found = play("the_visitor_is_understood")
    assert found["opened"] == {"state": "on", "heard_anything": False}
    assert understood(QUESTION, found["words"]) > 0.9
    assert found["heard_anything"]
    assert found["loudest"] > 0.4
    # That somebody speaks is reported correctly, and every frame that the room took is counted.
    assert not found["spoke_before"]
    assert 2.0 < found["spoke_s"] < 4.2  # the question takes 3.7 s with its pauses
    assert not found["spoke_last"]
    assert found["sent_s"] == pytest.approx(found["frames_s"], abs=0.02)
    assert found["state"] == "off"


def test_a_disabled_microphone_gives_away_nothing(play):
    found = play("a_disabled_microphone_sends_silence")
    assert found["peak"] == 0
    assert not found["spoke"]
    assert found["state"] == "muted"
    assert found["sent_s"] < 0.1
    assert found["frames_s"] > 3  # the room's track goes on
    assert found["heard_anything"]  # the device itself is alive


def test_what_the_avatar_says_is_heard_and_the_speaker_tells_when(play):
    found = play("the_avatar_is_heard")
    assert understood(ANSWER, found["words"]) > 0.8
    assert found["likeness"] > 0.99
    assert found["loudness_db"] == pytest.approx(0, abs=1)
    assert found["state"] == "on"
    assert found["closed"] == "off"
    # Captions and mouth follow what these tell of the sound that really came out.
    assert found["played_s"] == pytest.approx(found["voice_s"], abs=0.1)
    assert found["pending_s"] > 0.05
    assert found["pending_s"] == pytest.approx(found["heard_after_s"], abs=0.1)
    assert found["drained_after_s"] == pytest.approx(found["heard_after_s"], abs=0.1)


def test_the_avatar_does_not_hear_itself_but_still_hears_the_visitor(play):
    found = play("the_echo_is_cancelled")
    assert found["echo_db"] > -45  # otherwise nothing was proved
    assert found["echo_db"] - found["left_db"] > 20
    assert found["false_alarms"] < 0.02
    assert max(understood(QUESTION, words) for words in found["words"]) > 0.5
    assert all(understood(ANSWER, words) < 0.4 for words in found["words"])


def test_nothing_clicks(play):
    found = play("nothing_clicks")
    assert found["loud_s"] > 2
    # A fade of 5 ms bends a tone a little; a click would be fifty times as steep.
    assert found["steepest"] < 3 * found["of_the_tone"] < found["of_a_click"] / 10


def test_chimes_keep_below_the_voice_and_never_speak_over_it(play):
    found = play("signs_keep_below_the_voice")
    assert -9 < found["sign_db"] - found["voice_db"] < -4
    assert found["over_voice"] < 1e-4
    assert found["after_voice"] > 0.01
    assert found["played_s"] == pytest.approx(1.0, abs=0.1)  # chimes are not the avatar's voice


@pytest.mark.expect_log(f"{MISSING}|{LOST}")
def test_a_speaker_that_is_unplugged_comes_back_by_itself(play):
    found = play("the_speaker_goes_and_comes")
    assert found["missing"]["played_more_s"] == 0
    assert found["missing"]["pending_s"] < 1.5
    assert found["missing"]["level"] > 0.3  # the mouth still moves
    assert found["heard_db"] > -20
    assert found["microphone"] == "on"


@pytest.mark.expect_log(f"{MISSING}|{LOST}")
def test_a_microphone_that_is_unplugged_comes_back_by_itself(play):
    found = play("the_microphone_goes_and_comes")
    assert 0.8 < found["missing"]["frames_s"] < 1.3  # silence in real time keeps the room's track alive
    assert found["missing"]["sent_s"] == 0
    assert understood(QUESTION, found["words"]) > 0.9
    assert found["speaker"] == "on"


@pytest.mark.expect_log(f"{MISSING}|{LOST}")
def test_a_sound_server_that_crashes_is_found_again(play):
    found = play("the_server_crashes_and_comes_back")
    assert 0.8 < found["missing"]["frames_s"] < 1.3
    assert found["missing"]["pending_s"] == 0
    assert found["heard_db"] > -30


@pytest.mark.expect_log(MISSING)
def test_without_a_sound_server_a_visit_goes_on_in_silence(play):
    found = play("there_is_no_server")
    assert found["states"] == ["missing", "missing"]
    assert found["pending_s"] == pytest.approx(1.0, abs=0.05)
    assert 0.9 < found["drained_s"] < 1.5
    assert found["frames_s"] > 0.8
    assert found["played_s"] == found["sent_s"] == 0
    assert found["closed"] == ["off", "off"]


@pytest.mark.expect_log(f"{LOST}|a sound device does not")
def test_a_sound_server_that_hangs_holds_nobody_up(play):
    found = play("the_server_hangs")
    assert found["state"] == "missing"
    assert found["opened_s"] < 4
    assert found["closed_s"] < 4


@pytest.mark.expect_log(MISSING)
def test_a_name_that_no_device_has_is_a_missing_device(play):
    assert play("devices_that_nobody_has") == {"states": ["missing", "missing"]}


def test_thirty_visits_leave_nothing_behind(play):
    found = play("thirty_visits")
    assert found["late"] == found["early"]
