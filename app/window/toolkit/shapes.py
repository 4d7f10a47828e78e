"""Shapes that are only looked at: ring, halo, bar, badge, dots."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QWidget

from app.window.toolkit.icons import paint_icon
from app.window.toolkit.look import Look, Role
from app.window.toolkit.painted import Painted, rounded
from app.window.toolkit.wrapped_text import WrappedText

PULSE_MS = 4000
PULSE_STEP_MS = 66


def paint_ring(painter: QPainter, look: Look, box: QRectF, *, part: float, role: str, share: float = 0.09) -> None:
    """Paint a ring that is partly filled, from the top in reading direction.

    Args:
        painter: Paints it.
        look: Colours and reading direction.
        box: The square around it, pixels.
        part: How much of it is filled, 0 to 1.
        role: Colour of the filled part, a role of `Palette`.
        share: Its thickness as a share of its width.
    """
    pen = QPen(look.colour("ink3"), box.width() * share)
    if look.high_contrast:
        # ink3 is black in high contrast: the empty part is a thin white line.
        pen = QPen(look.colour("line"), max(1.0, look.stroke / 2))
    inner = box.adjusted(*(box.width() * share / 2 * side for side in (1, 1, -1, -1)))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen)
    painter.drawEllipse(inner)
    if part > 0:
        painter.setPen(QPen(look.colour(role), box.width() * share, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        turn = -360 * 16 * min(1.0, part)
        painter.drawArc(inner, 90 * 16, round(-turn if look.rtl else turn))


class ProgressRing(Painted):
    """A countdown: the ring, the seconds and their unit. Square."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(look, parent)
        self._part = 1.0
        self._number = ""
        self._unit = ""
        self._role = "lamp"

    def set(self, part: float, number: str, unit: str, *, role: str = "lamp") -> None:
        """Show `part` (0 to 1) of the ring in the colour of `role`, with a number and its unit inside."""
        if (part, number, unit, role) != (self._part, self._number, self._unit, self._role):
            self._part, self._number, self._unit, self._role = part, number, unit, role
            self.setAccessibleName(f"{number} {unit}")
            self.canvas.drop()

    def paint(self, painter: QPainter) -> None:
        """Paint the ring and the number."""
        look = self.look
        side = min(self.width(), self.height())
        box = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        paint_ring(painter, look, box, part=self._part, role=self._role)
        middle = Qt.AlignmentFlag.AlignHCenter
        size = round(side * 0.36)
        number = WrappedText(self._number, look.sized_font(size, 700), size * 0.98, side, middle, rtl=look.rtl)
        unit_size = min(look.pixel_size(Role.UNIT), round(side * 0.13))
        unit = WrappedText(self._unit, look.sized_font(unit_size, 600), unit_size * 1.25, side, middle, rtl=look.rtl)
        top = box.center().y() - (number.height + unit.height) / 2
        number.paint(painter, box.left(), top, look.colour("paper"))
        unit.paint(painter, box.left(), top + number.height, look.colour("paper2"))


class Halo(Painted):
    """Three circles that slowly grow and shrink, in the colour "lamp". With less motion they stand still, half way."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(look, parent)
        self._clock = QTimer(self)
        self._clock.setInterval(PULSE_STEP_MS)
        self._clock.timeout.connect(self._step)
        self._at_ms = PULSE_MS // 4

    def follow_look(self) -> None:
        """Move or stand still, as the visitor has chosen."""
        if self.look.less_motion or not self.isVisible():
            self._clock.stop()
            self._at_ms = PULSE_MS // 4
        elif not self._clock.isActive():
            self._clock.start()

    def showEvent(self, _event: QShowEvent) -> None:
        """Begin to move."""
        self.follow_look()

    def hideEvent(self, _event: QHideEvent) -> None:
        """Stop while nobody sees it."""
        self._clock.stop()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the circles; without a pixmap, for they are different every time."""
        look = self.look
        side = min(self.width(), self.height())
        swell = (1 - math.cos(2 * math.pi * self._at_ms / PULSE_MS)) / 2  # InOutSine, there and back
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        centre = QPointF(self.width() / 2, self.height() / 2)
        for share, light, grow in ((0.42, 0.18, 0.07), (0.3, 0.38, 0.05), (0.18, 1.0, 0.03)):
            painter.setBrush(look.shade("lamp", "ink", light))
            radius = side * (share + grow * swell)
            painter.drawEllipse(centre, radius, radius)
        painter.end()

    def _step(self) -> None:
        self._at_ms = (self._at_ms + PULSE_STEP_MS) % PULSE_MS
        self.update()


class Bar(Painted):
    """A progress bar: how much of the longest wait is over."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(look, parent)
        self._part = 0.0

    def set(self, part: float, name: str) -> None:
        """Fill `part` of it, 0 to 1; `name` is what assistive technology says."""
        part = min(1.0, max(0.0, part))
        self.setAccessibleName(name)
        if part != self._part:
            self._part = part
            self.canvas.drop()

    def height_for(self, _width: int) -> int:
        """Return its thickness, pixels."""
        return max(4, self.look.px(0.5 if self.look.high_contrast else 0.36))

    def paint(self, painter: QPainter) -> None:
        """Paint the empty bar and the filled part, which starts where reading starts."""
        look = self.look
        box = QRectF(self.rect())
        line = look.colour("line") if look.high_contrast else None
        rounded(painter, box, box.height(), fill=look.colour("ink3"), line=line, pen=max(1.0, look.stroke / 2))
        if self._part > 0:
            wide = max(box.height(), box.width() * self._part)
            left = box.right() - wide if look.rtl else box.left()
            full = QRectF(left, box.top(), wide, box.height())
            rounded(painter, full, box.height(), fill=look.colour("lamp"), line=None, pen=0)


class Badge(Painted):
    """A circle with an icon or two letters."""

    def __init__(self, look: Look, parent: QWidget, *, icon: str | None = None) -> None:
        super().__init__(look, parent)
        self._icon = icon
        self._letters = ""

    def set_icon(self, icon: str) -> None:
        """Show another icon."""
        if icon != self._icon:
            self._icon = icon
            self.canvas.drop()

    def set_letters(self, letters: str) -> None:
        """Show other letters."""
        if letters != self._letters:
            self._letters = letters
            self.canvas.drop()

    def paint(self, painter: QPainter) -> None:
        """Paint the circle and what is in it."""
        look = self.look
        box = QRectF(self.rect())
        line = look.colour("line") if look.high_contrast else None
        rounded(painter, box, box.height() / 2, fill=look.colour("ink3"), line=line, pen=look.stroke)
        if self._icon is not None:
            away = box.width() * 0.22
            spot = box.adjusted(away, away, -away, -away)
            paint_icon(painter, self._icon, spot, look.colour("lamp"), mirrored=look.rtl)
        else:
            size = round(box.width() * 0.43)
            lines = WrappedText(
                self._letters, look.sized_font(size, 700), size * 1.1, box.width(), Qt.AlignmentFlag.AlignHCenter
            )
            lines.paint(painter, box.left(), box.center().y() - lines.height / 2, look.colour("lamp"))


class Dots(Painted):
    """A row of small marks, one of them highlighted: which card is shown, or which place in line.

    Args:
        look: Lengths and colours.
        parent: The widget that it is a part of.
        large: Large circles, outlined but for the highlighted one.
    """

    def __init__(self, look: Look, parent: QWidget, *, large: bool = False) -> None:
        super().__init__(look, parent)
        self._large = large
        self._count = 0
        self._at = 0

    def set(self, count: int, at: int) -> None:
        """Show `count` marks, with the one at index `at` highlighted."""
        if (count, at) != (self._count, self._at):
            self._count, self._at = count, at
            self.canvas.drop()

    def natural(self) -> int:
        """Return the width of all marks, pixels."""
        return round(self._count * (self._side() + self._gap()) + self._side() * 2)

    def height_for(self, _width: int) -> int:
        """Return the height of a mark, pixels."""
        return round(self._side() + 0.499)

    def paint(self, painter: QPainter) -> None:
        """Paint the marks, starting where reading starts."""
        look, side = self.look, self._side()
        x = 0.0
        for index in range(self._count):
            chosen = index == self._at
            wide = side * 3 if chosen and not self._large else side
            left = self.width() - x - wide if look.rtl else x
            box = QRectF(left, 0, wide, side)
            if self._large and not chosen:
                rounded(painter, box, side, fill=None, line=look.colour("line"), pen=0.11 * look.g)
            else:
                role = "lamp" if chosen else "line"
                rounded(painter, box, side, fill=look.colour(role), line=None, pen=0)
            x += wide + self._gap()

    def _side(self) -> float:
        return self.look.g * (0.95 if self._large else 0.36)

    def _gap(self) -> float:
        return self.look.g * (0.5 if self._large else 0.4)
