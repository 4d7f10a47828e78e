"""The screen "closed": days with the same hours share a line, and the next opening is told as people say it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.screens import Closed, Preferences
from app.window.screens.base import Site
from app.window.screens.closed import ClosedScreen, group_days
from app.window.toolkit.words import Words

NOW = datetime(2026, 11, 24, 22, 0)  # a Tuesday
TEN = (("10:00", "18:00"),)


def test_days_in_a_row_with_the_same_hours_stand_together():
    assert group_days(((), TEN, TEN, TEN, (), TEN, TEN)) == [([0], ()), ([1, 2, 3], TEN), ([4], ()), ([5, 6], TEN)]


@pytest.fixture
def said(look, texts, qtbot):
    def say(closed, now=NOW):
        screen = ClosedScreen(look, texts, lambda intent: None, Site(), now=lambda: now)
        qtbot.addWidget(screen)
        screen.resize(1080, 1920)
        screen.draw(closed, Preferences())
        return [part.text() for part in screen.findChildren(Words) if not part.isHidden()]

    return say


@pytest.mark.parametrize(
    ("opens", "words"),
    [
        (datetime(2026, 11, 24, 23, 30), "The guide is back today at 23:30."),
        (datetime(2026, 11, 25, 10, 0), "The guide is back tomorrow at 10:00."),
        (datetime(2026, 11, 28, 9, 5), "The guide is back on Saturday at 09:05."),
        (datetime(2026, 12, 24, 10, 0), "Please come back another day."),
        (None, "Please come back another day."),
    ],
)
def test_when_the_guide_is_back(said, opens, words):
    assert words in said(Closed(opens))


def test_tomorrow_is_counted_where_the_kiosk_stands(said):
    east = timezone(timedelta(hours=9))
    late = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)  # already the 25th there
    assert "The guide is back today at 10:00." in said(Closed(datetime(2026, 11, 25, 10, 0, tzinfo=east)), late)


def test_the_hours_of_the_week(said):
    words = said(
        Closed(None, ((), TEN, TEN, TEN, TEN, (("10:00", "13:00"), ("14:00", "20:00")), (("00:00", "24:00"),)))
    )
    table = ["Monday", "Tuesday to Friday", "Saturday", "Sunday", "closed", "10:00 – 18:00"]  # noqa: RUF001  # reason: the dash of ranges
    assert set(table) <= set(words)
    assert "10:00 – 13:00, 14:00 – 20:00" in words  # noqa: RUF001  # reason: the dash of ranges
    assert "open all day" in words
