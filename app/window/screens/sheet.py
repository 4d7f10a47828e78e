"""Screens with one sheet: at the bottom in portrait, beside the picture in landscape, or over the whole window."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QSize

from app.intents import Intent
from app.window.screens.base import ScreenWidget, Site, picture_width
from app.window.toolkit.controls import Control
from app.window.toolkit.flow import Column, Grow, Item, Space
from app.window.toolkit.look import Look
from app.window.toolkit.painted import Painted
from app.window.toolkit.surfaces import Glow, Surface
from app.window.toolkit.texts import Texts

FACE_ENDS = 0.64  # share of the height of a picture: faces are above it


@dataclass(frozen=True, slots=True)
class Fit:
    """How much is left out or made smaller so that everything can be read whole in this window.

    Attributes:
        art: Pictures and badges are shown.
        wide: The panel takes the whole window.
        gap: Spaces, as a share of the wanted ones.
        extras: What is only for entertainment is shown.
        words: Size of the words, as a share of the wanted one.
    """

    art: bool = True
    wide: bool = False
    gap: float = 1.0
    extras: bool = True
    words: float = 1.0


# Tried in this order: without pictures, with less space, over the picture, without extras; smaller words come last.
FITS = (
    Fit(),
    Fit(art=False),
    Fit(art=False, gap=0.7),
    Fit(art=False, wide=True),
    Fit(art=False, wide=True, gap=0.6),
    Fit(art=False, wide=True, gap=0.6, extras=False),
    *(Fit(art=False, wide=True, gap=0.6, extras=False, words=percent / 100) for percent in range(95, 30, -5)),
)

WIDEST = Fit(art=False, wide=True)  # skipped where the sheet has the whole width anyway


class SheetScreen(ScreenWidget):
    """A screen whose content is one column on a solid surface.

    Attributes:
        sheet_top: Top of the sheet, pixels; 0 where it is a panel or covers the whole window.
        fitted: The fit that was found.
    """

    def __init__(self, look: Look, texts: Texts, send: Callable[[Intent], None], site: Site) -> None:
        super().__init__(look, texts, send, site)
        self._surface = Surface(look, self)
        self.sheet_top = 0
        self.fitted = Fit()
        self._asked_for: object = None

    @abstractmethod
    def content(self, fit: Fit) -> list[Item | Grow | Space]:
        """Return what is on the surface, from top to bottom."""

    @property
    def glow(self) -> Glow | None:
        """The circles that are shown in place of the picture; None: the picture is shown."""
        return None

    def free_space(self) -> list[Item | Grow | Space]:
        """Return a `Grow` where the column is as high as the window; nothing where it is a sheet in portrait."""
        return [] if self.look.portrait and self.glow is None else [Grow()]

    def gap(self, units: float, fit: Fit) -> int:
        """Return a space of `units` layout units, reduced as `fit` says, but not below 0.5 (hit areas); pixels."""
        return max(self.look.px(min(units, 0.5)), self.look.px(units * fit.gap))

    def layout_key(self) -> object:
        """Return what decides which content is shown; while it stays the same, the fit that was found is kept."""
        return None

    def arrange(self) -> None:
        """Find the first fit in which everything can be read whole, and place it."""
        column, place = self._find_fit()
        self._cover(column, place, self.fitted)
        wanted = set(column.widgets())
        for part in self.children():
            if isinstance(part, (Painted, Control)) and part not in wanted and not self._surface.owns(part):
                part.hide()
        column.place(place)

    def _find_fit(self) -> tuple[Column, QRect]:
        look = self.look
        asked = (self.size(), self.preferences, self.top_room, self.layout_key())
        # Some screens are redrawn every second: a fit that was too large a second ago is not tried again.
        start = FITS.index(self.fitted) if asked == self._asked_for else 0
        self._asked_for = asked
        for fit in FITS[start:]:
            if fit.wide and fit == WIDEST and not self._can_widen():
                continue
            look.squeeze(fit.words)
            place = self._place(fit)
            column = Column(self.content(fit), self.gap(1.0 if look.portrait else 0.95, fit))
            self.fitted = fit
            if column.fits(place.width()) and column.height_for(place.width()) <= place.height():
                break
        return column, place

    def picture_area(self, size: QSize) -> QRect:
        """Return the window; a service's picture moves up, so that its face stays above the sheet."""
        area = super().picture_area(size)
        if self._lifts and size.height() >= size.width():
            covered = round(size.height() * FACE_ENDS) - self.sheet_top
            area.translate(0, -max(0, min(round(size.width() * 0.29), covered)))
        return area

    def picture_free(self, size: QSize) -> float:
        """Return the share of the picture above the sheet."""
        if self._lifts or size.height() < size.width() or self.glow is not None:
            return 1.0
        return self.sheet_top / max(1, size.height())

    @property
    def after_talk(self) -> bool:
        """Whether the last picture of a conversation is behind it."""
        return False

    @property
    def _lifts(self) -> bool:
        """Whether the picture has to be moved up: a service's, which does not know of our sheets."""
        return self.after_talk and not self.drawn

    def _can_widen(self) -> bool:
        return not self.look.portrait and self.glow is None

    def _place(self, fit: Fit) -> QRect:
        """Return the largest place that the content may take."""
        look, size = self.look, self.size()
        chip = self.top_room
        if self.glow is not None:
            across = look.px(1.8 if look.portrait else 3.4)
            wide = size.width() - 2 * across
            if not look.portrait and not fit.wide:
                wide = round(wide * 0.66)
            left = size.width() - across - wide if look.rtl else across
            return QRect(left, chip, wide, size.height() - chip - look.px(1.6))
        edge = look.edge() if fit.gap == 1.0 else round(look.edge() * 0.75)
        if look.portrait:
            return QRect(edge, chip, size.width() - 2 * edge, size.height() - chip - look.px(1.5))
        start = 0 if fit.wide else picture_width(size)
        left = edge if look.rtl else start + edge
        top = chip if fit.wide else look.px(1.9)
        return QRect(left, top, size.width() - start - 2 * edge, size.height() - top - look.px(1.7 * fit.gap))

    def _cover(self, column: Column, place: QRect, fit: Fit) -> None:
        """Put the surface under the content; in portrait the sheet is as high as its content."""
        look, size = self.look, self.size()
        if self.glow is not None:
            # Large words would reach into the circles, and no word may be on the sun.
            self._surface.cover(QRect(QPoint(0, 0), size), glow=None if look.large else self.glow)
            self.sheet_top = 0
        elif look.portrait:
            tall = column.height_for(place.width())
            place.setTop(place.bottom() + 1 - tall)
            self.sheet_top = place.top() - look.px(1.6 if fit.gap == 1.0 else 1.2)
            below = QRect(0, self.sheet_top, size.width(), size.height() - self.sheet_top)
            self._surface.cover(below, sheet=True)
        else:
            start = 0 if fit.wide else picture_width(size)
            left = 0 if look.rtl else start
            self._surface.cover(QRect(left, 0, size.width() - start, size.height()), edged=not fit.wide)
            self.sheet_top = 0
