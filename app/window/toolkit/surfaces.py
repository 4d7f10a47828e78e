"""The solid surface under words: a sheet at the bottom, a panel beside the picture, or the whole window."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.window.toolkit.look import Look
from app.window.toolkit.painted import Canvas, Painted

SHEET_CORNER = 1.7  # g
HALO_UNITS = (25.0, 18.5, 12.0, 6.0)  # radii, g


@dataclass(frozen=True, slots=True)
class Glow:
    """Four large circles in the background of a screen without a picture.

    Attributes:
        across: Their centre, as a share of the surface's width.
        down: Their centre, as a share of its height.
        sun: The innermost circle is the low sun of the screen "closed".
        shift: The centre is moved by (x, y) pixels, against burn-in.
    """

    across: float
    down: float
    sun: bool = False
    shift: tuple[int, int] = (0, 0)


class Surface(QWidget):
    """An opaque widget: a new frame of the video below never repaints what lies on it."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._glow: Glow | None = None
        self._edged = False
        self.canvas = Canvas(self, look)
        self._cap = SheetCap(look, parent)
        self._cap.hide()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def cover(self, rect: QRect, *, sheet: bool = False, glow: Glow | None = None, edged: bool = False) -> None:
        """Cover this place, below all siblings.

        Args:
            rect: The place, pixels.
            sheet: Its two upper corners are round.
            glow: Circles on it; None: none.
            edged: In high contrast it has a line at the side of the picture.
        """
        corner = self._look.px(SHEET_CORNER) if sheet else 0
        if (glow, edged) != (self._glow, self._edged):
            self._glow, self._edged = glow, edged
            self.canvas.drop()
        self.setGeometry(rect.adjusted(0, corner, 0, 0))
        self.show()
        self.lower()
        if sheet:
            self._cap.place(QRect(rect.left(), rect.top(), rect.width(), corner))
            self._cap.lower()
        else:
            self._cap.hide()

    def owns(self, part: QWidget) -> bool:
        """Return whether this widget is a part of the surface."""
        return part is self._cap

    def uncover(self) -> None:
        """Hide."""
        self.hide()
        self._cap.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Copy the kept pixmap to the screen."""
        self.canvas.show(self._paint)

    def _paint(self, painter: QPainter) -> None:
        look = self._look
        painter.fillRect(self.rect(), look.colour("ink"))
        glow = self._glow
        if glow is not None and not look.high_contrast:
            centre = QPointF(
                self.width() * glow.across + glow.shift[0],
                self.height() * glow.down + glow.shift[1],
            )
            colours = [*look.palette.halo[:3], look.palette.sun if glow.sun else look.palette.halo[3]]
            painter.setPen(Qt.PenStyle.NoPen)
            for units, colour in zip(HALO_UNITS, colours, strict=True):
                painter.setBrush(look.plain(colour))
                painter.drawEllipse(centre, units * look.g, units * look.g)
        if self._edged and look.high_contrast:
            painter.setPen(QPen(look.colour("line"), look.stroke))
            x = self.width() - look.stroke / 2 if look.rtl else look.stroke / 2
            painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))


class SheetCap(Painted):
    """The strip with the two round corners on top of a sheet; the only part of it that is not opaque."""

    def paint(self, painter: QPainter) -> None:
        """Paint the strip, and its outline in high contrast."""
        look = self.look
        radius = float(self.height())
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(0, 0, self.width(), 3 * radius), radius, radius)
        painter.fillPath(shape, look.colour("ink"))
        if look.high_contrast:
            painter.setPen(QPen(look.colour("line"), look.stroke))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            half = look.stroke / 2
            painter.drawRoundedRect(QRectF(-half, half, self.width() + look.stroke, 3 * radius), radius, radius)
