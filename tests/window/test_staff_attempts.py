"""A wrong PIN costs patience, also over a restart, and never access for ever."""

import pytest

from app.window.attempts import LONGEST_PAUSE_S, PinAttempts


class Clock:
    def __init__(self) -> None:
        self.s = 1_000_000.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def clock():
    return Clock()


def fail(attempts: PinAttempts, times: int) -> None:
    for _ in range(times):
        attempts.wrong()


def test_four_wrong_tries_cost_nothing_and_the_fifth_half_a_minute(tmp_path, clock):
    attempts = PinAttempts(tmp_path / "attempts.json", clock)
    fail(attempts, 4)
    assert attempts.locked_s() == 0
    fail(attempts, 1)
    assert attempts.locked_s() == 30
    clock.s += 29.5
    assert attempts.locked_s() == 0.5
    clock.s += 1
    assert attempts.locked_s() == 0


def test_each_further_wrong_try_doubles_the_pause_up_to_an_hour(tmp_path, clock):
    attempts = PinAttempts(tmp_path / "attempts.json", clock)
    fail(attempts, 6)
    assert attempts.locked_s() == 60
    fail(attempts, 1)
    assert attempts.locked_s() == 120
    fail(attempts, 2000)
    assert attempts.locked_s() == LONGEST_PAUSE_S


def test_a_restart_forgets_neither_the_count_nor_the_pause(tmp_path, clock):
    file = tmp_path / "attempts.json"
    fail(PinAttempts(file, clock), 5)
    clock.s += 10
    again = PinAttempts(file, clock)
    assert again.locked_s() == 20
    clock.s += 60
    again.wrong()
    assert again.locked_s() == 60


def test_the_right_pin_forgets_the_wrong_ones(tmp_path, clock):
    file = tmp_path / "attempts.json"
    attempts = PinAttempts(file, clock)
    fail(attempts, 5)
    clock.s += 31
    attempts.right()
    fail(attempts, 4)
    assert PinAttempts(file, clock).locked_s() == 0


def test_a_clock_set_back_does_not_lengthen_the_pause(tmp_path, clock):
    attempts = PinAttempts(tmp_path / "attempts.json", clock)
    fail(attempts, 5)
    clock.s -= 86_400
    assert attempts.locked_s() == 30


@pytest.mark.expect_log("unreadable")
@pytest.mark.parametrize("text", ["", "{", "[]", '{"wrong": "many"}', "\x00"])
def test_a_damaged_file_counts_as_no_tries_and_is_mended_by_the_next_one(tmp_path, clock, text):
    file = tmp_path / "attempts.json"
    file.write_text(text)
    attempts = PinAttempts(file, clock)
    assert attempts.locked_s() == 0
    fail(attempts, 5)
    assert PinAttempts(file, clock).locked_s() == 30


@pytest.mark.expect_log("could not be written")
def test_without_a_place_to_write_the_count_still_holds(tmp_path, clock):
    attempts = PinAttempts(tmp_path / "missing" / "attempts.json", clock)
    fail(attempts, 5)
    assert attempts.locked_s() == 30
