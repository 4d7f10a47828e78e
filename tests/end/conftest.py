"""The real program in a real window, driven from outside only: settings, keys, status. Nothing of ours is imported."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.rigs.livekit_server import free_port

ROOT = Path(__file__).parents[2]
# A killed test run leaves no kiosk behind, which would show its window on the next run's display.
LEASH = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []


class Failed(AssertionError):
    """What was waited for, and what was seen instead."""


async def wait_until(
    test: Callable[[], Any], within_s: float, what: str | Callable[[], str], pause_s: float = 0.02
) -> Any:
    """Wait until a test passes and return what it found. Raises Failed with `what` was waited for."""
    deadline = time.monotonic() + within_s
    while not (found := test()):
        if time.monotonic() > deadline:
            raise Failed(f"not within {within_s:g} s: {what() if callable(what) else what}")
        await asyncio.sleep(pause_s)
    return found


class Program:
    """One start of the program. All waits poll the status page, as a person's script would.

    at, token: of the status page. home: a folder for all its files. state: the state directory, where it is another
    start's. prefix: a command that starts the program somewhere else (another network, other mounts).
    """

    def __init__(
        self,
        toml: str,
        environ: dict[str, str],
        command: str = "run",
        *options: str,
        at: str = "127.0.0.1",
        token: str = "",
        home: Path | None = None,
        state: Path | None = None,
        prefix: Sequence[str] = (),
    ) -> None:
        self.home = home or Path(tempfile.mkdtemp(prefix="kiosk-end-"))
        self.state = state or self.home / "state"
        self.config = self.home / "kiosk.toml"
        self.port = free_port()
        self._page = f"{at}:{self.port}"
        self._token = token
        self.config.write_text(f'{toml}\n[status]\nlisten = "{self._page}"\ntoken = "{token}"\n')
        front = environ.get("PYTHONPATH", "")  # what a test puts in front of a real library
        self.environ = {**environ, "PYTHONPATH": f"{front}{os.pathsep}{ROOT}" if front else str(ROOT)}
        self._out = (self.home / "output").open("wb")
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [
                *LEASH, *prefix, sys.executable, "-m", "app", command, "--config", str(self.config),
                "--state-dir", str(self.state), "--windowed", "540x960", *options,
            ],
            cwd=self.home, env=self.environ, stdin=subprocess.DEVNULL, stdout=self._out, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip

    @property
    def output(self) -> str:
        return (self.home / "output").read_text(errors="replace")

    def get(self, path: str) -> tuple[int, str]:
        """Return status and text of one address of the status page; 0 while nobody answers."""
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        try:
            asked = urllib.request.Request(f"http://{self._page}{path}", headers=headers)
            with urllib.request.urlopen(asked, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except (OSError, ValueError, HTTPException):  # the last two: it ended in the middle of its answer
            return 0, ""

    def status(self) -> dict[str, Any]:
        code, text = self.get("/status")
        return json.loads(text) if code == 200 else {}

    async def until(self, test: str | Callable[[dict[str, Any]], object], within: float = 20.0) -> dict[str, Any]:
        """Wait for a screen's name, or until the status passes a test; returns the status."""
        passes = test if callable(test) else (lambda found: found["screen"] == test)
        deadline = time.monotonic() + within
        while True:
            found = await asyncio.to_thread(self.status)
            if found and passes(found):
                return found
            if self.process.poll() is not None:
                raise Failed(f"the kiosk ended with {self.process.returncode}:\n{self.output}")
            if time.monotonic() > deadline:
                raise Failed(f"waited {within} s for {test}; status: {found}\n{self.output[-3000:]}")
            await asyncio.sleep(0.05)

    async def press(self, *keys: str) -> None:
        """Press keys as a keyboard would (names of X keysyms)."""
        await asyncio.to_thread(
            subprocess.run, ["xdotool", "key", "--clearmodifiers", *keys], env=self.environ, check=True
        )

    async def write(self, text: str) -> None:
        """Type text."""
        await asyncio.to_thread(
            subprocess.run, ["xdotool", "type", "--delay", "30", text], env=self.environ, check=True
        )

    async def to_live(self, within: float = 30.0) -> dict[str, Any]:
        """From attract through the notice to the conversation, by keys alone."""
        await self.until("attract", within)
        await asyncio.sleep(1.6)  # the touch guard after a visit
        await self.press("Return")
        await self.until("notice")
        await self.press("Return")
        return await self.until("live", within)

    def end(self, number: signal.Signals = signal.SIGTERM, within: float = 15.0) -> int:
        """Ask the program to end; returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(within)

    def destroy(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self._out.close()
        subprocess.run(["rm", "-rf", str(self.home)], check=False)


@pytest.fixture
def start(display: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """Starts programs on the virtual display, without a sound server unless the test brings one."""
    running: list[Program] = []

    def make(toml: str, *options: str, command: str = "run", environ: dict[str, str] | None = None) -> Program:
        quiet = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path), "PULSE_SERVER": "unix:/nowhere"}
        found = {**display, **quiet, **(environ or {})}
        running.append(Program(toml, {name: value for name, value in found.items() if value}, command, *options))
        return running[-1]

    yield make
    for program in running:
        program.destroy()


@pytest_asyncio.fixture
async def endpoint(livekit_server) -> AsyncIterator[Any]:
    """An operator's token endpoint with one agent that shows a moving pattern; change its knobs and script."""
    from tests.vendors.agent_script import AgentScript
    from tests.vendors.livekit_endpoint import LiveKitEndpoint

    made = LiveKitEndpoint(livekit_server, script=lambda: made.next_script)
    made.next_script = AgentScript(greeting="Hello, I am the guide.")
    await made.start()
    yield made
    await made.close()


def livekit_toml(endpoint: Any, visit: str = "", more: str = "") -> str:
    """Settings that reach the endpoint."""
    return f"""
[kiosk]
id = "end-1"
[service]
vendor = "livekit"
[service.livekit]
token_url = "{endpoint.url}/token"
release_url = "{endpoint.url}/release"
interrupt_method = "interrupt"
{more}
[visit]
{visit}
"""
