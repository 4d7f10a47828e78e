"""Hold to speak: a button that is down for exactly as long as somebody holds it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from app.window.toolkit.button import Button, Kind, Size
from app.window.toolkit.look import Look

# Touch screens lose a lifted finger now and then: nobody speaks for so long without a breath.
LONGEST_HOLD_MS = 90_000
_KEYS = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
_LOST = (QEvent.Type.UngrabMouse, QEvent.Type.TouchCancel, QEvent.Type.WindowDeactivate, QEvent.Type.EnabledChange)


class HoldButton(Button):
    """Calls `held(True)` when a finger, Space or Enter goes down and `held(False)` when it comes up, or is lost.

    A finger that slides off keeps it down; hiding, disabling, losing the focus or the window lets it go.
    """

    def __init__(self, look: Look, parent: QWidget, held: Callable[[bool], None]) -> None:
        super().__init__(look, parent, "talk", Kind.LAMP, size=Size.BIG, icon="microphone")
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
        """Do nothing: a key that is only pressed and forgotten would leave the microphone open."""

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
        """Come up: the key's release goes to somebody else."""
        super().focusOutEvent(event)
        self.let_go()

    def hideEvent(self, event: QHideEvent) -> None:
        """Come up: what is not seen cannot be held."""
        super().hideEvent(event)
        self.let_go()

    def event(self, event: QEvent) -> bool:
        """Come up when finger or window are taken away."""
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
