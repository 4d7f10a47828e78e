"""What tests of the window share: the shipped fonts, the texts, and the language that a literal is drawn in."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.window.look import Look, load_fonts
from app.window.texts import Texts

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
