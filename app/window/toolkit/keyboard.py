"""The kiosk's own on-screen keyboard: one painted control, for several fingers at once and for arrow keys."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, QTimer
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
from app.window.toolkit.key_grid import KeyGrid
from app.window.toolkit.key_painter import KeyPainter
from app.window.toolkit.keyboard_layout import Act, Key, KeyboardLayout, Layer
from app.window.toolkit.look import Look
from app.window.toolkit.texts import Texts

GAP = 0.32  # g between keys
TALL_PORTRAIT, TALL_LANDSCAPE = 2.9, 2.75  # g
REPEAT_AFTER_MS, REPEAT_MS = 450, 90  # of the key that deletes
MOUSE = -1  # stands for the mouse among the ids of fingers
_ARROWS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class Keyboard(Control):
    """Types at the moment a key goes down. Never mirrored: keys have the place that they have on every keyboard.

    Args:
        look: Lengths, colours and fonts.
        parent: The widget that it is a part of.
        texts: The words on its long keys.
        layouts: The layouts on offer, one a language; at least one.
        typed: Called with the text of a key.
        deleted: Called when the last character is to go.
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
        self._painter = KeyPainter(look, texts)
        self._at = 0
        self._layer = Layer.LETTERS
        self._kept: tuple[tuple[object, ...], KeyGrid] | None = None
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
        """Return the height of the tallest layout on offer, pixels: another layout moves nothing on the screen."""
        rows = max(len(layout.letters) for layout in self._layouts) + 1
        tall = TALL_PORTRAIT if self.look.portrait else TALL_LANDSCAPE
        return self.look.px(rows * tall + (rows - 1) * GAP)

    def key_at(self, pos: QPointF) -> Key | None:
        """Return the key nearest to this place (own coordinates), or None when it is far from all."""
        return self._grid().nearest(pos, 0.5 * self.look.g + self._reach)

    def _grid(self) -> KeyGrid:
        box = self.shape_box()
        wanted = (box, self._layer, self._at, self.look.version)
        if self._kept is None or self._kept[0] != wanted:
            grid = KeyGrid(self._rows(), QRectF(box), GAP * self.look.g)
            self._painter.fit(grid.keys, self._layer)
            self._kept = wanted, grid
        return self._kept[1]

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
        for placed in self._grid().keys:
            if placed.key in down or placed.key == cursor:
                chosen = placed.key == cursor
                self._painter.paint(painter, placed, self._layer, down=placed.key in down, chosen=chosen)
        painter.end()

    def shown_down(self) -> bool:
        """Return False: its keys go down, it does not."""
        return False

    def corner(self) -> float:
        """Return the radius of a key's corners, pixels."""
        return self._painter.corner()

    def paint(self, painter: QPainter, box: QRectF, down: bool) -> None:
        """Paint all keys."""
        for placed in self._grid().keys:
            self._painter.paint(painter, placed, self._layer, down=False, chosen=False)

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
        """Ignore a finger that slides: it types nothing more."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the key come up."""
        self._release(MOUSE)
        event.accept()

    def hideEvent(self, event: QHideEvent) -> None:
        """Let all keys come up."""
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
        """Take arrow keys from key to key; beyond the first and the last row the window moves the focus."""
        arrow = _ARROWS.get(Qt.Key(event.key()))
        reached = self._grid().step(self._cursor, *arrow) if arrow is not None else None
        if reached is None:
            event.ignore()
            return
        self._cursor = reached
        self.setAccessibleDescription(self._painter.spoken(self._rows()[reached[0]][reached[1]], self._layer))
        self.update()
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the key that was reached."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the key that was reached."""
        super().focusOutEvent(event)
        self.update()

    def _cursor_key(self) -> Key | None:
        rows, (row, column) = self._rows(), self._cursor
        return rows[row][column] if row < len(rows) and column < len(rows[row]) else None

    def hitButton(self, pos: QPoint) -> bool:
        """Return whether a touch there counts."""
        return self.key_at(QPointF(pos)) is not None
