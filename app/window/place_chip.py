"""The chip with the place's name, on top of every screen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QSize, QTimer
from PySide6.QtGui import QPaintEvent

from app.window.screens.base import picture_width
from app.window.toolkit.plates import Chip


class PlaceChip(Chip):
    """Says "Science Hall · AI guide". Painted whenever the window is, and so the witness of the first painting."""

    painted: Callable[[], None] | None = None  # told once

    def stand(self, place: str, guide: str, size: QSize) -> int:
        """Name the place in a window of this size, over the picture; return the height at the top that it takes."""
        self.say(f"{place} · {guide}" if place else guide)
        look = self.look
        away = look.px(0.9)
        most = (size.width() if look.portrait else picture_width(size)) - 2 * away
        wide = self.snug(min(self.natural(), most))
        left = size.width() - away - wide if look.rtl else away
        self.place(QRect(left, away, wide, self.height_for(wide)))
        return self.geometry().bottom() + look.px(0.6)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint, and tell it."""
        super().paintEvent(event)
        if self.painted is not None:
            told, self.painted = self.painted, None
            # After this painting has reached the screen.
            QTimer.singleShot(0, told)
