"""What the dock of the live screen says, decided from the value alone: no widget, no layout."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from app.screens import Live, MicrophoneState, Talk, TalkMode, Trouble


class Indicator(Enum):
    """How the microphone indicator looks; it never promises more than the microphone does."""

    LISTENING = auto()  # filled, with the halo of the real level
    OPEN = auto()  # outlined: open, but it is the guide's turn
    NOT_HEARD = auto()  # outlined in coral
    HELD_OFF = auto()  # grey
    STRUCK = auto()  # grey and struck through: muted or missing


class Touch(StrEnum):
    """What a touch of the indicator does; the value names the control."""

    INTERRUPT = "interrupt"
    MUTE = "mute"
    UNMUTE = "unmute"
    NOTHING = "microphone"


class Lamp(Enum):
    """Which one thing shines."""

    HOLD = auto()
    TYPE = auto()
    EXTEND = auto()


@dataclass(frozen=True, slots=True)
class DockState:
    """title, more: keys of texts; more None: the level bars stand there. level: the level is shown."""

    title: str
    more: str | None
    indicator: Indicator
    touch: Touch
    level: bool = False


def holds(live: Live) -> bool:
    """Return whether the visitor speaks by holding a button."""
    if live.mode is TalkMode.TEXT or live.microphone is MicrophoneState.MISSING:
        return False
    return live.mode is TalkMode.PUSH_TO_TALK or live.trouble is Trouble.LOUD


def dock_state(live: Live) -> DockState:
    """Return what indicator and words show for this value."""
    return DockState(*_words(live), _indicator(live), _touch(live), _indicator(live) is Indicator.LISTENING)


def lamp(live: Live) -> Lamp | None:
    """Return the one control that shines: what to touch next. None: there is nothing to do but talk."""
    if live.trouble is Trouble.STALLED:
        return None
    if holds(live):
        return Lamp.HOLD
    if live.trouble is Trouble.CANNOT_HEAR and live.can_type:
        return Lamp.TYPE
    if live.may_extend:
        return Lamp.EXTEND
    deaf = live.mode is TalkMode.TEXT or live.microphone is MicrophoneState.MISSING
    return Lamp.TYPE if deaf and live.can_type else None


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
    if live.microphone is MicrophoneState.MISSING:
        return "live.missing", "live.missing_more"
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
    """Return every pair of title and second line that a visit in this mode may show, for a dock of steady size."""
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
