"""Lengths, colours and fonts follow the window and the visitor's preferences."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QFontMetricsF

from app.screens import Preferences, TextSize
from app.window.toolkit.look import Look, Role
from app.window.toolkit.theme import DAYLIGHT, EVENING, HIGH_CONTRAST, ThemeError, contrast, load_theme

# Words and the surfaces below them, with the least contrast that a theme must have.
PAIRS = (
    ("paper", "ink", 7.0),
    ("paper", "ink2", 7.0),
    ("paper", "ink3", 7.0),
    ("paper2", "ink", 7.0),
    ("paper2", "ink2", 7.0),
    ("lamp", "ink", 7.0),
    ("lamp", "ink2", 7.0),
    ("lamp_ink", "lamp", 7.0),
    ("sea", "ink", 7.0),
    ("coral", "ink", 7.0),
    ("line", "ink", 3.0),
    ("focus", "ink", 3.0),
)


def weak_pairs(palette) -> list[str]:
    """Return a line for each pair of colours with too little contrast; empty where all can be read."""
    lines = []
    for words, surface, floor in PAIRS:
        ratio = contrast(getattr(palette, words), getattr(palette, surface))
        if ratio < floor:
            lines.append(f"{words} on {surface}: contrast {ratio:.1f}, at least {floor:.0f} is needed")
    return lines


def fitted(width: int, height: int, density: float | None = None, **wishes) -> Look:
    look = Look()
    look.fit(QSize(width, height), Preferences(**wishes), rtl=False, px_per_mm=density)
    return look


@pytest.mark.parametrize(
    ("width", "height", "g", "b", "t"),
    [
        (1080, 1920, 34.0, 34.0, 91.9),
        (1920, 1080, 34.0, 37.4, 91.9),
        (1280, 720, 22.7, 24.9, 61.2),
        (540, 960, 17.0, 17.0, 45.9),
    ],
)
def test_lengths_follow_the_short_side(width, height, g, b, t):
    look = fitted(width, height)
    assert (look.g, look.b, look.t) == (pytest.approx(g, abs=0.1), pytest.approx(b, abs=0.1), pytest.approx(t, abs=0.1))


def test_a_dense_tablet_gets_targets_a_finger_can_hit():
    look = fitted(800, 1280, density=5.9)
    assert (look.g, look.t) == (pytest.approx(28.8, abs=0.1), pytest.approx(88.5, abs=0.1))


@pytest.mark.parametrize("density", [0.4, 30.0, None])
def test_a_density_that_cannot_be_is_not_believed(density):
    assert fitted(1080, 1920, density=density).g == pytest.approx(34.0, abs=0.1)


def test_text_size_doubles_words_and_barely_touches_titles():
    normal, largest = fitted(1080, 1920), fitted(1080, 1920, text_size=TextSize.LARGEST)
    assert largest.b == pytest.approx(2 * normal.b)
    assert largest.d == pytest.approx(1.12 * normal.d)
    assert largest.g == normal.g


def test_every_weight_of_the_variable_font_is_real(look):
    widths = [QFontMetricsF(look.sized_font(34, weight)).horizontalAdvance("Please wait") for weight in (400, 600, 700)]
    assert widths == sorted(set(widths))


def test_every_weight_of_the_arabic_font_is_real(look):
    widths = [
        QFontMetricsF(look.sized_font(34, weight)).horizontalAdvance("يُرجى الانتظار") for weight in (400, 600, 700)
    ]
    assert widths == sorted(set(widths))


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_a_font_of_its_size(look, role):
    assert look.font(role).pixelSize() == look.pixel_size(role)


def test_the_smallest_text_is_eight_tenths_of_the_text_unit(look):
    assert min(look.pixel_size(role) for role in Role) >= round(0.8 * look.b)


@pytest.mark.parametrize("palette", [EVENING, DAYLIGHT, HIGH_CONTRAST])
def test_our_palettes_keep_the_floors_of_contrast(palette):
    assert weak_pairs(palette) == []


def test_contrast_is_computed_as_the_standard_says():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#FBF5EA", "#0E1A1E") == pytest.approx(16.3, abs=0.05)


def test_high_contrast_changes_the_colours_and_back(look):
    look.fit(QSize(1080, 1920), Preferences(high_contrast=True), rtl=False)
    assert look.palette is HIGH_CONTRAST
    look.fit(QSize(1080, 1920), Preferences(), rtl=False)
    assert look.palette is EVENING


def test_nothing_changed_says_so(look):
    look.fit(QSize(1080, 1920), Preferences(), rtl=False)
    version = look.version
    assert look.fit(QSize(1080, 1920), Preferences(), rtl=False) is False
    assert look.version == version


def test_a_theme_folder_changes_single_colours(tmp_path):
    (tmp_path / "colours.toml").write_text('base = "daylight"\nlamp = "#102030"\n')
    assert load_theme(tmp_path).palette.lamp == "#102030"
    assert load_theme(tmp_path).palette.ink == DAYLIGHT.ink


@pytest.mark.parametrize("line", ['lamp = "red"', 'glow = "#102030"', 'base = "night"', "halo = []", "lamp ="])
def test_a_wrong_theme_says_what_is_wrong(tmp_path, line):
    (tmp_path / "colours.toml").write_text(line + "\n")
    with pytest.raises(ThemeError, match=r"colours\.toml"):
        load_theme(tmp_path)
