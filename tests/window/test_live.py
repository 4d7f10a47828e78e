"""The conversation on the screen: where the focus is, what a touch or a key sends, what the picture costs."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.character.paint import Painter
from app.character.pose import Pose
from app.intents import Activity, AskText, End, Extend, Interrupt, Mute
from app.screens import Farewell, Live, MicrophoneState, Talk, TalkMode, Trouble, WhyNot
from app.window.live.state import Indicator
from app.window.toolkit.button import Button, Kind
from tests.window.literals import SITE
from tests.window.live_literals import live_screens
from tests.window.test_keys import KEY

# ------------------------------------------------------------------ focus and keys


@pytest.mark.parametrize(
    ("screen", "name"),
    [
        (Live(), "question-1"),
        (Live(show_questions=False), "type"),
        (Live(show_questions=False, can_type=False), "settings"),
        (Live(trouble=Trouble.STALLED), "type"),
        (Live(mode=TalkMode.PUSH_TO_TALK, show_questions=False), "type"),
    ],
)
def test_nothing_that_ends_the_visit_has_the_focus_first(kiosk, screen, name):
    kiosk.show(screen)
    assert kiosk.vitals.focus == name


def test_enter_on_the_first_question_asks_it(kiosk):
    assert kiosk.show(Live(questions=("Why is Mars red?",))).key(KEY.Key_Return) == [AskText("Why is Mars red?")]


def test_questions_are_those_of_the_moment_then_of_the_site_then_of_the_language(kiosk):
    kiosk.show(Live(questions=("A?", "B?", "C?", "D?")))
    assert [kiosk.control(f"question-{at}").label() for at in (1, 2, 3)] == ["A?", "B?", "C?"]
    kiosk.show(Live())
    assert kiosk.control("question-1").label() == "What can I see here?"
    kiosk.screen.talk.site = replace(SITE, questions=("Ours?",))
    kiosk.show(Live(limit_s=200))
    assert kiosk.control("question-1").label() == "Ours?"
    assert "question-2" not in [part.objectName() for part in kiosk.screen.controls()]


def test_when_the_question_with_the_focus_goes_the_focus_goes_to_type(kiosk):
    kiosk.show(Live())
    kiosk.again(Live(show_questions=False))
    assert kiosk.vitals.focus == "type"


def test_tab_goes_through_everything_in_reading_order(kiosk):
    kiosk.show(Live(remaining_s=48, may_extend=True, questions=("A?",)))
    names = []
    for _ in range(6):
        kiosk.key(KEY.Key_Tab)
        names.append(kiosk.vitals.focus)
    assert names == ["extend", "microphone", "type", "settings", "goodbye", "question-1"]


def test_escape_says_goodbye(kiosk):
    assert kiosk.show(Live()).key(KEY.Key_Escape) == [End()]
    assert kiosk.show(Live()).tap("goodbye") == [End()]


def test_a_tap_on_nothing_and_a_key_without_meaning_are_signs_of_life(kiosk):
    kiosk.show(Live())
    QTest.mouseClick(kiosk.window.windowHandle(), Qt.MouseButton.LeftButton, pos=QPoint(200, 300))
    assert [answer.intent for answer in kiosk.answers] == [Activity()]
    kiosk.time += 1
    assert kiosk.show(Live()).key(KEY.Key_F1) == [Activity()]


# ------------------------------------------------------------------ the indicator and the level


def test_the_sign_interrupts_mutes_and_opens(kiosk):
    assert kiosk.show(Live(talk=Talk.SPEAKING, can_interrupt=True)).tap("interrupt") == [Interrupt()]
    assert kiosk.show(Live()).tap("microphone") == [Mute(True)]
    assert kiosk.show(Live(microphone=MicrophoneState.MUTED)).tap("microphone") == [Mute(False)]


def test_a_sign_that_does_nothing_cannot_be_touched(kiosk):
    kiosk.show(Live(microphone=MicrophoneState.MISSING))
    assert "microphone" not in [part.objectName() for part in kiosk.screen.controls()]


def test_only_words_of_trouble_have_its_colour(kiosk):
    unheard = Live(microphone=MicrophoneState.MISSING, trouble=Trouble.CANNOT_HEAR)
    title = kiosk.show(unheard).screen.talk.dock.title
    assert (title.text(), title._colour) == ("I cannot hear just now", "coral")
    title = kiosk.show(replace(unheard, talk=Talk.THINKING)).screen.talk.dock.title
    assert (title.text(), title._colour) == ("Thinking…", "paper")


def test_the_level_is_read_only_while_the_microphone_listens(kiosk):
    kiosk.show(Live())
    talk = kiosk.screen.talk
    assert talk._clock.isActive()
    assert talk.dock.indicator.indicator is Indicator.LISTENING
    kiosk.again(Live(talk=Talk.SPEAKING))
    assert not talk._clock.isActive()
    kiosk.again(Live())
    kiosk.show(Farewell())
    assert not talk._clock.isActive()


def test_the_halo_rises_with_the_real_level_and_falls_back(kiosk):
    kiosk.show(Live())
    talk = kiosk.screen.talk
    talk._levels.microphone = 0.8
    talk._step()
    assert talk.dock.halo.level == 0.8
    talk._levels.microphone = 0.0
    falling = []
    for _ in range(30):
        talk._step()
        falling.append(talk.dock.halo.level)
    assert falling == sorted(falling, reverse=True)
    assert falling[-1] == 0.0


# ------------------------------------------------------------------ time and trouble


def test_time_is_shown_with_its_unit_and_more_can_be_had(kiosk):
    kiosk.show(Live(remaining_s=48, may_extend=True, extension_s=120))
    assert kiosk.screen.talk.chip.text() == "0:48 left"
    assert kiosk.control("extend").label() == "2 minutes more"
    assert kiosk.tap("extend") == [Extend()]


def test_without_more_time_the_reason_is_said(kiosk):
    kiosk.show(Live(remaining_s=14, urgent=True, why_not=WhyNot.SOMEONE_WAITS))
    assert kiosk.screen.talk.chip.text() == "0:14 left · Someone is waiting, so we end soon."
    assert "extend" not in [part.objectName() for part in kiosk.screen.controls()]


def test_no_clock_is_shown_before_its_time(kiosk):
    kiosk.show(Live())
    assert not kiosk.screen.talk.chip.isVisible()


def test_a_stalled_picture_is_darkened_and_the_visitor_is_told_below_the_face(kiosk):
    kiosk.show(live_screens()["stall"])
    assert kiosk.screen.stalled
    assert kiosk.window._video._dark
    words = kiosk.screen.talk.moment.words
    assert words.isVisible()
    assert words.text() == "One moment…"
    assert words.y() > 960 * 0.5
    kiosk.again(live_screens()["talk"])
    assert not words.isVisible()
    assert not kiosk.window._video._dark


def test_one_main_action_at_most_in_every_state(kiosk):
    for name, screen in live_screens().items():
        kiosk.show(screen)
        buttons = [part for part in kiosk.screen.controls() if isinstance(part, Button)]
        found = [button.objectName() for button in buttons if button.kind is Kind.PRIMARY]
        assert len(found) <= 1, (name, found)


# ------------------------------------------------------------------ the cost of a frame


class Paints(QObject):
    def __init__(self):
        super().__init__()
        self.seen = []

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            self.seen.append(watched.objectName() or type(watched).__name__)
        return False


def test_a_frame_of_the_picture_lays_out_no_text_and_repaints_nothing_inside_the_deck(kiosk):
    kiosk.show(live_screens()["time-questions"])
    painter = Painter()
    kiosk.window.picture.push(painter(Pose()))
    QApplication.processEvents()
    kiosk.screen.talk._clock.stop()
    paints, laid_out = Paints(), []
    for part in kiosk.screen.talk.children():
        if part.isWidgetType():
            part.installEventFilter(paints)
            if hasattr(part, "canvas"):
                part.canvas.show = partial(watch, part.canvas.show, laid_out)
    kiosk.window.picture.push(painter(Pose()))
    QApplication.processEvents()
    assert "CaptionPlate" in paints.seen
    assert laid_out == []
    assert not {"Words", "LevelBars", "TimeChip", "extend", "type", "settings"} & set(paints.seen)


def watch(show, laid_out, paint):
    """Show a canvas, and note whether it had to be painted anew."""

    def noted(painter):
        laid_out.append(paint)
        paint(painter)

    show(noted)
