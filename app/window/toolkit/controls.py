"""What can be touched: buttons that paint themselves, with a name, a press to be seen, and room for a finger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.window.toolkit.icons import paint_icon
from app.window.toolkit.look import Look, Role
from app.window.toolkit.words import Canvas, LineCache, WrappedText, rounded

PRESS_MS = 90  # a press is seen for at least this long, however short the touch
PRESSED_SIZE = 0.97
MOST_LINES = 2  # of a label


class Kind(StrEnum):
    """How much a button wants to be touched."""

    LAMP = "lamp"  # the one thing to touch; at most one on a screen
    QUIET = "quiet"
    LINE = "line"
    PAPER = "paper"  # chosen
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


class Control(QAbstractButton):
    """Something to touch. Subclasses paint; touch, keys, names and hit area are here.

    name: the stable name of docs/contract.md 4.4, also the object name. `on_click` is called at release, or for a key.
    The widget is larger than what is seen (`shape_box`) by `reach`: a finger that just misses still hits.
    """

    def __init__(self, look: Look, parent: QWidget, name: str, on_click: Callable[[], None] | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.look = look
        self.on_click = on_click
        self.canvas = Canvas(self, look)
        self._reach = 0
        self._flash = QTimer(self)
        self._flash.setSingleShot(True)
        self._flash.setInterval(PRESS_MS)
        self._flash.timeout.connect(self.canvas.drop)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.pressed.connect(self._went_down)
        self.released.connect(self.canvas.drop)
        self.clicked.connect(self._was_clicked)

    # -------------------------------------------------------- what is seen

    def paint(self, painter: QPainter, box: QRectF, down: bool) -> None:
        """Paint into `box` (own coordinates); `down`: a finger is on it."""
        raise NotImplementedError

    def corner(self) -> float:
        """Return the radius of its corners, pixels, for the focus ring."""
        return self.look.g * _CORNER[Size.NORMAL]

    def shown_down(self) -> bool:
        """Return whether it looks pressed now."""
        return self.isDown() or self._flash.isActive()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Copy the kept pixmap."""
        self.canvas.show(self._paint_all)

    def _paint_all(self, painter: QPainter) -> None:
        down = self.shown_down()
        box = QRectF(self.shape_box())
        if down and not self.look.still:
            painter.translate(box.center())
            painter.scale(PRESSED_SIZE, PRESSED_SIZE)
            painter.translate(-box.center())
        self.paint(painter, box, down)

    # -------------------------------------------------------- where it is

    def natural(self) -> int:
        """Return the width that it would like, pixels."""
        return round(self.look.t)

    def height_for(self, _width: int) -> int:
        """Return the height that it needs, pixels: never less than a target."""
        return round(self.look.t + 0.499)

    def fits(self, _width: int) -> bool:
        """Return whether it can be shown at this width without clipping."""
        return True

    def place(self, rect: QRect) -> None:
        """Be seen exactly there (parent's coordinates); `spread` adds the reach."""
        if rect != self.shape_in_parent():
            self._reach = 0
            self.setGeometry(rect)
            self.canvas.drop()
        self.show()

    def widgets(self) -> Iterator[QWidget]:
        """Yield itself."""
        yield self

    def set_reach(self, reach: int) -> None:
        """Let the hit area go `reach` pixels beyond what is seen, on all sides."""
        if reach != self._reach:
            seen = self.shape_in_parent()
            self._reach = reach
            self.setGeometry(seen.adjusted(-reach, -reach, reach, reach))
            self.canvas.drop()

    def shape_box(self) -> QRect:
        """Return what is seen, in its own coordinates."""
        reach = self._reach
        return self.rect().adjusted(reach, reach, -reach, -reach)

    def shape_in_parent(self) -> QRect:
        """Return what is seen, in the parent's coordinates."""
        return self.shape_box().translated(self.pos())

    def sizeHint(self) -> QSize:
        """Return the size of a target."""
        return QSize(self.natural(), self.height_for(self.natural()))

    # -------------------------------------------------------- touch and keys

    def press_by_key(self) -> None:
        """Do what a touch would do, and let it be seen."""
        if self.isEnabled():
            self._went_down()
            self.click()

    def hitButton(self, pos: QPoint) -> bool:
        """Return whether a touch there counts: the whole widget, reach included."""
        return self.rect().contains(pos)

    def nextCheckState(self) -> None:
        """A touch asks; what is chosen comes back with the next value."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave every key to the window: one table decides."""
        event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Leave every key to the window."""
        event.ignore()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A finger that went down on a screen that is gone says nothing on the next one."""
        if self.isVisible():
            super().mouseReleaseEvent(event)
        else:
            event.ignore()

    def hideEvent(self, _event: QHideEvent) -> None:
        """Whatever lay on it lies on it no longer."""
        self._flash.stop()
        self.setDown(False)
        self.canvas.drop()

    def _went_down(self) -> None:
        self._flash.start()
        self.canvas.drop()

    def _was_clicked(self) -> None:
        if self.on_click is not None:
            self.on_click()


class Button(Control):
    """A button with a label of at most two lines, an icon, or both."""

    def __init__(
        self,
        look: Look,
        parent: QWidget,
        name: str,
        kind: Kind = Kind.QUIET,
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
        """Show this label. spoken: what assistive technology says instead, needed where there is an icon alone."""
        if label != self._label:
            self._label = label
            self.canvas.drop()
        self.setAccessibleName(spoken or label)

    def label(self) -> str:
        """Return the label."""
        return self._label

    def set_kind(self, kind: Kind) -> None:
        """Change how much it wants to be touched."""
        if kind is not self._kind:
            self._kind = kind
            self.canvas.drop()

    def set_icon(self, icon: str | None) -> None:
        """Change the icon."""
        if icon != self._icon:
            self._icon = icon
            self.canvas.drop()

    def choose(self, chosen: bool, otherwise: Kind = Kind.QUIET) -> None:
        """Show whether this choice is the one in force, and tell assistive technology. otherwise: its kind if not."""
        self.setCheckable(True)
        self.setChecked(chosen)
        self.set_kind(Kind.PAPER if chosen else otherwise)

    @property
    def kind(self) -> Kind:
        """How much it wants to be touched."""
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
        # The text box is as wide as its widest line, so that icon and words stand together in the middle.
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
        if self._kind is Kind.LAMP:
            return look.shade("lamp_ink", "lamp", 0.14) if down else look.colour("lamp"), look.colour("lamp_ink"), None
        if self._kind is Kind.PAPER or (self._kind is Kind.QUESTION and not look.high_contrast):
            return look.shade("ink", "paper", 0.14) if down else look.colour("paper"), look.colour("ink"), None
        if self._kind is Kind.QUESTION:
            return look.shade("paper", "ink", 0.3 if down else 0.0), look.colour("paper"), look.colour("line")
        if self._kind is Kind.LINE:
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
        # Signs grow with the words beside them, but slower: they are large already.
        return self.look.px(_ICON[self._size] * (1 + 0.3 * (self.look.text - 1)))

    def _room(self, width: int) -> int:
        return max(1, width - 2 * self._side() - self._icon_room())

    def _lines(self, width: float) -> WrappedText:
        return self._cache.get(self._label, _ROLE[self._size], width, Qt.AlignmentFlag.AlignHCenter)


class FocusRing(QWidget):
    """The ring round the control that has the focus: one for the window, outside the control, always on top."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.canvas = Canvas(self, look)
        self._corner = 0.0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def surround(self, control: QWidget | None) -> None:
        """Stand round this control, or go when it is None, hidden, or no `Control`."""
        window = self.parentWidget()
        if window is None or not isinstance(control, Control) or not control.isVisible():
            self.hide()
            return
        look = self._look
        seen = control.shape_box().translated(control.mapTo(window, QPoint(0, 0)))
        away = round(0.34 * look.g)
        place = seen.adjusted(-away, -away, away, away)
        if place != self.geometry() or self._corner != control.corner():
            self._corner = control.corner()
            self.setGeometry(place)
            self.canvas.drop()
        self.show()
        self.raise_()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Copy the kept pixmap."""
        self.canvas.show(self._paint)

    def _paint(self, painter: QPainter) -> None:
        look = self._look
        radius = min(self._corner, self.height() / 2) + 0.3 * look.g
        rounded(painter, QRectF(self.rect()), radius, fill=None, line=look.colour("focus"), pen=0.13 * look.g)


def spread(controls: list[Control], most: int) -> None:
    """Let every hit area reach half way to its nearest neighbour, `most` pixels at most; none overlap afterwards."""
    boxes = [control.shape_in_parent() for control in controls]
    for at, control in enumerate(controls):
        reach = most
        for other, box in enumerate(boxes):
            if other != at:
                reach = min(reach, max(0, _distance(boxes[at], box)) // 2)
        control.set_reach(reach)


def _distance(first: QRect, second: QRect) -> int:
    across = max(second.left() - first.right(), first.left() - second.right()) - 1
    down = max(second.top() - first.bottom(), first.top() - second.bottom()) - 1
    return max(across, down)
