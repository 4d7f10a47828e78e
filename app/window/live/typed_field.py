"""The field of the typed question: a line of text without clipboard and without history."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import (
    QClipboard,
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPalette,
)
from PySide6.QtWidgets import QLineEdit, QWidget

from app.window.toolkit.look import Look, Role
from app.window.toolkit.painted import Painted, rounded

MOST = 300  # characters
# The clipboard would show one visitor's words to the next.
_REFUSED = (
    QKeySequence.StandardKey.Copy,
    QKeySequence.StandardKey.Cut,
    QKeySequence.StandardKey.Paste,
    QKeySequence.StandardKey.Undo,
    QKeySequence.StandardKey.Redo,
)


class FieldSurface(Painted):
    """The bright surface below the field, and its focus ring."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(look, parent)
        self._focused = False

    def focus(self, focused: bool) -> None:
        """Show or hide the focus ring."""
        if focused != self._focused:
            self._focused = focused
            self.canvas.drop()

    def margin(self) -> int:
        """Return the room for the ring around the surface, pixels."""
        return self.look.px(0.34)

    def paint(self, painter: QPainter) -> None:
        """Paint surface and ring."""
        look, away = self.look, self.margin()
        box = QRectF(self.rect())
        if self._focused:
            rounded(painter, box, 1.4 * look.g, fill=None, line=look.colour("focus"), pen=0.13 * look.g)
        inner = box.adjusted(away, away, -away, -away)
        rounded(painter, inner, 1.1 * look.g, fill=look.colour("paper"), line=None, pen=0)


class AskField(QLineEdit):
    """The field. It has no clipboard, undo history, context menu or dragging.

    Args:
        look: Lengths, colours and fonts.
        parent: The sheet.
        asked: Called for Enter.
    """

    def __init__(self, look: Look, parent: QWidget, asked: Callable[[], None]) -> None:
        self._surface = FieldSurface(look, parent)
        super().__init__(parent)
        self.setObjectName("field")
        self._look = look
        self._asked = asked
        self.setMaxLength(MOST)
        self.setFrame(False)
        self.setDragEnabled(False)
        self.setAcceptDrops(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

    def restyle(self) -> None:
        """Take the present font and colours."""
        look = self._look
        self.setFont(look.font(Role.FIELD))
        palette = QPalette(self.palette())
        ink, paper = look.colour("ink"), look.colour("paper")
        for role, colour in (
            (QPalette.ColorRole.Base, paper),
            (QPalette.ColorRole.Text, ink),
            (QPalette.ColorRole.PlaceholderText, look.shade("ink", "paper", 0.72)),
            (QPalette.ColorRole.Highlight, ink),
            (QPalette.ColorRole.HighlightedText, paper),
        ):
            palette.setColor(role, colour)
        self.setPalette(palette)

    # -------------------------------------------------------- an item of the layout

    def natural(self) -> int:
        """Return the width of a few words, pixels; with less, the buttons go below it."""
        return max(self._look.px(8), 8 * self._look.pixel_size(Role.FIELD))

    def height_for(self, _width: int) -> int:
        """Return its height, pixels."""
        return round(max(self._look.t, 3.2 * self._look.g, 1.7 * self._look.pixel_size(Role.FIELD)))

    def fits(self, width: int) -> bool:
        """Return whether a word or two can be seen."""
        return width >= 4 * self._look.pixel_size(Role.FIELD)

    def place(self, rect: QRect) -> None:
        """Take this place; the surface is `rect`, the text lies inside."""
        away = self._surface.margin()
        self._surface.setGeometry(rect.adjusted(-away, -away, away, away))
        self._surface.show()
        across = self._look.px(0.9)
        self.setGeometry(rect.adjusted(across, self._look.px(0.25), -across, -self._look.px(0.25)))
        self.show()
        self.raise_()

    def widgets(self) -> Iterator[QWidget]:
        """Yield the field and its surface."""
        yield self
        yield self._surface

    # -------------------------------------------------------- keys and touch

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ask with Enter, refuse the keys of clipboard and history, leave all other keys to QLineEdit."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self._asked()
            event.accept()
        elif any(event.matches(refused) for refused in _REFUSED):
            event.accept()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Place the cursor; ignore the middle button, which would paste."""
        if event.button() == Qt.MouseButton.LeftButton:
            super().mouseReleaseEvent(event)
            clipboard = QGuiApplication.clipboard()
            if clipboard.ownsSelection():  # on X11 every program could read the selected words, also after the visit
                clipboard.clear(QClipboard.Mode.Selection)
        else:
            event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Show none."""
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring."""
        super().focusInEvent(event)
        self._surface.focus(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the ring."""
        super().focusOutEvent(event)
        self._surface.focus(False)
