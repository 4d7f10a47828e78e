"""The attract screen: an invitation, the start button, languages, and what makes the screen easier to see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QPoint
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from app.intents import Intent, Prefer, Start
from app.window.screens.base import Site
from app.window.screens.sheet import Fit, SheetScreen
from app.window.toolkit.button import Button, Kind, Size
from app.window.toolkit.flow import Grow, Item, Space
from app.window.toolkit.look import Look, Role
from app.window.toolkit.rows import AccessRow, LanguageRow
from app.window.toolkit.texts import Texts
from app.window.toolkit.words import Words

CORNER = 3.0  # g: side of the corners, which are kept for the five taps that open the staff panel


class AttractScreen(SheetScreen):
    """A touch anywhere but in the corners starts a visit; so does any printable key."""

    def __init__(self, look: Look, texts: Texts, send: Callable[[Intent], None], site: Site) -> None:
        super().__init__(look, texts, send, site)
        self._hello = Words(look, self, Role.TITLE)
        self._start = Button(look, self, "start", Kind.PRIMARY, size=Size.BIG, icon="talk", on_click=self._begin)
        self._note = Words(look, self, Role.SMALL, colour="paper2")
        self._languages = LanguageRow(look, texts, self, site.languages, self._choose)
        self._access = AccessRow(look, self, send)

    def fill(self) -> None:
        """Show the words in the present language."""
        texts = self.texts
        self._hello.say(texts("attract.hello"))
        self._start.say(texts("attract.start"))
        self._note.say(texts("attract.note_text" if self.site.typed_only else "attract.note"))
        self._languages.set(texts.code)
        self._access.set(texts, self.preferences)

    def content(self, fit: Fit) -> list[Item | Grow | Space]:
        """Return the invitation above, languages and access buttons below."""
        languages = [self._languages.row()] if self._languages.buttons() else []
        between = [*self.free_space()]
        return [*self.free_space(), self._hello, self._start, self._note, *between, *languages, self._access.row()]

    def first_focus(self) -> QWidget | None:
        """Return the start button."""
        return self._start

    def on_text(self, text: str) -> None:
        """Start a visit."""
        self._begin()

    def on_tap(self, pos: QPoint) -> None:
        """Start a visit, unless a corner was touched."""
        self._start.setDown(False)
        if self.rect().contains(pos) and not self._in_corner(pos):
            self._begin()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Show at once that the touch was noticed: the start button goes down."""
        super().mousePressEvent(event)
        if event.isAccepted() and not self._in_corner(event.position().toPoint()):
            self._start.setDown(True)
            self._start.canvas.drop()

    def _in_corner(self, pos: QPoint) -> bool:
        side = self.look.px(CORNER)
        across = min(pos.x(), self.width() - 1 - pos.x())
        down = min(pos.y(), self.height() - 1 - pos.y())
        return across < side and down < side

    def _begin(self) -> None:
        self.send(Start())

    def _choose(self, language: str) -> None:
        self.send(Prefer(replace(self.preferences, language=language)))
