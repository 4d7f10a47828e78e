"""From the start of the process to the painted attract screen, beside a Qt program that shows an empty window.

Both tell the service manager's socket when their first paint event is through. The files are in the page cache.
"""

from __future__ import annotations

import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.bench.table import in_turns

pytestmark = [pytest.mark.bench, pytest.mark.display, pytest.mark.timeout(300)]

ROUNDS = 9
WINDOW = "540x960"
EMPTY = [sys.executable, "-m", "tests.bench.empty_window"]


def seconds_to_ready(command, environ, folder: Path) -> float:
    address = folder / "ready"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(address))
        manager.settimeout(60)
        began = time.monotonic()
        with subprocess.Popen(
            command, env={**environ, "NOTIFY_SOCKET": str(address)}, cwd=folder,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as process:  # fmt: skip
            while b"READY=1" not in manager.recv(4096):
                pass
            took = time.monotonic() - began
            process.terminate()
            process.wait(20)
    address.unlink()
    return took


def test_cold_start_to_attract(surroundings, tmp_path, table):
    (tmp_path / "kiosk.toml").write_text('[service]\nvendor = "demo"\n')
    kiosk = [
        sys.executable, "-m", "app", "run", "--windowed", WINDOW,
        "--config", str(tmp_path / "kiosk.toml"), "--state-dir", str(tmp_path / "state"),
    ]  # fmt: skip
    ways = {
        "empty": lambda: seconds_to_ready(EMPTY, surroundings, tmp_path),
        "alone": lambda: seconds_to_ready([*kiosk, "--no-supervise"], surroundings, tmp_path),
        "with its parent": lambda: seconds_to_ready(kiosk, surroundings, tmp_path),
    }
    in_turns(1, ways)  # compiles
    found = in_turns(ROUNDS, ways)
    print("\nseconds to the first picture")
    for name, each in found.items():
        print(f"{name:16}", *(f"{seconds:.2f}" for seconds in each))
    middle = {name: statistics.median(each) for name, each in found.items()}
    table.ratio("cold start to attract, alone", middle["alone"], middle["empty"], "s", 2.0)
    table.ratio("cold start to attract, with its parent", middle["with its parent"], middle["empty"], "s", 2.0)
