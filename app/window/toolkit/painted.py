"""Widgets that are painted once for each change and otherwise copied from a pixmap."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QLabel, QWidget

from app.window.toolkit.look import Look


class Canvas:
    """Keeps what a widget painted as a pixmap, at the screen's pixel ratio, until it changes.

    Above the video a widget is repainted with every frame: that costs one copy, never a layout of text.

    Args:
        widget: What is painted.
        look: What is kept is painted again when its version changes.
    """

    def __init__(self, widget: QWidget, look: Look) -> None:
        self._widget = widget
        self._look = look
        self._pixmap: QPixmap | None = None
        self._version = -1

    def drop(self) -> None:
        """Forget the pixmap and repaint the widget: something has changed."""
        self._pixmap = None
        self._widget.update()

    def show(self, paint: Callable[[QPainter], None]) -> None:
        """Copy the kept pixmap to the widget; `paint` makes it anew where it is missing or outdated."""
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
    """A widget that is only looked at, painted once for each change; touches go through it.

    It is a QLabel only for assistive technology, which reads a label and ignores a plain widget.

    Attributes:
        look: Lengths, colours and fonts.
        canvas: Keeps what was painted.
    """

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.look = look
        self.canvas = Canvas(self, look)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Copy the kept pixmap to the screen."""
        self.canvas.show(self.paint)

    def paint(self, painter: QPainter) -> None:
        """Paint the whole widget; called only after a change."""
        raise NotImplementedError

    # Defaults of an item of the layout (`flow.Item`): as wide as it is given, and it always fits.

    def natural(self) -> int:
        """Return the width that it takes where there is room, pixels."""
        return 0

    def height_for(self, _width: int) -> int:
        """Return the height that it needs at this width, pixels."""
        return 0

    def fits(self, _width: int) -> bool:
        """Return whether it can be shown at this width without clipping."""
        return True

    def place(self, rect: QRect) -> None:
        """Take this place and show."""
        self.setGeometry(rect)
        self.show()

    def widgets(self) -> Iterator[QWidget]:
        """Yield itself."""
        yield self


def rounded(
    painter: QPainter, rect: QRectF, radius: float, *, fill: QColor | None, line: QColor | None, pen: float
) -> None:
    """Paint a rounded rectangle.

    Args:
        painter: Paints it.
        rect: Its outer edge, pixels.
        radius: Of its corners, pixels.
        fill: Its colour; None: not filled.
        line: Colour of its outline, which lies inside `rect`; None: no outline.
        pen: Width of the outline, pixels.
    """
    radius = min(radius, rect.height() / 2, rect.width() / 2)
    if line is not None:
        painter.setPen(QPen(line, pen))
        rect = rect.adjusted(pen / 2, pen / 2, -pen / 2, -pen / 2)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect, radius, radius)
