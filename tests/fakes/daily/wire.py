"""The line between a stand-in client and its host: JSON, one message a line, read on a thread of its own."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any


class Wire:
    """One connection. Raises OSError where nobody answers."""

    def __init__(self, host: str, port: int, hello: dict[str, Any]) -> None:
        self._socket = socket.create_connection((host, port), timeout=5.0)
        self._socket.settimeout(None)
        self._lock = threading.Lock()
        self.send(hello)

    def send(self, message: dict[str, Any]) -> None:
        """Send one message; lost where the other side is gone."""
        with self._lock, suppress(OSError):
            self._socket.sendall(json.dumps(message).encode() + b"\n")

    def read(self, take: Callable[[dict[str, Any]], None], on_cut: Callable[[], None]) -> None:
        """Give every message to `take`, on this thread, until the connection ends; then call `on_cut`."""
        with suppress(OSError), self._socket.makefile("rb") as lines:
            for line in lines:
                take(json.loads(line))
        on_cut()

    def close(self) -> None:
        """End the connection."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
