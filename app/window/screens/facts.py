"""The cards with facts that are shown during a wait: their content, and the widget."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from app.window.toolkit.art import paint_art
from app.window.toolkit.controls import Control
from app.window.toolkit.look import Look, Role
from app.window.toolkit.painted import rounded
from app.window.toolkit.wrapped_text import LineCache, WrappedText

FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Fact:
    """The content of a card.

    Attributes:
        art: A picture of app/window/toolkit/art.py.
        text: A sentence.
    """

    art: str
    text: str


def load_facts(folder: Path, language: str) -> tuple[Fact, ...]:
    """Read the cards of a language; a language without cards gets the English ones.

    Args:
        folder: Holds a file for each language, CODE.toml.
        language: The code.

    Raises:
        OSError: The package's own files are damaged.
        KeyError: Likewise.
    """
    file = folder / f"{language.partition('-')[0]}.toml"
    if not file.is_file():
        file = folder / f"{FALLBACK}.toml"
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    return tuple(Fact(art=entry["art"], text=entry["text"]) for entry in data["fact"])


class FactCard(Control):
    """A card; a touch shows the next one. It is as high as the longest sentence needs, so that nothing jumps."""

    def __init__(self, look: Look, parent: QWidget, on_click: Callable[[], None]) -> None:
        super().__init__(look, parent, "fact", on_click)
        self._facts: tuple[Fact, ...] = ()
        self._at = 0
        self._know = ""
        self.art = True
        self._cache = LineCache(look)

    def set(self, facts: tuple[Fact, ...], at: int, know: str, spoken: str) -> None:
        """Show a card.

        Args:
            facts: All cards.
            at: Index of the one that is shown.
            know: The line above the sentence.
            spoken: What a touch does, for assistive technology.
        """
        if (facts, at, know) != (self._facts, self._at, self._know):
            self._facts, self._at, self._know = facts, at, know
            self.canvas.drop()
        self.setAccessibleName(f"{know} {facts[at].text} {spoken}")

    def with_art(self, art: bool) -> FactCard:
        """Show or hide the picture; return the card, for use in a layout."""
        if art != self.art:
            self.art = art
            self.canvas.drop()
        return self

    def corner(self) -> float:
        """Return the radius of its corners, pixels."""
        return 1.2 * self.look.g

    def natural(self) -> int:
        """Return a width in which the sentence reads well, pixels."""
        return self.look.px(20)

    def height_for(self, width: int) -> int:
        """Return the height that the longest sentence needs, pixels."""
        look = self.look
        words = max((self._lines(fact.text, width).height for fact in self._facts), default=0.0)
        inner = look.line_height(Role.BUTTON_SMALL) * 1.1 + look.px(0.2) + words + self._dots_room()
        return round(max(inner, look.px(6.2) if self.art else 0) + 2 * self._pad())

    def fits(self, width: int) -> bool:
        """Return whether no single word of any card is too wide."""
        return not any(self._lines(fact.text, width).wide for fact in self._facts)

    def paint(self, painter: QPainter, box: QRectF, down: bool) -> None:
        """Paint the card, its picture and words, and a row of dots that shows which card it is."""
        look = self.look
        fill = look.shade("paper", "ink2", 0.08) if down else look.colour("ink2")
        line = look.colour("line") if look.high_contrast else None
        rounded(painter, box, self.corner(), fill=fill, line=line, pen=look.stroke)
        if not self._facts:
            return
        fact, side = self._facts[self._at], float(look.px(6.2))
        left = box.left() + self._pad()
        if self.art:
            at = box.right() - self._pad() - side if look.rtl else left
            paint_art(painter, fact.art, QRectF(at, box.center().y() - side / 2, side, side), 0.8 * look.g)
            left += 0 if look.rtl else side + look.px(1.1)
        width = int(box.width())
        know = self._label(width)
        words = self._lines(fact.text, width)
        whole = know.height * 1.1 + look.px(0.2) + words.height + self._dots_room()
        top = box.center().y() - whole / 2
        know.paint(painter, left, top, look.colour("lamp"))
        top += know.height * 1.1 + look.px(0.2)
        words.paint(painter, left, top, look.colour("paper"))
        self._paint_dots(painter, left, self._room(width), top + words.height + look.px(0.5))

    def _paint_dots(self, painter: QPainter, left: float, room: int, top: float) -> None:
        look = self.look
        side, gap = 0.36 * look.g, 0.4 * look.g
        x = 0.0
        for index in range(len(self._facts)):
            wide = side * 3 if index == self._at else side
            at = left + room - x - wide if look.rtl else left + x
            role = "lamp" if index == self._at else "line"
            rounded(painter, QRectF(at, top, wide, side), side, fill=look.colour(role), line=None, pen=0)
            x += wide + gap

    def _dots_room(self) -> int:
        return self.look.px(0.5 + 0.36)

    def _pad(self) -> int:
        return self.look.px(1)

    def _room(self, width: int) -> int:
        art = self.look.px(6.2 + 1.1) if self.art else 0
        return max(1, width - 2 * self._pad() - art)

    def _label(self, width: int) -> WrappedText:
        return self._cache.get(self._know, Role.BUTTON_SMALL, self._room(width))

    def _lines(self, text: str, width: int) -> WrappedText:
        return self._cache.get(text, Role.FACT, self._room(width))
