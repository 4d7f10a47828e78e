"""Detects a panic of the media library, which prints a line and then sends our own process a SIGTERM."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TextIO

WORDS = "FFI Panic"  # livekit.rtc._ffi_client, on stderr, from a native thread


class PanicDetector:
    """Replaces `stderr` and passes everything on; the line of a panic is cleaned first.

    Args:
        stream: The real stderr.
        clean: Removes secrets from the panic's line.

    Attributes:
        heard: Whether the library has panicked: then the SIGTERM that follows is a fault, not a request to stop.
    """

    def __init__(self, stream: TextIO, clean: Callable[[str], str]) -> None:
        self.heard = False
        self._stream = stream
        self._clean = clean
        self._line = ""
        self._lock = threading.Lock()

    def write(self, text: str) -> int:
        """Write some text; the line of a panic comes in pieces."""
        with self._lock:
            if not self._line and not text.startswith(WORDS):
                return self._stream.write(text)
            self.heard = True
            self._line += text
            if self._line.endswith("\n"):
                self._stream.write(self._clean(self._line))
                self._line = ""
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
