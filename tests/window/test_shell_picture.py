"""What the window asks of the picture: dark or bright, and where a face is to stay in sight."""

from __future__ import annotations

import pytest

from app.screens import Attract, EndReason, Farewell, Live, Preferences, Shown, StillThere, TextSize
from tests.window.gallery import CALM


def test_the_picture_is_darkened_where_the_screen_wants_it(make):
    window = make()
    dark = []
    window._video.darken = dark.append
    for step, screen in enumerate((Attract(), StillThere(), Farewell(EndReason.IDLE), Farewell())):
        window.show_screen(Shown(step, screen, CALM))
    assert dark == [False, True, True, False]


def test_the_figure_is_told_how_much_of_the_picture_is_free(make):
    shares = []
    window = make(on_free=shares.append)
    window.show_screen(Shown(1, Attract(), CALM))
    window.show_screen(Shown(2, Live(), CALM))
    assert 0.4 < shares[0] < 0.7
    assert shares[1] == 1.0


@pytest.mark.parametrize("size", list(TextSize))
def test_the_drawn_figure_is_told_of_a_sheet_and_stays_whole_above_it(make, size):
    shares = []
    window = make(on_free=shares.append)
    window.show_screen(Shown(1, StillThere(), Preferences(less_motion=True, text_size=size)))
    assert window.current_screen().picture_area(window.size()).top() == 0
    assert 0.3 < shares[-1] < 0.6


def test_a_services_picture_knows_no_sheet_and_moves_up_behind_it(make):
    shares = []
    window = make(on_free=shares.append, drawn=lambda: False)
    window.show_screen(Shown(1, StillThere(), CALM))
    assert window.current_screen().picture_area(window.size()).top() < 0
    assert shares[-1] == 1.0
