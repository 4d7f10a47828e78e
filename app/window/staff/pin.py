"""Asks for the PIN: a keypad for fingers and number keys; the check runs in a thread, so that the picture goes on."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from app.settings.pin import check_pin, is_pin
from app.window.staff.attempts import FREE_TRIES, PinAttempts
from app.window.toolkit.button import Button, Kind
from app.window.toolkit.flow import Box, Column, Item, Row
from app.window.toolkit.look import Look, Role
from app.window.toolkit.painted import Painted
from app.window.toolkit.texts import Texts
from app.window.toolkit.words import Words

MOST_DIGITS = 12
CHECK_STEP_MS = 20


class PinDots(Painted):
    """A dot for each digit; the digits are never shown."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(look, parent)
        self._count = 0

    def set(self, count: int) -> None:
        """Show this number of dots."""
        if count != self._count:
            self._count = count
            self.canvas.drop()
        self.setAccessibleName("•" * count or "PIN")

    def height_for(self, _width: int) -> int:
        """Return the height, pixels."""
        return self.look.px(1.1)

    def paint(self, painter: QPainter) -> None:
        """Paint the dots in the middle; before the first digit one grey dot."""
        look, side = self.look, 0.6 * self.look.g
        shown = max(1, self._count)
        step = min(side * 1.8, self.width() / shown)
        left = self.width() / 2 - step * (shown - 1) / 2 - side / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("paper" if self._count else "ink3"))
        for at in range(shown):
            painter.drawEllipse(QRectF(left + at * step, (self.height() - side) / 2, side, side))


class PinPad:
    """A keypad with its message and dots. One check runs at a time, in a thread of its own.

    Args:
        look: Lengths, colours and fonts.
        texts: The words.
        parent: The panel.
        hashed: The hash of the right PIN.
        attempts: Counts wrong PINs.
        right: Called when the right PIN was entered.
        changed: Called when something else is to be shown.
    """

    def __init__(
        self,
        look: Look,
        texts: Texts,
        parent: QWidget,
        *,
        hashed: str,
        attempts: PinAttempts,
        right: Callable[[], None],
        changed: Callable[[], None],
    ) -> None:
        self._look, self._texts = look, texts
        self._hashed, self._attempts = hashed, attempts
        self._right, self._changed = right, changed
        self._digits = ""
        self._missed = False
        self.message = Words(look, parent, Role.TEXT, centred=True)
        self.dots = PinDots(look, parent)
        self.keys = [
            Button(look, parent, f"pin-{digit}", on_click=partial(self.type, str(digit))) for digit in range(10)
        ]
        self.delete = Button(look, parent, "pin-delete", icon="backspace", on_click=self.backspace)
        self.enter = Button(look, parent, "pin-enter", Kind.PRIMARY, icon="check", on_click=self.submit)
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pin")
        self._check: Future[bool] | None = None
        self._poll = QTimer(parent)
        self._poll.setInterval(CHECK_STEP_MS)
        self._poll.timeout.connect(self._checked)

    # -------------------------------------------------------- digits

    def begin(self) -> None:
        """Start with nothing entered."""
        self._digits, self._missed, self._check = "", False, None
        self._poll.stop()

    def type(self, digit: str) -> None:
        """Take one digit."""
        if self._ready() and len(self._digits) < MOST_DIGITS:
            self._digits += digit
            self._missed = False
            self._changed()

    def backspace(self) -> None:
        """Delete the last digit."""
        if self._ready():
            self._digits = self._digits[:-1]
            self._changed()

    def submit(self) -> None:
        """Check what was entered; what cannot be a PIN is not checked and does not count as a try."""
        if self._ready() and is_pin(self._digits):
            self._check = self._worker.submit(check_pin, self._digits, self._hashed)
            self._digits = ""
            self._poll.start()
            self._changed()

    def _ready(self) -> bool:
        return self._check is None and not self._attempts.locked_s()

    def _checked(self) -> None:
        check = self._check
        if check is None or not check.done():
            return
        self._check = None
        self._poll.stop()
        if check.result():
            self._attempts.right()
            self._right()
        else:
            self._attempts.wrong()
            self._missed = True
            self._changed()

    # -------------------------------------------------------- what is seen

    def fill(self) -> None:
        """Put the present words into the widgets."""
        texts = self._texts
        locked = round(self._attempts.locked_s() + 0.499)
        if locked:
            self.message.say(texts("staff.locked", count=locked))
        elif self._missed:
            left = max(1, FREE_TRIES - self._attempts.count)
            self.message.say(texts("staff.wrong", count=left))
        else:
            self.message.say(texts("staff.pin"))
        self.dots.set(len(self._digits))
        for digit, key in enumerate(self.keys):
            key.say(texts.number(digit))
        self.delete.say("", spoken=texts("staff.delete"))
        self.enter.say("", spoken=texts("staff.enter"))

    def content(self) -> list[Item]:
        """Return message, dots and keypad. Digits are placed as on a telephone, also from right to left."""
        look = self._look
        order = [*self.keys[1:], self.delete, self.keys[0], self.enter]
        rows = [order[at : at + 3] for at in range(0, 12, 3)]
        if look.rtl:
            rows = [row[::-1] for row in rows]
        pad = Column([Row(look, row, look.px(0.5), equal=True, wrap=False) for row in rows], look.px(0.5))
        wide = look.px(14)
        return [self.message, self.dots, Box(pad, QSize(wide, pad.height_for(wide)))]
