"""The base of all controls: touch, keys, stable names, and a hit area larger than what is seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.window.toolkit.look import Look
from app.window.toolkit.painted import Canvas

PRESS_MS = 90  # a press is seen for at least this long, however short the touch
PRESSED_SIZE = 0.97
CORNER = 1.35  # g


class Control(QAbstractButton):
    """Something to touch; subclasses paint it.

    The widget is larger than what is seen (`shape_box`) by the reach: a finger that just misses still hits.

    Attributes:
        look: Lengths, colours and fonts.
        canvas: Keeps what was painted.
        on_click: Called when a finger is lifted on it, or for a key.

    Args:
        look: Lengths, colours and fonts.
        parent: The widget that it is a part of.
        name: The stable name of docs/contract.md 4.4, also the object name.
        on_click: The first value of the attribute.
    """

    def __init__(self, look: Look, parent: QWidget, name: str, on_click: Callable[[], None] | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.look = look
        self.on_click = on_click
        self.canvas = Canvas(self, look)
        self._reach = 0
        self._flash = QTimer(self)
        self._flash.setSingleShot(True)
        self._flash.setInterval(PRESS_MS)
        self._flash.timeout.connect(self.canvas.drop)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.pressed.connect(self._went_down)
        self.released.connect(self.canvas.drop)
        self.clicked.connect(self._was_clicked)

    # -------------------------------------------------------- what is seen

    def paint(self, painter: QPainter, box: QRectF, down: bool) -> None:
        """Paint into `box` (own coordinates, pixels), `down` where it looks pressed."""
        raise NotImplementedError

    def corner(self) -> float:
        """Return the radius of its corners, pixels, for the focus ring."""
        return self.look.g * CORNER

    def shown_down(self) -> bool:
        """Return whether it looks pressed now."""
        return self.isDown() or self._flash.isActive()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Copy the kept pixmap to the screen."""
        self.canvas.show(self._paint_all)

    def _paint_all(self, painter: QPainter) -> None:
        down = self.shown_down()
        box = QRectF(self.shape_box())
        if down and not self.look.less_motion:
            painter.translate(box.center())
            painter.scale(PRESSED_SIZE, PRESSED_SIZE)
            painter.translate(-box.center())
        self.paint(painter, box, down)

    # -------------------------------------------------------- where it is

    def natural(self) -> int:
        """Return the width that it takes where there is room, pixels."""
        return round(self.look.t)

    def height_for(self, _width: int) -> int:
        """Return the height that it needs, pixels: never less than `Look.t`."""
        return round(self.look.t + 0.499)

    def fits(self, _width: int) -> bool:
        """Return whether it can be shown at this width without clipping."""
        return True

    def place(self, rect: QRect) -> None:
        """Show it exactly there (parent's coordinates); `extend_hit_areas` adds the reach."""
        if rect != self.shape_in_parent():
            self._reach = 0
            self.setGeometry(rect)
            self.canvas.drop()
        self.show()

    def widgets(self) -> Iterator[QWidget]:
        """Yield itself."""
        yield self

    def set_reach(self, reach: int) -> None:
        """Extend the hit area by `reach` pixels beyond what is seen, on all sides."""
        if reach != self._reach:
            seen = self.shape_in_parent()
            self._reach = reach
            self.setGeometry(seen.adjusted(-reach, -reach, reach, reach))
            self.canvas.drop()

    def shape_box(self) -> QRect:
        """Return the rectangle that is seen, in its own coordinates."""
        reach = self._reach
        return self.rect().adjusted(reach, reach, -reach, -reach)

    def shape_in_parent(self) -> QRect:
        """Return the rectangle that is seen, in the parent's coordinates."""
        return self.shape_box().translated(self.pos())

    def sizeHint(self) -> QSize:
        """Return its natural width and the height for it."""
        return QSize(self.natural(), self.height_for(self.natural()))

    # -------------------------------------------------------- touch and keys

    def press_by_key(self) -> None:
        """Do what a touch would do, and look pressed for a moment."""
        if self.isEnabled():
            self._went_down()
            self.click()

    def hitButton(self, pos: QPoint) -> bool:
        """Return whether a touch there counts: the whole widget, reach included."""
        return self.rect().contains(pos)

    def nextCheckState(self) -> None:
        """Do nothing: what is chosen comes back with the next value of the screen."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave every key to the window, which alone decides what keys do."""
        event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Leave every key to the window."""
        event.ignore()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ignore a finger that went down before this control was hidden."""
        if self.isVisible():
            super().mouseReleaseEvent(event)
        else:
            event.ignore()

    def hideEvent(self, _event: QHideEvent) -> None:
        """Forget a finger that is on it."""
        self._flash.stop()
        self.setDown(False)
        self.canvas.drop()

    def _went_down(self) -> None:
        self._flash.start()
        self.canvas.drop()

    def _was_clicked(self) -> None:
        if self.on_click is not None:
            self.on_click()


def extend_hit_areas(controls: list[Control], most: int) -> None:
    """Extend every hit area half way to its nearest neighbour, `most` pixels at most; none overlap afterwards."""
    boxes = [control.shape_in_parent() for control in controls]
    for at, control in enumerate(controls):
        reach = most
        for other, box in enumerate(boxes):
            if other != at:
                reach = min(reach, max(0, _distance(boxes[at], box)) // 2)
        control.set_reach(reach)


def _distance(first: QRect, second: QRect) -> int:
    across = max(second.left() - first.right(), first.left() - second.right()) - 1
    down = max(second.top() - first.bottom(), first.top() - second.bottom()) - 1
    return max(across, down)
