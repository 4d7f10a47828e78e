"""One video frame as a value, and the one-place mailbox that carries it to the painter."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class PixelFormat(StrEnum):
    """How the bytes of a frame are laid out."""

    I420 = "i420"  # three tight planes: luma, then two of half size, rounded up; BT.601 limited range
    BGRA = "bgra"  # four bytes a pixel, rows tight; alpha is 255


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture.

    width, height: pixels, at least 16 each (smaller ones are the server's end frames and never get here).
    data: the bytes, tight rows, in `format`. It owns its memory for as long as the frame is referenced.
    """

    width: int
    height: int
    format: PixelFormat
    data: memoryview | bytes | bytearray


class Picture:
    """The mailbox between whoever makes frames and the painter: at most one frame waits, the latest wins.

    Any thread may `push`. The painter sets `on_frame`, which is called on the pushing thread, at most once until the
    painter has taken the waiting frame. The maker reads `wanted` before each frame: the painter may change it in the
    middle of a visit.
    """

    def __init__(self) -> None:
        self.wanted: PixelFormat = PixelFormat.BGRA
        # The size at which the picture is painted, pixels; rooms use it to ask for the nearest layer above it.
        self.shown_size: tuple[int, int] = (0, 0)
        # The share of its height, from the top, that nothing covers: a drawn character keeps its face in it.
        self.free = 1.0
        # Whether conversations show the drawn character too; a service's picture knows nothing of `free`.
        self.drawn = True
        self.pushed = 0
        self.on_frame: Callable[[], None] | None = None
        self._lock = threading.Lock()
        self._frame: Frame | None = None
        self._armed = True

    def push(self, frame: Frame) -> None:
        """Put a frame in; one that was still waiting is dropped."""
        with self._lock:
            self._frame = frame
            self.pushed += 1
            notify = self.on_frame if self._armed else None
            self._armed = False
        if notify is not None:
            notify()

    def take(self) -> Frame | None:
        """Return the waiting frame, or None; re-arms `on_frame`."""
        with self._lock:
            frame, self._frame = self._frame, None
            self._armed = True
            return frame

    def clear(self) -> None:
        """Forget the waiting frame and the counters: nothing of a visitor's picture stays for the next one."""
        with self._lock:
            self._frame = None
            self._armed = True
            self.pushed = 0
