"""A virtual X display: a real xcb platform with a real screen to photograph, and OpenGL on the CPU (llvmpipe)."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

SCREEN = "1920x1920x24"  # large enough for full HD, upright and lying
_counts = itertools.count()


@contextmanager
def open_display() -> Iterator[dict[str, str]]:
    """A display for the block; yields the environment of a process that shows its windows there."""
    if not shutil.which("Xvfb"):
        reason = "needs Xvfb: apt-get install xvfb"
        if os.environ.get("KIOSK_TEST_STRICT"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    read, write = os.pipe()
    # A number that nobody had before: whatever an earlier run left running would show its windows on a low one again.
    own = f":{100 + (os.getpid() * 8 + next(_counts)) % 50_000}"
    command = ["Xvfb", own, "-displayfd", str(write), "-screen", "0", SCREEN, "-nolisten", "tcp", "-noreset"]
    if shutil.which("setpriv"):
        command = ["setpriv", "--pdeathsig", "KILL", *command]  # a killed test run leaves no server behind
    server = subprocess.Popen(command, pass_fds=(write,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with open(read) as answer:
            number = answer.readline().strip()
        assert number.isdecimal(), f"Xvfb did not start, exit {server.poll()}"
        gone = {"WAYLAND_DISPLAY", "XAUTHORITY", "QT_QPA_PLATFORM"}
        kept = {key: value for key, value in os.environ.items() if key not in gone}
        yield kept | {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb", "XDG_SESSION_TYPE": "x11"}
    finally:
        server.kill()
        server.wait(timeout=10)


@pytest.fixture(scope="session")
def display() -> Iterator[dict[str, str]]:
    """One display for all tests that do not fill it; see `open_display`."""
    with open_display() as environ:
        yield environ
