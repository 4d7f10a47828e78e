"""A window with the real live screen, driven by touch and keys."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.intents import Activity
from tests.window.driven_window import DrivenWindow
from tests.window.literals import SITE
from tests.window.live_gallery import make_live


class LiveKiosk(DrivenWindow):
    """A window with the real live screen."""

    site = SITE

    def more(self):
        return {"live": make_live, "site": self.site}

    @property
    def screen(self):
        return self.window.current_screen()

    def again(self, screen, **wishes):
        """Show another value of the same screen."""
        self.step -= 1
        return self.show(screen, **wishes)

    def control(self, name):
        found = [part for part in self.screen.controls() if part.objectName() == name]
        assert len(found) == 1, (name, [part.objectName() for part in self.screen.controls()])
        return found[0]

    def tap(self, name):
        """Touch a control and return what was sent, without `Activity`."""
        self.answers.clear()
        part = self.control(name)
        QTest.mouseClick(part, Qt.MouseButton.LeftButton, pos=part.shape_box().center())
        return self.sent()

    def sent(self):
        return [answer.intent for answer in self.answers if not isinstance(answer.intent, Activity)]

    def type(self, text):
        for character in text:
            QTest.keyClicks(self.window.focusWidget(), character)
