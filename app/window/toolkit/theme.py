"""The site's colours and logo: one of the kiosk's palettes, changed by the files of a theme folder."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path

COLOUR_FILE = "colours.toml"
LOGO_FILE = "logo.png"


@dataclass(frozen=True, slots=True)
class Palette:
    """The roles of colour, each "#RRGGBB". Their names are also the keys of a theme's `colours.toml`.

    Attributes:
        ink: Every surface that carries words.
        ink2: A card on it.
        ink3: An ordinary button, the empty part of a ring or bar.
        line: Outlines.
        paper: Words, and the fill of a chosen button.
        paper2: Less important words.
        lamp: The main action, the guide, time.
        lamp_ink: Words on `lamp`.
        sea: The visitor and the microphone.
        coral: Something that needs attention.
        focus: The focus ring.
        halo: The four circles of `Glow`, from the widest inwards.
        sun: The innermost circle of the screen "closed".
    """

    ink: str
    ink2: str
    ink3: str
    line: str
    paper: str
    paper2: str
    lamp: str
    lamp_ink: str
    sea: str
    coral: str
    focus: str
    halo: tuple[str, str, str, str]
    sun: str


EVENING = Palette(
    ink="#0E1A1E",
    ink2="#17282D",
    ink3="#21373D",
    line="#6F8C92",
    paper="#FBF5EA",
    paper2="#C6D1CF",
    lamp="#FFC567",
    lamp_ink="#231602",
    sea="#7FE3CF",
    coral="#FFA48F",
    focus="#FFFFFF",
    halo=("#15262B", "#1B3036", "#234048", "#3B565C"),
    sun="#B98A45",
)
DAYLIGHT = Palette(
    ink="#FBF5EA",
    ink2="#F1E8D8",
    ink3="#E7DBC6",
    line="#7C705E",
    paper="#14262B",
    paper2="#3A4A50",
    lamp="#0B525A",
    lamp_ink="#FFFFFF",
    sea="#08594F",
    coral="#8F2F19",
    focus="#14262B",
    halo=("#F4EBDB", "#EEE2CC", "#E7D7BA", "#D9C6A2"),
    sun="#D89A3C",
)
HIGH_CONTRAST = Palette(
    ink="#000000",
    ink2="#000000",
    ink3="#000000",
    line="#FFFFFF",
    paper="#FFFFFF",
    paper2="#FFFFFF",
    lamp="#FFE600",
    lamp_ink="#000000",
    sea="#6FFFE9",
    coral="#FFB3A3",
    focus="#FFFFFF",
    halo=("#000000", "#000000", "#000000", "#000000"),
    sun="#000000",
)
BASES = {"evening": EVENING, "daylight": DAYLIGHT}


@dataclass(frozen=True, slots=True)
class Theme:
    """What a site may change.

    Attributes:
        palette: The colours.
        high_contrast: The colours of high contrast; a theme cannot change them, for their contrast is promised.
        logo: A picture file shown in the chip in place of the dot; None: the dot.
    """

    palette: Palette = EVENING
    high_contrast: Palette = HIGH_CONTRAST
    logo: Path | None = None


class ThemeError(ValueError):
    """A theme folder cannot be used; the message is one line for the staff."""


def load_theme(folder: Path | None) -> Theme:
    """Read a theme folder.

    Args:
        folder: May hold `colours.toml` (`base`, then roles of `Palette` as "#RRGGBB") and `logo.png`; None: the kiosk's
            own evening theme.

    Raises:
        ThemeError: Names the file, the key and what is allowed.
    """
    if folder is None:
        return Theme()
    if not folder.is_dir():
        raise ThemeError(f"{folder}: no such folder")
    logo = folder / LOGO_FILE
    return Theme(palette=_palette(folder / COLOUR_FILE), logo=logo if logo.is_file() else None)


def _palette(file: Path) -> Palette:
    if not file.is_file():
        return EVENING
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ThemeError(f"{file}: cannot be read: {error}") from error
    base = data.pop("base", "evening")
    if base not in BASES:
        raise ThemeError(f"{file}: base = {base!r}: allowed are {', '.join(BASES)}")
    roles = {field.name for field in fields(Palette)}
    changes: dict[str, object] = {}
    for key, value in data.items():
        if key not in roles:
            raise ThemeError(f"{file}: {key} = {value!r}: no such colour; known are {', '.join(sorted(roles))}")
        if key == "halo":
            if not isinstance(value, list) or len(value) != 4 or not all(_is_colour(part) for part in value):
                raise ThemeError(f"{file}: halo = {value!r}: four colours as '#RRGGBB' are wanted")
            changes[key] = tuple(value)
        elif _is_colour(value):
            changes[key] = value
        else:
            raise ThemeError(f"{file}: {key} = {value!r}: a colour as '#RRGGBB' is wanted")
    return replace(BASES[base], **changes)  # type: ignore[arg-type]  # reason: every value was checked against its role


def _is_colour(value: object) -> bool:
    return (
        isinstance(value, str)
        and len(value) == 7
        and value[0] == "#"
        and all(digit in "0123456789abcdefABCDEF" for digit in value[1:])
    )


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours "#RRGGBB", 1 to 21 (WCAG 2.2, relative luminance)."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
