"""Plays a visitor: a virtual screen, a kiosk on it, its status over HTTP, real key presses, and screenshots.

It uses only the kiosk's outer interface (commands, keys, status), so it works with a checkout and with an installed
package.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any


class Failed(Exception):
    """The kiosk did not do what was expected; the text says what was awaited and what happened."""


@contextmanager
def virtual_screen(size: str) -> Iterator[dict[str, str]]:
    """Start a screen of `size` ("1080x1920") for the block; yield the environment variables of programs on it."""
    pipe, out = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(out), "-screen", "0", f"{size}x24", "-nolisten", "tcp"],
        pass_fds=(out,),
        stderr=subprocess.DEVNULL,
    )
    os.close(out)
    try:
        with os.fdopen(pipe) as answer:
            number = answer.readline().strip()
        if not number:
            raise Failed("Xvfb did not start")
        yield {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
    finally:
        server.terminate()
        server.wait()


class Kiosk:
    """A running kiosk in a clean profile. The end of the `with` block ends its whole process group.

    Methods raise Failed where the kiosk does not do what is expected.

    Args:
        command: The command of the kiosk.
        environ: Environment variables that are added to a clean environment.

    Attributes:
        log: File with everything that it prints.
    """

    def __init__(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self._home = tempfile.TemporaryDirectory(prefix="kiosk-", ignore_cleanup_errors=True)
        home = Path(self._home.name)
        self.log = home / "output"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self._environ = {
            **clean_environ(home),
            "KIOSK_STATUS__LISTEN": f"127.0.0.1:{self._port}",
            **environ,
        }
        with self.log.open("wb") as out:
            self._process = subprocess.Popen(
                [*command, "--state-dir", str(home / "state")],
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def __enter__(self) -> Kiosk:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            with suppress(Failed):
                self.end()
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._home.cleanup()

    def status(self) -> dict[str, Any] | None:
        """Return the answer of `GET /status`, None while there is none. Raises Failed where the kiosk has ended."""
        if self._process.poll() is not None:
            raise Failed(f"the kiosk ended with {self._process.returncode}:\n{self.output()}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/status", timeout=5) as answer:
                found: dict[str, Any] = json.load(answer)
                return found
        except OSError:
            return None

    def wait_for(self, what: str, test: Callable[[dict[str, Any]], object], most_s: float = 30.0) -> dict[str, Any]:
        """Wait until the status passes `test`, `most_s` seconds at most; return it."""
        until = time.monotonic() + most_s
        while True:
            found = self.status()
            if found is not None and test(found):
                return found
            if time.monotonic() > until:
                raise Failed(f"waited {most_s:.0f} s for {what}; status: {found}\n{self.output()}")
            time.sleep(0.1)

    def wait_for_screen(self, name: str, most_s: float = 30.0, look_s: float = 1.6) -> dict[str, Any]:
        """Wait until the screen `name` has been shown for `look_s` seconds; a new screen ignores input for 1.5 s."""
        return self.wait_for(
            f"screen {name}", lambda found: found["screen"] == name and found["screen_s"] >= look_s, most_s
        )

    def press(self, *keys: str) -> None:
        """Press keys, by their X keysym names, for example Return, Escape, a."""
        subprocess.run(["xdotool", "key", "--clearmodifiers", *keys], env=self._environ, check=True)

    def focus(self, name: str, most_tabs: int = 30) -> None:
        """Move the focus to the control `name` with the Tab key."""
        for _ in range(most_tabs):
            found = self.wait_for("any status", lambda _: True)
            if found["focus"] == name:
                return
            self.press("Tab")
            time.sleep(0.3)  # the focus is published with the next status
        raise Failed(f"the focus never reached {name}")

    def photograph(self, file: Path) -> None:
        """Save a screenshot of the whole screen."""
        file.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["import", "-silent", "-window", "root", str(file)], env=self._environ, check=True)

    def end(self, most_s: float = 15.0) -> int:
        """End it with SIGTERM, as a service manager does; return its exit code."""
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(most_s)
        except subprocess.TimeoutExpired:
            raise Failed(f"the kiosk did not end within {most_s:.0f} s of SIGTERM") from None

    def output(self) -> str:
        """Return what it has printed so far."""
        return self.log.read_text(errors="replace")


def clean_environ(home: Path) -> dict[str, str]:
    """Return an environment without this user's settings, with an empty home."""
    for name in ("config", "data", "cache", "runtime"):
        (home / name).mkdir(mode=0o700, exist_ok=True)
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_STATE_HOME": str(home / "data"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_RUNTIME_DIR": str(home / "runtime"),
    }


def missing_tools() -> list[str]:
    """Return which of the programs that this module starts are not installed."""
    return [name for name in ("Xvfb", "xdotool", "import") if shutil.which(name) is None]
