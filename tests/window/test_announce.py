"""What screen readers are told, and what they find on the screens: names, roles, and what is chosen."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from PySide6.QtGui import QAccessible

from app.screens import (
    Ask,
    Attract,
    Connecting,
    Live,
    MicrophoneState,
    Notice,
    Preferences,
    Shown,
    StillThere,
    Talk,
    TalkMode,
    Trouble,
    Waiting,
    WhyNot,
)
from app.window.announce import Announcer, announcer_of
from app.window.live.screen import LiveScreen
from app.window.toolkit.controls import Control
from app.window.toolkit.painted import Painted
from tests.window.gallery import CALM, LANGUAGES, RESOURCES, control
from tests.window.literals import QUIET
from tests.window.live_literals import live_screens

make_live = partial(LiveScreen, keyboards=RESOURCES / "keyboards")


@pytest.fixture
def told():
    """What was said: texts, and whether they may interrupt."""
    return []


@pytest.fixture
def show(make, told):
    """Return a function that shows a value, as the same step as before unless told otherwise."""
    window = make(live=make_live, announcer=Announcer(lambda text, urgent: told.append((text, urgent))))

    def put(screen, step=1, language="en"):
        told.clear()
        window.show_screen(Shown(step, screen, replace(CALM, language=language)))
        return told[:]

    put.window = window
    return put


def test_a_new_screen_is_read_whole_and_only_once(show):
    words, urgent = show(Notice())[0]
    assert words.startswith("Before we talk. I am an AI. I am not a person, and I can be wrong. The microphone opens.")
    assert not urgent
    assert show(Notice()) == []


def test_the_question_whether_somebody_is_there_may_interrupt_and_tells_its_time(show):
    show(Live())
    said = "Are you still there? Touch the screen, or just say something. 20 seconds"
    assert show(StillThere(20), step=2) == [(said, True)]


def test_nobody_is_told_to_speak_where_nobody_is_heard(show):
    show(Live())
    unheard = StillThere(20, live=Live(trouble=Trouble.CANNOT_HEAR))
    assert show(unheard, step=2)[0][0] == "Are you still there? Touch the screen, or press any key. 20 seconds"


def test_a_goodbye_is_told_with_what_can_be_done_about_it(show):
    show(Live())
    said = "Goodbye! Not finished? Touch the screen, or keep talking. 6 seconds"
    assert show(StillThere(6, 6, goodbye=True), step=2) == [(said, True)]
    typed = StillThere(6, 6, Live(mode=TalkMode.TEXT), goodbye=True)
    assert "press any key" in show(typed, step=3)[0][0]


def test_a_countdown_is_told_at_its_marks_and_not_every_second(show):
    show(StillThere(20))
    assert [text for left in range(19, -1, -1) for text, _ in show(StillThere(left))] == ["10 seconds", "5 seconds"]


def test_a_mark_that_was_skipped_is_told_late(show):
    show(StillThere(11))
    assert show(StillThere(8)) == [("8 seconds", True)]


def test_a_countdown_that_begins_again_is_told_again(show):
    show(StillThere(4))
    show(Live(), step=2)
    assert show(StillThere(20), step=3)[0][0].endswith("20 seconds")


def test_a_wait_says_its_reason_when_it_is_shown_and_then_falls_silent(show):
    assert show(Waiting(waited_s=0)) == [("Please wait…", False)]
    assert "All our guides are talking with other visitors." in show(Waiting(waited_s=3))[0][0]
    assert [show(Waiting(waited_s=waited)) for waited in range(4, 60)] == [[]] * 56


def test_a_guide_that_is_late_is_told_once(show):
    show(Connecting())
    assert show(Connecting(slow=True)) == []
    said = "Still on the way… Your guide needs a little longer. Please stay here."
    assert show(Connecting(slow=True, late=True)) == [(said, False)]
    assert show(Connecting(slow=True, late=True)) == []


def test_the_questions_to_somebody_who_waits_may_interrupt(show):
    show(Waiting(waited_s=59))
    said = show(Waiting(waited_s=60, asks=Ask.KEEP_PLACE, asks_left_s=20))
    assert said == [("Are you still waiting? We give your place away if nobody answers. 20 seconds", True)]


def test_a_place_in_line_is_told_when_it_changes(show):
    show(Waiting(waited_s=9, place=3))
    assert "One visitor is before you." in show(Waiting(waited_s=14, place=2))[0][0]


def test_a_turn_of_the_talk_is_not_told_over_the_guides_voice(show):
    show(Live())
    turns = [Live(talk=talk) for talk in (Talk.HEARING, Talk.THINKING, Talk.SPEAKING)]
    assert [show(live) for live in turns] == [[]] * 3


def test_what_stands_in_the_way_of_talking_is_told(show):
    show(Live())
    assert show(Live(trouble=Trouble.CANNOT_HEAR)) == [("I cannot hear you. Please speak louder, or type.", False)]
    muted = show(Live(microphone=MicrophoneState.MUTED))
    assert muted == [("Microphone is off. Touch the sign to turn it on.", False)]


def test_the_time_that_is_left_is_told_with_the_way_to_more(show):
    show(Live())
    text, urgent = show(Live(remaining_s=60, may_extend=True))[0]
    assert urgent
    assert text.endswith("2 minutes more. 60 seconds left")
    assert [text for left in range(59, 3, -1) for text, _ in show(Live(remaining_s=left, may_extend=True))] == [
        f"{left} seconds left" for left in (45, 30, 20, 10, 5)
    ]


def test_why_there_is_no_more_time_is_told(show):
    show(Live())
    assert "Someone is waiting" in show(Live(remaining_s=48, why_not=WhyNot.SOMEONE_WAITS))[0][0]


def test_a_screen_is_read_again_in_the_language_that_was_chosen(show):
    show(Attract())
    assert show(Attract(), language="de")[0][0].startswith("Hallo! Was möchten Sie wissen?")


def test_a_sheet_that_opens_says_what_it_is(show, told):
    show(Live())
    told.clear()
    control(show.window, "settings").click()
    assert told == [("Settings", False)]


def test_time_is_told_in_the_visitors_language(show):
    assert show(StillThere(10), language="ar")[0][0].endswith("١٠ ثوانٍ")  # noqa: RUF001  # reason: Arabic


# ------------------------------------------------------------------ what Qt hands on


@pytest.fixture
def handed(monkeypatch):
    """What Qt would hand to the system: (text, politeness)."""
    events = []
    monkeypatch.setattr(
        QAccessible, "updateAccessibility", lambda event: events.append((event.message(), event.politeness()))
    )
    yield events
    QAccessible.setActive(False)


class OneScreen:
    def topic(self):
        return None

    def spoken(self):
        return "Hello!"

    def seconds_left(self):
        return None


def test_without_assistive_technology_nothing_is_announced(make, handed):
    QAccessible.setActive(False)
    announcer_of(make()).follow(OneScreen(), changed=True)
    assert handed == []


def test_with_it_the_system_announces_the_words(make, handed):
    window = make()
    QAccessible.setActive(True)
    announcer_of(window).follow(OneScreen(), changed=True)
    assert handed == [("Hello!", QAccessible.AnnouncementPoliteness.Polite)]


def seen(part):
    return QAccessible.queryAccessibleInterface(part)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_control_is_named_and_can_be_pressed_and_every_text_is_a_text(make, language):
    window = make(live=make_live)
    buttons = {QAccessible.Role.Button, QAccessible.Role.CheckBox}
    for step, (name, screen) in enumerate({**QUIET, **live_screens(language)}.items()):
        window.show_screen(Shown(step, screen, replace(CALM, language=language)))
        for part in window.current_screen().findChildren(Control):
            if part.isVisible():
                assert seen(part).text(QAccessible.Text.Name), (name, part.objectName())
                assert seen(part).role() in buttons, (name, part.objectName())
        for part in window.current_screen().findChildren(Painted):
            if part.isVisible() and part.accessibleName():
                assert seen(part).role() is QAccessible.Role.StaticText, (name, part.accessibleName())


def test_a_choice_tells_whether_it_is_in_force_and_a_touch_alone_does_not_change_it(make):
    window = make()
    window.show_screen(Shown(1, Attract(), CALM))
    english, german = control(window, "language-en"), control(window, "language-de")
    german.click()
    assert [seen(part).state().checked for part in (english, german)] == [1, 0]
    window.show_screen(Shown(1, Attract(), Preferences(less_motion=True, language="de")))
    assert [seen(part).state().checked for part in (english, german)] == [0, 1]
