"""What tests of the window share: the shipped fonts, the texts, and the language that a literal is drawn in."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtTest import QTest

from app.window.toolkit.look import Look, load_fonts
from app.window.toolkit.texts import Texts
from tests.window.gallery import end, make_window
from tests.window.live_kiosk import LiveKiosk

RESOURCES = Path(__file__).parents[2] / "resources"


@pytest.fixture(scope="session")
def fonts(qapp):
    """Hand the shipped fonts to Qt, once."""
    return load_fonts(RESOURCES / "fonts")


@pytest.fixture
def look(fonts):
    """Return a look of its own: 1080x1920, normal text."""
    return Look()


@pytest.fixture
def texts():
    """Return all texts, in English."""
    return Texts(RESOURCES / "translations")


@pytest.fixture
def answers():
    """Return the list that takes what the window of `make` sends."""
    return []


@pytest.fixture
def make(qapp, fonts, answers):
    """Return a maker of windows with the keyboard focus, 540x960 by default; all end with the test."""
    made = []

    def build(size=(540, 960), **more):
        window = make_window(size, send=answers.append, **more)
        made.append(window)
        window.appear()
        assert QTest.qWaitForWindowActive(window)
        return window

    yield build
    for window in made:
        end(window)


@pytest.fixture
def kiosk(fonts, qapp):
    """Return a window with the real live screen; tests of other screens have a window of their own."""
    made = LiveKiosk()
    yield made
    end(made.window)
