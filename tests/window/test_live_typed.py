"""The typed question: keys that open it, what is sent and removed, the on-screen keyboard, the rising sheet."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPropertyAnimation, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.intents import Activity, AskText, End
from app.screens import Farewell, Live, StillThere, Talk
from app.window.toolkit.rise import RISE_MS
from tests.window.live_literals import PAIR
from tests.window.test_keys import CTRL, KEY


def test_a_printable_key_opens_the_typed_question_with_that_character_and_enter_sends_it(kiosk):
    kiosk.show(Live(captions=PAIR))
    kiosk.key(KEY.Key_W)
    assert kiosk.vitals.focus == "field"
    assert kiosk.screen.typed.field.text() == "w"
    kiosk.type("hy is  Mars red?")
    kiosk.key(KEY.Key_Return)
    assert kiosk.sent() == [AskText("why is Mars red?")]
    assert kiosk.vitals.focus == "type"
    kiosk.key(KEY.Key_X)
    assert kiosk.screen.typed.field.text() == "x"


def test_escape_closes_the_typed_question_first_and_is_goodbye_only_then(kiosk):
    kiosk.show(Live())
    kiosk.key(KEY.Key_W)
    kiosk.key(KEY.Key_Escape)
    assert kiosk.sent() == []
    assert kiosk.vitals.focus == "type"
    kiosk.key(KEY.Key_Escape)
    assert kiosk.sent() == [End()]


def test_a_chord_does_not_open_it_and_without_typing_no_key_does(kiosk):
    kiosk.show(Live()).key(KEY.Key_A, CTRL)
    assert not kiosk.screen.typed.isVisible()
    kiosk.show(Live(can_type=False)).key(KEY.Key_A)
    assert not kiosk.screen.typed.isVisible()


def test_typing_is_a_sign_of_life(kiosk):
    kiosk.show(Live())
    kiosk.key(KEY.Key_W)
    kiosk.answers.clear()
    for _ in range(3):
        kiosk.time += 1
        kiosk.type("a")
    assert [answer.intent for answer in kiosk.answers] == [Activity()] * 3


def test_a_key_typed_while_a_button_has_the_focus_goes_into_the_field(kiosk):
    kiosk.show(Live()).tap("type")
    kiosk.screen.typed.ask_button.setFocus()
    kiosk.key(KEY.Key_M)
    assert kiosk.screen.typed.field.text() == "m"
    assert kiosk.vitals.focus == "field"


def test_a_question_has_at_most_300_characters_and_an_empty_one_is_not_sent(kiosk):
    kiosk.show(Live()).tap("type")
    kiosk.type("   ")
    assert kiosk.tap("ask") == []
    kiosk.screen.typed.field.insert("x" * 400)
    (question,) = kiosk.tap("ask")
    assert len(question.text) <= 300


def test_the_on_screen_keyboard_is_there_for_fingers_and_stays_away_for_a_real_one(kiosk):
    kiosk.show(Live()).tap("type")
    assert kiosk.screen.typed.keyboard.isVisible()
    kiosk.tap("close")
    kiosk.key(KEY.Key_W)
    assert not kiosk.screen.typed.keyboard.isVisible()
    QTest.mouseClick(kiosk.screen.typed.field, Qt.MouseButton.LeftButton)
    assert kiosk.screen.typed.keyboard.isVisible()
    assert kiosk.screen.typed.field.text() == "w"


@pytest.mark.parametrize("after", [StillThere(), Farewell()])
def test_nothing_typed_is_left_when_the_screen_has_gone(kiosk, after):
    kiosk.show(Live())
    kiosk.key(KEY.Key_W)
    kiosk.show(after)
    assert kiosk.window._host.screens[Live].typed.field.text() == ""
    kiosk.show(Live())
    assert not kiosk.screen.typed.isVisible()
    QTest.keyClick(kiosk.screen.typed.field, KEY.Key_Z, CTRL)
    assert kiosk.screen.typed.field.text() == ""


def test_nothing_goes_into_or_comes_out_of_the_clipboard(kiosk):
    clipboard = QApplication.clipboard()
    clipboard.setText("from before")
    kiosk.show(Live())
    kiosk.key(KEY.Key_W)
    field = kiosk.screen.typed.field
    field.selectAll()
    for key in (KEY.Key_C, KEY.Key_X, KEY.Key_V, KEY.Key_Z):
        QTest.keyClick(field, key, CTRL)
    QTest.mouseClick(field, Qt.MouseButton.MiddleButton)
    assert field.text() == "w"
    assert clipboard.text() == "from before"


@pytest.mark.parametrize("tool", ["type", "settings"])
def test_a_sheet_rises_and_comes_to_stand_with_the_focus_in_the_ring(kiosk, tool):
    kiosk.show(Live(), less_motion=False).tap(tool)
    pane = kiosk.screen._pane
    assert pane.y() > 100
    kiosk.screen.rise.findChild(QPropertyAnimation).setCurrentTime(RISE_MS)
    assert pane.y() == 0
    ring, focused = kiosk.window._path.ring, kiosk.window.focusWidget()
    assert ring.isHidden() or ring.geometry().contains(focused.mapTo(kiosk.window, focused.rect().center()))


@pytest.mark.parametrize("tool", ["type", "settings"])
def test_with_less_motion_it_is_simply_there(kiosk, tool):
    kiosk.show(Live(), less_motion=True).tap(tool)
    assert kiosk.screen._pane.y() == 0


def test_a_sheet_that_is_closed_while_it_rises_is_in_its_place_the_next_time(kiosk):
    kiosk.show(Live(), less_motion=False).tap("settings")
    kiosk.key(KEY.Key_Escape)
    assert kiosk.screen.settings.y() == 0
    kiosk.tap("type")
    kiosk.show(StillThere())
    assert kiosk.window._host.screens[Live].typed.y() == 0


def test_a_value_that_comes_meanwhile_does_not_disturb_it(kiosk):
    kiosk.show(Live(), less_motion=False).tap("settings")
    before = kiosk.screen.settings.y()
    kiosk.again(Live(talk=Talk.THINKING), less_motion=False)
    assert kiosk.screen.settings.y() == before
