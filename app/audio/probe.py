"""What `check` and `self-test` report about sound. Nothing is played, and nothing is recorded."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np

from app.audio.base import FRAME, RATE
from app.audio.devices import Card, DeviceError, Devices, Way, choose
from app.findings import Finding

ANSWER_S = 8.0  # a sound server that hangs must not hang the report
_ITEMS = {Way.OUTPUT: "speaker", Way.INPUT: "microphone"}


def devices(
    output_name: str = "",
    input_name: str = "",
    echo_cancellation: bool = True,
    make_devices: Callable[[], Devices] = Devices,
) -> list[Finding]:
    """Report whether speaker and microphone are there and take 48 kHz. What is missing is a note: it may come later.

    Blocks, `ANSWER_S` at most; a sound system that hangs is a note.

    Args:
        output_name: The speaker, as in the settings; "" for the system's default.
        input_name: The microphone, likewise.
        echo_cancellation: As in the settings.
        make_devices: Returns what is asked; used on a thread of its own.
    """
    found: list[Finding] = []
    worker = threading.Thread(
        target=lambda: found.extend(_ask(make_devices(), output_name, input_name)), name="sound-probe", daemon=True
    )
    worker.start()
    worker.join(ANSWER_S)
    if not found:
        return [Finding("sound", None, f"the sound system gives no answer within {ANSWER_S:g} s")]
    if not echo_cancellation:
        text = "off: right for a handset, or with mode half-duplex; otherwise the avatar hears itself"
        found.append(Finding("echo cancellation", None, text))
    return found


def parts() -> list[Finding]:
    """Report whether the libraries for sound load and work: PortAudio, echo cancellation, voice detection."""
    return [
        _part("sound library", _library),
        _part("echo cancellation", _canceller),
        _part("voice detection", _detector),
    ]


def _ask(system: Devices, output_name: str, input_name: str) -> list[Finding]:
    try:
        cards = system.cards()
        return [_way(system, cards, Way.OUTPUT, output_name), _way(system, cards, Way.INPUT, input_name)]
    except DeviceError as error:
        return [Finding("sound", None, str(error))]


def _way(system: Devices, cards: list[Card], way: Way, name: str) -> Finding:
    item = _ITEMS[way]
    names = ", ".join(dict.fromkeys(card.name for card in cards if card.way is way))
    card = choose(cards, way, name)
    if card is None and names:
        return Finding(item, None, f'there is no "{name}"; audio.{way} can be one of: {names}')
    if card is None:
        return Finding(item, None, "there is none; visits go on by captions and text")
    told = f"{card.name} ({'default of ' if card.is_default else ''}{card.host})"
    if system.takes(card, RATE):
        return Finding(item, True, f"{told}, {RATE} Hz")
    if system.takes(card, card.rate):
        return Finding(item, True, f"{told}, {card.rate} Hz, converted")
    return Finding(item, None, f"{told}: cannot be opened just now, another program may hold it")


def _part(item: str, probe: Callable[[], str]) -> Finding:
    try:
        return Finding(item, True, probe())
    except Exception as error:  # reason: whatever a broken library raises is the finding
        return Finding(item, False, f"does not work: {error}")


def _library() -> str:
    import sounddevice

    return str(sounddevice.get_portaudio_version()[1])


def _canceller() -> str:
    from app.audio.echo import EchoCanceller

    canceller = EchoCanceller(echo_cancellation=True)
    voice = (8000 * np.sin(np.arange(FRAME) * (2 * np.pi * 300 / RATE))).astype(np.int16)
    for _ in range(100):
        canceller.played(voice)
        left = canceller.clean(voice, 0.0)
    if np.abs(left.astype(int)).max() > 2000:
        raise RuntimeError("the echo stays")
    return "takes an echo away"


def _detector() -> str:
    from app.audio.voice import load_model

    model = load_model()
    if model is None:
        raise RuntimeError("the model does not load")
    if not 0 <= model(bytes(1024)) < 0.5:
        raise RuntimeError("silence counts as speech")
    return "silence is silence"
