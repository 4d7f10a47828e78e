"""The kiosk's own on-screen keyboard: one painted control, for several fingers at once and for arrow keys."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import (
    QEventPoint,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QTouchEvent,
)
from PySide6.QtWidgets import QWidget

from app.window.toolkit.controls import Control
from app.window.toolkit.icons import paint_icon
from app.window.toolkit.keyboard_layout import Act, Key, KeyboardLayout, Layer
from app.window.toolkit.look import Look, Role
from app.window.toolkit.painted import rounded
from app.window.toolkit.texts import Texts
from app.window.toolkit.wrapped_text import WrappedText

GAP = 0.32  # g between keys
TALL_PORTRAIT, TALL_LANDSCAPE = 2.9, 2.75  # g
REPEAT_AFTER_MS, REPEAT_MS = 450, 90  # of the key that deletes
MOUSE = -1  # the mouse's place among the fingers
_ICONS = {Act.SHIFT: "shift", Act.BACKSPACE: "backspace", Act.LANGUAGE: "globe"}
_ARROWS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


@dataclass(frozen=True, slots=True)
class _Cap:
    key: Key
    box: QRectF
    row: int


class Keyboard(Control):
    """Types at the moment a key goes down. Never mirrored: keys stand where they stand on every keyboard.

    typed: called with the text of a key. deleted: the last character is to go. layouts: the languages on offer.
    """

    def __init__(
        self,
        look: Look,
        parent: QWidget,
        texts: Texts,
        layouts: list[KeyboardLayout],
        *,
        typed: Callable[[str], None],
        deleted: Callable[[], None],
    ) -> None:
        super().__init__(look, parent, "keyboard")
        self._texts = texts
        self._layouts = layouts
        self._typed, self._deleted = typed, deleted
        self._at = 0
        self._layer = Layer.LETTERS
        self._caps: list[_Cap] = []
        self._shrink = 1.0  # of what is written on narrow keys, alike on all
        self._caps_for: tuple[object, ...] = ()
        self._down: dict[int, Key] = {}
        self._cursor = (0, 0)
        self._again = QTimer(self)
        self._again.timeout.connect(self._repeat)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)

    # -------------------------------------------------------- layouts

    def use(self, language: str) -> None:
        """Show the letters of this language, or of the first one on offer."""
        codes = [layout.language for layout in self._layouts]
        self._at = codes.index(language) if language in codes else 0
        self._turn_to(Layer.LETTERS)
        self.setAccessibleName(self._texts("typed.keyboard"))

    @property
    def layout_now(self) -> KeyboardLayout:
        """The layout that is shown."""
        return self._layouts[self._at]

    @property
    def layer(self) -> Layer:
        """What its keys carry now."""
        return self._layer

    def _turn_to(self, layer: Layer) -> None:
        self._layer = layer
        self._cursor = (0, 0) if not self._cursor_key() else self._cursor
        self.canvas.drop()

    def _rows(self) -> list[list[Key]]:
        return self.layout_now.rows(self._layer, len(self._layouts) > 1)

    # -------------------------------------------------------- where keys are

    def natural(self) -> int:
        """Return the width of the window: it takes what there is."""
        return self.look.size.width()

    def height_for(self, _width: int) -> int:
        """Return the height of the tallest layout on offer, pixels: changing it moves nothing."""
        rows = max(len(layout.letters) for layout in self._layouts) + 1
        tall = TALL_PORTRAIT if self.look.portrait else TALL_LANDSCAPE
        return self.look.px(rows * tall + (rows - 1) * GAP)

    def caps(self) -> list[tuple[Key, QRect]]:
        """Return every key with its place, own coordinates."""
        return [(cap.key, cap.box.toRect()) for cap in self._places()]

    def _places(self) -> list[_Cap]:
        box = self.shape_box()
        known = (box, self._layer, self._at, self.look.version)
        if known != self._caps_for:
            self._caps_for = known
            self._caps = self._lay_out(QRectF(box))
            self._shrink = min((self._room(cap) for cap in self._caps), default=1.0)
        return self._caps

    def _lay_out(self, box: QRectF) -> list[_Cap]:
        rows, gap = self._rows(), GAP * self.look.g
        tall = (box.height() - gap * (len(rows) - 1)) / len(rows)
        # The last row fills the width with its long key; all others share one width of key.
        unit = (box.width() + gap) / max(sum(key.width for key in row) for row in rows[:-1])
        caps = []
        for at, row in enumerate(rows):
            whole = sum(key.width for key in row)
            own = (box.width() + gap) / whole if at == len(rows) - 1 else unit
            left = box.left() + (box.width() + gap - own * whole) / 2
            for key in row:
                top = box.top() + at * (tall + gap)
                caps.append(_Cap(key, QRectF(left, top, own * key.width - gap, tall), at))
                left += own * key.width
        return caps

    def key_at(self, pos: QPointF) -> Key | None:
        """Return the key nearest to this place (own coordinates); None when it is far from all."""
        best, least = None, (0.5 * self.look.g + self._reach) ** 2
        for cap in self._places():
            across = max(cap.box.left() - pos.x(), 0.0, pos.x() - cap.box.right())
            down = max(cap.box.top() - pos.y(), 0.0, pos.y() - cap.box.bottom())
            away = across**2 + down**2
            if away <= least:
                best, least = cap.key, away
        return best

    # -------------------------------------------------------- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Copy the kept pixmap; keys that are down, and the one that arrow keys have reached, are painted over it."""
        super().paintEvent(event)
        cursor = self._cursor_key() if self.hasFocus() else None
        if not self._down and cursor is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        down = list(self._down.values())
        for cap in self._places():
            if cap.key in down or cap.key == cursor:
                self._paint_key(painter, cap, strong=cap.key in down, chosen=cap.key == cursor)
        painter.end()

    def shown_down(self) -> bool:
        """Return False: its keys go down, it does not."""
        return False

    def corner(self) -> float:
        """Return the radius of a key's corners, pixels."""
        return 0.65 * self.look.g

    def paint(self, painter: QPainter, box: QRectF, down: bool) -> None:
        """Paint all keys."""
        for cap in self._places():
            self._paint_key(painter, cap, strong=False, chosen=False)

    def _paint_key(self, painter: QPainter, cap: _Cap, *, strong: bool, chosen: bool) -> None:
        look, key = self.look, cap.key
        lit = strong or (key.act is Act.SHIFT and self._layer is Layer.SHIFTED)
        ink = look.colour("ink" if lit else "paper")
        fill = look.colour("paper" if lit else "ink2" if key.act and key.act is not Act.SPACE else "ink3")
        line = look.colour("focus") if chosen else look.colour("line") if look.high_contrast else None
        pen = 0.16 * look.g if chosen else look.stroke
        rounded(painter, cap.box, self.corner(), fill=fill, line=line, pen=pen)
        if key.act in _ICONS:
            side = min(look.px(1.4), cap.box.width() * 0.6)
            spot = QRectF(cap.box.center().x() - side / 2, cap.box.center().y() - side / 2, side, side)
            paint_icon(painter, _ICONS[key.act], spot, ink)
            return
        lines = self._lines(key)
        painter.save()
        painter.translate(cap.box.center())
        painter.scale(self._shrink, self._shrink)
        lines.paint(painter, -5e3, -lines.height / 2, ink)
        painter.restore()

    def _lines(self, key: Key) -> WrappedText:
        look, role = self.look, Role.KEY_WORD if key.act else Role.KEY
        return WrappedText(
            self._label(key), look.font(role), look.line_height(role), 1e4, Qt.AlignmentFlag.AlignHCenter
        )

    def _room(self, cap: _Cap) -> float:
        """Return how large its label can be, as a share of the wanted size."""
        widest = 0.0 if cap.key.act in _ICONS else self._lines(cap.key).widest
        return min(1.0, 0.92 * cap.box.width() / widest) if widest else 1.0

    def _label(self, key: Key) -> str:
        if key.act is Act.SPACE:
            return self._texts("typed.space")
        if key.act is Act.SIGNS:
            return self._texts("typed.letters" if self._layer is Layer.SIGNS else "typed.signs")
        # A mark that stands on letters needs something to stand on.
        return f"\u25cc{key.text}" if unicodedata.combining(key.text[0]) else key.text

    def _spoken(self, key: Key) -> str:
        if key.act in (Act.SHIFT, Act.BACKSPACE, Act.LANGUAGE):  # they show a sign alone
            return self._texts(f"typed.{key.act}")
        return self._label(key)

    # -------------------------------------------------------- fingers

    def event(self, event: QEvent) -> bool:
        """Take touches as they are: two thumbs type at once, which a single mouse cannot."""
        if isinstance(event, QTouchEvent):
            if event.type() == QEvent.Type.TouchCancel:
                self._let_go()
            for point in event.points():
                if point.state() == QEventPoint.State.Pressed:
                    self._press(point.id(), point.position())
                elif point.state() == QEventPoint.State.Released:
                    self._release(point.id())
            event.accept()
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Type."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._press(MOUSE, event.position())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A finger that slides types nothing more."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The key comes up."""
        self._release(MOUSE)
        event.accept()

    def hideEvent(self, event: QHideEvent) -> None:
        """All keys come up."""
        super().hideEvent(event)
        self._let_go()

    def _press(self, finger: int, pos: QPointF) -> None:
        key = self.key_at(pos)
        if key is not None:
            self._down[finger] = key
            self.update()
            if key.act is Act.BACKSPACE:
                self._again.start(REPEAT_AFTER_MS)
            self._use(key)

    def _release(self, finger: int) -> None:
        self._down.pop(finger, None)
        if not any(key.act is Act.BACKSPACE for key in self._down.values()):
            self._again.stop()
        self.update()

    def _let_go(self) -> None:
        self._down.clear()
        self._again.stop()
        self.update()

    def _repeat(self) -> None:
        self._again.setInterval(REPEAT_MS)
        self._deleted()

    def _use(self, key: Key) -> None:
        if key.act is Act.SHIFT:
            self._turn_to(Layer.LETTERS if self._layer is Layer.SHIFTED else Layer.SHIFTED)
        elif key.act is Act.SIGNS:
            self._turn_to(Layer.LETTERS if self._layer is Layer.SIGNS else Layer.SIGNS)
        elif key.act is Act.LANGUAGE:
            self._at = (self._at + 1) % len(self._layouts)
            self._turn_to(Layer.LETTERS)
        elif key.act is Act.BACKSPACE:
            self._deleted()
        else:
            self._typed(key.text)
            if self._layer is Layer.SHIFTED and key.act is None:
                self._turn_to(Layer.LETTERS)

    # -------------------------------------------------------- keys of a keypad

    def press_by_key(self) -> None:
        """Use the key that the arrow keys have reached."""
        key = self._cursor_key()
        if key is not None:
            self._use(key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys go from key to key; beyond the first and the last row the window moves the focus."""
        step = _ARROWS.get(Qt.Key(event.key()))
        rows = self._rows()
        if step is None or not 0 <= self._cursor[0] + step[0] < len(rows):
            event.ignore()
            return
        row = self._cursor[0] + step[0]
        if step[0]:
            # The nearest key of the other row, by where it is seen.
            boxes = {(cap.row, at): cap.box for cap, at in self._numbered()}
            x = boxes[self._cursor].center().x()
            column = min(range(len(rows[row])), key=lambda at: abs(boxes[row, at].center().x() - x))
        else:
            column = (self._cursor[1] + step[1]) % len(rows[row])
        self._cursor = (row, column)
        self.setAccessibleDescription(self._spoken(rows[row][column]))
        self.update()
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the key that was reached."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide it."""
        super().focusOutEvent(event)
        self.update()

    def _numbered(self) -> list[tuple[_Cap, int]]:
        counts: dict[int, int] = {}
        found = []
        for cap in self._places():
            found.append((cap, counts.get(cap.row, 0)))
            counts[cap.row] = counts.get(cap.row, 0) + 1
        return found

    def _cursor_key(self) -> Key | None:
        rows, (row, column) = self._rows(), self._cursor
        return rows[row][column] if row < len(rows) and column < len(rows[row]) else None

    def hitButton(self, pos: QPoint) -> bool:
        """Return whether a touch there counts."""
        return self.key_at(QPointF(pos)) is not None
