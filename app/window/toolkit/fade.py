"""The crossfade between two screens: a picture of the old one lies over the new one and becomes transparent."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QPoint, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap, QRegion
from PySide6.QtWidgets import QWidget

STEP_MS = 33


class Fade(QWidget):
    """Lies over everything while it runs, and lets every touch through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._old: QPixmap | None = None
        self._over_ms = 1
        self._since = QElapsedTimer()
        self._clock = QTimer(self)
        self._clock.setInterval(STEP_MS)
        self._clock.timeout.connect(self._step)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def start(self, screen: QWidget, over_ms: int) -> None:
        """Fade out what `screen` shows now, in `over_ms` milliseconds."""
        ratio = self.devicePixelRatioF()
        # Only what the screen itself painted: the video below goes on, and must not be seen twice.
        old = QPixmap(screen.size() * ratio)
        old.setDevicePixelRatio(ratio)
        old.fill(Qt.GlobalColor.transparent)
        screen.render(old, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
        self._old, self._over_ms = old, over_ms
        self.setGeometry(screen.geometry())
        self._since.start()
        self._clock.start()
        self.show()
        self.raise_()

    def stop(self) -> None:
        """End at once."""
        self._clock.stop()
        self._old = None
        self.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint what is left of the old screen."""
        if self._old is None:
            return
        painter = QPainter(self)
        painter.setOpacity(max(0.0, 1.0 - self._since.elapsed() / self._over_ms))
        painter.drawPixmap(0, 0, self._old)
        painter.end()

    def _step(self) -> None:
        if self._since.elapsed() >= self._over_ms:
            self.stop()
        else:
            self.update()
