"""The button with a label, an icon, or both."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from app.window.toolkit.controls import Control
from app.window.toolkit.icons import paint_icon
from app.window.toolkit.look import Look, Role
from app.window.toolkit.painted import rounded
from app.window.toolkit.wrapped_text import LineCache, WrappedText

MOST_LINES = 2  # of a label


class Kind(StrEnum):
    """How much a button stands out."""

    PRIMARY = "primary"  # the main action; at most one on a screen
    SECONDARY = "secondary"
    OUTLINED = "outlined"
    SELECTED = "selected"  # the present choice
    QUESTION = "question"


class Size(StrEnum):
    """How large a button is."""

    NORMAL = "normal"
    BIG = "big"
    SMALL = "small"  # as high as a normal one, smaller words
    TOOL = "tool"  # icon above the label


_ROLE = {Size.NORMAL: Role.BUTTON, Size.BIG: Role.BUTTON_BIG, Size.SMALL: Role.BUTTON_SMALL, Size.TOOL: Role.LABEL}
_ICON = {Size.NORMAL: 1.3, Size.BIG: 1.9, Size.SMALL: 1.3, Size.TOOL: 1.5}  # g
_SIDE = {Size.NORMAL: 0.8, Size.BIG: 1.4, Size.SMALL: 0.4, Size.TOOL: 0.4}  # padding, g
_CORNER = {Size.NORMAL: 1.35, Size.BIG: 2.1, Size.SMALL: 1.35, Size.TOOL: 1.1}  # g
_ICON_GAP = {Size.NORMAL: 0.6, Size.BIG: 0.6, Size.SMALL: 0.4, Size.TOOL: 0.22}  # g


class Button(Control):
    """A button with a label of at most two lines, an icon, or both.

    Args:
        look: Lengths, colours and fonts.
        parent: The widget that it is a part of.
        name: The stable name.
        kind: How much it stands out.
        size: How large it is.
        icon: A key of `app.window.toolkit.icons.SHAPES`, or None.
        on_click: Called when it was touched.
    """

    def __init__(
        self,
        look: Look,
        parent: QWidget,
        name: str,
        kind: Kind = Kind.SECONDARY,
        *,
        size: Size = Size.NORMAL,
        icon: str | None = None,
        on_click: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(look, parent, name, on_click)
        self._kind = kind
        self._size = size
        self._icon = icon
        self._label = ""
        self._cache = LineCache(look)

    def say(self, label: str, *, spoken: str = "") -> None:
        """Show this label.

        Args:
            label: The label; empty: the icon alone.
            spoken: What assistive technology says instead; needed where there is an icon alone.
        """
        if label != self._label:
            self._label = label
            self.canvas.drop()
        self.setAccessibleName(spoken or label)

    def label(self) -> str:
        """Return the label."""
        return self._label

    def set_kind(self, kind: Kind) -> None:
        """Change how much it stands out."""
        if kind is not self._kind:
            self._kind = kind
            self.canvas.drop()

    def set_icon(self, icon: str | None) -> None:
        """Change the icon."""
        if icon != self._icon:
            self._icon = icon
            self.canvas.drop()

    def choose(self, chosen: bool, otherwise: Kind = Kind.SECONDARY) -> None:
        """Show whether this is the present choice, and tell assistive technology.

        Args:
            chosen: Whether it is.
            otherwise: Its kind where it is not.
        """
        self.setCheckable(True)
        self.setChecked(chosen)
        self.set_kind(Kind.SELECTED if chosen else otherwise)

    @property
    def kind(self) -> Kind:
        """How much it stands out."""
        return self._kind

    def corner(self) -> float:
        """Return the radius of its corners, pixels."""
        return self.look.g * _CORNER[self._size]

    def natural(self) -> int:
        """Return the width with the label on one line, pixels."""
        if self._size is Size.TOOL:
            return max(self.look.px(3.5), int(self._lines(1e6).widest) + 1 + 2 * self._side())
        words = int(self._lines(1e6).widest) + 1 if self._label else 0
        return max(round(self.look.t), words + self._icon_room() + 2 * self._side())

    def height_for(self, width: int) -> int:
        """Return the height that label and icon need at this width, pixels."""
        look = self.look
        words = self._lines(self._room(width)).height if self._label else 0.0
        if self._size is Size.TOOL:
            tall = self._icon_side() + look.px(_ICON_GAP[self._size]) + words + 2 * look.px(0.3)
            return round(max(look.px(3.7), look.t, tall) + 0.499)
        least = max(look.t, look.px(4.2)) if self._size is Size.BIG else look.t
        return round(max(least, words + 2 * look.px(0.4)) + 0.499)

    def fits(self, width: int) -> bool:
        """Return whether the label takes at most two lines and no word is too wide."""
        if not self._label:
            return width >= round(self.look.t)
        lines = self._lines(self._room(width))
        return lines.count <= MOST_LINES and not lines.wide

    def paint(self, painter: QPainter, box: QRectF, down: bool) -> None:
        """Paint surface, icon and label."""
        look = self.look
        fill, ink, line = self._colours(down)
        rounded(painter, box, self.corner(), fill=fill, line=line, pen=look.stroke)
        if self._size is Size.TOOL:
            self._paint_tool(painter, box, ink)
            return
        lines = self._lines(self._room(int(box.width())))
        # The text box is as wide as its widest line, so that icon and words are centred together.
        words = lines.widest if self._label else 0.0
        side = self._icon_side()
        whole = words + self._icon_room()
        start = box.left() + (box.width() - whole) / 2
        if self._icon is not None:
            at = start + whole - side if look.rtl else start
            spot = QRectF(at, box.center().y() - side / 2, side, side)
            paint_icon(painter, self._icon, spot, ink, mirrored=look.rtl)
        if self._label:
            room = self._room(int(box.width()))
            middle = start + (0 if look.rtl else self._icon_room()) + words / 2
            lines.paint(painter, middle - room / 2, box.center().y() - lines.height / 2, ink)

    def _paint_tool(self, painter: QPainter, box: QRectF, ink: QColor) -> None:
        look = self.look
        side, gap = self._icon_side(), look.px(_ICON_GAP[self._size])
        lines = self._lines(self._room(int(box.width())))
        top = box.center().y() - (side + gap + lines.height) / 2
        if self._icon is not None:
            spot = QRectF(box.center().x() - side / 2, top, side, side)
            paint_icon(painter, self._icon, spot, ink, mirrored=look.rtl)
        lines.paint(painter, box.left() + self._side(), top + side + gap, ink)

    def _colours(self, down: bool) -> tuple[QColor | None, QColor, QColor | None]:
        look = self.look
        outline = look.colour("line") if look.high_contrast else None
        if self._kind is Kind.PRIMARY:
            return look.shade("lamp_ink", "lamp", 0.14) if down else look.colour("lamp"), look.colour("lamp_ink"), None
        if self._kind is Kind.SELECTED or (self._kind is Kind.QUESTION and not look.high_contrast):
            return look.shade("ink", "paper", 0.14) if down else look.colour("paper"), look.colour("ink"), None
        if self._kind is Kind.QUESTION:
            return look.shade("paper", "ink", 0.3 if down else 0.0), look.colour("paper"), look.colour("line")
        if self._kind is Kind.OUTLINED:
            return look.shade("paper", "ink", 0.12) if down else None, look.colour("paper"), look.colour("line")
        return look.shade("paper", "ink3", 0.16 if down else 0.0), look.colour("paper"), outline

    def _side(self) -> int:
        return self.look.px(_SIDE[self._size])

    def _icon_room(self) -> int:
        if self._icon is None or self._size is Size.TOOL:
            return 0
        gap = self.look.px(_ICON_GAP[self._size]) if self._label else 0
        return self._icon_side() + gap

    def _icon_side(self) -> int:
        # Icons grow with the words beside them, but less: they are large already.
        return self.look.px(_ICON[self._size] * (1 + 0.3 * (self.look.text - 1)))

    def _room(self, width: int) -> int:
        return max(1, width - 2 * self._side() - self._icon_room())

    def _lines(self, width: float) -> WrappedText:
        return self._cache.get(self._label, _ROLE[self._size], width, Qt.AlignmentFlag.AlignHCenter)
