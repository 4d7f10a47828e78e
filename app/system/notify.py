"""Reports the kiosk's state to the service manager by systemd's notification protocol (sd_notify)."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Mapping

READY = "READY=1"
WATCHDOG = "WATCHDOG=1"


class Notifier:
    """Sends states to the socket that `NOTIFY_SOCKET` names; without one it does nothing.

    Failures are ignored: the kiosk continues without a manager. Source: sd_notify(3).
    """

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address  # "@" stands for an abstract address

    def send(self, state: str) -> None:
        """Send one state, for example READY."""
        if not self._address:
            return
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.setblocking(False)
            out.sendto(state.encode(), self._address)
