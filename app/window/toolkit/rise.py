"""The animation of a sheet that rises from below the window to its place."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEasingCurve, QObject, QPoint, QPropertyAnimation
from PySide6.QtWidgets import QWidget

RISE_MS = 280


class Rise(QObject):
    """Moves one widget at a time.

    Args:
        parent: Owns the animation.
        there: Called when a widget has arrived; not after `stop`.
    """

    def __init__(self, parent: QObject, there: Callable[[], None]) -> None:
        super().__init__(parent)
        self._way = QPropertyAnimation(self)
        self._way.setPropertyName(b"pos")
        self._way.setDuration(RISE_MS)
        self._way.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._way.setEndValue(QPoint(0, 0))
        self._way.finished.connect(there)

    def start(self, widget: QWidget, below: int) -> None:
        """Move `widget` to the top left corner of its parent, from `below` pixels under it."""
        self.stop()
        self._way.setTargetObject(widget)
        self._way.setStartValue(QPoint(0, below))
        self._way.start()

    def stop(self) -> None:
        """Put a widget that is on its way to its place at once."""
        if self._way.state() is QPropertyAnimation.State.Running:
            self._way.stop()
            widget = self._way.targetObject()
            if isinstance(widget, QWidget):
                widget.move(0, 0)
