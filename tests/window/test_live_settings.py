"""The settings sheet: every touch takes effect at once, and Done goes back."""

from __future__ import annotations

import pytest

from app.intents import Prefer
from app.screens import Live, Preferences, Shown, TextSize
from app.window.toolkit.button import Kind
from tests.window.gallery import end
from tests.window.live_kiosk import LiveKiosk
from tests.window.test_keys import KEY

BASE = Preferences(less_motion=True)


@pytest.fixture
def kiosk(fonts, qapp):
    made = LiveKiosk()
    made.show(Live())
    made.tap("settings")
    yield made
    end(made.window)


@pytest.mark.parametrize(
    ("control", "changes"),
    [
        ("size-large", {"text_size": TextSize.LARGE}),
        ("size-largest", {"text_size": TextSize.LARGEST}),
        ("contrast-high", {"high_contrast": True}),
        ("motion-normal", {"less_motion": False}),
        ("captions-off", {"captions": False}),
        ("louder", {"volume": 0.9}),
        ("quieter", {"volume": 0.7}),
        ("language-de", {"language": "de"}),
    ],
)
def test_each_control_asks_for_one_change(kiosk, control, changes):
    (intent,) = kiosk.tap(control)
    assert intent == Prefer(Preferences(**{"less_motion": True, **changes}))


def test_what_is_chosen_already_asks_for_nothing(kiosk):
    assert kiosk.tap("contrast-normal") == []


def test_captions_that_are_not_of_everything_say_so(kiosk):
    assert kiosk.screen.settings._labels["captions"].text() == "Captions"
    kiosk.window.show_screen(Shown(kiosk.step, Live(has_captions=False), Preferences(less_motion=True)))
    assert kiosk.screen.settings._labels["captions"].text() == "Captions (typed questions)"


def test_the_text_size_that_is_chosen_has_the_focus_first(kiosk):
    assert kiosk.vitals.focus == "size-normal"


def test_volume_has_ten_steps_and_ends(kiosk):
    for volume, filled in ((0.0, 0), (0.04, 0), (0.5, 5), (1.0, 10)):
        kiosk.window.show_screen(Shown(kiosk.step, Live(), Preferences(less_motion=True, volume=volume)))
        assert kiosk.screen.settings.volume.filled == filled
    assert kiosk.tap("louder") == []
    kiosk.window.show_screen(Shown(kiosk.step, Live(), Preferences(less_motion=True, volume=0.0)))
    assert kiosk.tap("quieter") == []


def test_the_choice_is_seen_when_it_comes_back(kiosk):
    kiosk.window.show_screen(Shown(kiosk.step, Live(), Preferences(high_contrast=True, language="de")))
    assert kiosk.screen.settings.isVisible()
    assert kiosk.control("contrast-high").kind is Kind.SELECTED
    assert kiosk.control("done").label() == "Fertig"


def test_done_goes_back_to_the_conversation_and_the_focus_to_settings(kiosk):
    assert kiosk.tap("done") == []
    assert not kiosk.screen.settings.isVisible()
    assert kiosk.vitals.focus == "settings"


def test_escape_closes_the_sheet_and_says_no_goodbye(kiosk):
    kiosk.answers.clear()
    kiosk.key(KEY.Key_Escape)
    assert kiosk.sent() == []
    assert kiosk.vitals.focus == "settings"


def test_keys_alone_reach_every_setting(kiosk):
    wanted = [part.objectName() for part in kiosk.screen.controls()]
    seen = []
    for _ in wanted:
        seen.append(kiosk.vitals.focus)
        kiosk.key(KEY.Key_Tab)
    assert seen == wanted
    assert seen[0] == "size-normal"
    assert seen[-1] == "done"


def test_a_larger_text_chosen_in_the_sheet_leaves_the_sheet_open_and_the_focus_there(kiosk):
    kiosk.control("size-large").setFocus()
    kiosk.window.show_screen(Shown(kiosk.step, Live(), Preferences(less_motion=True, text_size=TextSize.LARGE)))
    assert kiosk.vitals.focus == "size-large"


def test_a_site_with_one_language_offers_none(fonts, qapp):
    class One(LiveKiosk):
        site = LiveKiosk.site.__class__(place="Hall")

    kiosk = One()
    kiosk.show(Live()).tap("settings")
    assert not [part for part in kiosk.screen.controls() if part.objectName().startswith("language")]
    end(kiosk.window)
