"""The notice before the microphone opens: an AI, a microphone, a time limit."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from app.intents import Accept, Cancel, Intent
from app.screens import Notice, TalkMode
from app.window.screens.base import Site
from app.window.screens.sheet import Fit, SheetScreen
from app.window.toolkit.button import Button, Kind, Size
from app.window.toolkit.flow import Column, Grow, Item, Row, Space
from app.window.toolkit.look import Look, Role
from app.window.toolkit.rows import PointRow
from app.window.toolkit.texts import Texts
from app.window.toolkit.words import Words


class NoticeScreen(SheetScreen):
    """Three points to know, and two answers: yes, or not now."""

    def __init__(self, look: Look, texts: Texts, send: Callable[[Intent], None], site: Site) -> None:
        super().__init__(look, texts, send, site)
        self._title = Words(look, self, Role.TITLE_SMALL)
        self._ai = PointRow(look, self)
        self._voice = PointRow(look, self, icon="microphone")
        self._time = PointRow(look, self, icon="clock")
        self._accept = Button(look, self, "accept", Kind.PRIMARY, size=Size.BIG, on_click=lambda: send(Accept()))
        self._back = Button(look, self, "back", Kind.OUTLINED, on_click=lambda: send(Cancel()))

    def fill(self) -> None:
        """Show what this visit will be."""
        texts, notice = self.texts, self.shown
        if not isinstance(notice, Notice):
            return
        typed = notice.mode is TalkMode.TEXT
        icon = "keyboard" if typed else "microphone"
        self._title.say(texts("notice.title"))
        self._ai.say(texts("notice.ai"), texts("notice.ai_more"))
        self._ai.badge.set_letters(texts("notice.letters"))
        point = "typing" if typed else "microphone"
        goes = "local_more" if notice.local else f"{point}_more"
        self._voice.say(texts(f"notice.{point}"), texts(f"notice.{goes}"))
        self._voice.badge.set_icon(icon)
        self._time.say(texts("notice.time", minutes=texts.minutes(notice.limit_s)), texts("notice.time_more"))
        self._accept.say(texts("notice.accept"))
        self._accept.set_icon(icon)
        self._back.say(texts("notice.back"))

    def layout_key(self) -> object:
        """Return the value: the words depend on all of it."""
        return self.shown

    def content(self, fit: Fit) -> list[Item | Grow | Space]:
        """Return the points and the two answers, side by side where that saves height."""
        look = self.look
        badge = fit.art and not look.large
        points = [self._ai.row(badge=badge), self._voice.row(badge=badge), self._time.row(badge=badge, more=fit.extras)]
        listed = Column(points, self.gap(0.95, fit))
        answers: list[Item] = [self._accept, self._back]
        if not fit.wide:
            return [*self.free_space(), self._title, listed, Grow(), *answers]
        shapes: list[Item] = [listed, Row(look, points, look.px(1.2), equal=True)]
        wide = self._place(fit).width()
        lower = min(shapes, key=lambda shape: shape.height_for(wide))
        row = Row(look, answers, look.px(0.6), stretch=[1, 0])
        return [*self.free_space(), self._title, lower, Grow(), row]

    def first_focus(self) -> QWidget | None:
        """Return yes."""
        return self._accept

    def on_escape(self) -> None:
        """Go back to attract."""
        self.send(Cancel())
