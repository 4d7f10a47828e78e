"""The conversation in every state, sheet, size, language and text size: all can be read whole and touched."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from PySide6.QtWidgets import QApplication

from app.screens import Shown
from app.window.live.clock import TimeChip
from app.window.toolkit.plates import Plate
from tests.window.gallery import end, make_window
from tests.window.literals import SIZES, WISHES
from tests.window.live_gallery import close_sheets, make_live, open_sheet
from tests.window.live_literals import SHEETS, WORDS, live_screens
from tests.window.test_layouts import LANGUAGES, complaints, visible


@pytest.fixture(scope="module")
def windows(qapp, fonts):
    """Return a maker of windows, one for each size, kept for the module."""
    made = {}

    def get(size):
        if size not in made:
            made[size] = make_window(size, live=make_live)
            made[size].appear()
        return made[size]

    yield get
    for window in made.values():
        end(window)
    QApplication.processEvents()


def more_complaints(window, screen) -> list[str]:
    """Return what is wrong with plates and chip, which are neither words nor controls."""
    found = []
    solid = visible(screen, Plate) + visible(screen, TimeChip)
    for part, box in solid:
        if not window.rect().contains(box):
            found.append(f"{part.accessibleName()[:25]}: outside the window, {box}")
        if box.height() < part.height_for(box.width()) or not part.fits(box.width()):
            found.append(f"{part.accessibleName()[:25]}: cut, {box}")
    for (first, a), (second, b) in combinations(solid, 2):
        if a.intersects(b):
            found.append(f"{first.accessibleName()[:25]} and {second.accessibleName()[:25]} overlap")
    for part, box in screen_controls(screen):
        for plate, other in solid:
            if box.intersects(other):
                found.append(f"{part.objectName()} lies over {plate.accessibleName()[:25]}")
    return found


def screen_controls(screen):
    """Return the controls that are seen, with their places."""
    return [(part, part.shape_in_parent()) for part in screen.controls()]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_everything_can_be_read_and_touched(windows, size, language):
    window = windows(size)
    words = language if language in WORDS else "en"
    states = live_screens(words)
    found = []
    for wish in ("", "large", "largest"):
        preferences = replace(WISHES[wish], language=language, less_motion=True)
        for step, name in enumerate((*states, *SHEETS)):
            value = states.get(name, states["talk"])
            window.show_screen(Shown(step, value, preferences))
            screen = window.current_screen()
            close_sheets(screen)
            if name in SHEETS:
                open_sheet(screen, name, WORDS[words][0])
            faults = complaints(window, screen) + more_complaints(window, screen)
            found += [f"{name} {wish}: {text}" for text in faults]
        close_sheets(screen)
    assert not found, "\n".join(found[:20])


@pytest.mark.parametrize("size", [(1080, 1920), (540, 960), (800, 1280), (3840, 2160)], ids=str)
def test_words_keep_the_wanted_size_on_advised_screens(windows, size):
    window = windows(size)
    shrunk = []
    for language in LANGUAGES:
        for name, value in live_screens(language if language in WORDS else "en").items():
            window.show_screen(Shown(hash(name), value, replace(WISHES[""], language=language)))
            if window.look._squeeze != 1.0:
                shrunk.append((language, name, window.look._squeeze))
    assert not shrunk


def test_controls_stay_in_the_lower_half_of_a_portrait_screen(windows):
    window = windows((1080, 1920))
    for name, value in live_screens().items():
        window.show_screen(Shown(hash(name), value, WISHES[""]))
        for part, box in screen_controls(window.current_screen()):
            assert box.top() >= 960, (name, part.objectName())


def test_the_dock_stands_still_when_the_state_changes(windows):
    for size in SIZES:
        window = windows(size)
        places = set()
        for name in ("talk", "hearing", "thinking", "speaking", "muted", "half-duplex", "stall"):
            window.show_screen(Shown(1, live_screens("de")[name], replace(WISHES[""], language="de")))
            places.add(window.current_screen().talk.dock.tools["goodbye"].shape_in_parent().getRect())
        assert len(places) == 1, size
