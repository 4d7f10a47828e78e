"""The screen "unavailable": why, that it will be well again by itself, where visitors find a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from app.intents import Intent, Prefer
from app.screens import Unavailable, UnavailableReason
from app.window.screens.base import Site
from app.window.screens.farewell import quiet_glow
from app.window.screens.sheet import Fit, SheetScreen
from app.window.toolkit.flow import Grow, Item, Space
from app.window.toolkit.look import Look, Role
from app.window.toolkit.rows import LanguageRow, PersonRow
from app.window.toolkit.surfaces import Glow
from app.window.toolkit.texts import Texts
from app.window.toolkit.words import Words

_WORDS = {
    UnavailableReason.NETWORK: ("unavailable.network", "unavailable.network_more"),
    UnavailableReason.BUDGET: ("unavailable.budget", "unavailable.budget_more"),
}


class UnavailableScreen(SheetScreen):
    """There is nothing to touch but the languages."""

    def __init__(self, look: Look, texts: Texts, send: Callable[[Intent], None], site: Site) -> None:
        super().__init__(look, texts, send, site)
        self._title = Words(look, self, Role.TITLE)
        self._more = Words(look, self, Role.LEAD, colour="paper2")
        self._person = PersonRow(look, self)
        self._staff = Words(look, self, Role.SMALL, colour="paper2")
        self._languages = LanguageRow(look, texts, self, site.languages, self._choose)

    def fill(self) -> None:
        """Show why, without technical words."""
        texts = self.texts
        reason = self.shown.reason if isinstance(self.shown, Unavailable) else UnavailableReason.NETWORK
        title, more = _WORDS.get(reason, ("unavailable.title", "unavailable.more"))
        self._title.say(texts(title))
        self._more.say(texts(more))
        self._person.say(texts, self.site.help)
        self._staff.say(texts("unavailable.staff"))
        self._languages.set(texts.code)

    def layout_key(self) -> object:
        """Return the value: the words depend on all of it."""
        return self.shown

    def content(self, fit: Fit) -> list[Item | Grow | Space]:
        """Return the words in the middle, languages below."""
        items: list[Item | Grow | Space] = [Grow(1.6), self._title, self._more, self._person.row(), Grow(0.5)]
        if isinstance(self.shown, Unavailable) and self.shown.staff_hint:
            items.append(self._staff)
        if self._languages.buttons():
            items.append(self._languages.row())
        return items

    @property
    def glow(self) -> Glow | None:
        """The circles that are shown in place of a picture."""
        return quiet_glow(self.look)

    def first_focus(self) -> QWidget | None:
        """Return the button of the language in use."""
        buttons = self._languages.buttons()
        return next((button for button in buttons if button.objectName() == f"language-{self.texts.code}"), None)

    def _choose(self, language: str) -> None:
        self.send(Prefer(replace(self.preferences, language=language)))
