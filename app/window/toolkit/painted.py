"""Widgets that paint themselves once for each change, and are copied from a pixmap otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QLabel, QWidget

from app.window.toolkit.look import Look


class Canvas:
    """Keeps what a widget painted as a pixmap, at the screen's pixel ratio, until it changes.

    Over a moving picture a widget repaints with every frame: then it is one copy, never a layout of text.
    """

    def __init__(self, widget: QWidget, look: Look) -> None:
        self._widget = widget
        self._look = look
        self._pixmap: QPixmap | None = None
        self._version = -1

    def drop(self) -> None:
        """What was kept is no longer true."""
        self._pixmap = None
        self._widget.update()

    def show(self, paint: Callable[[QPainter], None]) -> None:
        """Copy the kept pixmap to the widget, after painting it anew where it must be."""
        size, ratio = self._widget.size(), self._widget.devicePixelRatioF()
        if size.isEmpty():
            return
        kept = self._pixmap
        if kept is None or kept.size() != size * ratio or self._version != self._look.version:
            kept = QPixmap(size * ratio)
            kept.setDevicePixelRatio(ratio)
            kept.fill(Qt.GlobalColor.transparent)
            painter = QPainter(kept)
            painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
            paint(painter)
            painter.end()
            self._pixmap, self._version = kept, self._look.version
        painter = QPainter(self._widget)
        painter.drawPixmap(0, 0, kept)
        painter.end()


class Painted(QLabel):
    """A widget that paints itself once for every change and is no target for a finger.

    Of QLabel it takes only what assistive technology sees: a text, where a plain widget would be passed over.
    """

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.look = look
        self.canvas = Canvas(self, look)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Copy the kept pixmap."""
        self.canvas.show(self.paint)

    def paint(self, painter: QPainter) -> None:
        """Paint the whole widget; called only after a change."""
        raise NotImplementedError

    # The defaults of an item in a flow: as wide as it is given, and it always fits.

    def natural(self) -> int:
        """Return the width that it would like, pixels."""
        return 0

    def height_for(self, _width: int) -> int:
        """Return the height that it needs at this width, pixels."""
        return 0

    def fits(self, _width: int) -> bool:
        """Return whether it can be shown at this width without clipping."""
        return True

    def place(self, rect: QRect) -> None:
        """Take this place and be seen."""
        self.setGeometry(rect)
        self.show()

    def widgets(self) -> Iterator[QWidget]:
        """Yield itself."""
        yield self


def rounded(
    painter: QPainter, rect: QRectF, radius: float, *, fill: QColor | None, line: QColor | None, pen: float
) -> None:
    """Paint a rounded rectangle, flat; `line` of width `pen` lies inside `rect`."""
    radius = min(radius, rect.height() / 2, rect.width() / 2)
    if line is not None:
        painter.setPen(QPen(line, pen))
        rect = rect.adjusted(pen / 2, pen / 2, -pen / 2, -pen / 2)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect, radius, radius)
