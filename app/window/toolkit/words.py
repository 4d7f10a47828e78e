"""The widget that shows a text."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from app.window.toolkit.look import Look, Role
from app.window.toolkit.painted import Painted
from app.window.toolkit.wrapped_text import LineCache, WrappedText


class Words(Painted):
    """A text in one role and colour, in as many lines as it needs.

    Args:
        look: Lengths, colours and fonts.
        parent: The widget that it is a part of.
        role: Decides size and weight.
        colour: A role of `Palette`.
        centred: In the middle of its width; otherwise it starts where reading starts.
    """

    def __init__(
        self, look: Look, parent: QWidget, role: Role, *, colour: str = "paper", centred: bool = False
    ) -> None:
        super().__init__(look, parent)
        self._role = role
        self._colour = colour
        self._centred = centred
        self._text = ""
        self._accent: tuple[str, str] | None = None
        self._bleed = 0
        self._cache = LineCache(look)

    def say(self, text: str, *, accent: str = "", accent_colour: str = "lamp") -> None:
        """Show this text; `accent` is a part of it that gets another colour, a role of `Palette`."""
        wanted = (accent, accent_colour) if accent else None
        if (text, wanted) != (self._text, self._accent):
            self._text, self._accent = text, wanted
            self.setAccessibleName(text)
            self.canvas.drop()

    def restyle(self, role: Role, colour: str) -> None:
        """Change role and colour."""
        if (role, colour) != (self._role, self._colour):
            self._role, self._colour = role, colour
            self.canvas.drop()

    def text(self) -> str:
        """Return the text."""
        return self._text

    def natural(self) -> int:
        """Return the width of the text on one line, pixels."""
        return int(self._lines(1e6).widest) + 1

    def height_for(self, width: int) -> int:
        """Return the height of its lines at this width, pixels."""
        return int(self._lines(width).height + 0.999)

    def fits(self, width: int) -> bool:
        """Return whether every word is narrow enough for this width."""
        return not self._lines(width).wide

    def place(self, rect: QRect) -> None:
        """Take this place; the widget is a little larger, so that no part of a letter is cut."""
        self._bleed = int(0.35 * self.look.pixel_size(self._role))
        self.setGeometry(rect.adjusted(-self._bleed, -self._bleed, self._bleed, self._bleed))
        self.show()

    def box(self) -> QRect:
        """Return the place of the text itself, in the parent's coordinates."""
        return self.geometry().adjusted(self._bleed, self._bleed, -self._bleed, -self._bleed)

    def paint(self, painter: QPainter) -> None:
        """Paint the lines."""
        lines = self._lines(self.width() - 2 * self._bleed)
        lines.paint(painter, self._bleed, self._bleed, self.look.colour(self._colour))

    def _lines(self, width: float) -> WrappedText:
        centre = Qt.AlignmentFlag.AlignHCenter if self._centred else None
        return self._cache.get(self._text, self._role, width, centre, accent=self._accent)
