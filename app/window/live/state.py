"""What the dock of the live screen shows, decided from the screen's value alone, without widgets."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from app.screens import Live, MicrophoneState, Talk, TalkMode, Trouble


class Indicator(Enum):
    """How the microphone indicator looks; LISTENING only while the microphone is really open."""

    LISTENING = auto()  # filled, with the halo of the real level
    OPEN = auto()  # outlined: open, but it is the guide's turn
    NOT_HEARD = auto()  # outlined in "coral": it delivers no sound
    HELD_OFF = auto()  # grey
    STRUCK = auto()  # grey and crossed out: muted or missing


class Touch(StrEnum):
    """What a touch of the indicator does; the value is the stable name of the control."""

    INTERRUPT = "interrupt"
    MUTE = "mute"
    UNMUTE = "unmute"
    NOTHING = "microphone"


class Highlight(Enum):
    """Which control is highlighted: what the visitor would best touch next."""

    HOLD = auto()
    TYPE = auto()
    EXTEND = auto()


@dataclass(frozen=True, slots=True)
class DockState:
    """What the dock shows.

    Attributes:
        title: Key of the text of the first line.
        more: Key of the text of the second line; None: the level bars are shown there.
        indicator: How the microphone looks.
        touch: What a touch of it does.
        level: The level is shown.
    """

    title: str
    more: str | None
    indicator: Indicator
    touch: Touch
    level: bool = False


def holds(live: Live) -> bool:
    """Return whether the visitor has to hold a button to speak."""
    if live.mode is TalkMode.TEXT or live.microphone is MicrophoneState.MISSING:
        return False
    return live.mode is TalkMode.PUSH_TO_TALK or live.trouble is Trouble.LOUD


UNHEARD = frozenset({"live.cannot_hear", "live.missing"})  # titles of a voice that does not arrive


def dock_state(live: Live) -> DockState:
    """Return what the dock shows for this value."""
    return DockState(*_words(live), _indicator(live), _touch(live), _indicator(live) is Indicator.LISTENING)


def highlight(live: Live) -> Highlight | None:
    """Return the control that is highlighted; None: there is nothing to do but talk."""
    if live.trouble is Trouble.STALLED:
        return None
    if holds(live):
        return Highlight.HOLD
    if live.trouble is Trouble.CANNOT_HEAR and live.can_type:
        return Highlight.TYPE
    if live.may_extend:
        return Highlight.EXTEND
    typed_only = live.mode is TalkMode.TEXT or live.microphone is MicrophoneState.MISSING
    return Highlight.TYPE if typed_only and live.can_type else None


def _indicator(live: Live) -> Indicator:
    if live.microphone in (MicrophoneState.MUTED, MicrophoneState.MISSING):
        return Indicator.STRUCK
    if live.microphone is MicrophoneState.HELD_OFF or live.trouble is Trouble.STALLED:
        return Indicator.HELD_OFF
    if live.trouble is Trouble.CANNOT_HEAR:
        return Indicator.NOT_HEARD
    return Indicator.OPEN if live.talk in (Talk.SPEAKING, Talk.THINKING) else Indicator.LISTENING


def _touch(live: Live) -> Touch:
    if live.trouble is Trouble.STALLED:
        return Touch.NOTHING
    if live.microphone is MicrophoneState.MUTED:
        return Touch.UNMUTE
    if live.can_interrupt and live.talk is Talk.SPEAKING:
        return Touch.INTERRUPT
    if live.microphone is MicrophoneState.MISSING or live.mode is TalkMode.TEXT or holds(live):
        return Touch.NOTHING
    return Touch.MUTE


def _words(live: Live) -> tuple[str, str | None]:
    if live.trouble is Trouble.STALLED:
        return "live.stay", "live.stay_more"
    speaking = live.talk is Talk.SPEAKING
    turn = ("live.speaking", "live.interrupt_more" if live.can_interrupt else "live.speaking_more")
    if live.mode is TalkMode.TEXT:
        return turn if speaking else _thinking(live) or ("live.typing", "live.typing_more")
    if live.microphone is MicrophoneState.MISSING:  # he typed, and sees that it works
        return turn if speaking else _thinking(live) or ("live.missing", "live.missing_more")
    if live.microphone is MicrophoneState.MUTED:
        return "live.muted", "live.muted_more"
    if live.trouble is Trouble.CANNOT_HEAR:
        return "live.cannot_hear", "live.cannot_hear_more"
    if speaking:
        return turn
    if holds(live) and live.microphone is MicrophoneState.OPEN:
        return "live.holding", "live.hold_more"
    waiting = ("live.loud", "live.loud_more") if live.trouble is Trouble.LOUD else ("live.hold", "live.hold_more")
    held_off = waiting if holds(live) else ("live.moment", None)
    if live.microphone is MicrophoneState.HELD_OFF:
        return _thinking(live) or held_off
    if live.talk is Talk.HEARING:
        return "live.hearing", None
    greeting = "live.greeting" if live.show_questions else "live.listening_more"
    return _thinking(live) or ("live.listening", greeting if live.greeting else None)


def _thinking(live: Live) -> tuple[str, str] | None:
    return ("live.thinking", "live.thinking_more") if live.talk is Talk.THINKING else None


def all_words(mode: TalkMode) -> list[tuple[str, str | None]]:
    """Return every pair of title and second line of this mode: the dock has room for each of them."""
    both = [
        ("live.speaking", "live.interrupt_more"),
        ("live.thinking", "live.thinking_more"),
        ("live.stay", "live.stay_more"),
    ]
    if mode is TalkMode.TEXT:
        return [*both, ("live.typing", "live.typing_more")]
    spoken = [
        ("live.muted", "live.muted_more"),
        ("live.cannot_hear", "live.cannot_hear_more"),
        ("live.missing", "live.missing_more"),
        ("live.loud", "live.loud_more"),
        ("live.holding", "live.hold_more"),
    ]
    own = ("live.hold", "live.hold_more") if mode is TalkMode.PUSH_TO_TALK else ("live.listening", "live.greeting")
    return [*both, *spoken, own]
