"""On every screen, size, language and text size: all can be read whole and touched."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import get_args

import pytest
from PySide6.QtCore import QRect

from app.screens import Live, Preferences, Screen, Shown
from app.window.screens.facts import FactCard
from app.window.screens.sheet import SheetScreen
from app.window.toolkit.button import Button, Kind
from app.window.toolkit.controls import Control
from app.window.toolkit.painted import Painted
from app.window.toolkit.plates import Chip
from app.window.toolkit.words import Words
from tests.window.gallery import end, make_window
from tests.window.literals import LANGUAGES, QUIET, SIZES, WISHES

# Screens that differ only in their reason, not in what they show, are measured once.
SAME = {
    "farewell-vendor-idle",
    "farewell-vendor-max-duration",
    "farewell-room-closed",
    "farewell-duplicate-identity",
    "farewell-error",
    "farewell-unknown",
    "farewell-unavailable",
    "unavailable-auth",
    "unavailable-config",
    "unavailable-safe-mode",
    "waiting-first",
    "closed-later",
}
FACES = {name: screen for name, screen in QUIET.items() if name not in SAME}


def test_every_kind_of_screen_is_measured():
    """A conversation is measured by `test_live_layouts`."""
    assert {Live, *map(type, QUIET.values())} == set(get_args(Screen))


@pytest.fixture(scope="module")
def windows(qapp, fonts):
    """Return a maker of windows, one for each size, kept for the module."""
    made = {}

    def get(size):
        if size not in made:
            made[size] = make_window(size)
            made[size].appear()
        return made[size]

    yield get
    for window in made.values():
        end(window)


def visible(screen, kind):
    """Return the widgets of a kind that are seen, with what is seen of them in the window's coordinates."""
    found = []
    for part in screen.findChildren(kind):
        if not part.isVisible():
            continue
        box = part.box() if isinstance(part, Words) else part.geometry()
        if isinstance(part, Control):
            box = part.shape_in_parent()
        found.append((part, box))
    return found


def complaints(window, screen) -> list[str]:
    """Return everything that is wrong with the screen that is shown."""
    found: list[str] = []
    whole = QRect(0, 0, window.width(), window.height())
    words, controls = visible(screen, Words), visible(screen, Control)
    for part, box in [*words, *controls]:
        name = part.objectName() or part.accessibleName()[:30]
        if not part.accessibleName():
            found.append(f"{part}: no name for assistive technology")
        if not whole.contains(box):
            found.append(f"{name}: outside the window, {box}")
        if not part.fits(box.width()):
            found.append(f"{name}: too narrow, {box}")
        if box.height() < part.height_for(box.width()):
            found.append(f"{name}: too low, {box.height()} of {part.height_for(box.width())}")
    for part, box in controls:
        if min(box.width(), box.height()) < window.look.t - 0.5:
            found.append(f"{part.objectName()}: smaller than a finger, {box}")
        if not part.objectName():
            found.append("a control without a stable name")
    solid = [*words, *controls]
    for (first, a), (second, b) in combinations(solid, 2):
        if a.intersects(b):
            found.append(f"{first.accessibleName()[:25]} and {second.accessibleName()[:25]} overlap: {a} {b}")
    for (first, _), (second, _) in combinations(controls, 2):
        if first.geometry().intersects(second.geometry()):
            found.append(f"the hit areas of {first.objectName()} and {second.objectName()} overlap")
    for part, _ in visible(window, Chip):
        if not whole.contains(part.geometry()) or not part.fits(part.width()):
            found.append("the name of the place is cut")
        found += [f"{p.accessibleName()[:25]} under the place" for p, box in solid if box.intersects(part.geometry())]
    names = [part.objectName() for part, _ in controls]
    if len(names) != len(set(names)):
        found.append(f"names are not unique: {names}")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_everything_can_be_read_and_touched(windows, size, language):
    window = windows(size)
    found = []
    for name, value in FACES.items():
        for wish in ("", "large", "largest"):
            preferences = replace(WISHES[wish], language=language, less_motion=True)
            window.show_screen(Shown(hash((name, wish)), value, preferences))
            screen = window.current_screen()
            found += [f"{name} {wish}: {text}" for text in complaints(window, screen)]
    assert not found, "\n".join(found[:20])


@pytest.mark.parametrize(
    "size", [size for size in SIZES if size != (800, 480)], ids=lambda size: f"{size[0]}x{size[1]}"
)
def test_words_keep_the_wanted_size_on_every_advised_screen(windows, size):
    window = windows(size)
    shrunk = []
    for name, value in FACES.items():
        for language in LANGUAGES:
            window.show_screen(Shown(hash(name), value, Preferences(language=language, less_motion=True)))
            screen = window.current_screen()
            assert isinstance(screen, SheetScreen)
            nearly_square = 1.0 < size[0] / size[1] < 1.5  # there words may cover the face
            if screen.fitted.words < 1.0 or (screen.fitted.wide and not nearly_square):
                shrunk.append((name, language, screen.fitted))
    assert not shrunk


def test_controls_stay_in_the_lower_half_of_a_portrait_screen(windows):
    window = windows((1080, 1920))
    for name, value in FACES.items():
        window.show_screen(Shown(hash(name), value, Preferences(less_motion=True)))
        for part, box in visible(window.current_screen(), Control):
            assert box.top() >= 1920 * 0.5 or name.startswith("farewell"), (name, part.objectName(), box)


def test_there_is_at_most_one_main_action_on_a_screen(windows):
    window = windows((1080, 1920))
    for name, value in QUIET.items():
        window.show_screen(Shown(hash(name), value, Preferences(less_motion=True)))
        found = [part for part, _ in visible(window.current_screen(), Button) if part.kind is Kind.PRIMARY]
        assert len(found) <= 1, name


def test_everything_painted_has_a_name(windows):
    window = windows((1080, 1920))
    for name, value in QUIET.items():
        window.show_screen(Shown(hash(name), value, Preferences(less_motion=True)))
        nameless = [
            type(part).__name__
            for part, _ in visible(window.current_screen(), Painted)
            if not part.accessibleName() and type(part).__name__ not in {"SheetCap", "Plate"}
        ]
        assert not nameless, name


def test_the_fact_card_keeps_its_height_when_it_turns(windows):
    window = windows((1080, 1920))
    window.show_screen(Shown(1, FACES["waiting"], Preferences(less_motion=True)))
    card = window.current_screen().findChild(FactCard)
    before, said = card.height(), card.accessibleName()
    card.click()
    assert card.accessibleName() != said
    assert card.height() == before
