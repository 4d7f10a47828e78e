"""A kiosk that works restarts itself at night, after many visits, or when it has grown; never near anybody."""

from __future__ import annotations

from datetime import datetime

import pytest

from app.kiosk.hours import Hours
from app.kiosk.planned_restart import MOST_VISITS, PlannedRestart
from app.settings.model import HoursSettings


class Rig:
    def __init__(self, at: str = "2026-11-20T22:00", restart: str = "04:45") -> None:
        self.clock_s = 1000.0
        self.jump_s = 0.0
        self.share = 0.3
        self._start = datetime.fromisoformat(f"{at}+00:00").timestamp() - self.clock_s
        hours = Hours(HoursSettings(timezone="UTC", restart=restart))
        self.restart = PlannedRestart(hours, self.epoch, lambda: self.clock_s, lambda: self.share)

    def epoch(self) -> float:
        return self._start + self.clock_s + self.jump_s

    def after(self, hours: float, quiet_s: float = 60.0, visits: int = 0) -> str | None:
        self.clock_s += hours * 3600
        return self.restart.reason(quiet_s, visits)


def test_at_night_and_only_where_nobody_stands() -> None:
    rig = Rig()
    assert rig.after(6.7) is None
    assert rig.after(0.1, quiet_s=5) is None
    assert rig.after(0) == "time"
    assert rig.after(0.1) is None
    assert rig.after(24) == "time"


def test_never_at_night_where_it_is_off() -> None:
    rig = Rig(restart="")
    assert rig.after(48) is None


def test_a_kiosk_just_started_is_left_alone_by_the_clock() -> None:
    rig = Rig(at="2026-11-21T04:40")
    assert rig.after(0.1) is None
    assert rig.after(23.9) is None
    assert rig.after(0.2) == "time"


def test_after_many_visits() -> None:
    rig = Rig()
    assert rig.after(1, visits=MOST_VISITS - 1) is None
    assert rig.after(0, visits=MOST_VISITS, quiet_s=10) is None
    assert rig.after(0, visits=MOST_VISITS) == "visits"


def test_when_it_has_grown_even_a_short_pause_will_do() -> None:
    rig = Rig()
    rig.share = 1.1
    assert rig.after(0.1) is None
    assert rig.after(0.1, quiet_s=1) is None
    assert rig.after(0, quiet_s=6) == "memory"


@pytest.mark.parametrize("jump_h", [-5, 5])
def test_a_clock_that_was_set_moves_the_hour_with_it(jump_h: int) -> None:
    rig = Rig()
    rig.jump_s = jump_h * 3600
    assert rig.after(1) is None
    assert rig.after(6.75 - jump_h - 1.1) is None
    assert rig.after(0.2) == "time"
