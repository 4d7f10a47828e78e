"""Watches touches and the mouse: the five taps that open the staff panel, activity, and hiding the cursor."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QInputDevice, QMouseEvent
from PySide6.QtWidgets import QWidget

from app.window.staff.gesture import CornerTaps

CURSOR_MS = 5000  # a mouse that rests is hidden


class Pointer(QObject):
    """Watches the events of the native window and stops none of them.

    Args:
        window: The window.
        corner: Returns the side of a corner, pixels.
        touched: Called when a finger or a mouse button went down.
        gesture: Called after five taps in one corner.
        now: Seconds on a clock that does not go back.
    """

    def __init__(
        self,
        window: QWidget,
        *,
        corner: Callable[[], int],
        touched: Callable[[], None],
        gesture: Callable[[], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._corner = corner
        self._touched = touched
        self._gesture = gesture
        self._taps = CornerTaps(now)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(CURSOR_MS)
        self._rest.timeout.connect(self.hide_cursor)
        self.hide_cursor()

    def watch(self) -> None:
        """Watch the present native window; Qt makes a new one where the GPU painter needs it."""
        handle = self._window.windowHandle()
        if handle is not None:
            handle.removeEventFilter(self)
            handle.installEventFilter(self)

    def leave(self) -> None:
        """Stop watching."""
        self._rest.stop()
        handle = self._window.windowHandle()
        if handle is not None:
            handle.removeEventFilter(self)

    def hide_cursor(self) -> None:
        """Hide the cursor until a mouse is moved."""
        self._window.setCursor(Qt.CursorShape.BlankCursor)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """See an event before any widget does; never stop it."""
        if isinstance(event, QMouseEvent):
            if event.type() == QEvent.Type.MouseButtonPress:
                self._pressed(event)
            elif event.type() == QEvent.Type.MouseMove and not event.buttons():
                self._moved(event)
        elif event.type() == QEvent.Type.TouchBegin:
            self.hide_cursor()
        return False

    def _pressed(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._taps.tap((at.x(), at.y()), (self._window.width(), self._window.height()), self._corner()):
            self._gesture()
        self._touched()

    def _moved(self, event: QMouseEvent) -> None:
        device = event.device()
        touch = device is not None and device.type() == QInputDevice.DeviceType.TouchScreen
        if not touch and event.source() == Qt.MouseEventSource.MouseEventNotSynthesized:
            self._window.unsetCursor()
            self._rest.start()
