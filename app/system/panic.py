"""Hears the media library's last words: it prints them and then sends our own process a SIGTERM, as anybody might."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TextIO

WORDS = "FFI Panic"  # livekit.rtc._ffi_client, on stderr, from a native thread


class PanicDetector:
    """Stands for `stderr` and passes everything on; the panic's own line with what `clean` leaves of it.

    heard: whether the library has panicked, so that the SIGTERM that follows is a fault and nobody's wish.
    """

    def __init__(self, stream: TextIO, clean: Callable[[str], str]) -> None:
        self.heard = False
        self._stream = stream
        self._clean = clean
        self._line = ""
        self._lock = threading.Lock()

    def write(self, text: str) -> int:
        """Write; the words of a panic come in pieces."""
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
