"""The service manager's socket: a path or an abstract name, and a manager that has ended."""

from __future__ import annotations

import os
import socket
import sys

import pytest

from app.system.notify import READY, WATCHDOG, Notifier


@pytest.mark.skipif(sys.platform != "linux", reason="abstract names are Linux's own")
def test_an_abstract_socket_is_reached():
    name = f"avatar-kiosk-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"\0{name}")
        Notifier({"NOTIFY_SOCKET": f"@{name}"}).send(READY)
        assert manager.recv(100) == b"READY=1"


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs Unix sockets")
def test_a_socket_at_a_path_is_reached(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify")}).send(WATCHDOG)
        assert manager.recv(100) == b"WATCHDOG=1"


def test_without_a_manager_or_with_one_that_is_gone_nothing_happens(tmp_path):
    Notifier({}).send(READY)
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).send(READY)
