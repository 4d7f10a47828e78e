"""Lengths, colours and fonts for the window's size, the screen's density and the visitor's preferences."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFont, QFontDatabase

from app.screens import Preferences, TextSize
from app.window.toolkit.theme import Palette, Theme

LATIN = "Source Sans 3"
ARABIC = "Noto Sans Arabic"
CJK = "Noto Sans CJK SC"  # not shipped: the system's own, for a place name or a question in these scripts
FONT_FILES = ("SourceSans3.ttf", "NotoSansArabic.ttf")

TEXT_FACTOR = {TextSize.NORMAL: 1.0, TextSize.LARGE: 1.5, TextSize.LARGEST: 2.0}

# The layout unit as a share of the window's short side; between these limits it follows the density.
UNIT_LEAST, UNIT_MOST = 0.0315, 0.036
BROAD = 1.5  # width to height; from here on words are larger
TARGET_MM, TARGET_LEAST_MM = 20.0, 15.0
BELIEVABLE_PX_PER_MM = (1.0, 12.0)


class Role(StrEnum):
    """What a text is for; decides its size and weight."""

    NUMBER = "number"  # the place in line
    TITLE = "title"
    TITLE_SMALL = "title_small"
    SUBTITLE = "subtitle"
    LEAD = "lead"
    TEXT = "text"
    SMALL = "small"
    LABEL = "label"  # the smallest: the name above a caption, a tool
    BUTTON = "button"
    BUTTON_BIG = "button_big"
    BUTTON_SMALL = "button_small"
    CAPTION_GUIDE = "caption_guide"
    CAPTION_VISITOR = "caption_visitor"
    STATE = "state"
    FACT = "fact"
    PERSON = "person"
    FIELD = "field"
    KEY = "key"
    KEY_WORD = "key_word"
    CHIP = "chip"
    MOMENT = "moment"
    MARK = "mark"  # "AI" in the circle of a point
    UNIT = "unit"  # "seconds" in a ring


@dataclass(frozen=True, slots=True)
class _FontSpec:
    unit: str  # "b" grows with the text size, "d" a little, "g" never
    factor: float
    weight: int
    line: float  # line height as a multiple of the size
    landscape: float | None = None  # factor in landscape, where it differs


_FONTS = {
    Role.NUMBER: _FontSpec("d", 6.4, 700, 0.9),
    Role.TITLE: _FontSpec("d", 2.9, 700, 1.04),
    Role.TITLE_SMALL: _FontSpec("d", 2.35, 700, 1.06),
    Role.SUBTITLE: _FontSpec("b", 1.45, 600, 1.15),
    Role.LEAD: _FontSpec("b", 1.32, 400, 1.3),
    Role.TEXT: _FontSpec("b", 1.0, 400, 1.3),
    Role.SMALL: _FontSpec("b", 0.88, 400, 1.35),
    Role.LABEL: _FontSpec("b", 0.8, 600, 1.3),
    Role.BUTTON: _FontSpec("b", 1.0, 600, 1.15),
    Role.BUTTON_BIG: _FontSpec("b", 1.6, 700, 1.15),
    Role.BUTTON_SMALL: _FontSpec("b", 0.88, 600, 1.15),
    Role.CAPTION_GUIDE: _FontSpec("b", 1.38, 600, 1.25, landscape=1.6),
    Role.CAPTION_VISITOR: _FontSpec("b", 1.12, 600, 1.25, landscape=1.2),
    Role.STATE: _FontSpec("b", 1.22, 700, 1.12),
    Role.FACT: _FontSpec("b", 1.22, 600, 1.28),
    Role.PERSON: _FontSpec("b", 1.15, 600, 1.25),
    Role.FIELD: _FontSpec("b", 1.4, 600, 1.25),
    Role.KEY: _FontSpec("g", 1.35, 600, 1.1),
    Role.KEY_WORD: _FontSpec("g", 1.0, 600, 1.1),
    Role.CHIP: _FontSpec("g", 0.82, 600, 1.3),
    Role.MOMENT: _FontSpec("b", 1.5, 700, 1.2),
    Role.MARK: _FontSpec("g", 1.35, 700, 1.1),
    Role.UNIT: _FontSpec("g", 0.88, 600, 1.2),
}
_LARGE_GUIDE = 1.3  # factor of the guide's caption from 150 % on: larger, nothing else would have room


def load_fonts(folder: Path) -> list[str]:
    """Hand the shipped fonts to Qt, once for the process. Needs a QGuiApplication.

    Args:
        folder: Holds `FONT_FILES`.

    Returns:
        The families of all fonts.

    Raises:
        OSError: A file is missing or damaged: the package is broken.
    """
    families: list[str] = []
    for name in FONT_FILES:
        number = QFontDatabase.addApplicationFont(str(folder / name))
        if number < 0:
            raise OSError(f"{folder / name}: this font is missing or damaged")
        families += QFontDatabase.applicationFontFamilies(number)
    return families


class Look:
    """Lengths, colours and fonts for the window as it is now. Whatever paints asks here, every time.

    Lengths are pixels, not rounded.

    Attributes:
        theme: What the site has changed.
        palette: The colours in use.
        high_contrast: The high-contrast colours are in use.
        portrait: The window is at least as high as wide.
        rtl: Words are read from right to left.
        less_motion: The visitor wants less motion.
        text: Factor of the text size: 1, 1.5 or 2.
        size: Of the window.
        g: The layout unit.
        t: The least height of a control.
        b: The text unit; grows with the text size.
        d: The unit of large titles and numbers; grows a little with the text size.
        stroke: Width of outlines.
        version: Changes whenever anything did: what was painted in an older one has to be painted again.

    Args:
        theme: None: the kiosk's own.
    """

    def __init__(self, theme: Theme | None = None) -> None:
        self.theme = theme or Theme()
        self.palette: Palette = self.theme.palette
        self.high_contrast = False
        self.portrait = True
        self.rtl = False
        self.less_motion = False
        self.text = 1.0
        self.size = QSize(1080, 1920)
        self.version = 0
        self._px_per_mm: float | None = None
        self._squeeze = 1.0
        self._fonts: dict[tuple[Role, bool], QFont] = {}
        self._colours: dict[str, QColor] = {}
        self._measure()

    def fit(self, size: QSize, preferences: Preferences, *, rtl: bool, px_per_mm: float | None = None) -> bool:
        """Take what everything depends on.

        Args:
            size: Of the window, logical pixels.
            preferences: What the visitor has chosen.
            rtl: Words are read from right to left.
            px_per_mm: Density of the screen, logical pixels per millimetre; outside 1 to 12 it is ignored.

        Returns:
            Whether anything has changed.
        """
        if px_per_mm is not None and not BELIEVABLE_PX_PER_MM[0] <= px_per_mm <= BELIEVABLE_PX_PER_MM[1]:
            px_per_mm = None
        before = (self.size, self.text, self.high_contrast, self.less_motion, self.rtl, self._px_per_mm)
        self.size = QSize(size)
        self.text = TEXT_FACTOR[preferences.text_size]
        self.high_contrast = preferences.high_contrast
        self.less_motion = preferences.less_motion
        self.rtl = rtl
        self._px_per_mm = px_per_mm
        if before == (self.size, self.text, self.high_contrast, self.less_motion, self.rtl, self._px_per_mm):
            return False
        self.palette = self.theme.high_contrast if self.high_contrast else self.theme.palette
        self._squeeze = 1.0
        self._measure()
        return True

    def squeeze(self, factor: float) -> None:
        """Make words smaller, to `factor` (0 to 1) of their size: the last resort where a window is too small for them.

        Stays until the next `squeeze` or `fit`; controls, spaces and the chip keep their size.
        """
        if factor != self._squeeze:
            self._squeeze = factor
            self._measure()

    def _measure(self) -> None:
        short = max(1, min(self.size.width(), self.size.height()))
        self.portrait = self.size.height() >= self.size.width()
        least, most = UNIT_LEAST * short, UNIT_MOST * short
        density = self._px_per_mm
        self.g = least if density is None else min(max(least, TARGET_MM * density / 2.7), most)
        # On a small dense screen 15 mm would fill the screen with one row of buttons: never above a seventh of it.
        wanted = 0.0 if density is None else min(TARGET_LEAST_MM * density, short / 7)
        self.t = max(2.7 * self.g, wanted)
        # In landscape people stand further away, so words are larger; a nearly square screen has no room for that.
        broad = self.size.width() >= BROAD * self.size.height()
        self.b = self.g * self.text * self._squeeze * (1.1 if broad else 1.0)
        self.d = self.g * (1 + 0.12 * (self.text - 1)) * min(1.0, self._squeeze) * (1.14 if broad else 1.0)
        self.stroke = 0.1 * self.g if self.high_contrast else max(1.5, 2.0 * short / 1080)
        self._fonts.clear()
        self._colours.clear()
        self.version += 1

    @property
    def large(self) -> bool:
        """Whether the text size is 150 % or more: then rows become columns and pictures are left out."""
        return self.text >= 1.5

    def px(self, units: float) -> int:
        """Return a number of layout units in whole pixels."""
        return round(units * self.g)

    def edge(self) -> int:
        """Return the space between the content of a sheet or panel and its border, pixels."""
        return self.px(1.5 if self.portrait else 2.4)

    def colour(self, role: str) -> QColor:
        """Return the colour of a role of `Palette`, by its name."""
        found = self._colours.get(role)
        if found is None:
            found = self._colours[role] = QColor(getattr(self.palette, role))
        return found

    def plain(self, value: str) -> QColor:
        """Return a colour given as "#RRGGBB"."""
        found = self._colours.get(value)
        if found is None:
            found = self._colours[value] = QColor(value)
        return found

    def shade(self, role: str, over: str, share: float) -> QColor:
        """Return `role` laid over `over` with this share, as one solid colour: nothing in the window is translucent."""
        top, ground = self.colour(role), self.colour(over)
        return QColor(
            round(top.red() * share + ground.red() * (1 - share)),
            round(top.green() * share + ground.green() * (1 - share)),
            round(top.blue() * share + ground.blue() * (1 - share)),
        )

    def pixel_size(self, role: Role) -> int:
        """Return the size of a role's font in pixels."""
        spec = _FONTS[role]
        factor = spec.factor
        if role is Role.CAPTION_GUIDE and self.large:
            factor = _LARGE_GUIDE
        elif spec.landscape is not None and not self.portrait:
            factor = spec.landscape
        unit = {"b": self.b, "d": self.d, "g": self.g}[spec.unit]
        return max(6, round(unit * factor))

    def font(self, role: Role) -> QFont:
        """Return the font of a role. No other part of the window makes fonts."""
        found = self._fonts.get((role, self.rtl))
        if found is None:
            found = self._fonts[role, self.rtl] = self.sized_font(self.pixel_size(role), _FONTS[role].weight)
            if role in {Role.TITLE, Role.TITLE_SMALL} and not self.rtl:
                # Not for Arabic, whose letters are joined: spacing would part them.
                found.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, -0.012 * self.pixel_size(role))
        return found

    def sized_font(self, pixels: int, weight: int) -> QFont:
        """Return the font in any size, for text that has to fit into a shape (the number in a ring)."""
        font = QFont()
        font.setFamilies([ARABIC, LATIN, CJK, "sans-serif"] if self.rtl else [LATIN, ARABIC, CJK, "sans-serif"])
        font.setPixelSize(max(1, pixels))
        # A variable font ignores setWeight, and axis and weight together make it bold twice: the axis alone is set.
        font.setVariableAxis(QFont.Tag("wght"), weight)
        return font

    def line_height(self, role: Role) -> float:
        """Return the distance from one line to the next, pixels."""
        line = _FONTS[role].line
        if self.rtl and role is not Role.NUMBER:
            line = 1.3 if role in {Role.TITLE, Role.TITLE_SMALL} else max(1.45, line + 0.2)
        return line * self.pixel_size(role)
