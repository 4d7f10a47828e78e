"""A real window with the real staff panel, driven by keys and touch."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.screens import Live
from app.settings.pin import hash_pin
from app.vitals import VisitVitals
from app.window.staff.panel import StaffPanel
from tests.window.driven_window import ALT, CTRL, KEY, SHIFT, DrivenWindow

PIN = "2468"
HASHED = hash_pin(PIN)


class StaffKiosk(DrivenWindow):
    """A window with the real panel; only the test changes `unix` and `time`."""

    def __init__(self, counters, *, pin=HASHED, may_leave=False) -> None:
        self.unix = 1_000_000.0
        self.pin, self.may_leave, self.counters = pin, may_leave, counters
        super().__init__()
        self.vitals.screen = "live"
        self.vitals.visit = VisitVitals()

    def more(self):
        return {"staff": self.make}

    def make(self, look, texts, send, parent):
        return StaffPanel(
            parent,
            look,
            texts,
            self.vitals,
            send,
            pin_hash=self.pin,
            may_leave=self.may_leave,
            store=self.counters,
            now=lambda: self.unix,
            clock=lambda: self.time,
        )

    @property
    def panel(self):
        return self.window._staff.panel

    def open(self, screen=None):
        self.show(screen or Live())
        QTest.keyClick(self.window, KEY.Key_Q, CTRL | ALT | SHIFT)
        assert self.panel.isVisible()
        self.answers.clear()
        return self

    def enter(self, pin):
        """Type a PIN on a real keyboard and wait for its check."""
        for digit in pin:
            QTest.keyClicks(self.window.focusWidget(), digit)
        QTest.keyClick(self.window.focusWidget(), KEY.Key_Return)
        check = self.panel._pad._check
        if check is not None:
            check.result(timeout=10)
            self.panel._pad._poll.timeout.emit()
        return self

    def inside(self):
        return self.open().enter(PIN)

    def tap(self, button):
        assert button.isVisible()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=button.shape_box().center())
        return [answer.intent for answer in self.answers]

    def message(self):
        return self.panel._pad.message.text()

    def seen(self):
        return {action for action, button in self.panel.action_rows.buttons.items() if button.isVisible()}
