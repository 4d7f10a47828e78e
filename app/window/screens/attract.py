"""Nobody is here: an invitation, one thing to touch, and everything that makes the start easier."""

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

CORNER = 3.0  # g: the corners belong to the staff's five taps


class AttractScreen(SheetScreen):
    """The whole screen starts a visit; so does any printable key."""

    def __init__(self, look: Look, texts: Texts, send: Callable[[Intent], None], site: Site) -> None:
        super().__init__(look, texts, send, site)
        self._hello = Words(look, self, Role.TITLE)
        self._start = Button(look, self, "start", Kind.LAMP, size=Size.BIG, icon="talk", on_click=self._begin)
        self._note = Words(look, self, Role.SMALL, colour="paper2")
        self._languages = LanguageRow(look, texts, self, site.languages, self._choose)
        self._access = AccessRow(look, self, send)

    def fill(self) -> None:
        """Speak the language of now."""
        texts = self.texts
        self._hello.say(texts("attract.hello"))
        self._start.say(texts("attract.start"))
        self._note.say(texts("attract.note_text" if self.site.typed_only else "attract.note"))
        self._languages.set(texts.code)
        self._access.set(texts, self.preferences)

    def content(self, fit: Fit) -> list[Item | Grow | Space]:
        """Return the invitation above, the helps below."""
        languages = [self._languages.row()] if self._languages.buttons() else []
        between = [*self.airy()]
        return [*self.airy(), self._hello, self._start, self._note, *between, *languages, self._access.row()]

    def first_focus(self) -> QWidget | None:
        """Return the start."""
        return self._start

    def on_text(self, text: str) -> None:
        """Any printable key starts."""
        self._begin()

    def on_tap(self, pos: QPoint) -> None:
        """Any touch starts, but for the corners."""
        self._start.setDown(False)
        if self.rect().contains(pos) and not self._in_corner(pos):
            self._begin()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Show at once that the touch was felt: the button goes down with it."""
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
