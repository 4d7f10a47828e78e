"""Wrong PINs cost a pause, also after a restart, and never access for ever."""

import pytest

from app.records.counters import Counters
from app.window.staff.attempts import LONGEST_PAUSE_S, PinAttempts


class UnixClock:
    def __init__(self) -> None:
        self.s = 1_000_000.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def clock():
    return UnixClock()


@pytest.fixture
def store():
    return Counters()


def fail(attempts: PinAttempts, times: int) -> None:
    for _ in range(times):
        attempts.wrong()


def test_four_wrong_tries_cost_nothing_and_the_fifth_half_a_minute(store, clock):
    attempts = PinAttempts(store, clock)
    fail(attempts, 4)
    assert attempts.locked_s() == 0
    fail(attempts, 1)
    assert attempts.locked_s() == 30
    clock.s += 29.5
    assert attempts.locked_s() == 0.5
    clock.s += 1
    assert attempts.locked_s() == 0


def test_each_further_wrong_try_doubles_the_pause_up_to_an_hour(store, clock):
    attempts = PinAttempts(store, clock)
    fail(attempts, 6)
    assert attempts.locked_s() == 60
    fail(attempts, 1)
    assert attempts.locked_s() == 120
    fail(attempts, 2000)
    assert attempts.locked_s() == LONGEST_PAUSE_S


def test_a_new_panel_forgets_neither_the_count_nor_the_pause(store, clock):
    fail(PinAttempts(store, clock), 5)
    clock.s += 10
    again = PinAttempts(store, clock)
    assert again.locked_s() == 20
    clock.s += 60
    again.wrong()
    assert again.locked_s() == 60


def test_the_right_pin_forgets_the_wrong_ones(store, clock):
    attempts = PinAttempts(store, clock)
    fail(attempts, 5)
    clock.s += 31
    attempts.right()
    fail(attempts, 4)
    assert PinAttempts(store, clock).locked_s() == 0


def test_a_clock_set_back_does_not_lengthen_the_pause(store, clock):
    attempts = PinAttempts(store, clock)
    fail(attempts, 5)
    clock.s -= 86_400
    assert attempts.locked_s() == 30


@pytest.mark.parametrize(("wrong", "until"), [(-3, 0), (1e300, 1e300), (5, -1e300)])
def test_nonsense_in_the_store_locks_nobody_out_for_ever(store, clock, wrong, until):
    store.set({"pin_wrong": wrong, "pin_until": until})
    assert PinAttempts(store, clock).locked_s() <= LONGEST_PAUSE_S
