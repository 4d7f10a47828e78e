"""Words on a surface of their own, over the video: the chip and the plate."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from app.window.toolkit.look import Look, Role
from app.window.toolkit.painted import Painted, rounded
from app.window.toolkit.shapes import paint_ring
from app.window.toolkit.wrapped_text import LineCache, WrappedText


class Chip(Painted):
    """A rounded surface with a few words behind a mark: a dot, a small countdown ring, or the site's logo."""

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
        """Show a text.

        Args:
            text: The words.
            part: How much of a ring is filled, 0 to 1; None: a dot or the logo in place of the ring.
            colour: Of dot or ring, a role of `Palette`.
            surface: Colour of the surface, a role of `Palette`.
        """
        wanted = (text, part, colour, surface)
        if wanted != (self._text, self._part, self._colour, self._surface):
            self._text, self._part, self._colour, self._surface = wanted
            self.setAccessibleName(text)
            self.canvas.drop()

    def text(self) -> str:
        """Return the text."""
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
        """Return whether no single word is too wide."""
        return not self._lines(self._room(width)).wide

    def paint(self, painter: QPainter) -> None:
        """Paint surface, mark and words."""
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
    """A caption: a name and words on a solid surface. Laid out once, and copied for every frame of the video below."""

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
        """Show the name in `colour` and the words in `role`; without a name the words alone."""
        if (who, words, colour, role) != (self._who, self._words, self._who_colour, self._role):
            self._who, self._words, self._who_colour, self._role = who, words, colour, role
            self.setAccessibleName(f"{who}: {words}" if who else words)
            self.canvas.drop()

    def surface(self, fill: str | None, *, outlined: bool) -> None:
        """Set the colour of the surface (None: transparent) and whether it has an outline."""
        if (fill, outlined) != (self._fill, self._outlined):
            self._fill, self._outlined = fill, outlined
            self.canvas.drop()

    def words(self) -> str:
        """Return the words."""
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
        """Return whether no single word is too wide."""
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
