"""Text broken into lines."""

from __future__ import annotations

import unicodedata

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QTextCharFormat, QTextLayout, QTextOption

from app.window.toolkit.look import Look, Role


class WrappedText:
    """A text in lines. It is never clipped and never shortened.

    Attributes:
        widest: Width of the widest line, pixels.
        wide: Some single word is wider than `width`.
        count: Number of lines.
        height: Of all lines, pixels.

    Args:
        text: The text.
        font: Its font.
        pitch: Distance from one line to the next, pixels.
        width: Greatest width of a line, pixels.
        align: Of each line.
        accent: A part of the text and the colour that it gets.
        rtl: The language of the window is read from right to left.
    """

    def __init__(
        self,
        text: str,
        font: QFont,
        pitch: float,
        width: float,
        align: Qt.AlignmentFlag,
        *,
        accent: tuple[str, QColor] | None = None,
        rtl: bool = False,
    ) -> None:
        self._layout = QTextLayout(text, font)
        option = QTextOption(align)
        option.setWrapMode(QTextOption.WrapMode.WordWrap)
        # A text in Arabic that begins with the site's Latin name is still read from the right.
        from_right = rtl and any(unicodedata.bidirectional(character) in {"R", "AL"} for character in text)
        auto, right = Qt.LayoutDirection.LayoutDirectionAuto, Qt.LayoutDirection.RightToLeft
        option.setTextDirection(right if from_right else auto)
        self._layout.setTextOption(option)
        if accent is not None and accent[0] and accent[0] in text:
            range_ = QTextLayout.FormatRange()
            range_.start, range_.length = text.index(accent[0]), len(accent[0])
            style = QTextCharFormat()
            style.setForeground(accent[1])
            range_.format = style
            self._layout.setFormats([range_])
        self.widest = 0.0
        self.wide = False
        self.count = 0
        self._break(width, pitch)
        self.wide = self.widest > width + 0.5
        self.height = self.count * pitch
        if align & Qt.AlignmentFlag.AlignHCenter and self.count > 1 and not self.wide:
            self._balance(width, pitch)

    def _break(self, width: float, pitch: float, left: float = 0.0) -> None:
        self.widest = 0.0
        self.count = 0
        self._layout.beginLayout()
        while True:
            line = self._layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(max(1.0, width))
            line.setPosition(QPointF(left, self.count * pitch + (pitch - line.height()) / 2))
            self.widest = max(self.widest, line.naturalTextWidth())
            self.count += 1
        self._layout.endLayout()

    def _balance(self, width: float, pitch: float) -> None:
        """Break it into as many lines of nearly one length: below a long line a word alone looks lost."""
        count, least, most = self.count, width / self.count / 2, width
        while most - least > pitch / 4:
            tried = (least + most) / 2
            self._break(tried, pitch)
            if self.count > count or self.widest > tried + 0.5:
                least = tried
            else:
                most = tried
        self._break(most, pitch, (width - most) / 2)

    def paint(self, painter: QPainter, left: float, top: float, colour: QColor) -> None:
        """Paint with the top left corner of the text's box at (left, top)."""
        painter.setPen(colour)
        self._layout.draw(painter, QPointF(left, top))


class LineCache:
    """Keeps texts that were broken into lines: finding a layout asks for the same ones many times.

    Args:
        look: Gives the fonts; nothing is kept longer than its version.
    """

    MOST = 64

    def __init__(self, look: Look) -> None:
        self._look = look
        self._version = -1
        self._kept: dict[tuple[object, ...], WrappedText] = {}

    def get(
        self,
        text: str,
        role: Role,
        width: float,
        align: Qt.AlignmentFlag | None = None,
        *,
        accent: tuple[str, str] | None = None,
    ) -> WrappedText:
        """Return a text in lines.

        Args:
            text: The text.
            role: Decides the font.
            width: Greatest width of a line, pixels.
            align: Of each line; None: where reading starts.
            accent: A part of the text, and the role of `Palette` that it gets.
        """
        look = self._look
        if self._version != look.version or len(self._kept) >= self.MOST:
            self._kept.clear()
            self._version = look.version
        if align is None:
            align = Qt.AlignmentFlag.AlignRight if look.rtl else Qt.AlignmentFlag.AlignLeft
        key = (text, role, width, align, accent)
        found = self._kept.get(key)
        if found is None:
            coloured = (accent[0], look.colour(accent[1])) if accent else None
            font, pitch = look.font(role), look.line_height(role)
            found = self._kept[key] = WrappedText(text, font, pitch, width, align, accent=coloured, rtl=look.rtl)
        return found

    def forget(self) -> None:
        """Drop all texts."""
        self._kept.clear()
