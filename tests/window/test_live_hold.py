"""Push-to-talk: the microphone is open while a finger or a key is down, and never longer."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.intents import TalkButton
from app.screens import Farewell, Live, MicrophoneState, Shown, TalkMode
from tests.window.test_keys import KEY

HOLD = Live(mode=TalkMode.PUSH_TO_TALK, microphone=MicrophoneState.HELD_OFF, show_questions=False)


def held(kiosk, name="talk"):
    kiosk.show(HOLD)
    button = kiosk.control(name)
    QTest.mousePress(button, Qt.MouseButton.LeftButton, pos=button.shape_box().center())
    assert kiosk.sent() == [TalkButton(True)]
    kiosk.answers.clear()
    return button


def test_a_finger_holds_and_lets_go_wherever_it_is_lifted(kiosk):
    button = held(kiosk)
    QTest.mouseMove(button, QPoint(-500, -500))
    assert kiosk.sent() == []
    QTest.mouseRelease(button, Qt.MouseButton.LeftButton, pos=QPoint(-500, -500))
    assert kiosk.sent() == [TalkButton(False)]


@pytest.mark.parametrize("lost", ["gone", "hidden", "window", "cancelled"])
def test_a_lost_release_never_leaves_it_down(kiosk, lost):
    button = held(kiosk)
    if lost == "gone":
        kiosk.window.show_screen(Shown(kiosk.step + 1, Farewell(), kiosk.screen.preferences))
    elif lost == "hidden":
        kiosk.window.show_screen(Shown(kiosk.step, Live(), kiosk.screen.preferences))
    else:
        kinds = {"window": QEvent.Type.WindowDeactivate, "cancelled": QEvent.Type.UngrabMouse}
        QApplication.sendEvent(button, QEvent(kinds[lost]))
    assert kiosk.sent() == [TalkButton(False)]
    assert not button.holding


def test_a_hold_of_a_minute_and_a_half_ends_by_itself(kiosk):
    button = held(kiosk)
    assert button._longest.isActive()
    button._longest.timeout.emit()
    assert kiosk.sent() == [TalkButton(False)]


def test_space_holds_while_it_is_down_and_its_repetitions_mean_nothing(kiosk):
    kiosk.show(HOLD)
    button = kiosk.control("talk")
    button.setFocus()
    QTest.keyPress(button, KEY.Key_Space)
    for _ in range(3):
        QApplication.sendEvent(button, repeated(QEvent.Type.KeyPress))
        QApplication.sendEvent(button, repeated(QEvent.Type.KeyRelease))
    assert kiosk.sent() == [TalkButton(True)]
    QTest.keyRelease(button, KEY.Key_Space)
    assert kiosk.sent() == [TalkButton(True), TalkButton(False)]


def repeated(kind):
    from PySide6.QtGui import QKeyEvent

    return QKeyEvent(kind, KEY.Key_Space, Qt.KeyboardModifier.NoModifier, " ", True)


def test_tab_away_from_a_held_key_lets_go(kiosk):
    kiosk.show(HOLD)
    button = kiosk.control("talk")
    button.setFocus()
    QTest.keyPress(button, KEY.Key_Space)
    kiosk.key(KEY.Key_Tab)
    assert kiosk.sent() == [TalkButton(True), TalkButton(False)]
