"""One plain object of facts, written by kiosk, room, audio and painter; read by status, metrics, watchdog and panel.

Every field is replaced whole, never mutated in place, so a reader on another thread always sees a true value.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from app.screens import Ask, EndReason, Speaker, UnavailableReason


@dataclass
class VisitVitals:
    """The running visit. Deadlines are on the event loop's clock, seconds; None: not running."""

    vendor: str = ""
    place: int | None = None
    hard_deadline: float | None = None
    idle_deadline: float | None = None
    idle_held_s: float | None = None  # what is left while the idle clock stands still
    speaking: Speaker | None = None
    captions: int = 0
    extensions: int = 0
    asks: Ask | None = None


@dataclass
class VideoVitals:
    """What the painter shows."""

    painter: str = "raster"  # "gpu", "raster"
    source: str = "room"  # "room", "character"
    width: int = 0
    height: int = 0
    frames: int = 0
    fps: float = 0.0
    painted_at: float | None = None  # time.monotonic, seconds


@dataclass
class AudioVitals:
    """What the sound devices do."""

    played_s: float = 0.0
    sent_s: float = 0.0
    microphone: str = "off"
    speaker: str = "off"


@dataclass(frozen=True)
class CreditsVitals:
    """What the service's sessions have cost by our own count. bought: 0 where there is no limit."""

    used: float
    bought: float


@dataclass
class Vitals:
    """Everything that anybody outside the loop may know about the kiosk."""

    version: str = ""
    kiosk: str = ""
    started_at: float = field(default_factory=time.monotonic)
    beat_at: float = field(default_factory=time.monotonic)  # the loop's last sign of life, time.monotonic
    tasks: int = 0  # of the loop, at its last beat
    screen: str = ""
    screen_since: float = field(default_factory=time.monotonic)
    focus: str | None = None
    painter: str = ""
    visits: int = 0
    last_end: EndReason | None = None
    ends: dict[str, int] = field(default_factory=dict)
    vendor_errors: dict[str, int] = field(default_factory=dict)
    visit: VisitVitals | None = None
    video: VideoVitals | None = None
    audio: AudioVitals | None = None
    open_sessions: int = 0
    unconfirmed: int = 0
    credits: CreditsVitals | None = None  # None where the service sells none
    unavailable: UnavailableReason | None = None
    degraded: frozenset[str] = frozenset()  # which fallbacks are in use, plain words for staff
    media_overdue: str | None = None  # the media watchdog's complaint, or None
    staff_note: str = ""  # the last alert for staff: no secret, no visitor's word
