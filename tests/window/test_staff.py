"""The staff panel: opens with the PIN over every screen, and tells what became of an action."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.intents import Staff, StaffAction
from app.records.counters import Counters
from app.screens import (
    Attract,
    Closed,
    Connecting,
    Farewell,
    Live,
    Notice,
    StillThere,
    Unavailable,
    Waiting,
)
from app.vitals import VisitVitals, Vitals
from app.window.staff.actions import PATIENCE_S, LastAction
from app.window.staff.gesture import TAPS
from tests.window.driven_window import KEY
from tests.window.gallery import end
from tests.window.literals import LANGUAGES, SIZES
from tests.window.staff_gallery import busy_vitals
from tests.window.staff_kiosk import PIN, StaffKiosk

SCREENS = [Attract(), Notice(), Waiting(), Connecting(), Live(), StillThere(), Farewell(), Unavailable(), Closed()]


@pytest.fixture
def make(fonts, qapp):
    made, counters = [], Counters()

    def new(**more):
        made.append(StaffKiosk(counters, **more))
        return made[-1]

    yield new
    for kiosk in made:
        end(kiosk.window)


@pytest.fixture
def kiosk(make):
    return make()


# ------------------------------------------------------------------ opening


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_it_opens_over_every_screen_and_shows_nothing_of_it(kiosk, screen):
    kiosk.open(screen)
    assert kiosk.panel.geometry() == kiosk.window.rect()
    assert kiosk.seen() == set()
    assert kiosk.vitals.focus == "pin-enter"


def test_five_taps_in_a_corner_open_it(kiosk):
    from PySide6.QtCore import QPoint

    kiosk.show(Attract())
    for _ in range(TAPS):
        QTest.mouseClick(kiosk.window.windowHandle(), Qt.MouseButton.LeftButton, pos=QPoint(5, 955))
    assert kiosk.panel.isVisible()


def test_the_right_pin_opens_the_actions_by_touch_and_by_keys(kiosk):
    kiosk.open().enter(PIN)
    assert StaffAction.END_VISIT in kiosk.seen()
    kiosk.panel.close_panel()
    kiosk.open()
    for digit in PIN:
        kiosk.tap(kiosk.panel._pad.keys[int(digit)])
    kiosk.tap(kiosk.panel._pad.enter)
    kiosk.panel._pad._check.result(timeout=10)
    kiosk.panel._pad._poll.timeout.emit()
    assert StaffAction.END_VISIT in kiosk.seen()


def test_no_digit_is_ever_shown(kiosk):
    kiosk.open()
    for digit in "24":
        QTest.keyClicks(kiosk.window.focusWidget(), digit)
    said = [part.accessibleName() for part in (kiosk.panel._pad.dots, kiosk.panel._pad.message)]
    assert said == ["••", "Please enter the PIN."]
    QTest.keyClick(kiosk.window.focusWidget(), KEY.Key_Backspace)
    assert kiosk.panel._pad.dots.accessibleName() == "•"


def test_wrong_pins_are_counted_and_the_fifth_costs_half_a_minute(kiosk):
    kiosk.open()
    kiosk.enter("1111")
    assert kiosk.message() == "That is not the PIN. 4 tries are left."
    for _ in range(4):
        kiosk.enter("1111")
    assert kiosk.message() == "Too many tries. Please wait 30 seconds."
    kiosk.enter(PIN)
    assert kiosk.seen() == set()
    kiosk.unix += 31
    kiosk.enter(PIN)
    assert StaffAction.RESTART in kiosk.seen()


def test_the_pause_outlives_the_panel_and_a_restart(make):
    first = make()
    first.open()
    for _ in range(5):
        first.enter("1111")
    first.panel.close_panel()
    second = make()
    second.open()
    assert second.message() == "Too many tries. Please wait 30 seconds."


def test_what_cannot_be_a_pin_is_no_try(kiosk):
    kiosk.open()
    for _ in range(9):
        kiosk.enter("12")
        QTest.keyClick(kiosk.window.focusWidget(), KEY.Key_Backspace)
        QTest.keyClick(kiosk.window.focusWidget(), KEY.Key_Backspace)
    assert kiosk.counters.get("pin_wrong") == 0


def test_without_a_pin_it_says_how_to_set_one_and_lets_nobody_in(make):
    kiosk = make(pin=None).open()
    assert "avatar-kiosk setup" in kiosk.panel._no_pin.text()
    assert kiosk.seen() == set()
    kiosk.panel.close_panel()


def test_without_a_pin_the_demo_also_offers_to_leave(make):
    kiosk = make(pin=None, may_leave=True).open()
    assert kiosk.seen() == {StaffAction.EXIT}
    assert kiosk.tap(kiosk.panel.action_rows.buttons[StaffAction.EXIT]) == []
    assert kiosk.tap(kiosk.panel.action_rows.yes) == [Staff(StaffAction.EXIT)]


def test_with_a_pin_the_demo_asks_for_it_too(make):
    assert make(may_leave=True).open().seen() == set()


# ------------------------------------------------------------------ closing


def test_it_closes_itself_a_minute_after_the_last_touch(kiosk):
    kiosk.inside()
    kiosk.time += 50
    kiosk.tap(kiosk.panel.action_rows.buttons[StaffAction.REBOOT])
    kiosk.tap(kiosk.panel.action_rows.no)
    kiosk.time += 59
    kiosk.panel._tick.timeout.emit()
    assert kiosk.panel.isVisible()
    kiosk.time += 1
    kiosk.panel._tick.timeout.emit()
    assert not kiosk.panel.isVisible()
    assert not kiosk.panel._tick.isActive()


def test_who_opens_it_again_enters_the_pin_again(kiosk):
    kiosk.inside().panel.close_panel()
    assert kiosk.open().seen() == set()


def test_escape_closes_it_and_the_focus_is_where_it_was_and_the_visit_goes_on(kiosk):
    kiosk.open(Waiting())
    QTest.keyClick(kiosk.window.focusWidget(), KEY.Key_Escape)
    assert not kiosk.panel.isVisible()
    assert kiosk.vitals.focus == "cancel"
    assert kiosk.answers == []


def test_touches_and_keys_do_not_reach_the_screen_below(kiosk):
    kiosk.open(Attract())
    QTest.mouseClick(kiosk.panel, Qt.MouseButton.LeftButton)
    QTest.keyClicks(kiosk.window.focusWidget(), "a")
    assert kiosk.answers == []


# ------------------------------------------------------------------ actions


def test_end_the_visit_is_done_when_the_visit_has_ended(kiosk):
    kiosk.inside()
    assert kiosk.tap(kiosk.panel.action_rows.buttons[StaffAction.END_VISIT]) == [Staff(StaffAction.END_VISIT)]
    assert kiosk.panel.action_rows.result() == "Asked for. One moment…"
    kiosk.vitals.visit = None
    kiosk.panel._tick.timeout.emit()
    assert kiosk.panel.action_rows.result() == "Done."
    assert StaffAction.END_VISIT not in kiosk.seen()


def test_an_action_that_was_not_taken_is_told(kiosk):
    kiosk.inside()
    kiosk.tap(kiosk.panel.action_rows.buttons[StaffAction.END_VISIT])
    kiosk.time += PATIENCE_S
    kiosk.panel._tick.timeout.emit()
    assert kiosk.panel.action_rows.result() == "That did not happen."


@pytest.mark.parametrize("action", [StaffAction.RESTART, StaffAction.REBOOT, StaffAction.SHUT_DOWN, StaffAction.EXIT])
def test_what_ends_the_program_asks_again_and_no_has_the_focus(kiosk, action):
    kiosk.inside()
    assert kiosk.tap(kiosk.panel.action_rows.buttons[action]) == []
    assert kiosk.vitals.focus == "staff-no"
    assert kiosk.tap(kiosk.panel.action_rows.no) == []
    assert not kiosk.panel.action_rows.yes.isVisible()
    kiosk.tap(kiosk.panel.action_rows.buttons[action])
    assert kiosk.tap(kiosk.panel.action_rows.yes) == [Staff(action)]


def test_open_and_close_are_offered_as_they_make_sense(kiosk):
    kiosk.inside()
    assert StaffAction.CLOSE in kiosk.seen()
    assert StaffAction.OPEN not in kiosk.seen()
    kiosk.vitals.screen = "closed"
    kiosk.panel._tick.timeout.emit()
    assert StaffAction.OPEN in kiosk.seen()
    assert StaffAction.CLOSE not in kiosk.seen()


def test_closing_during_a_visit_waits_for_its_end():
    vitals, time = Vitals(screen="live", visit=VisitVitals()), [0.0]
    last = LastAction(vitals, lambda: time[0])
    last.begin(StaffAction.CLOSE)
    time[0] = 200.0
    assert last.words() == "staff.after_visit"
    vitals.visit = None
    time[0] += 1
    assert last.words() == "staff.asked"
    vitals.screen = "closed"
    assert last.words() == "staff.done"


def test_keys_alone_do_everything(kiosk):
    kiosk.inside()
    assert kiosk.vitals.focus == "staff-done"
    for _ in range(20):
        if kiosk.vitals.focus == "staff-end-visit":
            break
        QTest.keyClick(kiosk.window.focusWidget(), KEY.Key_Tab)
    QTest.keyClick(kiosk.window.focusWidget(), KEY.Key_Return)
    assert Staff(StaffAction.END_VISIT) in [answer.intent for answer in kiosk.answers]


# ------------------------------------------------------------------ notes and layout


def test_what_is_past_is_seen_once_somebody_was_inside_and_open_troubles_stay(kiosk):
    notes = kiosk.vitals.staff_notes
    notes.report("service", "The key was revoked.")
    notes.report("early end", "It ended too soon.", is_past=True)
    kiosk.open().panel.close_panel()  # without the PIN nobody has read anything
    assert len(list(notes)) == 2
    kiosk.inside()
    assert kiosk.panel.table.rows()[-2:] == [("Messages", "The key was revoked."), ("", "It ended too soon.")]
    assert kiosk.panel.table.accessibleName().endswith("Messages: The key was revoked.; It ended too soon.")
    kiosk.panel.close_panel()
    assert notes.texts() == ("The key was revoked.",)
    notes.report("early end", "It ended too soon.", is_past=True)
    kiosk.open().panel.close_panel()
    assert len(list(notes)) == 2


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_everything_can_be_read_in_every_size_and_language(make, size):
    kiosk = make()
    kiosk.window.resize(*size)
    kiosk.vitals.__dict__.update(busy_vitals().__dict__)
    for language in LANGUAGES:
        kiosk.show(Attract(), language=language, high_contrast=True)
        kiosk.window._open_staff()
        for step in ("pin", "inside", "sure"):
            if step == "inside":
                kiosk.panel._enter()
            elif step == "sure":
                kiosk.panel.action_rows.buttons[StaffAction.SHUT_DOWN].click()
            assert not faults(kiosk.panel), (language, step)
        kiosk.panel.close_panel()


def faults(panel) -> list[str]:
    """Return everything on the panel that is cut, outside, or lies over something else."""
    found, places = [], {}
    for part in (*panel.action_rows.buttons.values(), *panel._pad.keys, panel.close_button, panel.table):
        if part.isVisible():
            name = part.objectName() or "table"
            box = part.geometry() if part is panel.table else part.shape_in_parent()
            if (
                not panel.rect().contains(box)
                or not part.fits(box.width())
                or box.height() < part.height_for(box.width())
            ):
                found.append(f"{name} is cut: {box}")
            found += [f"{name} lies over {other}" for other, place in places.items() if place.intersects(box)]
            places[name] = box
    return found if panel.close_button.objectName() in places else [*found, "no way out"]
