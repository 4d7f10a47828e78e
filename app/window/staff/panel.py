"""The staff panel: over every screen, behind a PIN; actions, and facts about the state of the kiosk."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.intents import Intent, StaffAction
from app.screens import Preferences
from app.vitals import StaffNote, Vitals
from app.window.staff.action_rows import ActionRows
from app.window.staff.attempts import PinAttempts, Store
from app.window.staff.facts import FactTable, facts
from app.window.staff.pin import PinPad
from app.window.toolkit.button import Button
from app.window.toolkit.controls import Control, extend_hit_areas
from app.window.toolkit.flow import Column, Grow, Item, Space
from app.window.toolkit.look import Look, Role
from app.window.toolkit.painted import Painted
from app.window.toolkit.texts import Texts
from app.window.toolkit.words import Words

OPEN_S = 60  # since the last touch or key
TICK_MS = 500
SQUEEZES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)  # sizes of the words, tried until everything fits


class StaffPanel(QWidget):
    """A solid surface over the whole window; it closes itself 60 s after the last touch or key.

    Attributes:
        action_rows: The buttons of all actions.
        table: The facts.
        close_button: Closes the panel.

    Args:
        parent: The window.
        look: The window's; only its theme, contrast and motion are used here.
        texts: The words, in the visitor's language.
        vitals: The facts.
        send: Takes an action.
        pin_hash: The hash that `setup` saved; None: the panel only says how to set a PIN.
        may_leave: Without a PIN it also offers to leave (demo, ordinary window).
        store: Where wrong PINs are counted.
        now: Unix seconds, for the pause after wrong PINs.
        clock: Seconds on a clock that does not go back, for everything else.
    """

    def __init__(
        self,
        parent: QWidget,
        look: Look,
        texts: Texts,
        vitals: Vitals,
        send: Callable[[Intent], None],
        *,
        pin_hash: str | None,
        may_leave: bool,
        store: Store,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        # A look of its own: the visitor's text size has no effect here, and words made smaller here change no screen.
        self._window_look, self._look = look, Look(look.theme)
        self._texts, self._vitals, self._clock = texts, vitals, clock
        self._may_leave, self._has_pin = may_leave, pin_hash is not None
        self._inside = False
        self._touched_at = 0.0
        self._before: QWidget | None = None
        self._shown: tuple[StaffNote, ...] = ()  # the notes that staff can read now
        look = self._look
        self._title = Words(look, self, Role.TITLE_SMALL)
        self._no_pin = Words(look, self, Role.LEAD)
        self._pad = PinPad(
            look,
            texts,
            self,
            hashed=pin_hash or "",
            attempts=PinAttempts(store, now),
            right=self._enter,
            changed=self.redraw,
        )
        self.action_rows = ActionRows(
            look,
            texts,
            self,
            vitals,
            send=send,
            clock=clock,
            changed=self.redraw,
            answered=self._focus,
        )
        self.table = FactTable(look, self)
        self._closes = Words(look, self, Role.SMALL, colour="paper2")
        self.close_button = Button(look, self, "staff-done", icon="close", on_click=self.close_panel)
        for control in self.findChildren(Control):
            control.pressed.connect(self._touched)
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._step)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.hide()

    # -------------------------------------------------------- opening and closing

    def open(self) -> None:
        """Cover the window and ask for the PIN; without one, say how to set it."""
        if self.isVisible():
            return
        self._before = QApplication.focusWidget()
        self._inside = False
        self.action_rows.begin()
        self._pad.begin()
        self._touched()
        self.show()
        self.raise_()
        self.redraw()
        self._focus()
        self._tick.start()

    def close_panel(self) -> None:
        """Close; what had the focus before gets it back."""
        self._tick.stop()
        self._inside = False
        self._vitals.staff_notes.seen(self._shown)
        self._shown = ()
        self._pad.begin()
        before, self._before = self._before, None
        if before is not None and before.isVisible():
            before.setFocus()
        self.hide()

    def _touched(self) -> None:
        self._touched_at = self._clock()

    def _step(self) -> None:
        """Close the panel when nobody has touched it for long, else show the present facts."""
        if self._clock() - self._touched_at >= OPEN_S:
            self.close_panel()
        else:
            self.redraw()

    def _enter(self) -> None:
        self._inside = True
        self.redraw()
        self._focus()

    def _focus(self) -> None:
        """Give the focus to the close button, or to the keypad while it asks for the PIN; never to an action."""
        inside = self._inside or not self._has_pin
        (self.close_button if inside else self._pad.enter).setFocus()

    # -------------------------------------------------------- drawing

    def redraw(self) -> None:
        """Show the present facts, words and buttons."""
        if not self.isVisible():
            return
        look, texts = self._look, self._texts
        preferences = Preferences(
            high_contrast=self._window_look.high_contrast, less_motion=self._window_look.less_motion
        )
        look.fit(self.size(), preferences, rtl=texts.rtl)
        self._title.say(texts("staff.title"))
        self._no_pin.say(texts("staff.no_pin"))
        self._pad.fill()
        self.action_rows.fill()
        if self._inside:
            self._shown = tuple(self._vitals.staff_notes)
        self.table.set(facts(self._vitals, texts))
        left = max(1, round(OPEN_S - (self._clock() - self._touched_at)))
        self._closes.say(texts("staff.closes", count=left))
        self.close_button.say(texts("staff.close"))
        self._arrange()
        self.update()

    def _arrange(self) -> None:
        look = self._look
        for words in SQUEEZES:
            look.squeeze(words)
            columns, wide = self._columns()
            tall = self.height() - 2 * look.px(1.4)
            if all(column.height_for(wide) <= tall and column.fits(wide) for column in columns):
                break
        edge, top = look.edge(), look.px(1.4)
        for at, column in enumerate(columns[::-1] if look.rtl else columns):
            rect = self.rect().adjusted(edge, top, -edge, -top)
            rect.setLeft(edge + at * (wide + look.px(2)))
            rect.setWidth(wide)
            column.place(rect)
        wanted = {part for column in columns for part in column.widgets()}
        for part in self.children():
            if isinstance(part, (Painted, Control)) and part not in wanted:
                if part.hasFocus():
                    # Otherwise Qt chooses what gets the focus, and it might choose an action.
                    self.close_button.setFocus()
                part.hide()
        extend_hit_areas([part for part in self.findChildren(Control) if not part.isHidden()], look.px(0.5))

    def _columns(self) -> tuple[list[Column], int]:
        """Return what is seen in one column or two, and the width of each."""
        look, gap = self._look, self._look.px(0.6)
        wide = self.width() - 2 * look.edge()
        end: list[Item | Grow | Space] = [Grow(), self._closes, self.close_button]
        if not self._has_pin:
            leave = [self.action_rows.buttons[StaffAction.EXIT]] if self._may_leave else []
            return [Column([self._title, self._no_pin, *self.action_rows.answer(), *leave, *end], gap)], wide
        if not self._inside:
            return [Column([self._title, Grow(), *self._pad.content(), *end], gap)], wide
        actions = [self._title, *self.action_rows.rows(), *self.action_rows.answer()]
        if look.portrait:
            return [Column([*actions, Space(look.px(1)), self.table, *end], gap)], wide
        half = (wide - look.px(2)) // 2
        return [Column([*actions, *end], gap), Column([self.table], gap)], half

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a solid ground, so that nothing of the visitor's screen is seen."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._look.colour("ink"))
        painter.end()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Lay out for the new size."""
        self.redraw()

    def sizeHint(self) -> QSize:
        """Return the size of the window."""
        return self._look.size

    # -------------------------------------------------------- keys and touch

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close with Esc; give digits and Backspace to the keypad; leave all other keys to the window."""
        self._touched()
        at_pad = self._has_pin and not self._inside
        if event.key() == Qt.Key.Key_Escape:
            self.close_panel()
        elif at_pad and event.key() == Qt.Key.Key_Backspace:
            self._pad.backspace()
        elif at_pad and len(event.text()) == 1 and event.text() in "0123456789":
            self._pad.type(event.text())
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Let no touch through to the screen below."""
        self._touched()
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let no touch through."""
        event.accept()
