"""What the rest of the kiosk knows of sound: a speaker, a microphone, and the backend that opens them.

All sound is mono, 48000 Hz, int16, in frames of exactly 10 ms (480 samples).
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
    """What a device really does; the words of the status page."""

    ON = "on"
    MUTED = "muted"
    MISSING = "missing"
    OFF = "off"


@dataclass
class Levels:
    """The one-place mailbox of the level meters: 0 to 1, written by the sound thread, read by the window."""

    microphone: float = 0.0
    speaker: float = 0.0


@dataclass(frozen=True, slots=True)
class Heard:
    """A stretch of the avatar's voice, from one pause to the next, that comes out of the speaker now.

    number: rising with every stretch. for_s: seconds since its first audible sample left the device; below 0 while it
    is still on its way through it.
    """

    number: int
    for_s: float


class SpeakerOut(Protocol):
    """Where the avatar's voice goes. Bounded: what is too much is dropped, oldest first, without a click."""

    volume: float  # 0 to 1, applied on the way out
    muted: bool
    level: float  # 0 to 1, of what comes out now, before the volume
    played_s: float  # seconds of sound that really went to the device since it was opened
    state: DeviceState

    def write(self, sound: Sound) -> None:
        """Queue sound, any length, any thread; never blocks."""
        ...

    def flush(self) -> None:
        """Forget what is queued, with a short fade: the avatar was interrupted."""
        ...

    def pending_s(self) -> float:
        """Seconds of voice written and not yet heard (queue and device latency); 0 when everything was heard."""
        ...

    def heard(self) -> Heard | None:
        """Return the voice that is heard now, None in a pause; any thread."""
        ...

    def chime(self, name: str) -> None:
        """Play one of the kiosk's own chimes (resources/sounds), under the avatar's voice level."""
        ...

    async def close(self) -> None:
        """Stop and free the device; idempotent."""
        ...


class Microphone(Protocol):
    """Where the visitor's voice comes from, cleaned of the speaker's echo."""

    enabled: bool  # False: silence is sent (push-to-talk up, half-duplex, muted), and nothing is measured as speech
    level: float  # 0 to 1, of what the visitor says now
    speaking: bool  # voice detection, with hangover
    noise: float  # 0 to 1, level of the room while nobody speaks
    heard_anything: bool  # any sound above digital silence since it was opened
    state: DeviceState
    sent_s: float  # seconds of sound taken by the room

    def frames(self) -> AsyncGenerator[Sound, None]:
        """Yield 20 ms frames as they come; one consumer, who closes it; a slow one loses the oldest."""
        ...

    async def close(self) -> None:
        """Stop and free the device; idempotent."""
        ...


class AudioBackend(Protocol):
    """Owns the devices for as long as the process lives. A missing device is a state, never an exception."""

    async def open_speaker(self, volume: float) -> SpeakerOut:
        """Open the output; without a device the result has state MISSING and plays into nothing, in real time."""
        ...

    async def open_microphone(self) -> Microphone:
        """Open the input; without a device the result has state MISSING and yields silence."""
        ...

    async def close(self) -> None:
        """Free everything; only at the end of the process."""
        ...
