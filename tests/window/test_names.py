"""Stable names of controls (docs/contract.md 4.4): one name, one control, and none that the contract does not list."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

from app.records.counters import Counters
from app.screens import Live, Preferences, Shown
from app.vitals import Vitals
from app.window.live.typed_field import AskField
from app.window.staff.panel import StaffPanel
from app.window.toolkit.controls import Control
from tests.window.gallery import end, make_window
from tests.window.literals import QUIET
from tests.window.live_gallery import make_live
from tests.window.staff_gallery import PIN_HASH

CONTRACT = (Path(__file__).parents[2] / "docs/contract.md").read_text(encoding="utf-8")
SECTION = CONTRACT.partition("### 4.4")[2].partition("###")[0]
LISTED = set(re.findall(r"`([^`\n]+)`", SECTION))
AND_SO_ON = tuple(re.sub(r"(1|en|0)$", "", name) for name in re.findall(r"`([^`\n]+)` and so on", SECTION))


def names(widget: QWidget) -> list[str]:
    """Return the names of all controls in a widget, seen or not, each as often as it is there."""
    return [part.objectName() for kind in (Control, AskField) for part in widget.findChildren(kind)]


def twice(found: list[str]) -> list[str]:
    return [name for name, count in Counter(found).items() if count > 1]


def unlisted(found: list[str]) -> list[str]:
    return [name for name in found if name not in LISTED and not name.startswith(AND_SO_ON)]


@pytest.fixture
def window(fonts, qapp):
    made = make_window((540, 960), live=make_live)
    made.appear()
    yield made
    end(made)


@pytest.mark.parametrize("name", QUIET)
def test_a_screen_has_no_name_twice(window, name):
    window.show_screen(Shown(1, QUIET[name], Preferences()))
    found = names(window.current_screen())
    assert twice(found) == []
    assert unlisted(found) == []


def test_the_live_screen_and_its_sheets_have_no_name_twice(window):
    window.show_screen(Shown(1, Live(), Preferences()))
    found = names(window.current_screen())
    assert {"talk", "done", "field"} <= set(found)
    assert twice(found) == []
    assert unlisted(found) == []


@pytest.mark.parametrize("pin", [PIN_HASH, None])
def test_the_staff_panel_has_no_name_twice(window, pin):
    panel = StaffPanel(
        window, window.look, window.texts, Vitals(), window.send, pin_hash=pin, may_leave=True, store=Counters()
    )
    found = names(panel)
    assert twice(found) == []
    assert unlisted(found) == []
