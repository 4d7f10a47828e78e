"""The sound devices of the machine, through PortAudio: lists them, chooses by name, opens at 48 kHz or another rate.

Everything here blocks and belongs to one thread: PortAudio is not safe for more. PortAudio lists the devices when it
is initialised, and initialising it closes every stream: no stream may be open at `refresh`.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.audio.base import RATE, Sound
from app.audio.streams import Listener, Player, RunningStream

OUTPUT_LATENCY_S = 0.08  # asked for; with less, a busy Python interpreter is heard as a gap
INPUT_LATENCY_S = 0.04
_RATES = (RATE, 44_100, 32_000, 16_000)  # tried in this order after the device's own
_INVALID_RATE = -9997  # paInvalidSampleRate of portaudio.h
_HOSTS = ("Windows WASAPI", "Core Audio", "ALSA", "JACK Audio Connection Kit")  # the same device appears under several


class DeviceError(Exception):
    """A device cannot be used; the text is for staff."""


class Way(StrEnum):
    """The direction of sound."""

    OUTPUT = "output"
    INPUT = "input"


@dataclass(frozen=True, slots=True)
class Card:
    """A device as PortAudio lists it, in one direction.

    Attributes:
        index: PortAudio's number of the device.
        name: Its name.
        host: Name of the host API that lists it, such as "ALSA".
        way: The direction.
        channels: How many it has at most.
        rate: The device's own, Hz.
        is_default: It is the host API's default.
    """

    index: int
    name: str
    host: str
    way: Way
    channels: int
    rate: int
    is_default: bool


def choose(cards: list[Card], way: Way, name: str) -> Card | None:
    """Return the device for `name`, or None.

    Args:
        cards: All devices, both directions.
        way: The direction.
        name: The whole name, else its beginning, else any part of it; case does not matter. "" is the system's
            default.
    """
    ours = sorted((c for c in cards if c.way is way), key=_by_host)
    if not name:
        return next((c for c in ours if c.is_default), ours[0] if ours else None)
    wanted = name.casefold()
    for fits in (str.__eq__, str.startswith, str.__contains__):
        for card in ours:
            if fits(card.name.casefold(), wanted):
                return card
    return None


def _by_host(card: Card) -> int:
    return _HOSTS.index(card.host) if card.host in _HOSTS else len(_HOSTS)


class Devices:
    """PortAudio. Constructing it does nothing; the first call loads the library."""

    def __init__(self) -> None:
        self._library: Any = None
        self._listed_at: float | None = None

    def refresh(self) -> None:
        """List the devices anew. No stream may be open.

        Raises:
            DeviceError: There is no working PortAudio.
        """
        try:
            if self._library is None:
                import sounddevice

                self._library = sounddevice
            else:
                with contextlib.suppress(self._library.PortAudioError):
                    self._library._terminate()
                self._library._initialize()
        except Exception as error:  # reason: a missing library, or one that the system refuses to start
            raise DeviceError(f"the sound library does not start: {error}") from error
        self._listed_at = time.monotonic()

    def listed_s_ago(self) -> float:
        """Return the age of the list, seconds; infinite while there is none."""
        return float("inf") if self._listed_at is None else time.monotonic() - self._listed_at

    def cards(self) -> list[Card]:
        """Return all devices, both directions. Raises DeviceError."""
        if self._library is None:
            self.refresh()
        try:
            hosts = self._library.query_hostapis()
            return [
                _card(index, raw, hosts[raw["hostapi"]], way)
                for index, raw in enumerate(self._library.query_devices())
                for way in Way
                if raw[f"max_{way}_channels"]
            ]
        except self._library.PortAudioError as error:
            raise DeviceError(f"the devices cannot be listed: {error}") from error

    def takes(self, card: Card, rate: int) -> bool:
        """Return whether the device takes this sample rate, Hz; False also while another program holds it."""
        check = getattr(self._library, f"check_{card.way}_settings")
        try:
            check(device=card.index, channels=_channels(card), dtype="int16", samplerate=rate)
        except (ValueError, self._library.PortAudioError):
            return False
        return True

    def open_output(self, card: Card, next_block: Callable[[float], Sound]) -> RunningStream:
        """Play what `next_block(delay_s)` returns: 480 samples, int16, 48 kHz, heard in `delay_s` seconds.

        Raises:
            DeviceError: The device cannot be opened.
        """
        stream, rate = self._open(card, OUTPUT_LATENCY_S)
        return self._run(Player(stream, rate, _channels(card), next_block))

    def open_input(self, card: Card, heard: Callable[[Sound, float], None]) -> RunningStream:
        """Call `heard(block, delay_s)` with what comes in: 480 samples, int16, 48 kHz, `delay_s` seconds old.

        Raises:
            DeviceError: The device cannot be opened.
        """
        stream, rate = self._open(card, INPUT_LATENCY_S)
        return self._run(Listener(stream, rate, heard))

    def _open(self, card: Card, latency_s: float) -> tuple[Any, int]:
        """Return a started stream and its sample rate."""
        kind = self._library.OutputStream if card.way is Way.OUTPUT else self._library.InputStream
        for rate in dict.fromkeys((RATE, card.rate, *_RATES)):
            stream = None
            try:
                stream = kind(
                    device=card.index, samplerate=rate, blocksize=rate // 100, channels=_channels(card),
                    dtype="int16", latency=latency_s,
                )  # fmt: skip
                stream.start()
                return stream, rate
            except self._library.PortAudioError as refusal:
                if stream is not None:
                    stream.close(ignore_errors=True)
                if _INVALID_RATE not in refusal.args:
                    raise DeviceError(f"{card.name}: {refusal}") from refusal
        raise DeviceError(f"{card.name}: it takes no sample rate that we know")

    @staticmethod
    def _run(stream: RunningStream) -> RunningStream:
        stream.start()
        return stream


def _channels(card: Card) -> int:
    # One channel would be heard on the left side only, where the system does not copy it to both.
    return min(2, card.channels)


def _card(index: int, raw: Any, host: Any, way: Way) -> Card:
    return Card(
        index=index,
        name=str(raw["name"]),
        host=str(host["name"]),
        way=way,
        channels=int(raw[f"max_{way}_channels"]),
        rate=int(raw["default_samplerate"]),
        is_default=host[f"default_{way}_device"] == index,
    )
