"""The focus of the window: the ring round the focused control, its name in vitals, and moving it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.vitals import Vitals
from app.window.toolkit.controls import Control
from app.window.toolkit.look import Look
from app.window.toolkit.painted import Canvas, rounded


class FocusRing(QWidget):
    """The ring round the control that has the focus; there is one in the window, and it is always on top."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.canvas = Canvas(self, look)
        self._corner = 0.0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def surround(self, control: QWidget | None) -> None:
        """Show the ring round this control; hide it where this is None, hidden, or no `Control`."""
        window = self.parentWidget()
        if window is None or not isinstance(control, Control) or not control.isVisible():
            self.hide()
            return
        look = self._look
        seen = control.shape_box().translated(control.mapTo(window, QPoint(0, 0)))
        away = round(0.34 * look.g)
        place = seen.adjusted(-away, -away, away, away)
        if place != self.geometry() or self._corner != control.corner():
            self._corner = control.corner()
            self.setGeometry(place)
            self.canvas.drop()
        self.show()
        self.raise_()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Copy the kept pixmap to the screen."""
        self.canvas.show(self._paint)

    def _paint(self, painter: QPainter) -> None:
        look = self._look
        radius = min(self._corner, self.height() / 2) + 0.3 * look.g
        rounded(painter, QRectF(self.rect()), radius, fill=None, line=look.colour("focus"), pen=0.13 * look.g)


class FocusPath:
    """Moves the focus through the window.

    Attributes:
        ring: The ring round what has the focus.

    Args:
        look: Lengths and colours.
        window: The window.
        vitals: `focus` is written here.
        order: Returns what can have the focus now, in reading order.
    """

    def __init__(self, look: Look, window: QWidget, vitals: Vitals, order: Callable[[], list[QWidget]]) -> None:
        self.ring = FocusRing(look, window)
        self._window = window
        self._vitals = vitals
        self._order = order

    def give(self, widget: QWidget | None) -> None:
        """Give the focus to this widget; None: to nothing."""
        if widget is not None:
            widget.setFocus()
        elif (focused := self._window.focusWidget()) is not None:
            focused.clearFocus()

    def follow(self) -> None:
        """Show the ring round what has the focus, and write its name into vitals."""
        focused: QWidget | None = self._window.focusWidget()
        if focused is self._window or (focused is not None and not focused.isVisibleTo(self._window)):
            focused = None
        self._vitals.focus = (focused.objectName() or None) if focused is not None else None
        self.ring.surround(focused)

    def move(self, step: int) -> None:
        """Give the focus to the next one (step 1) or the one before (-1); after the last comes the first."""
        order = self._order()
        if not order:
            return
        focused = self._window.focusWidget()
        before = order.index(focused) if focused in order else (-1 if step > 0 else 0)
        self.give(order[(before + step) % len(order)])
        self.follow()
