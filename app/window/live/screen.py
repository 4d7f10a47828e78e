"""The live screen: the conversation, and over it the settings sheet or the typed question."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QWidget

from app.audio.base import Levels
from app.intents import Activity, End, Intent
from app.screens import Live, Trouble
from app.window.live.settings import SettingsSheet
from app.window.live.talk import TalkPane
from app.window.live.typed import TypedSheet
from app.window.screens.base import ScreenWidget, Site
from app.window.screens.sheet import SheetScreen
from app.window.toolkit.controls import Control
from app.window.toolkit.look import Look
from app.window.toolkit.rise import Rise
from app.window.toolkit.texts import Texts


class LiveScreen(ScreenWidget):
    """Shows one pane at a time. When the screen is hidden, the sheets close and forget their content.

    Attributes:
        talk: The conversation.
        settings: The settings sheet.
        typed: The typed question.
        rise: The animation of a sheet.

    Args:
        look: Lengths, colours and fonts.
        texts: The words.
        send: Takes an intent.
        site: What the site has set.
        levels: How loud the visitor is; read while the conversation is seen.
        keyboards: Folder of the on-screen keyboard's layouts.
    """

    def __init__(
        self,
        look: Look,
        texts: Texts,
        send: Callable[[Intent], None],
        site: Site,
        levels: Levels,
        *,
        keyboards: Path,
    ) -> None:
        super().__init__(look, texts, send, site)
        self.talk = TalkPane(look, texts, send, site, levels=levels, tool=self._tool)
        self.settings = SettingsSheet(look, texts, send, site, done=self.close_sheet)
        self.typed = TypedSheet(look, texts, send, site, keyboards=keyboards, close=self.close_sheet)
        self._pane: ScreenWidget = self.talk
        self.rise = Rise(self, self._risen)
        for pane in (self.talk, self.settings, self.typed):
            pane.setParent(self)
            pane.setVisible(pane is self.talk)

    @property
    def stalled(self) -> bool:
        """Whether the picture stands still."""
        return isinstance(self.shown, Live) and self.shown.trouble is Trouble.STALLED

    # -------------------------------------------------------- drawing

    def redraw(self) -> None:
        """Show the value again; where the focused control is no longer seen, `first_focus` gets the focus."""
        focused = self._focused()
        super().redraw()
        if focused is not None and not focused.isVisibleTo(self):
            self._focus_first()

    def fill(self) -> None:
        """Hand the value to the pane that is seen."""
        if self.shown is not None:
            self._pane.top_room = self.top_room
            self._pane.resize(self.size())
            self._pane.draw(self.shown, self.preferences)

    def arrange(self) -> None:
        """Do nothing: each pane arranges itself."""

    @property
    def dark(self) -> bool:
        """Whether the picture is darkened: while it stands still."""
        return self.stalled

    def picture_area(self, size: QSize) -> QRect:
        """Return where the pane that is seen wants the picture."""
        return self._pane.picture_area(size)

    def picture_free(self, size: QSize) -> float:
        """Return the share of the picture that the pane that is seen leaves free."""
        return self._pane.picture_free(size)

    # -------------------------------------------------------- what a screen reader says

    def topic(self) -> object:
        """Return which pane is seen, and the topic of the conversation while it is that one."""
        return self._pane, self.talk.topic() if self._pane is self.talk else None

    def spoken(self) -> str:
        """Return what is announced for the pane that is seen."""
        return self._pane.spoken()

    def seconds_left(self) -> int | None:
        """Return the seconds left of the conversation, whichever pane is seen."""
        return self.shown.remaining_s if isinstance(self.shown, Live) else None

    def spoken_seconds(self, seconds: int) -> str:
        """Return the time that is left, in words."""
        return self.talk.spoken_seconds(seconds)

    def forget(self) -> None:
        """Remove every word of the conversation from all panes."""
        super().forget()
        for pane in (self.talk, self.settings, self.typed):
            pane.forget()

    # -------------------------------------------------------- sheets

    def _tool(self, name: str) -> None:
        if name == "goodbye":
            self.send(End())
        elif name == "settings":
            self._open(self.settings)
        else:
            self.typed.begin()
            self._open(self.typed)

    def _open(self, pane: SheetScreen) -> None:
        self._turn_to(pane)
        if self.look.portrait and not self.look.less_motion and self.isVisible():
            self.rise.start(pane, self.height() - pane.sheet_top)
        self._focus_first()

    def _risen(self) -> None:
        if self.arranged is not None:
            self.arranged()

    def close_sheet(self) -> None:
        """Go back to the conversation; the focus returns to the tool button that opened the sheet."""
        name = "settings" if self._pane is self.settings else "type"
        self.typed.forget()
        self._turn_to(self.talk)
        tool = self.talk.dock.tools[name]
        if tool.isVisibleTo(self):
            tool.setFocus()
        else:
            self._focus_first()

    def _turn_to(self, pane: ScreenWidget) -> None:
        self.rise.stop()
        self._pane = pane
        pane.show()
        pane.raise_()
        for other in (self.talk, self.settings, self.typed):
            if other is not pane:
                other.hide()
        self.redraw()

    def hideEvent(self, event: QHideEvent) -> None:
        """Close the sheets: the next visitor finds nothing from this one."""
        super().hideEvent(event)
        if not event.spontaneous():
            self.rise.stop()
            self.typed.forget()
            self._pane = self.talk
            for pane in (self.talk, self.settings, self.typed):
                pane.setVisible(pane is self.talk)

    # -------------------------------------------------------- focus, keys, touch

    def controls(self) -> list[Control]:
        """Return the controls of the pane that is seen."""
        return self._pane.controls()

    def focus_order(self) -> list[QWidget]:
        """Return what Tab and the arrow keys go through."""
        return self._pane.focus_order()

    def first_focus(self) -> QWidget | None:
        """Return what has the focus first in the pane that is seen."""
        return self._pane.first_focus()

    def on_escape(self) -> None:
        """Close the sheet; where none is open, end the conversation."""
        if self._pane is self.talk:
            self.send(End())
        else:
            self.close_sheet()

    def on_text(self, text: str) -> None:
        """Open the typed question with this character, or add the character to it."""
        if self._pane is self.typed:
            self.typed.insert(text)
        elif isinstance(self.shown, Live) and self.shown.can_type:
            self.typed.begin(text)
            self._open(self.typed)
            self.send(Activity())
        else:
            self.send(Activity())

    def on_tap(self, pos: QPoint) -> None:
        """Report activity."""
        self.send(Activity())

    def _focused(self) -> QWidget | None:
        focused = self.focusWidget()
        return focused if focused is not None and self.isAncestorOf(focused) else None

    def _focus_first(self) -> None:
        first = self.first_focus()
        if first is not None:
            first.setFocus()
