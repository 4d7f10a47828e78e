"""The microphone indicator shows what the microphone does, and one control is highlighted."""

import itertools
from dataclasses import replace

import pytest

from app.screens import Live, MicrophoneState, Talk, TalkMode, Trouble
from app.window.live.state import Highlight, Indicator, Touch, all_words, dock_state, highlight, holds

EVERY = [
    Live(
        talk=talk,
        microphone=state,
        mode=mode,
        trouble=trouble,
        can_interrupt=interrupt,
        greeting=greeting,
        may_extend=more,
    )
    for talk, state, mode, trouble, interrupt, greeting, more in itertools.product(
        Talk, MicrophoneState, TalkMode, [None, *Trouble], (False, True), (False, True), (False, True)
    )
]


def test_filled_green_means_open_and_listening_and_nothing_else():
    for live in EVERY:
        state = dock_state(live)
        if state.indicator is Indicator.LISTENING:
            assert live.microphone is MicrophoneState.OPEN
            assert live.talk in (Talk.LISTENING, Talk.HEARING)
        assert state.level == (state.indicator is Indicator.LISTENING)


def test_a_closed_microphone_is_grey_and_a_muted_or_missing_one_struck_through():
    for live in EVERY:
        indicator = dock_state(live).indicator
        if live.microphone is MicrophoneState.HELD_OFF:
            assert indicator is Indicator.HELD_OFF
        assert (indicator is Indicator.STRUCK) == (live.microphone in (MicrophoneState.MUTED, MicrophoneState.MISSING))


def test_the_words_never_say_listening_while_the_microphone_is_closed():
    for live in EVERY:
        if live.microphone is not MicrophoneState.OPEN or live.trouble is Trouble.STALLED:
            assert dock_state(live).title not in {"live.listening", "live.hearing", "live.holding"}


def test_bars_stand_only_where_the_level_is_real():
    for live in EVERY:
        state = dock_state(live)
        if state.more is None and not state.level:
            assert state.title == "live.moment"


def test_a_touch_of_the_sign_interrupts_exactly_when_the_guide_speaks_and_may_be_interrupted():
    live = Live(talk=Talk.SPEAKING, can_interrupt=True)
    assert dock_state(live).touch is Touch.INTERRUPT
    assert dock_state(live).more == "live.interrupt_more"
    assert dock_state(replace(live, can_interrupt=False)).touch is Touch.MUTE
    assert dock_state(replace(live, can_interrupt=False)).more == "live.speaking_more"
    assert dock_state(replace(live, talk=Talk.LISTENING)).touch is Touch.MUTE


def test_a_muted_microphone_can_always_be_opened_again():
    for live in EVERY:
        if live.microphone is MicrophoneState.MUTED and live.trouble is not Trouble.STALLED:
            assert dock_state(live).touch is Touch.UNMUTE


@pytest.mark.parametrize(
    ("live", "shines"),
    [
        (Live(), None),
        (Live(may_extend=True), Highlight.EXTEND),
        (Live(trouble=Trouble.CANNOT_HEAR), Highlight.TYPE),
        (Live(trouble=Trouble.CANNOT_HEAR, may_extend=True), Highlight.TYPE),
        (Live(trouble=Trouble.CANNOT_HEAR, can_type=False, may_extend=True), Highlight.EXTEND),
        (Live(trouble=Trouble.LOUD), Highlight.HOLD),
        (Live(mode=TalkMode.PUSH_TO_TALK, may_extend=True), Highlight.HOLD),
        (Live(mode=TalkMode.TEXT, microphone=MicrophoneState.MISSING), Highlight.TYPE),
        (Live(mode=TalkMode.TEXT, microphone=MicrophoneState.MISSING, may_extend=True), Highlight.EXTEND),
        (Live(microphone=MicrophoneState.MISSING), Highlight.TYPE),
        (Live(trouble=Trouble.STALLED, may_extend=True), None),
    ],
)
def test_one_thing_shines_and_it_is_what_to_touch_next(live, shines):
    assert highlight(live) is shines


def test_nobody_is_asked_to_hold_a_button_for_a_microphone_that_is_not_there():
    for live in EVERY:
        if live.microphone is MicrophoneState.MISSING or live.mode is TalkMode.TEXT:
            assert not holds(live)
            assert highlight(live) is not Highlight.HOLD


def test_a_typed_question_is_seen_to_work_where_no_microphone_is_there():
    live = Live(microphone=MicrophoneState.MISSING, can_interrupt=True)
    assert dock_state(live).title == "live.missing"
    assert dock_state(replace(live, talk=Talk.THINKING)).title == "live.thinking"
    speaking = dock_state(replace(live, talk=Talk.SPEAKING))
    assert (speaking.title, speaking.more, speaking.touch) == ("live.speaking", "live.interrupt_more", Touch.INTERRUPT)


def test_every_text_exists_in_the_language_files(texts):
    for live in EVERY:
        state = dock_state(live)
        assert texts(state.title)
        assert state.more is None or texts(state.more)
    for mode in TalkMode:
        for title, more in all_words(mode):
            assert texts(title)
            assert more is None or texts(more)
