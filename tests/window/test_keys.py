"""The table of keys (docs/contract.md 3), row by row, through the real window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.intents import Accept, Activity, Cancel, End, KeepPlace, Prefer, Start, Stay
from app.screens import (
    Ask,
    Attract,
    Closed,
    Connecting,
    EndReason,
    Farewell,
    Live,
    Notice,
    Preferences,
    Shown,
    StillThere,
    Unavailable,
    Waiting,
)
from tests.window.driven_window import ALT, CTRL, KEY, SHIFT, DrivenWindow
from tests.window.gallery import end


@pytest.fixture
def kiosk(fonts, qapp):
    made = DrivenWindow()
    yield made
    end(made.window)


TABLE = [
    (Attract(), KEY.Key_Return, [Start()]),
    (Attract(), KEY.Key_Space, [Start()]),
    (Attract(), KEY.Key_Escape, []),
    (Attract(), KEY.Key_A, [Start()]),
    (Attract(), KEY.Key_7, [Start()]),
    (Attract(), KEY.Key_F1, []),
    (Notice(), KEY.Key_Return, [Accept()]),
    (Notice(), KEY.Key_Space, [Accept()]),
    (Notice(), KEY.Key_Escape, [Cancel()]),
    (Notice(), KEY.Key_A, []),
    (Waiting(), KEY.Key_Return, [Cancel()]),
    (Waiting(), KEY.Key_Escape, [Cancel()]),
    (Waiting(asks=Ask.KEEP_PLACE), KEY.Key_Return, [KeepPlace()]),
    (Waiting(asks=Ask.CLAIM), KEY.Key_Space, [KeepPlace()]),
    (Waiting(asks=Ask.KEEP_PLACE), KEY.Key_Escape, [Cancel()]),
    (Waiting(), KEY.Key_A, []),
    (Connecting(), KEY.Key_Return, []),
    (Connecting(), KEY.Key_Space, []),
    (Connecting(), KEY.Key_Escape, [Cancel()]),
    (Connecting(slow=True, late=True), KEY.Key_Escape, [Cancel()]),
    (StillThere(), KEY.Key_Return, [Stay()]),
    (StillThere(), KEY.Key_Space, [Stay()]),
    (StillThere(), KEY.Key_Escape, [End()]),
    (StillThere(), KEY.Key_A, [Stay()]),
    (StillThere(), KEY.Key_F1, [Stay()]),
    (StillThere(), KEY.Key_Tab, [Stay()]),
    (StillThere(), KEY.Key_Down, [Stay()]),
    (StillThere(goodbye=True), KEY.Key_Return, [Stay()]),
    (StillThere(goodbye=True), KEY.Key_Escape, [End()]),
    (StillThere(goodbye=True), KEY.Key_A, [Stay()]),
    (Farewell(), KEY.Key_Return, [End()]),
    (Farewell(), KEY.Key_Space, [End()]),
    (Farewell(), KEY.Key_Escape, [End()]),
    (Farewell(EndReason.NETWORK), KEY.Key_Return, [End()]),
    (Unavailable(), KEY.Key_Escape, []),
    (Unavailable(), KEY.Key_A, []),
    (Closed(), KEY.Key_Return, []),
    (Closed(), KEY.Key_Escape, []),
    (Closed(), KEY.Key_A, []),
]


@pytest.mark.parametrize(("screen", "key", "intents"), TABLE)
def test_the_table_of_keys(kiosk, screen, key, intents):
    assert kiosk.show(screen).key(key) == intents


@pytest.mark.parametrize("modifiers", [CTRL, ALT, CTRL | ALT])
def test_chords_are_no_printable_keys(kiosk, modifiers):
    assert kiosk.show(Attract()).key(KEY.Key_A, modifiers) == []


def test_capital_letters_are_printable(kiosk):
    assert kiosk.show(Attract()).key(KEY.Key_A, SHIFT) == [Start()]


@pytest.mark.parametrize(
    ("screen", "name"),
    [
        (Attract(), "start"),
        (Notice(), "accept"),
        (Waiting(), "cancel"),
        (Waiting(asks=Ask.KEEP_PLACE), "keep"),
        (Waiting(asks=Ask.CLAIM), "claim"),
        (Connecting(), "cancel"),
        (StillThere(), "stay"),
        (StillThere(goodbye=True), "stay"),
        (Farewell(), None),
        (Farewell(EndReason.NETWORK), None),
        (Unavailable(), "language-en"),
        (Closed(), None),
    ],
)
def test_what_has_the_focus_first(kiosk, screen, name):
    kiosk.show(screen)
    assert kiosk.vitals.focus == name
    assert kiosk.window._path.ring.isVisible() == (name is not None)


def walk(kiosk, key, steps, modifiers=Qt.KeyboardModifier.NoModifier):
    names = []
    for _ in range(steps):
        kiosk.key(key, modifiers)
        names.append(kiosk.vitals.focus)
    return names


ATTRACT = ["language-en", "language-de", "language-fr", "language-es", "language-ar", "size", "contrast", "motion"]


@pytest.mark.parametrize("key", [KEY.Key_Tab, KEY.Key_Down, KEY.Key_Right])
def test_the_focus_goes_on_in_reading_order_and_round(kiosk, key):
    kiosk.show(Attract())
    assert walk(kiosk, key, 9) == [*ATTRACT, "start"]


@pytest.mark.parametrize("key", [KEY.Key_Backtab, KEY.Key_Up, KEY.Key_Left])
def test_the_focus_goes_back(kiosk, key):
    kiosk.show(Attract())
    assert walk(kiosk, key, 2) == ["motion", "contrast"]


def test_left_and_right_change_places_in_arabic(kiosk):
    kiosk.show(Attract(), language="ar")
    assert walk(kiosk, KEY.Key_Left, 2) == ["language-en", "language-de"]
    assert walk(kiosk, KEY.Key_Right, 1) == ["language-en"]


def test_enter_activates_what_tab_has_found(kiosk):
    kiosk.show(Attract())
    walk(kiosk, KEY.Key_Tab, 7)
    assert kiosk.key(KEY.Key_Return) == [Prefer(Preferences(less_motion=True, high_contrast=True))]


def test_start_again_is_found_by_tab(kiosk):
    kiosk.show(Farewell(EndReason.NETWORK))
    assert walk(kiosk, KEY.Key_Tab, 1) == ["start"]
    assert kiosk.key(KEY.Key_Return) == [Start()]


def test_the_focus_stays_when_only_numbers_change(kiosk):
    kiosk.show(Waiting(waited_s=5))
    walk(kiosk, KEY.Key_Tab, 1)
    focus = kiosk.vitals.focus
    kiosk.window.show_screen(Shown(kiosk.step, Waiting(waited_s=6), Preferences(less_motion=True)))
    assert kiosk.vitals.focus == focus != "cancel"


def test_a_question_takes_the_focus_and_gives_it_back(kiosk):
    kiosk.show(Waiting(waited_s=59))
    for asks, name in ((Ask.KEEP_PLACE, "keep"), (None, "cancel")):
        kiosk.window.show_screen(Shown(kiosk.step, Waiting(waited_s=60, asks=asks), Preferences(less_motion=True)))
        assert kiosk.vitals.focus == name


def test_a_key_that_is_held_starts_one_visit(kiosk):
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QGuiApplication, QKeyEvent

    kiosk.show(Attract())
    event = QKeyEvent(QEvent.Type.KeyPress, KEY.Key_A, Qt.KeyboardModifier.NoModifier, "a", True)
    QGuiApplication.sendEvent(kiosk.window.focusWidget(), event)
    assert kiosk.answers == []


def test_keys_in_live_that_mean_nothing_else_are_signs_of_life_four_a_second(kiosk):
    kiosk.show(Live())
    assert kiosk.key(KEY.Key_F5) == [Activity()]
    assert kiosk.key(KEY.Key_F5) == [Activity()]
    kiosk.time += 0.25
    assert kiosk.key(KEY.Key_Tab) == [Activity(), Activity()]
