"""The microphone indicator, its halo and the level bars: what the microphone does, and how loud it is now."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.window.live.state import Indicator, Touch
from app.window.toolkit.controls import Control
from app.window.toolkit.icons import paint_icon
from app.window.toolkit.look import Look
from app.window.toolkit.painted import rounded

DIAMETER = 3.7  # g
STROKE = 0.16  # g, of an outlined indicator and of the halo
HALO_NEAR, HALO_FAR = 0.1, 0.42  # g outside the indicator: in silence, and at the loudest
BARS = 14
FALL = 0.75  # a level falls to this share of itself with each step, so that it does not flicker; it rises at once

_COLOUR = {Indicator.OPEN: "lamp", Indicator.NOT_HEARD: "coral"}


class MicrophoneButton(Control):
    """The round indicator. A touch interrupts the guide, or closes and opens the microphone."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(look, parent, Touch.NOTHING)
        self._indicator = Indicator.HELD_OFF

    def set(self, indicator: Indicator, touch: Touch, spoken: str) -> None:
        """Show the microphone's state.

        Args:
            indicator: How it looks.
            touch: What a touch does; it names the control.
            spoken: What a touch does in words, for assistive technology.
        """
        self.setObjectName("microphone" if touch in (Touch.MUTE, Touch.UNMUTE) else touch)
        self.setAccessibleName(spoken)
        self.setEnabled(touch is not Touch.NOTHING)
        if indicator is not self._indicator:
            self._indicator = indicator
            self.canvas.drop()

    @property
    def indicator(self) -> Indicator:
        """What it shows."""
        return self._indicator

    def corner(self) -> float:
        """Return its radius, pixels."""
        return self.look.px(DIAMETER) / 2

    def natural(self) -> int:
        """Return its width, pixels."""
        return max(self.look.px(DIAMETER), round(self.look.t))

    def height_for(self, _width: int) -> int:
        """Return its height, pixels."""
        return self.natural()

    def paint(self, painter: QPainter, box: QRectF, down: bool) -> None:
        """Paint circle and microphone."""
        look = self.look
        radius = box.width() / 2
        if self._indicator is Indicator.LISTENING:
            fill, ink, line, pen = look.colour("sea"), look.colour("ink"), None, 0.0
        elif self._indicator in _COLOUR:
            ink = line = look.colour(_COLOUR[self._indicator])
            fill, pen = look.colour("ink"), STROKE * look.g
        else:
            fill, ink = look.colour("ink3"), look.colour("paper")
            line, pen = (look.colour("line") if look.high_contrast else None), look.stroke
        if down:
            fill = (
                look.shade("paper", "ink3", 0.2)
                if self._indicator is not Indicator.LISTENING
                else look.shade("ink", "sea", 0.2)
            )
        rounded(painter, box, radius, fill=fill, line=line, pen=pen)
        side = box.width() * 0.53
        spot = QRectF(box.center().x() - side / 2, box.center().y() - side / 2, side, side)
        paint_icon(painter, "microphone-off" if self._indicator is Indicator.STRUCK else "microphone", spot, ink)


class Level(QWidget):
    """Something that moves with the level; it lies on a solid surface, so that only its own rectangle is repainted."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._level = 0.0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    @property
    def level(self) -> float:
        """The level that is shown, 0 to 1."""
        return self._level

    def show_level(self, level: float) -> None:
        """Show a level, 0 to 1."""
        level = min(1.0, max(0.0, level, self._level * FALL if self._level > 0.02 else 0.0))
        if level != self._level:
            self._level = level
            self.update()

    def rest(self) -> None:
        """Forget the level."""
        self._level = 0.0
        self.update()


class LevelHalo(Level):
    """The ring round the indicator: the louder the visitor, the wider."""

    def surround(self, indicator: QRect) -> None:
        """Lie around this indicator (parent's coordinates)."""
        away = self._look.px(HALO_FAR + STROKE) + 1
        self.setGeometry(indicator.adjusted(-away, -away, away, away))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the ring."""
        look = self._look
        away = HALO_NEAR + (HALO_FAR - HALO_NEAR) * self._level
        radius = self.width() / 2 - look.g * (HALO_FAR - away + STROKE / 2) - 1
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.shade("sea", "ink", 0.55), STROKE * look.g))
        painter.drawEllipse(QPointF(self.width() / 2, self.height() / 2), radius, radius)
        painter.end()


class LevelBars(Level):
    """The levels of the last second as bars; with less motion one row that fills up instead of bars that move on."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(look, parent)
        self._past: deque[float] = deque([0.0] * BARS, maxlen=BARS)

    def show_level(self, level: float) -> None:
        """Show a level, 0 to 1; the earlier ones move on."""
        super().show_level(level)
        if any(self._past) or self._level:
            self._past.append(self._level)
            self.update()

    def rest(self) -> None:
        """Forget all levels."""
        self._past.extend([0.0] * BARS)
        super().rest()

    def natural(self) -> int:
        """Return its width, pixels."""
        return self._look.px(0.5 * BARS)

    def height_for(self, _width: int) -> int:
        """Return its height, pixels."""
        return self._look.px(1.3)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the bars, starting where reading starts."""
        look = self._look
        wide, step = 0.3 * look.g, 0.5 * look.g
        count = max(1, min(BARS, int((self.width() + 0.2 * look.g) / step)))
        if look.less_motion:
            levels = [0.55 if (at + 0.5) / count < self._level else 0.0 for at in range(count)]
        else:
            levels = list(self._past)[-count:]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for at, level in enumerate(levels):
            painter.setBrush(look.colour("sea" if level > 0.04 else "line"))
            tall = self.height() * max(0.24, min(1.0, level))
            left = self.width() - at * step - wide if look.rtl else at * step
            painter.drawRoundedRect(QRectF(left, (self.height() - tall) / 2, wide, tall), wide / 2, wide / 2)
        painter.end()
