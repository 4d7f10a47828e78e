"""A virtual screen whose picture lies in memory, and a finger: what is painted is seen without asking anybody."""

from __future__ import annotations

import ctypes
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from tests.vendors.agent_media import BITS, CELL

SIZE = (1080, 1920)
SCALE = 1.5  # of a 720x1280 picture on this screen
ROW = 8  # above everything that the kiosk lays over the picture


class Eyes:
    """Looks at the screen `display` of `SIZE`. pixels: (height, width, 4) uint8, blue first, as it is now."""

    def __init__(self, folder: Path, display: str) -> None:
        self.display = display
        raw = np.memmap(folder / "Xvfb_screen0", np.uint8, "r")
        head = raw[:100].view(">u4")  # XWDFile.h
        start, line = int(head[0] + 12 * head[19]), int(head[12])
        self.pixels = raw[start : start + line * SIZE[1]].reshape(SIZE[1], line // 4, 4)
        self._x = ctypes.CDLL("libX11.so.6")
        self._test = ctypes.CDLL("libXtst.so.6")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._connection = ctypes.c_void_p(self._x.XOpenDisplay(display.encode()))

    def number(self) -> int | None:
        """Return the number of the moving pattern that is on the screen; None where there is none."""
        found = 0
        for bit in range(BITS):
            level = int(self.pixels[ROW, int((bit + 0.5) * CELL * SCALE), 1])
            if 12 < level < 243:
                return None
            found |= (level > 128) << bit
        return found if 0 < found < 2**BITS - 1 else None

    def point(self, x: int, y: int) -> None:
        """Go there; the X server paints its pointer into the picture."""
        self._test.XTestFakeMotionEvent(self._connection, -1, x, y, 0)
        self._x.XFlush(self._connection)

    def touch(self, *, down: bool) -> None:
        """Press or lift the finger where it is."""
        self._test.XTestFakeButtonEvent(self._connection, 1, int(down), 0)
        self._x.XFlush(self._connection)

    def key(self, keysym: int) -> None:
        """Press and lift a key."""
        code = self._x.XKeysymToKeycode(self._connection, ctypes.c_ulong(keysym))
        for down in (1, 0):
            self._test.XTestFakeKeyEvent(self._connection, code, down, 0)
        self._x.XFlush(self._connection)

    def wait_for_change(self, box: tuple[int, int, int, int], before: np.ndarray, most_s: float) -> float | None:
        """Return the moment at which anything in the box (left, top, right, bottom) differs; None: it did not."""
        left, top, right, bottom = box
        deadline = time.monotonic() + most_s
        while (now := time.monotonic()) < deadline:
            if not np.array_equal(self.pixels[top:bottom:3, left:right:3], before):
                return now
            time.sleep(0.0005)
        return None

    def look(self, box: tuple[int, int, int, int]) -> np.ndarray:
        """Return what is in the box now, every third point."""
        left, top, right, bottom = box
        return self.pixels[top:bottom:3, left:right:3].copy()


@contextmanager
def open_eyes(folder: Path) -> Iterator[Eyes]:
    """A screen for the block."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24", "-fbdir", str(folder)]
    server = subprocess.Popen([*command, "-nolisten", "tcp", "-noreset"], pass_fds=(write,), stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with open(read) as answer:
            yield Eyes(folder, f":{answer.readline().strip()}")
    finally:
        server.kill()
        server.wait()
