"""The conversation on the screen: what is seen, where the focus is, what a touch or a key sends."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.character.paint import Painter
from app.character.pose import Pose
from app.screens import (
    Activity,
    AskText,
    End,
    Extend,
    Farewell,
    Interrupt,
    Live,
    MicrophoneSign,
    Mute,
    Shown,
    Speaker,
    StillThere,
    Talk,
    TalkButton,
    TalkMode,
    TextSize,
    Trouble,
    WhyNot,
)
from app.window.controls import Button
from app.window.live_state import Sign
from tests.window.gallery import end
from tests.window.literals import SITE
from tests.window.live_gallery import make_live
from tests.window.live_literals import LONG, caption, live_screens
from tests.window.test_keys import CTRL, KEY, Kiosk

QUESTION, ANSWER = caption(Speaker.VISITOR, "How old is the Moon?"), caption(Speaker.AVATAR, "Very old.", "2")
PAIR = (QUESTION, ANSWER)


class LiveKiosk(Kiosk):
    """A window with the real live screen."""

    site = SITE

    def more(self):
        return {"live": make_live, "site": self.site}

    @property
    def screen(self):
        return self.window.current_screen()

    def again(self, screen, **wishes):
        """Show another value of the same screen."""
        self.step -= 1
        return self.show(screen, **wishes)

    def control(self, name):
        found = [part for part in self.screen.controls() if part.objectName() == name]
        assert len(found) == 1, (name, [part.objectName() for part in self.screen.controls()])
        return found[0]

    def tap(self, name):
        """Touch a control and return what was sent, signs of life apart."""
        self.answers.clear()
        part = self.control(name)
        QTest.mouseClick(part, Qt.MouseButton.LeftButton, pos=part.shape_box().center())
        return self.sent()

    def sent(self):
        return [answer.intent for answer in self.answers if not isinstance(answer.intent, Activity)]

    def type(self, text):
        for sign in text:
            QTest.keyClicks(self.window.focusWidget(), sign)


@pytest.fixture
def kiosk(fonts, qapp):
    made = LiveKiosk()
    yield made
    end(made.window)


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


# ------------------------------------------------------------------ the typed question


def test_a_printable_key_opens_the_typed_question_with_that_character_and_enter_sends_it(kiosk):
    kiosk.show(Live(captions=PAIR))
    kiosk.key(KEY.Key_W)
    assert kiosk.vitals.focus == "field"
    assert kiosk.screen.typed.field.text() == "w"
    kiosk.type("hy is  Mars red?")
    kiosk.key(KEY.Key_Return)
    assert kiosk.sent() == [AskText("why is Mars red?")]
    assert kiosk.vitals.focus == "type"
    kiosk.key(KEY.Key_X)
    assert kiosk.screen.typed.field.text() == "x"


def test_escape_closes_the_typed_question_first_and_is_goodbye_only_then(kiosk):
    kiosk.show(Live())
    kiosk.key(KEY.Key_W)
    kiosk.key(KEY.Key_Escape)
    assert kiosk.sent() == []
    assert kiosk.vitals.focus == "type"
    kiosk.key(KEY.Key_Escape)
    assert kiosk.sent() == [End()]


def test_a_chord_does_not_open_it_and_without_typing_no_key_does(kiosk):
    kiosk.show(Live()).key(KEY.Key_A, CTRL)
    assert not kiosk.screen.typed.isVisible()
    kiosk.show(Live(can_type=False)).key(KEY.Key_A)
    assert not kiosk.screen.typed.isVisible()


def test_typing_is_a_sign_of_life(kiosk):
    kiosk.show(Live())
    kiosk.key(KEY.Key_W)
    kiosk.answers.clear()
    for _ in range(3):
        kiosk.time += 1
        kiosk.type("a")
    assert [answer.intent for answer in kiosk.answers] == [Activity()] * 3


def test_a_key_typed_while_a_button_has_the_focus_goes_into_the_field(kiosk):
    kiosk.show(Live()).tap("type")
    kiosk.screen.typed.ask_button.setFocus()
    kiosk.key(KEY.Key_M)
    assert kiosk.screen.typed.field.text() == "m"
    assert kiosk.vitals.focus == "field"


def test_a_question_has_at_most_300_characters_and_an_empty_one_is_not_sent(kiosk):
    kiosk.show(Live()).tap("type")
    kiosk.type("   ")
    assert kiosk.tap("ask") == []
    kiosk.screen.typed.field.insert("x" * 400)
    (question,) = kiosk.tap("ask")
    assert len(question.text) <= 300


def test_the_on_screen_keyboard_is_there_for_fingers_and_stays_away_for_a_real_one(kiosk):
    kiosk.show(Live()).tap("type")
    assert kiosk.screen.typed.keyboard.isVisible()
    kiosk.tap("close")
    kiosk.key(KEY.Key_W)
    assert not kiosk.screen.typed.keyboard.isVisible()
    QTest.mouseClick(kiosk.screen.typed.field, Qt.MouseButton.LeftButton)
    assert kiosk.screen.typed.keyboard.isVisible()
    assert kiosk.screen.typed.field.text() == "w"


@pytest.mark.parametrize("after", [StillThere(), Farewell()])
def test_nothing_typed_is_left_when_the_screen_has_gone(kiosk, after):
    kiosk.show(Live())
    kiosk.key(KEY.Key_W)
    kiosk.show(after)
    assert kiosk.window._screens[Live].typed.field.text() == ""
    kiosk.show(Live())
    assert not kiosk.screen.typed.isVisible()
    QTest.keyClick(kiosk.screen.typed.field, KEY.Key_Z, CTRL)
    assert kiosk.screen.typed.field.text() == ""


def test_nothing_goes_into_or_comes_out_of_the_clipboard(kiosk):
    clipboard = QApplication.clipboard()
    clipboard.setText("from before")
    kiosk.show(Live())
    kiosk.key(KEY.Key_W)
    field = kiosk.screen.typed.field
    field.selectAll()
    for key in (KEY.Key_C, KEY.Key_X, KEY.Key_V, KEY.Key_Z):
        QTest.keyClick(field, key, CTRL)
    QTest.mouseClick(field, Qt.MouseButton.MiddleButton)
    assert field.text() == "w"
    assert clipboard.text() == "from before"


# ------------------------------------------------------------------ captions


def plates(kiosk):
    return {who: plate for who, plate in kiosk.screen.talk.captions.plates.items() if plate.isVisible()}


def test_both_speakers_are_named_and_stand_at_their_sides(kiosk):
    kiosk.show(Live(captions=PAIR, show_questions=False))
    shown = plates(kiosk)
    assert shown[Speaker.AVATAR].accessibleName() == "Guide: Very old."
    assert shown[Speaker.VISITOR].accessibleName() == "You: How old is the Moon?"
    assert shown[Speaker.AVATAR].x() < shown[Speaker.VISITOR].x()
    assert shown[Speaker.VISITOR].geometry().bottom() < shown[Speaker.AVATAR].y()


def test_the_sides_change_places_in_arabic(kiosk):
    kiosk.show(Live(captions=PAIR, show_questions=False), language="ar")
    shown = plates(kiosk)
    assert shown[Speaker.AVATAR].geometry().right() > shown[Speaker.VISITOR].geometry().right()


def test_with_large_words_only_the_last_speaker_is_shown(kiosk):
    kiosk.show(Live(captions=PAIR), text_size=TextSize.LARGE)
    assert set(plates(kiosk)) == {Speaker.AVATAR}


def test_captions_can_be_turned_off(kiosk):
    kiosk.show(Live(captions=PAIR), captions=False)
    assert plates(kiosk) == {}


@pytest.mark.parametrize("size", TextSize)
def test_the_newest_words_of_a_long_answer_stay(kiosk, size):
    kiosk.show(Live(captions=(caption(Speaker.AVATAR, LONG),), show_questions=False), text_size=size)
    words = plates(kiosk)[Speaker.AVATAR].words()
    assert LONG.endswith(words)
    assert "first visitors." in words


def test_lines_stand_still_while_words_are_added(kiosk):
    """A new word is put at the end; the lines above it do not break anew."""
    words = LONG.split()
    starts = set()
    for count in range(30, len(words)):
        kiosk.again(Live(captions=(caption(Speaker.AVATAR, " ".join(words[:count])),), show_questions=False))
        starts.add(plates(kiosk)[Speaker.AVATAR].words().split()[0])
    # Far fewer beginnings than words: the text moves on by whole lines.
    assert len(starts) < (len(words) - 30) / 3


def test_plates_leave_the_face_free_at_the_normal_text_size(kiosk):
    kiosk.window.resize(1080, 1920)
    for language in ("en", "de", "ar"):
        for name, screen in live_screens(language).items():
            kiosk.show(screen, language=language)
            for who, plate in plates(kiosk).items():
                last = screen.captions[-1].speaker is who
                # Two lines of the last speaker are worth more than the rule, never as much as the mouth.
                assert plate.y() >= 1920 * (0.54 if last else 0.6), (language, name, who, plate.y() / 1920)


# ------------------------------------------------------------------ the sign and the level


def test_the_sign_interrupts_mutes_and_opens(kiosk):
    assert kiosk.show(Live(talk=Talk.SPEAKING, can_interrupt=True)).tap("interrupt") == [Interrupt()]
    assert kiosk.show(Live()).tap("microphone") == [Mute(True)]
    assert kiosk.show(Live(sign=MicrophoneSign.MUTED)).tap("microphone") == [Mute(False)]


def test_a_sign_that_does_nothing_cannot_be_touched(kiosk):
    kiosk.show(Live(sign=MicrophoneSign.MISSING))
    assert "microphone" not in [part.objectName() for part in kiosk.screen.controls()]


def test_the_level_is_read_only_while_the_microphone_listens(kiosk):
    kiosk.show(Live())
    talk = kiosk.screen.talk
    assert talk._clock.isActive()
    assert talk.dock.sign.sign is Sign.LISTENING
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


# ------------------------------------------------------------------ hold to speak

HOLD = Live(mode=TalkMode.PUSH_TO_TALK, sign=MicrophoneSign.HELD_OFF, show_questions=False)


def held(kiosk, name="talk"):
    kiosk.show(HOLD)
    button = kiosk.control(name)
    QTest.mousePress(button, Qt.MouseButton.LeftButton, pos=button.shape_box().center())
    assert kiosk.sent() == [TalkButton(True)]
    kiosk.answers.clear()
    return button


def test_a_finger_holds_and_lets_go_wherever_it_is_lifted(kiosk):
    button = held(kiosk)
    QTest.mouseMove(button, QPoint(-500, -500))
    assert kiosk.sent() == []
    QTest.mouseRelease(button, Qt.MouseButton.LeftButton, pos=QPoint(-500, -500))
    assert kiosk.sent() == [TalkButton(False)]


@pytest.mark.parametrize("lost", ["gone", "hidden", "window", "cancelled"])
def test_a_lost_release_never_leaves_it_down(kiosk, lost):
    button = held(kiosk)
    if lost == "gone":
        kiosk.window.show_screen(Shown(kiosk.step + 1, Farewell(), kiosk.screen.preferences))
    elif lost == "hidden":
        kiosk.window.show_screen(Shown(kiosk.step, Live(), kiosk.screen.preferences))
    else:
        kinds = {"window": QEvent.Type.WindowDeactivate, "cancelled": QEvent.Type.UngrabMouse}
        QApplication.sendEvent(button, QEvent(kinds[lost]))
    assert kiosk.sent() == [TalkButton(False)]
    assert not button.holding


def test_a_hold_of_a_minute_and_a_half_ends_by_itself(kiosk):
    button = held(kiosk)
    assert button._longest.isActive()
    button._longest.timeout.emit()
    assert kiosk.sent() == [TalkButton(False)]


def test_space_holds_while_it_is_down_and_its_repetitions_mean_nothing(kiosk):
    kiosk.show(HOLD)
    button = kiosk.control("talk")
    button.setFocus()
    QTest.keyPress(button, KEY.Key_Space)
    for _ in range(3):
        QApplication.sendEvent(button, repeated(QEvent.Type.KeyPress))
        QApplication.sendEvent(button, repeated(QEvent.Type.KeyRelease))
    assert kiosk.sent() == [TalkButton(True)]
    QTest.keyRelease(button, KEY.Key_Space)
    assert kiosk.sent() == [TalkButton(True), TalkButton(False)]


def repeated(kind):
    from PySide6.QtGui import QKeyEvent

    return QKeyEvent(kind, KEY.Key_Space, Qt.KeyboardModifier.NoModifier, " ", True)


def test_tab_away_from_a_held_key_lets_go(kiosk):
    kiosk.show(HOLD)
    button = kiosk.control("talk")
    button.setFocus()
    QTest.keyPress(button, KEY.Key_Space)
    kiosk.key(KEY.Key_Tab)
    assert kiosk.sent() == [TalkButton(True), TalkButton(False)]


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


def test_one_lamp_at_most_in_every_state_and_sheet(kiosk):
    for name, screen in live_screens().items():
        kiosk.show(screen)
        lamps = [
            part.objectName() for part in kiosk.screen.controls() if isinstance(part, Button) and part.kind == "lamp"
        ]
        assert len(lamps) <= 1, (name, lamps)


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
