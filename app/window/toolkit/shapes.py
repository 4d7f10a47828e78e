"""What is only looked at: ring, halo, bar, chip, plate, badge, dots."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QPen, QPixmap, QShowEvent
from PySide6.QtWidgets import QWidget

from app.window.toolkit.icons import paint_icon
from app.window.toolkit.look import Look, Role
from app.window.toolkit.words import LineCache, Painted, WrappedText, rounded

BREATH_MS = 4000
BREATH_STEP_MS = 66


def paint_ring(painter: QPainter, look: Look, box: QRectF, *, part: float, role: str, share: float = 0.09) -> None:
    """Paint a ring into the square `box`; `part` (0 to 1) of it is filled, from the top in reading direction."""
    pen = QPen(look.colour("ink3"), box.width() * share)
    if look.high_contrast:
        # ink3 is black there: the empty track is a fine white line.
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
    """The breath: three circles in the colour of the lamp. Stands still, half way, with less motion."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(look, parent)
        self._clock = QTimer(self)
        self._clock.setInterval(BREATH_STEP_MS)
        self._clock.timeout.connect(self._step)
        self._at_ms = BREATH_MS // 4

    def follow_look(self) -> None:
        """Move or stand still, as the visitor wishes now."""
        if self.look.still or not self.isVisible():
            self._clock.stop()
            self._at_ms = BREATH_MS // 4
        elif not self._clock.isActive():
            self._clock.start()

    def showEvent(self, _event: QShowEvent) -> None:
        """Begin to breathe."""
        self.follow_look()

    def hideEvent(self, _event: QHideEvent) -> None:
        """Rest while nobody sees it."""
        self._clock.stop()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the circles: no pixmap, they are never the same twice."""
        look = self.look
        side = min(self.width(), self.height())
        swell = (1 - math.cos(2 * math.pi * self._at_ms / BREATH_MS)) / 2  # InOutSine, to and fro
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
        self._at_ms = (self._at_ms + BREATH_STEP_MS) % BREATH_MS
        self.update()


class Bar(Painted):
    """How much of the longest wait is over."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(look, parent)
        self._part = 0.0

    def set(self, part: float, name: str) -> None:
        """Fill `part` (0 to 1) of it; `name` is what assistive technology says."""
        part = min(1.0, max(0.0, part))
        self.setAccessibleName(name)
        if part != self._part:
            self._part = part
            self.canvas.drop()

    def height_for(self, _width: int) -> int:
        """Return its thickness, pixels."""
        return max(4, self.look.px(0.5 if self.look.high_contrast else 0.36))

    def paint(self, painter: QPainter) -> None:
        """Paint the track and what is filled, from the reading side."""
        look = self.look
        box = QRectF(self.rect())
        line = look.colour("line") if look.high_contrast else None
        rounded(painter, box, box.height(), fill=look.colour("ink3"), line=line, pen=max(1.0, look.stroke / 2))
        if self._part > 0:
            wide = max(box.height(), box.width() * self._part)
            left = box.right() - wide if look.rtl else box.left()
            full = QRectF(left, box.top(), wide, box.height())
            rounded(painter, full, box.height(), fill=look.colour("lamp"), line=None, pen=0)


class Chip(Painted):
    """A pill with a mark and a few words: a dot, a small countdown ring, or the site's logo."""

    def __init__(self, look: Look, parent: QWidget, role: Role = Role.CHIP) -> None:
        super().__init__(look, parent)
        self._role = role
        self._text = ""
        self._part: float | None = None
        self._colour = "lamp"
        self._logo: QPixmap | None = None
        self._surface = "ink"
        self._cache = LineCache(look)

    def say(self, text: str, *, part: float | None = None, colour: str = "lamp", surface: str = "ink") -> None:
        """Show the text. part: a ring filled so far (0 to 1) instead of the dot; colour: of dot or ring."""
        wanted = (text, part, colour, surface)
        if wanted != (self._text, self._part, self._colour, self._surface):
            self._text, self._part, self._colour, self._surface = wanted
            self.setAccessibleName(text)
            self.canvas.drop()

    def text(self) -> str:
        """Return what it says."""
        return self._text

    def set_logo(self, logo: QPixmap | None) -> None:
        """Show the site's logo in place of the dot."""
        self._logo = logo
        self.canvas.drop()

    def natural(self) -> int:
        """Return its width with the text on one line, pixels."""
        return int(self._lines(1e6).widest) + 1 + self._mark() + self._gap() + 2 * self._side()

    def snug(self, width: int) -> int:
        """Return the width that its lines really take, at most `width` pixels."""
        return width - self._room(width) + int(self._lines(self._room(width)).widest) + 1

    def height_for(self, width: int) -> int:
        """Return its height at this width, pixels."""
        tall = self._lines(self._room(width)).height + 2 * self.look.px(0.32)
        return round(max(tall, self.look.px(2.7)) if self._part is not None else tall)

    def fits(self, width: int) -> bool:
        """Return whether no word is too wide."""
        return not self._lines(self._room(width)).wide

    def paint(self, painter: QPainter) -> None:
        """Paint the pill, the mark and the words."""
        look = self.look
        box = QRectF(self.rect())
        line = look.colour("line") if look.high_contrast else None
        rounded(painter, box, look.g * 1.35, fill=look.colour(self._surface), line=line, pen=look.stroke)
        mark = self._mark()
        left = box.right() - self._side() - mark if look.rtl else box.left() + self._side()
        spot = QRectF(left, box.center().y() - mark / 2, mark, mark)
        if self._part is not None:
            paint_ring(painter, look, spot, part=self._part, role=self._colour, share=0.16)
        elif self._logo is not None:
            painter.drawPixmap(spot.toRect(), self._logo)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour(self._colour))
            painter.drawEllipse(spot)
        lines = self._lines(self._room(self.width()))
        start = self._side() if look.rtl else self._side() + mark + self._gap()
        lines.paint(painter, start, box.center().y() - lines.height / 2, look.colour("paper"))

    def _mark(self) -> int:
        if self._part is not None:
            return self.look.px(1.75)
        return self.look.px(0.5 if self._logo is None else 1.1)

    def _gap(self) -> int:
        return self.look.px(0.5)

    def _side(self) -> int:
        return self.look.px(0.85)

    def _room(self, width: int) -> int:
        return max(1, width - self._mark() - self._gap() - 2 * self._side())

    def _lines(self, width: float) -> WrappedText:
        return self._cache.get(self._text, self._role, width)


class Plate(Painted):
    """A caption: a name and words on a solid surface. Laid out once, copied for every frame of the picture below."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(look, parent)
        self._who = ""
        self._words = ""
        self._who_colour = "lamp"
        self._role = Role.CAPTION_GUIDE
        self._fill: str | None = "ink"
        self._outlined = False
        self._cache = LineCache(look)

    def say(self, who: str, words: str, *, colour: str = "lamp", role: Role = Role.CAPTION_GUIDE) -> None:
        """Show who says what: the name in `colour`, the words in `role`. Without a name: the words alone."""
        if (who, words, colour, role) != (self._who, self._words, self._who_colour, self._role):
            self._who, self._words, self._who_colour, self._role = who, words, colour, role
            self.setAccessibleName(f"{who}: {words}" if who else words)
            self.canvas.drop()

    def surface(self, fill: str | None, *, outlined: bool) -> None:
        """Stand on this colour, or on what lies behind; with an outline or without."""
        if (fill, outlined) != (self._fill, self._outlined):
            self._fill, self._outlined = fill, outlined
            self.canvas.drop()

    def words(self) -> str:
        """Return what is said."""
        return self._words

    def natural(self) -> int:
        """Return its width with the words on one line, pixels."""
        who, words = self._lines(1e6)
        return int(max(who.widest if who else 0.0, words.widest)) + 1 + 2 * self._side()

    def height_for(self, width: int) -> int:
        """Return its height at this width, pixels."""
        who, words = self._lines(width - 2 * self._side())
        return round((who.height if who else 0.0) + words.height + sum(self._pads()) + 0.499)

    def fits(self, width: int) -> bool:
        """Return whether no word is too wide."""
        return not self._lines(width - 2 * self._side())[1].wide

    def paint(self, painter: QPainter) -> None:
        """Paint surface, name and words."""
        look = self.look
        box = QRectF(self.rect())
        fill = look.colour(self._fill) if self._fill else None
        line = look.colour("line") if self._outlined or look.high_contrast else None
        rounded(painter, box, look.g, fill=fill, line=line, pen=look.stroke)
        who, words = self._lines(self.width() - 2 * self._side())
        top = float(self._pads()[0])
        if who is not None:
            who.paint(painter, self._side(), top, look.colour(self._who_colour))
            top += who.height
        words.paint(painter, self._side(), top, look.colour("paper"))

    def _pads(self) -> tuple[int, int]:
        look = self.look
        return (look.px(0.5), look.px(0.62)) if look.portrait else (look.px(0.7), look.px(0.85))

    def _side(self) -> int:
        return self.look.px(0.95 if self.look.portrait else 1.2)

    def _lines(self, width: float) -> tuple[WrappedText | None, WrappedText]:
        who = self._cache.get(self._who, Role.LABEL, width) if self._who else None
        return who, self._cache.get(self._words, self._role, width)


class Badge(Painted):
    """A round sign: an icon, or two letters."""

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
    """A row of small marks; one of them is set off: which card, or which place in line."""

    def __init__(self, look: Look, parent: QWidget, *, large: bool = False) -> None:
        super().__init__(look, parent)
        self._large = large
        self._count = 0
        self._at = 0

    def set(self, count: int, at: int) -> None:
        """Show `count` marks, the one at index `at` set off."""
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
        """Paint the marks from the reading side."""
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
