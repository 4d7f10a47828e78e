"""The window: answers carry the step, a touch shows at once, nothing of one screen is left on the next."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtTest import QTest

from app.intents import Answer, Prefer, Start, Stay
from app.screens import Attract, Connecting, Farewell, Live, Notice, Preferences, Shown, StillThere, TextSize, Waiting
from app.window.placement import choose_screen
from tests.window.gallery import CALM, control
from tests.window.literals import SITE

LEFT = Qt.MouseButton.LeftButton


def test_an_answer_names_the_step_of_the_screen_that_is_shown(make, answers):
    window = make()
    window.show_screen(Shown(7, Attract(), CALM))
    control(window, "start").click()
    assert answers == [Answer(7, Start())]


def test_a_finger_that_went_down_on_the_last_screen_says_nothing_on_the_next(make, answers):
    window = make()
    window.show_screen(Shown(1, Attract(), CALM))
    start = control(window, "start")
    QTest.mousePress(start, LEFT)
    window.show_screen(Shown(2, Notice(), CALM))
    QTest.mouseRelease(start, LEFT)
    assert answers == []


def test_a_finger_on_nothing_of_the_last_screen_says_nothing_either(make, answers):
    window = make()
    window.show_screen(Shown(1, Attract(), CALM))
    attract = window.current_screen()
    QTest.mousePress(attract, LEFT, pos=QPoint(270, 300))
    window.show_screen(Shown(2, Notice(), CALM))
    QTest.mouseRelease(attract, LEFT, pos=QPoint(270, 300))
    assert answers == []


def test_the_whole_attract_screen_starts_but_for_its_corners(make, answers):
    window = make()
    window.show_screen(Shown(1, Attract(), CALM))
    screen = window.current_screen()
    QTest.mouseClick(screen, LEFT, pos=QPoint(2, 2))
    assert answers == []
    QTest.mouseClick(screen, LEFT, pos=QPoint(270, 300))
    assert answers == [Answer(1, Start())]


def test_a_touch_anywhere_on_attract_is_seen_on_the_button_at_once(make):
    window = make()
    window.show_screen(Shown(1, Attract(), CALM))
    QTest.mousePress(window.current_screen(), LEFT, pos=QPoint(270, 300))
    assert control(window, "start").shown_down()


def test_a_touch_anywhere_stays(make, answers):
    window = make()
    window.show_screen(Shown(3, StillThere(), CALM))
    QTest.mouseClick(window.current_screen(), LEFT, pos=QPoint(270, 100))
    assert answers == [Answer(3, Stay())]


def test_showing_a_screen_answers_nothing_by_itself(make, answers):
    window = make()
    for step, screen in enumerate((Waiting(waited_s=5), StillThere(), Live(), StillThere(), Attract(), Farewell())):
        window.show_screen(Shown(step, screen, CALM))
    assert answers == []


def test_a_short_press_is_seen_for_a_while(make):
    window = make()
    window.show_screen(Shown(1, Notice(), CALM))
    accept = control(window, "accept")
    assert not accept.shown_down()
    QTest.mouseClick(accept, LEFT)
    assert accept.shown_down()


def test_languages_and_wishes_are_sent_as_wishes(make, answers):
    window = make()
    window.show_screen(Shown(1, Attract(), CALM))
    for name in ("language-de", "size", "contrast", "motion"):
        control(window, name).click()
    assert [answer.intent.preferences for answer in answers] == [
        Preferences(less_motion=True, language="de"),
        Preferences(less_motion=True, text_size=TextSize.LARGE),
        Preferences(less_motion=True, high_contrast=True),
        Preferences(),
    ]
    assert all(isinstance(answer.intent, Prefer) for answer in answers)


def test_one_language_needs_no_row(make):
    from dataclasses import replace

    window = make(site=replace(SITE, languages=("en",)))
    window.show_screen(Shown(1, Attract(), CALM))
    names = [part.objectName() for part in window.current_screen().controls()]
    assert names == ["start", "size", "contrast", "motion"]


def test_a_change_of_language_redraws_the_same_value(make):
    window = make()
    window.show_screen(Shown(1, Attract(), CALM))
    window.show_screen(Shown(1, Attract(), Preferences(less_motion=True, language="de")))
    assert control(window, "start").accessibleName() == "Zum Sprechen berühren"


def test_right_to_left_mirrors_the_screen(make):
    window = make((1280, 720))
    window.show_screen(Shown(1, Attract(), CALM))
    start, picture = control(window, "start").geometry(), window.current_screen().picture_area(window.size())
    names = [part.objectName() for part in window.current_screen().controls()]
    window.show_screen(Shown(1, Attract(), Preferences(less_motion=True, language="ar")))
    mirrored, moved = control(window, "start").geometry(), window.current_screen().picture_area(window.size())
    assert mirrored.left() == pytest.approx(1280 - 1 - start.right(), abs=2)
    assert moved.left() == 1280 - picture.width()
    assert [part.objectName() for part in window.current_screen().controls()] == names


def test_waiting_offers_languages_in_place_of_the_card(make, answers):
    window = make()
    window.show_screen(Shown(1, Waiting(waited_s=9), CALM))
    control(window, "language").click()
    control(window, "language-fr").click()
    assert answers == [Answer(1, Prefer(Preferences(less_motion=True, language="fr")))]
    assert "fact" in [part.objectName() for part in window.current_screen().controls()]


def test_a_short_wait_says_no_reason_and_keeps_its_place(make):
    window = make()
    window.show_screen(Shown(1, Waiting(waited_s=2), CALM))
    before = control(window, "cancel").geometry()
    assert not window.current_screen()._reason.isVisible()
    window.show_screen(Shown(1, Waiting(waited_s=3), CALM))
    assert window.current_screen()._reason.isVisible()
    assert control(window, "cancel").geometry() == before


def test_nothing_moves_with_less_motion(make):
    window = make()
    window.show_screen(Shown(1, Connecting(), Preferences()))
    halo = window.current_screen()._halo
    assert halo._clock.isActive()
    window.show_screen(Shown(1, Connecting(), CALM))
    assert not halo._clock.isActive()
    window.show_screen(Shown(2, Waiting(), Preferences()))
    waiting = window.current_screen()
    assert waiting._clock.isActive()
    window.show_screen(Shown(2, Waiting(), CALM))
    assert not waiting._clock.isActive()


def test_what_is_not_shown_does_not_tick(make):
    window = make()
    window.show_screen(Shown(1, Waiting(), Preferences()))
    waiting = window.current_screen()
    window.show_screen(Shown(2, Connecting(), Preferences()))
    connecting = window.current_screen()
    window.show_screen(Shown(3, Attract(), Preferences()))
    assert not waiting._clock.isActive()
    assert not connecting._halo._clock.isActive()


@pytest.mark.parametrize(
    ("before", "after", "wishes", "fades"),
    [
        (Attract(), Notice(), Preferences(), True),
        (Attract(), Notice(), CALM, False),
        (Connecting(), Live(), Preferences(), False),
        (Live(), StillThere(), Preferences(), False),
        (Live(), Farewell(), Preferences(), False),
        (Farewell(), Attract(), Preferences(), True),
        (Waiting(waited_s=3), Waiting(waited_s=4), Preferences(), False),
    ],
)
def test_screens_fade_only_between_stills(make, before, after, wishes, fades):
    window = make()
    window.show_screen(Shown(1, before, wishes))
    window.show_screen(Shown(1 if type(before) is type(after) else 2, after, wishes))
    assert window._host.fade.isVisible() == fades


def test_what_fades_is_the_screen_and_not_the_picture_below(make):
    window = make((1080, 1920))
    window.show_screen(Shown(1, Attract(), Preferences()))
    window.show_screen(Shown(2, Notice(), Preferences()))
    still = window._host.fade._old.toImage()
    assert still.pixelColor(540, 300).alpha() == 0
    assert still.pixelColor(540, 1900).alpha() == 255


def test_a_press_does_not_stay_on_a_button_that_went(make):
    window = make()
    window.show_screen(Shown(1, Attract(), CALM))
    start = control(window, "start")
    untouched = start.grab().toImage()
    start.press_by_key()
    start.grab()
    window.show_screen(Shown(2, Notice(), CALM))
    window.show_screen(Shown(3, Attract(), CALM))
    assert start.grab().toImage() == untouched


def test_a_new_size_lays_out_anew(make):
    window = make((1080, 1920))
    window.show_screen(Shown(1, Attract(), CALM))
    window.resize(1280, 720)
    assert window.current_screen().size() == window.size()
    assert control(window, "start").geometry().right() < 1280


def test_words_made_smaller_for_one_screen_are_whole_again_on_the_next(make):
    window = make((800, 480))
    largest = Preferences(less_motion=True, text_size=TextSize.LARGEST, language="de")
    window.show_screen(Shown(1, Notice(), largest))
    squeezed = window.look.b
    window.show_screen(Shown(2, Live(), largest))
    assert window.look.b > squeezed


def test_the_first_painting_is_told_once(make, qtbot):
    told = []
    window = make(on_first_paint=lambda: told.append(1))
    window.show_screen(Shown(1, Attract(), CALM))
    qtbot.waitUntil(lambda: bool(told))
    window.show_screen(Shown(2, Notice(), CALM))
    window.grab()
    QGuiApplication.processEvents()
    assert told == [1]


def test_the_window_never_closes_by_itself(make):
    wishes = []
    window = make(on_close_request=lambda: wishes.append(1))
    event = QCloseEvent()
    QGuiApplication.sendEvent(window, event)
    assert wishes == [1]
    assert not event.isAccepted()


class Output:
    """An output with its name and serial number."""

    def __init__(self, name, serial) -> None:
        self.name, self.serialNumber = lambda: name, lambda: serial


def test_a_screen_is_found_by_name_or_serial():
    first, second = Output("HDMI-1", "A1"), Output("DP-2", "B2")
    assert choose_screen([first, second], "DP-2", first) is second
    assert choose_screen([first, second], "B2", first) is second
    assert choose_screen([first, second], "VGA-9", first) is first
    assert choose_screen([first, second], None, second) is second
