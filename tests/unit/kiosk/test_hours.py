"""Opening hours: half-open ranges, past midnight, closed dates, and the hour that is missing in spring."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from app.kiosk.hours import Hours
from app.settings.model import HoursSettings

ZONE = "Europe/Vienna"


def _at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).timestamp()


def _hours(**keys) -> Hours:
    return Hours(HoursSettings.model_validate({"timezone": ZONE, **keys}))


def test_without_a_week_it_is_always_open() -> None:
    assert _hours().is_open(_at("2026-11-21T03:00"))


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-23T09:59", False),  # a Monday
        ("2026-11-23T10:00", True),
        ("2026-11-23T17:59", True),
        ("2026-11-23T18:00", False),
        ("2026-11-24T12:00", False),
    ],
)
def test_ranges_are_half_open_and_days_without_one_are_closed(moment: str, is_open: bool) -> None:
    assert _hours(week={"mon": ["10:00-18:00"]}).is_open(_at(moment)) is is_open


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    hours = _hours(week={"sat": ["20:00-02:00"]}, closed=[date(2026, 11, 29)])
    assert hours.is_open(_at("2026-11-29T01:59"))
    assert not hours.is_open(_at("2026-11-29T02:00"))


def test_closed_dates_win_and_the_next_opening_is_told() -> None:
    hours = _hours(week={"mon": ["10:00-18:00"], "tue": ["11:00-24:00"]}, closed=[date(2026, 11, 23)])
    assert not hours.is_open(_at("2026-11-23T12:00"))
    opens = hours.opens_at(_at("2026-11-23T12:00"))
    assert opens is not None and opens.timestamp() == _at("2026-11-24T11:00")
    assert hours.is_open(_at("2026-11-24T23:59"))


def test_the_missing_hour_of_spring_does_not_move_the_opening() -> None:
    hours = _hours(week={"sun": ["01:00-04:00"]})
    assert hours.is_open(_at("2026-03-29T01:30")) and hours.is_open(_at("2026-03-29T03:30"))
    assert not hours.is_open(_at("2026-03-29T04:00"))


def test_the_restart_is_the_next_one_on_the_wall_clock() -> None:
    hours = _hours(restart="04:45")
    assert hours.seconds_to_restart(_at("2026-11-21T04:00")) == 45 * 60
    assert hours.seconds_to_restart(_at("2026-11-21T04:45")) == 24 * 3600
    assert _hours(restart="").seconds_to_restart(0.0) is None


def test_a_closed_week_says_that_it_does_not_know_when() -> None:
    hours = _hours(week={"mon": []})
    assert not hours.is_open(_at("2026-11-23T12:00")) and hours.opens_at(_at("2026-11-23T12:00")) is None
