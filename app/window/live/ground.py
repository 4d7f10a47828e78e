"""Solid surfaces under what lies over the picture."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.window.toolkit.look import Look
from app.window.toolkit.painted import Painted, rounded

CORNER = 1.7  # g


class Ground(Painted):
    """A rounded surface, opaque but for its edge: a new frame of the video below repaints nothing that lies on it."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(look, parent)
        self._middle = _Middle(look, self)

    def place(self, rect: QRect) -> None:
        """Take this place and show."""
        super().place(rect)
        # A square inside a round corner begins at 0.3 of its radius.
        inset = int(0.3 * CORNER * self.look.g + self.look.stroke) + 1
        self._middle.setGeometry(self.rect().adjusted(inset, inset, -inset, -inset))

    def paint(self, painter: QPainter) -> None:
        """Paint the surface, outlined in high contrast."""
        look = self.look
        line = look.colour("line") if look.high_contrast else None
        rounded(painter, QRectF(self.rect()), CORNER * look.g, fill=look.colour("ink"), line=line, pen=look.stroke)


class _Middle(QWidget):
    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._look.colour("ink"))
        painter.end()


class Rule(Painted):
    """The line above the dock in landscape, where the dock lies on the panel."""

    def paint(self, painter: QPainter) -> None:
        """Paint the line."""
        look = self.look
        painter.setPen(QPen(look.colour("line" if look.high_contrast else "ink3"), self.height()))
        painter.drawLine(0, self.height() // 2, self.width(), self.height() // 2)
