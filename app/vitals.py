"""The state of the kiosk as one plain object.

Kiosk, room, audio and painter write it; status page, metrics, watchdog and staff panel read it. Every field is replaced
whole, never mutated in place, so that a reader on another thread always sees a consistent value. Only `StaffNotes` is
one object for the life of the process; it is safe on any thread.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from app.screens import Ask, EndReason, Speaker, UnavailableReason


@dataclass
class VisitVitals:
    """The running visit.

    Attributes:
        vendor: The service's name.
        place: The visitor's number in the line, or None.
        hard_deadline: When the visit ends at the latest, on the event loop's clock, seconds; None: not running.
        idle_deadline: When the idle timer expires, on the event loop's clock, seconds; None: not running.
        idle_held_s: Seconds left while the idle timer stands still.
        speaking: Who is heard now.
        captions: How many caption segments were shown.
        extensions: How many times the visitor took more time.
        asks: The question that a waiting visitor is asked.
        was_answered: Whether the avatar answered; None: no question waited for long. Known at the end of the visit.
        parted: One of both had said goodbye when the conversation ended.
    """

    vendor: str = ""
    place: int | None = None
    hard_deadline: float | None = None
    idle_deadline: float | None = None
    idle_held_s: float | None = None
    speaking: Speaker | None = None
    captions: int = 0
    extensions: int = 0
    asks: Ask | None = None
    was_answered: bool | None = None
    parted: bool = False


@dataclass
class VideoVitals:
    """The picture as the painter shows it."""

    painter: str = "raster"  # "gpu", "raster"
    source: str = "room"  # "room", "character"
    width: int = 0
    height: int = 0
    frames: int = 0
    fps: float = 0.0
    painted_at: float | None = None  # time.monotonic, seconds


@dataclass
class AudioVitals:
    """The state of the sound devices: seconds played and sent, and the device states."""

    played_s: float = 0.0
    sent_s: float = 0.0
    microphone: str = "off"
    speaker: str = "off"


@dataclass(frozen=True)
class CreditsVitals:
    """What the service's sessions have cost by our own count.

    Attributes:
        used: Credits used.
        bought: Credits bought; 0 where there is no limit.
    """

    used: float
    bought: float


@dataclass(frozen=True, slots=True)
class StaffNote:
    """One trouble, in words for staff.

    Attributes:
        key: Which trouble it is.
        text: No secret, no visitor's word.
        is_past: It happened and is over: nothing mends it, so it goes once staff have seen it.
    """

    key: str
    text: str
    is_past: bool = False


class StaffNotes:
    """Every trouble that staff should know, in the order in which they were first reported.

    An open trouble stays until whoever reported it says that it is mended, however often staff have seen it; what
    `is_past` stays until they have. Any thread may report and read.
    """

    def __init__(self) -> None:
        self._writing = threading.Lock()
        self._notes: tuple[StaffNote, ...] = ()  # replaced whole, so that readers need no lock

    def __iter__(self) -> Iterator[StaffNote]:
        """The notes as they are now."""
        return iter(self._notes)

    def texts(self) -> tuple[str, ...]:
        """Return what there is to read: troubles that are told in the same words are told once."""
        return tuple(dict.fromkeys(note.text for note in self._notes))

    def report(self, key: str, text: str, *, is_past: bool = False) -> None:
        """Tell of a trouble. The same key again: the newer text in the same place."""
        with self._writing:
            by_key = {note.key: note for note in self._notes}
            by_key[key] = StaffNote(key, text, is_past)
            self._notes = tuple(by_key.values())

    def mended(self, key: str) -> None:
        """The trouble is over; nothing happens where it was none."""
        with self._writing:
            self._notes = tuple(note for note in self._notes if note.key != key)

    def seen(self, shown: Iterable[StaffNote]) -> None:
        """Staff have read these notes: those of the past go, unless they were reported anew since."""
        gone = {id(note) for note in shown if note.is_past}  # the same words may have been reported anew
        with self._writing:
            self._notes = tuple(note for note in self._notes if id(note) not in gone)

    def start_over(self) -> None:
        """Everything is built anew, and whoever still has a trouble reports it again: only those of the past stay."""
        with self._writing:
            self._notes = tuple(note for note in self._notes if note.is_past)


@dataclass
class Vitals:
    """Everything that code outside the event loop may know about the kiosk."""

    version: str = ""
    kiosk: str = ""
    started_at: float = field(default_factory=time.monotonic)
    beat_at: float = field(default_factory=time.monotonic)  # the loop's last heartbeat, time.monotonic, seconds
    tasks: int = 0  # of the loop, at its last heartbeat
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
    credits: CreditsVitals | None = None  # None where the service has none
    unavailable: UnavailableReason | None = None
    degraded: frozenset[str] = frozenset()  # which fallbacks are in use, in words for staff
    media_overdue: str | None = None  # what has not worked for too long, in words for staff, or None
    staff_notes: StaffNotes = field(default_factory=StaffNotes)
