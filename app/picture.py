"""One video frame as a value, and the mailbox with one place that carries frames to the painter."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class PixelFormat(StrEnum):
    """How the bytes of a frame are laid out. No padding between rows or planes."""

    I420 = "i420"  # three planes: luma, then two of half the width and height, rounded up; BT.601 limited range
    BGRA = "bgra"  # four bytes a pixel; alpha is 255


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture.

    Attributes:
        width: Pixels, 16 at least: smaller ones are sent by a server at the end of a track and never get here.
        height: Pixels, 16 at least.
        format: How `data` is laid out.
        data: uint8, without padding. It owns its memory for as long as the frame is referenced.
    """

    width: int
    height: int
    format: PixelFormat
    data: memoryview | bytes | bytearray

    @property
    def is_whole(self) -> bool:
        """Whether `data` holds as many bytes as size and format need."""
        if self.format is PixelFormat.BGRA:
            needed = 4 * self.width * self.height
        else:
            needed = self.width * self.height + 2 * ((self.width + 1) // 2) * ((self.height + 1) // 2)
        return memoryview(self.data).nbytes >= needed


class Picture:
    """The mailbox between whoever makes frames and the painter: at most one frame waits, the latest wins.

    Frames come from the room, and from the drawn character while that is shown. Any thread may call any method.

    Attributes:
        wanted: The format that the painter takes. Whoever makes frames reads it before each one: the painter may
            change it in the middle of a visit.
        shown_size: Width and height at which the picture is painted, pixels; a room asks for the smallest simulcast
            layer that is not below it. (0, 0): not known yet.
        free: Share of the picture's height, from the top, that nothing covers, 0 to 1: a drawn character keeps its
            face in it.
        drawn: Whether conversations show the drawn character too; a service's picture takes no notice of `free`.
        withheld: The room's frames are not shown, because the drawn character is; see `withhold`.
        arrived: Frames of the room since the last `clear`, withheld ones too.
        pushed: Frames put in for the painter since the last `clear`, of the room and of the drawn character.
        on_frame: Set by the painter. Called on the pushing thread, at most once until the painter has taken the
            waiting frame.
    """

    def __init__(self) -> None:
        self.wanted: PixelFormat = PixelFormat.BGRA
        self.shown_size: tuple[int, int] = (0, 0)
        self.free = 1.0
        self.drawn = True
        self.withheld = False
        self.arrived = 0
        self.pushed = 0
        self.on_frame: Callable[[], None] | None = None
        self._inspect: Callable[[Frame], None] | None = None
        self._lock = threading.Lock()
        self._frame: Frame | None = None
        self._armed = True

    def push(self, frame: Frame) -> None:
        """Put a frame of the room in; one that was still waiting is dropped."""
        with self._lock:
            self.arrived += 1
            inspect, self._inspect = self._inspect, None
            notify = None if self.withheld else self._put(frame)
        if inspect is not None:
            inspect(frame)
        if notify is not None:
            notify()

    def push_drawn(self, frame: Frame) -> None:
        """Put a frame of the drawn character in; one that was still waiting is dropped."""
        with self._lock:
            notify = self._put(frame)
        if notify is not None:
            notify()

    def withhold(self, withheld: bool) -> None:
        """Count the room's frames without showing them (True), or show them again.

        A frame that waits is dropped by a change: it is of the other source.
        """
        with self._lock:
            if withheld is not self.withheld:
                self._frame = None
                self.withheld = withheld

    def inspect_next(self, inspect: Callable[[Frame], None] | None) -> None:
        """Show the room's next frame to `inspect`, once, withheld or not; None: to nobody.

        Args:
            inspect: Called on the thread that pushes: it must be quick, must not raise, and must not keep the frame.
        """
        with self._lock:
            self._inspect = inspect

    def _put(self, frame: Frame) -> Callable[[], None] | None:
        """Put it in; the lock is held. Returns who is to be told of it."""
        self._frame = frame
        self.pushed += 1
        notify = self.on_frame if self._armed else None
        self._armed = False
        return notify

    def take(self) -> Frame | None:
        """Return the waiting frame, or None. The next `push` calls `on_frame` again."""
        with self._lock:
            frame, self._frame = self._frame, None
            self._armed = True
            return frame

    def clear(self) -> None:
        """Forget the waiting frame and the counts: nothing of a visitor's picture stays for the next one."""
        with self._lock:
            self._frame = self._inspect = None
            self._armed = True
            self.withheld = False
            self.arrived = self.pushed = 0
