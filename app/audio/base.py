"""The interfaces of sound: a speaker, a microphone, and the backend that opens them.

All sound is mono, 48000 Hz, int16, in frames of exactly 10 ms (480 samples) unless a docstring names another length.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:  # the window is painted before numpy is loaded
    import numpy as np
    from numpy.typing import NDArray

RATE = 48_000  # samples per second
FRAME = 480  # samples in 10 ms

Sound: TypeAlias = "NDArray[np.int16]"  # shape (n,)


class DeviceState(StrEnum):
    """What a device does now; the values are shown on the status page."""

    ON = "on"
    MUTED = "muted"
    MISSING = "missing"
    OFF = "off"


@dataclass
class Levels:
    """The levels that the window draws: written by the sound threads, read by the window.

    Attributes:
        microphone: 0 to 1, of what the visitor says now.
        speaker: 0 to 1, of what comes out now.
    """

    microphone: float = 0.0
    speaker: float = 0.0


@dataclass(frozen=True, slots=True)
class Heard:
    """A stretch of the avatar's voice, from one pause to the next, that comes out of the speaker now.

    Attributes:
        number: Rises by one with every stretch.
        for_s: Seconds since its first audible sample left the device; below 0 while that sample is still on its way
            through the device.
    """

    number: int
    for_s: float


class SpeakerOut(Protocol):
    """Where the avatar's voice goes. The queue is bounded: what is too much is dropped, oldest first, without a click.

    Attributes:
        volume: 0 to 1; applied on the way out.
        muted: The voice is silent; chimes are still heard.
        level: 0 to 1, of what comes out now, before the volume.
        played_s: Seconds of sound that really went to the device since it was opened.
        state: What the device does now.
    """

    volume: float
    muted: bool
    level: float
    played_s: float
    state: DeviceState

    def write(self, sound: Sound) -> None:
        """Queue sound, shape (n,), int16; any thread; never blocks."""
        ...

    def flush(self) -> None:
        """Forget what is queued, with a short fade: the avatar was interrupted."""
        ...

    def pending_s(self) -> float:
        """Return the seconds of voice written and not yet heard (queue and device latency); 0: everything was heard."""
        ...

    def heard(self) -> Heard | None:
        """Return the voice that is heard now, None in a pause; any thread."""
        ...

    def chime(self, name: str) -> None:
        """Play a chime by its name in resources/sounds, in the next pause of the voice and quieter than it."""
        ...

    async def close(self) -> None:
        """Stop and free the device; idempotent."""
        ...


class Microphone(Protocol):
    """Where the visitor's voice comes from, cleaned of the speaker's echo.

    Attributes:
        enabled: False: silence is sent (push-to-talk up, half-duplex, muted), and nothing is measured as speech.
        level: 0 to 1, of what the visitor says now.
        speaking: By voice detection; stays True through the short pauses of a sentence.
        noise: 0 to 1, level of the room while nobody speaks.
        heard_anything: There was any sound above digital silence since it was opened.
        state: What the device does now.
        sent_s: Seconds of the visitor's sound that the room has taken.
    """

    enabled: bool
    level: float
    speaking: bool
    noise: float
    heard_anything: bool
    state: DeviceState
    sent_s: float

    def frames(self) -> AsyncGenerator[Sound, None]:
        """Yield 20 ms (960 samples) at a time; one consumer, who closes it; a slow one loses the oldest."""
        ...

    async def close(self) -> None:
        """Stop and free the device; idempotent."""
        ...


class AudioBackend(Protocol):
    """Opens the devices; one for the life of the process. A missing device is a state, never an exception."""

    async def open_speaker(self, volume: float) -> SpeakerOut:
        """Open the output, `volume` 0 to 1.

        Without a device the result has state MISSING and takes sound in real time, as if it had been heard.
        """
        ...

    async def open_microphone(self) -> Microphone:
        """Open the input; without a device the result has state MISSING and yields silence."""
        ...

    async def close(self) -> None:
        """Free everything; only at the end of the process."""
        ...
