"""Rows that several screens share: languages, access, a point with a badge, where visitors find a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from app.intents import Intent, Prefer
from app.screens import Preferences, TextSize
from app.window.toolkit.button import Button, Kind, Size
from app.window.toolkit.flow import Box, Column, Row
from app.window.toolkit.look import Look, Role
from app.window.toolkit.shapes import Badge
from app.window.toolkit.texts import Texts
from app.window.toolkit.words import Words

NEXT_SIZE = {TextSize.NORMAL: TextSize.LARGE, TextSize.LARGE: TextSize.LARGEST, TextSize.LARGEST: TextSize.NORMAL}


class LanguageRow:
    """A button for each language, with the language's own name; none where there is only one language.

    Args:
        look: Lengths, colours and fonts.
        texts: Knows the names.
        parent: The screen.
        codes: The languages on offer.
        chosen: Called with the code of the language that was touched.
    """

    def __init__(
        self, look: Look, texts: Texts, parent: QWidget, codes: tuple[str, ...], chosen: Callable[[str], None]
    ) -> None:
        self._look = look
        self._buttons: dict[str, Button] = {}
        for code in codes if len(codes) > 1 else ():
            button = Button(look, parent, f"language-{code}", on_click=partial(chosen, code))
            button.say(texts.name_of(code))
            self._buttons[code] = button

    def set(self, language: str) -> None:
        """Show which language is in use."""
        for code, button in self._buttons.items():
            chosen = code == language or code == language.partition("-")[0]
            button.choose(chosen)

    def buttons(self) -> list[Button]:
        """Return the buttons; empty where there is only one language."""
        return list(self._buttons.values())

    def row(self) -> Row:
        """Return the buttons as a row that wraps."""
        return Row(self._look, self.buttons(), self._look.px(0.6))


class AccessRow:
    """Three buttons: larger text, high contrast, less motion."""

    def __init__(self, look: Look, parent: QWidget, send: Callable[[Intent], None]) -> None:
        self._look = look
        self._send = send
        self._preferences = Preferences()
        self.size = Button(look, parent, "size", Kind.OUTLINED, size=Size.SMALL, icon="size", on_click=self._size)
        self.contrast = Button(
            look, parent, "contrast", Kind.OUTLINED, size=Size.SMALL, icon="contrast", on_click=self._contrast
        )
        self.motion = Button(
            look, parent, "motion", Kind.OUTLINED, size=Size.SMALL, icon="motion", on_click=self._motion
        )

    def set(self, texts: Texts, preferences: Preferences) -> None:
        """Show the labels in the present language, and what is chosen."""
        self._preferences = preferences
        on = (preferences.text_size is not TextSize.NORMAL, preferences.high_contrast, preferences.less_motion)
        keys = ("access.size", "access.contrast", "access.motion")
        for button, key, chosen in zip(self.buttons(), keys, on, strict=True):
            button.say(texts(key))
            button.choose(chosen, Kind.OUTLINED)

    def buttons(self) -> list[Button]:
        """Return the three buttons."""
        return [self.size, self.contrast, self.motion]

    def row(self) -> Row:
        """Return the buttons as columns of the same width, fewer where words are long."""
        return Row(self._look, self.buttons(), self._look.px(0.6), equal=True)

    def _size(self) -> None:
        self._send(Prefer(replace(self._preferences, text_size=NEXT_SIZE[self._preferences.text_size])))

    def _contrast(self) -> None:
        self._send(Prefer(replace(self._preferences, high_contrast=not self._preferences.high_contrast)))

    def _motion(self) -> None:
        self._send(Prefer(replace(self._preferences, less_motion=not self._preferences.less_motion)))


class PointRow:
    """A badge with a heading and a line below it."""

    def __init__(self, look: Look, parent: QWidget, *, icon: str | None = None) -> None:
        self._look = look
        self.badge = Badge(look, parent, icon=icon)
        self._title = Words(look, parent, Role.SUBTITLE)
        self._more = Words(look, parent, Role.TEXT, colour="paper2")

    def say(self, title: str, more: str) -> None:
        """Show this heading and line."""
        self._title.say(title)
        self._more.say(more)
        self.badge.setAccessibleName(title)

    def row(self, *, badge: bool = True, more: bool = True) -> Row | Column:
        """Return it as a row, with or without the badge and the line below the heading."""
        look = self._look
        words = Column([self._title, self._more] if more else [self._title], look.px(0.12))
        if not badge:
            return words
        side = look.px(3.1)
        badge_box = Box(self.badge, QSize(side, side))
        return Row(look, [badge_box, words], look.px(1), stretch=[0, 1], middle=True, wrap=False)


class PersonRow:
    """Says where visitors find a person."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        self._look = look
        self._badge = Badge(look, parent, icon="person")
        self._words = Words(look, parent, Role.PERSON)

    def say(self, texts: Texts, help_: str) -> None:
        """Name the place `help_`; where it is empty, the staff in general."""
        text = texts("help.person", help=help_) if help_ else texts("help.person_anybody")
        self._words.say(text)
        self._badge.setAccessibleName(text)

    def row(self) -> Row:
        """Return it as a row."""
        side = self._look.px(2.7)
        badge_box = Box(self._badge, QSize(side, side))
        return Row(self._look, [badge_box, self._words], self._look.px(0.9), stretch=[0, 1], middle=True, wrap=False)
