"""The chip with the place's name, on top of every screen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QSize, QTimer
from PySide6.QtGui import QPaintEvent

from app.window.screens.base import picture_width
from app.window.toolkit.plates import Chip


class PlaceChip(Chip):
    """Shows "Science Hall · AI guide". It is part of every screen, so its first painting is that of the window."""

    painted: Callable[[], None] | None = None  # called once

    def show_place(self, place: str, guide: str, size: QSize) -> int:
        """Show the name over the picture.

        Args:
            place: The name of the place; empty: only `guide` is shown.
            guide: "AI guide" in the visitor's language.
            size: Of the window, pixels.

        Returns:
            The height at the top of the window that the chip takes, pixels.
        """
        self.say(f"{place} · {guide}" if place else guide)
        look = self.look
        away = look.px(0.9)
        most = (size.width() if look.portrait else picture_width(size)) - 2 * away
        wide = self.snug(min(self.natural(), most))
        left = size.width() - away - wide if look.rtl else away
        self.place(QRect(left, away, wide, self.height_for(wide)))
        return self.geometry().bottom() + look.px(0.6)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint; after the first time call `painted`."""
        super().paintEvent(event)
        if self.painted is not None:
            painted, self.painted = self.painted, None
            # Called once this painting has reached the screen.
            QTimer.singleShot(0, painted)
