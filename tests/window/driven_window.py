"""A real window that a test drives with values and keys."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.screens import Preferences, Shown
from app.vitals import Vitals
from tests.window.gallery import make_window

KEY = Qt.Key
CTRL, ALT, SHIFT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


class DrivenWindow:
    """A window of 540x960, the answers that it sent, and its time, which only the test changes."""

    def __init__(self) -> None:
        self.answers = []
        self.vitals = Vitals()
        self.time = 100.0
        self.window = make_window(
            (540, 960), send=self.answers.append, vitals=self.vitals, now=lambda: self.time, **self.more()
        )
        self.window.appear()
        assert QTest.qWaitForWindowActive(self.window)
        self.step = 0

    def more(self):
        return {}

    def show(self, screen, **wishes):
        self.step += 1
        self.window.show_screen(Shown(self.step, screen, Preferences(**{"less_motion": True, **wishes})))
        self.answers.clear()
        return self

    def key(self, key, modifiers=Qt.KeyboardModifier.NoModifier):
        focused = self.window.focusWidget() or self.window
        QTest.keyClick(focused, key, modifiers)
        return [answer.intent for answer in self.answers]
