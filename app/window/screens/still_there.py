"""The question "Are you still there?", and "Goodbye" to who said it; any key or touch says that somebody is here."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QSize
from PySide6.QtWidgets import QWidget

from app.intents import End, Intent, Stay
from app.screens import MicrophoneState, StillThere, TalkMode, Trouble
from app.window.screens.base import Site
from app.window.screens.sheet import Fit, SheetScreen
from app.window.toolkit.button import Button, Kind, Size
from app.window.toolkit.flow import Box, Column, Grow, Item, Space
from app.window.toolkit.look import Look, Role
from app.window.toolkit.shapes import ProgressRing
from app.window.toolkit.texts import Texts
from app.window.toolkit.words import Words

_QUESTION = ("still_there.title", "still_there.more", "still_there.stay")
_GOODBYE = ("still_there.goodbye", "still_there.goodbye_more", "still_there.goodbye_stay")


class StillThereScreen(SheetScreen):
    """A countdown, a question, one big button; any key or touch stays, Esc ends the visit."""

    def __init__(self, look: Look, texts: Texts, send: Callable[[Intent], None], site: Site) -> None:
        super().__init__(look, texts, send, site)
        self._ring = ProgressRing(look, self)
        self._title = Words(look, self, Role.TITLE, centred=True)
        self._more = Words(look, self, Role.LEAD, colour="paper2", centred=True)
        self._stay = Button(look, self, "stay", Kind.PRIMARY, size=Size.BIG, on_click=self._here)

    def fill(self) -> None:
        """Show the seconds that are left."""
        texts, shown = self.texts, self.shown
        if not isinstance(shown, StillThere):
            return
        left = max(0, shown.seconds)
        self._ring.set(left / max(1, shown.of_s), texts.number(left), texts("unit.seconds", count=left))
        live = shown.live
        # A voice that is not heard answers nothing.
        typed_only = live.mode is TalkMode.TEXT or live.microphone is MicrophoneState.MISSING
        typed_only = typed_only or live.trouble is Trouble.CANNOT_HEAR
        title, more, stay = _GOODBYE if shown.goodbye else _QUESTION
        self._title.say(texts(title))
        self._more.say(texts(f"{more}_text" if typed_only else more))
        self._stay.say(texts(stay))

    def topic(self) -> object:
        """Return the language, and which of the two is asked."""
        return self.texts.code, isinstance(self.shown, StillThere) and self.shown.goodbye

    def content(self, fit: Fit) -> list[Item | Grow | Space]:
        """Return ring and words in the middle, the button below."""
        side = self.look.px(9.5 * max(0.6, fit.gap))
        ring = Box(self._ring, QSize(side, side))
        block = Column([ring, self._title, self._more], self.gap(1.1, fit))
        return [*self.free_space(), block, Grow(), self._stay]

    @property
    def after_talk(self) -> bool:
        """True: the last picture of the conversation is behind it."""
        return True

    @property
    def dark(self) -> bool:
        """True: the conversation is darkened."""
        return True

    def seconds_left(self) -> int | None:
        """Return the seconds that are left to answer."""
        return self.shown.seconds if isinstance(self.shown, StillThere) else None

    def first_focus(self) -> QWidget | None:
        """Return the button."""
        return self._stay

    def on_escape(self) -> None:
        """End the visit."""
        self.send(End())

    def on_enter(self) -> None:
        """Stay."""
        self._here()

    def on_other_key(self) -> None:
        """Stay."""
        self._here()

    def on_tap(self, pos: QPoint) -> None:
        """Stay."""
        self._here()

    def _here(self) -> None:
        self.send(Stay())
