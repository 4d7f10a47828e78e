"""The sheet for a typed question: the last words that were said, a field, and the on-screen keyboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QRect, QSize
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from app.intents import Activity, AskText, Intent
from app.screens import Live
from app.window.live.captions import CaptionPlate
from app.window.live.turns import Turn, turns
from app.window.live.typed_field import AskField
from app.window.screens.base import Site
from app.window.screens.sheet import Fit, SheetScreen
from app.window.toolkit.button import Button, Kind
from app.window.toolkit.flow import Column, Grow, Item, Row, Space
from app.window.toolkit.keyboard import Keyboard
from app.window.toolkit.keyboard_layout import load_layout
from app.window.toolkit.look import Look
from app.window.toolkit.texts import Texts

CAPTION_LINES = 3  # beside the picture


class TypedSheet(SheetScreen):
    """A question of at most 300 characters. Typing counts as activity; Ask and Enter send and close, Esc only closes.

    Attributes:
        field: The question.
        ask_button: Sends it.
        close_button: Closes the sheet without asking.
        keyboard: The on-screen keyboard.

    Args:
        look: Lengths, colours and fonts.
        texts: The words.
        send: Takes an intent.
        site: What the site has set.
        keyboards: Folder of the keyboard's layouts.
        close: Called when the sheet is to close.
    """

    def __init__(
        self,
        look: Look,
        texts: Texts,
        send: Callable[[Intent], None],
        site: Site,
        *,
        keyboards: Path,
        close: Callable[[], None],
    ) -> None:
        super().__init__(look, texts, send, site)
        self._close = close
        self._plate = CaptionPlate(look, self)
        self.field = AskField(look, self, self.ask)
        self.field.textChanged.connect(self._changed)
        self.field.installEventFilter(self)
        self.ask_button = Button(look, self, "ask", Kind.PRIMARY, icon="send", on_click=self.ask)
        self.close_button = Button(look, self, "close", icon="close", on_click=close)
        layouts = {load_layout(keyboards, code).language: load_layout(keyboards, code) for code in site.languages}
        self.keyboard = Keyboard(
            look, self, texts, list(layouts.values()), typed=self.field.insert, deleted=self.field.backspace
        )
        self._by_keys = False
        self._turn: Turn | None = None
        self._language = ""

    # -------------------------------------------------------- opening

    def begin(self, text: str = "") -> None:
        """Start a question. `text` was typed on a real keyboard: then ours is hidden until the field is touched."""
        self.field.setText(text)
        self._by_keys = bool(text)
        self._drawn = None  # the keyboard may come or go: the same value has to be laid out anew

    def forget(self) -> None:
        """Remove what was typed, with its undo history, and the last words that were said."""
        super().forget()
        self._turn = None
        self._plate.forget()
        self.field.blockSignals(True)
        self.field.setText("")
        self.field.blockSignals(False)
        self._by_keys = False

    def insert(self, text: str) -> None:
        """Take a character that was typed while something else had the focus."""
        self.field.setFocus()
        self.field.insert(text)

    def ask(self) -> None:
        """Send the question and close; do nothing while it is empty."""
        text = " ".join(self.field.text().split())
        if text:
            self.send(AskText(text))
            self._close()

    # -------------------------------------------------------- the sheet

    def fill(self) -> None:
        """Take the last turn of the conversation, and put the present language into the widgets."""
        texts = self.texts
        live = self.shown if isinstance(self.shown, Live) else Live()
        last = turns(live.captions, 1) if self.preferences.captions else []
        self._turn = last[0] if last else None
        self.field.setPlaceholderText(texts("typed.hint"))
        self.field.setAccessibleName(texts("typed.title"))
        self.field.restyle()
        self.ask_button.say(texts("typed.ask"))
        self.close_button.say("", spoken=texts("typed.close"))
        if texts.code != self._language:
            self._language = texts.code
            self.keyboard.use(texts.code)

    def content(self, fit: Fit) -> list[Item | Grow | Space]:
        """Return field, buttons and keyboard; in landscape also the last words above them."""
        look = self.look
        gap, place = look.px(0.6), self._place(fit)
        row = Row(look, [self.field, self.ask_button, self.close_button], gap, stretch=[1, 0, 0])
        below: list[Item] = [row]
        if row.natural() > place.width():
            below = [self.field, Row(look, [self.ask_button, self.close_button], gap, stretch=[1, 0])]
        if not self._by_keys:
            below.append(self.keyboard)
        if look.portrait:
            return [*below]
        gap = self.gap(0.95, fit)
        room = place.height() - Column(below, gap).height_for(place.width()) - gap
        if self._turn is None or room < self._plate.height_of(self._turn, place.width(), 1):
            return [Grow(), *below]
        most = min(room, self._plate.height_of(self._turn, place.width(), CAPTION_LINES))
        self._plate.speak(self._turn, self.texts, place.width(), most)
        return [Grow(), self._plate, Grow(), *below]

    def arrange(self) -> None:
        """Place the sheet; in portrait also the last words, on the picture above it."""
        super().arrange()
        look = self.look
        if look.portrait and self._turn is not None:
            edge = look.px(0.9)
            wide = round((self.width() - 2 * edge) * 0.94)
            room = self.sheet_top - edge - self.top_room
            most = min(room, self._plate.height_of(self._turn, wide, 2 if look.large else CAPTION_LINES))
            self._plate.speak(self._turn, self.texts, wide, most)
            own, tall = min(wide, self._plate.natural()), self._plate.height_for(wide)
            at_start = (self._turn.speaker == "avatar") != look.rtl
            left = edge if at_start else self.width() - edge - own
            self._plate.place(QRect(left, self.sheet_top - edge - tall, own, tall))

    def picture_free(self, size: QSize) -> float:
        """Return the share of the picture above the last words, or above the sheet."""
        if self.look.portrait and not self._plate.isHidden():
            return self._plate.y() / max(1, size.height())
        return super().picture_free(size)

    def focus_order(self) -> list[QWidget]:
        """Return the field, then the controls."""
        return [self.field, *super().focus_order()]

    def spoken(self) -> str:
        """Return the name of this sheet; its controls are read when they get the focus."""
        return self.texts("typed.title")

    def first_focus(self) -> QWidget | None:
        """Return the field."""
        return self.field

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Show the on-screen keyboard when the field is touched."""
        if watched is self.field and isinstance(event, QMouseEvent) and self._by_keys:
            self._by_keys = False
            self.redraw()
        return False

    def _changed(self, _text: str) -> None:
        if self.isVisible():
            self.send(Activity())
