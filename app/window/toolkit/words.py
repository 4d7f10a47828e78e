"""Text on the screen: broken into lines once, painted from a pixmap."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen, QPixmap, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QWidget

from app.window.toolkit.look import Look, Role


class WrappedText:
    """A text in lines of at most `width` pixels, `pitch` pixels apart. Never clipped, never elided.

    accent: a part of the text and the colour that sets it off. rtl: the language of the window is read from the right.
    wide: some single word is wider than `width`.
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
        # A text of ours that begins with the site's Latin name is still read from the right.
        from_right = rtl and any(unicodedata.bidirectional(sign) in {"R", "AL"} for sign in text)
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
        self._layout.beginLayout()
        while True:
            line = self._layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(max(1.0, width))
            line.setPosition(QPointF(0, self.count * pitch + (pitch - line.height()) / 2))
            self.widest = max(self.widest, line.naturalTextWidth())
            self.count += 1
        self._layout.endLayout()
        self.wide = self.widest > width + 0.5
        self.height = self.count * pitch

    def paint(self, painter: QPainter, left: float, top: float, colour: QColor) -> None:
        """Paint with the top left corner of the text's box at (left, top)."""
        painter.setPen(colour)
        self._layout.draw(painter, QPointF(left, top))


class LineCache:
    """Texts that were broken into lines for one look: a layout asks for the same ones many times over."""

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
        """Return the text in the font of `role`, in lines of `width` pixels at most; align: None is the reading side.

        accent: a part of the text and the role of its colour.
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
        """Keep no text."""
        self._kept.clear()


class Canvas:
    """Keeps what a widget painted as a pixmap, at the screen's pixel ratio, until it changes.

    Over a moving picture a widget repaints with every frame: then it is one copy, never a layout of text.
    """

    def __init__(self, widget: QWidget, look: Look) -> None:
        self._widget = widget
        self._look = look
        self._pixmap: QPixmap | None = None
        self._version = -1

    def drop(self) -> None:
        """What was kept is no longer true."""
        self._pixmap = None
        self._widget.update()

    def show(self, paint: Callable[[QPainter], None]) -> None:
        """Copy the kept pixmap to the widget, after painting it anew where it must be."""
        size, ratio = self._widget.size(), self._widget.devicePixelRatioF()
        if size.isEmpty():
            return
        kept = self._pixmap
        if kept is None or kept.size() != size * ratio or self._version != self._look.version:
            kept = QPixmap(size * ratio)
            kept.setDevicePixelRatio(ratio)
            kept.fill(Qt.GlobalColor.transparent)
            painter = QPainter(kept)
            painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
            paint(painter)
            painter.end()
            self._pixmap, self._version = kept, self._look.version
        painter = QPainter(self._widget)
        painter.drawPixmap(0, 0, kept)
        painter.end()


class Painted(QLabel):
    """A widget that paints itself once for every change and is no target for a finger.

    Of QLabel it takes only what assistive technology sees: a text, where a plain widget would be passed over.
    """

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.look = look
        self.canvas = Canvas(self, look)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Copy the kept pixmap."""
        self.canvas.show(self.paint)

    def paint(self, painter: QPainter) -> None:
        """Paint the whole widget; called only after a change."""
        raise NotImplementedError

    # The defaults of an item in a flow: as wide as it is given, and it always fits.

    def natural(self) -> int:
        """Return the width that it would like, pixels."""
        return 0

    def height_for(self, _width: int) -> int:
        """Return the height that it needs at this width, pixels."""
        return 0

    def fits(self, _width: int) -> bool:
        """Return whether it can be shown at this width without clipping."""
        return True

    def place(self, rect: QRect) -> None:
        """Take this place and be seen."""
        self.setGeometry(rect)
        self.show()

    def widgets(self) -> Iterator[QWidget]:
        """Yield itself."""
        yield self


class Words(Painted):
    """A piece of text in one role and colour, in as many lines as it needs.

    colour: a role of `Palette`. centred: in the middle of its width, else at the reading side.
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
        """Show this text; `accent` is a part of it to be set off in another colour."""
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
        """Return what it says."""
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
        """Take this place; the widget is a little larger, so that no accent or tail of a letter is cut."""
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


def rounded(
    painter: QPainter, rect: QRectF, radius: float, *, fill: QColor | None, line: QColor | None, pen: float
) -> None:
    """Paint a rounded rectangle, flat; `line` of width `pen` lies inside `rect`."""
    radius = min(radius, rect.height() / 2, rect.width() / 2)
    if line is not None:
        painter.setPen(QPen(line, pen))
        rect = rect.adjusted(pen / 2, pen / 2, -pen / 2, -pen / 2)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect, radius, radius)
