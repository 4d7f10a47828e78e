"""The screen while the guide is being connected."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from app.intents import Cancel, Intent
from app.screens import Connecting
from app.window.screens.base import Site
from app.window.screens.sheet import Fit, SheetScreen
from app.window.toolkit.button import Button, Kind
from app.window.toolkit.flow import Box, Column, Grow, Item, Space
from app.window.toolkit.look import Look, Role
from app.window.toolkit.shapes import Halo
from app.window.toolkit.texts import Texts
from app.window.toolkit.words import Words


class ConnectingScreen(SheetScreen):
    """Moving circles, a few words, and cancel."""

    def __init__(self, look: Look, texts: Texts, send: Callable[[Intent], None], site: Site) -> None:
        super().__init__(look, texts, send, site)
        self._halo = Halo(look, self)
        self._title = Words(look, self, Role.TITLE_SMALL, centred=True)
        self._more = Words(look, self, Role.LEAD, colour="paper2", centred=True)
        self._cancel = Button(look, self, "cancel", Kind.OUTLINED, icon="close", on_click=lambda: send(Cancel()))

    def fill(self) -> None:
        """Show that it takes a moment, a little longer, or that the guide is still on its way."""
        title, more = "connecting.title", "connecting.more"
        if self._is_late():
            title, more = "connecting.late_title", "connecting.late"
        elif isinstance(self.shown, Connecting) and self.shown.slow:
            more = "connecting.slow"
        self._title.say(self.texts(title))
        self._more.say(self.texts(more))
        self._cancel.say(self.texts("connecting.cancel"))
        self._halo.setAccessibleName(self._title.text())
        self._halo.follow_look()

    def topic(self) -> object:
        """Return the language, and whether the guide is late."""
        return self.texts.code, self._is_late()

    def layout_key(self) -> object:
        """Return the value: the words depend on all of it."""
        return self.shown

    def content(self, fit: Fit) -> list[Item | Grow | Space]:
        """Return halo and words in the middle, cancel below."""
        side = self.look.px(7 * max(0.6, fit.gap))
        halo = Box(self._halo, QSize(side, side))
        block = Column([halo, self._title, self._more], self.gap(1.1, fit))
        return [*self.free_space(), block, Grow(), self._cancel]

    def first_focus(self) -> QWidget | None:
        """Return cancel."""
        return self._cancel

    @property
    def enter_activates(self) -> bool:
        """False: Enter pressed twice on the notice must not cancel the visit that it began."""
        return False

    def on_escape(self) -> None:
        """Cancel."""
        self.send(Cancel())

    def _is_late(self) -> bool:
        return isinstance(self.shown, Connecting) and self.shown.late
