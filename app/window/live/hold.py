"""The push-to-talk button: down for exactly as long as somebody holds it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from app.window.toolkit.button import Button, Kind, Size
from app.window.toolkit.look import Look

# Touch screens sometimes do not report that a finger was lifted, and nobody speaks for so long without a pause.
LONGEST_HOLD_MS = 90_000
_KEYS = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
_LOST = (QEvent.Type.UngrabMouse, QEvent.Type.TouchCancel, QEvent.Type.WindowDeactivate, QEvent.Type.EnabledChange)


class HoldButton(Button):
    """A button that is held with a finger, Space or Enter.

    A finger that slides off keeps it down. It comes up when it is hidden, disabled or loses the focus, and when its
    window is no longer active.

    Args:
        look: Lengths, colours and fonts.
        parent: The screen.
        held: Called with True when it goes down, and with False when it comes up.
    """

    def __init__(self, look: Look, parent: QWidget, held: Callable[[bool], None]) -> None:
        super().__init__(look, parent, "talk", Kind.PRIMARY, size=Size.BIG, icon="microphone")
        self._held = held
        self._holding = False
        self._longest = QTimer(self)
        self._longest.setSingleShot(True)
        self._longest.setInterval(LONGEST_HOLD_MS)
        self._longest.timeout.connect(self.let_go)

    @property
    def holding(self) -> bool:
        """Whether it is held now."""
        return self._holding

    def let_go(self) -> None:
        """Come up, if it is down."""
        self._hold(False)

    def shown_down(self) -> bool:
        """Return whether it looks pressed now."""
        return self._holding

    def press_by_key(self) -> None:
        """Do nothing: a key press without its release would leave the microphone open."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go down."""
        if event.button() == Qt.MouseButton.LeftButton and self.isEnabled():
            self._hold(True)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Stay down wherever the finger slides."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Come up."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._hold(False)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go down with Space or Enter; the repetitions of a held key mean nothing."""
        if event.key() in _KEYS and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            if not event.isAutoRepeat() and self.isEnabled():
                self._hold(True)
            event.accept()
        else:
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Come up with the key."""
        if event.key() in _KEYS:
            if not event.isAutoRepeat():
                self._hold(False)
            event.accept()
        else:
            event.ignore()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Come up: another widget gets the release of the key."""
        super().focusOutEvent(event)
        self.let_go()

    def hideEvent(self, event: QHideEvent) -> None:
        """Come up: what is not seen cannot be held."""
        super().hideEvent(event)
        self.let_go()

    def event(self, event: QEvent) -> bool:
        """Come up when the touch is cancelled, the window is no longer active, or the button is disabled."""
        if event.type() in _LOST:
            self.let_go()
        return super().event(event)

    def _hold(self, down: bool) -> None:
        if down == self._holding:
            return
        self._holding = down
        if down:
            self._longest.start()
        else:
            self._longest.stop()
        self.canvas.drop()
        self._held(down)
