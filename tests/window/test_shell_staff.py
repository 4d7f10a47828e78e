"""Opening the staff panel with five taps or with keys; nothing of it reaches the screen below."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.screens import Shown, Waiting
from app.vitals import Vitals
from tests.window.gallery import CALM

LEFT = Qt.MouseButton.LeftButton


class Panel(QWidget):
    """Stands in for the staff panel."""

    def __init__(self, parent) -> None:
        super().__init__(parent)
        self.opened = 0
        self.field = QWidget(self)
        self.hide()

    def open(self) -> None:
        self.opened += 1
        self.show()


@pytest.fixture
def staffed(make):
    clock = [100.0]
    window = make(staff=lambda look, texts, send, parent: Panel(parent), now=lambda: clock[0])
    window.show_screen(Shown(1, Waiting(), CALM))
    return window, window._staff.panel, clock


def tap(window, x, y):
    QTest.mouseClick(window.windowHandle(), LEFT, Qt.KeyboardModifier.NoModifier, QPoint(x, y))


def test_five_taps_in_one_corner_open_the_staff_panel(staffed):
    window, panel, _ = staffed
    for _ in range(4):
        tap(window, 535, 5)
    assert panel.opened == 0
    tap(window, 535, 5)
    assert panel.opened == 1
    assert panel.geometry() == window.rect()


def test_taps_in_two_corners_are_not_the_gesture(staffed):
    window, panel, _ = staffed
    for x in (5, 5, 5, 535, 535, 535, 5):
        tap(window, x, 5)
    assert panel.opened == 0


def test_slow_taps_are_not_the_gesture(staffed):
    window, panel, clock = staffed
    for _ in range(6):
        tap(window, 5, 5)
        clock[0] += 0.6
    assert panel.opened == 0


def test_the_staff_chord_opens_the_panel(staffed):
    window, panel, _ = staffed
    modifiers = Qt.KeyboardModifier
    QTest.keyClick(window, Qt.Key.Key_Q, modifiers.ControlModifier | modifiers.AltModifier | modifiers.ShiftModifier)
    assert panel.opened == 1


def test_keys_do_not_reach_the_screen_behind_the_panel(staffed, answers):
    window, panel, _ = staffed
    panel.open()
    QTest.keyClick(window, Qt.Key.Key_Escape)
    QTest.keyClick(window, Qt.Key.Key_Return)
    assert answers == []


def test_the_focus_comes_back_when_the_staff_panel_closes(make):
    vitals = Vitals()
    window = make(staff=lambda look, texts, send, parent: Panel(parent), vitals=vitals)
    window.show_screen(Shown(1, Waiting(), CALM))
    panel = window._staff.panel
    panel.field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    window._open_staff()
    panel.field.setFocus()
    panel.hide()
    assert window.focusWidget().objectName() == "cancel"
    assert vitals.focus == "cancel"
