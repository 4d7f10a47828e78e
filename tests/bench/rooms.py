"""What the benchmarks with a real room share: the service, the kiosk in a visit, the bare receiver, as processes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from app.system.parent import ALLOCATOR
from tests.bench.eyes import Eyes
from tests.end.conftest import Program

RETURN, ESCAPE = 0xFF0D, 0xFF1B
ROOT = Path(__file__).parents[2]


@dataclass
class BenchService:
    """The running service. times: when each picture of the pattern was last sent."""

    token_url: str
    release_url: str
    file: Path
    environ: Mapping[str, str]

    @property
    def times(self) -> np.ndarray:
        return np.memmap(self.file, np.float64, "r")

    def toml(self, visit: str = "") -> str:
        return f"""
[kiosk]
id = "bench"
[service]
vendor = "livekit"
[service.livekit]
token_url = "{self.token_url}"
release_url = "{self.release_url}"
[visit]
notice = "tap"
idle_s = 600
hard_limit_s = 1200
touch_guard_s = 0
{visit}
"""

    def receive(self, seconds: float, visits: int = 1, *more: str) -> subprocess.Popen[str]:
        """Start the bare receiver, with the allocator settings that the kiosk has from its parent."""
        command = [sys.executable, "-m", "tests.bench.receiver", self.token_url, str(self.file), str(seconds)]
        return subprocess.Popen(
            [*command, str(visits), *more], env={**self.environ, **ALLOCATOR}, cwd=ROOT, text=True,
            stdout=subprocess.PIPE,
        )  # fmt: skip

    def received(self, seconds: float, visits: int = 1, *more: str) -> list[dict[str, Any]]:
        """Run the bare receiver; return what it found, visit by visit."""
        with self.receive(seconds, visits, *more) as process:
            assert process.stdout is not None
            found = [json.loads(line) for line in process.stdout]
        assert len(found) == visits, f"the bare receiver ended with {process.returncode}"
        return found


@contextmanager
def running_service(folder: Path, environ: Mapping[str, str], width=720, height=1280, fps=30) -> Iterator[BenchService]:
    """The service for the block."""
    file = folder / "times"
    command = [sys.executable, "-m", "tests.bench.service", str(file), str(width), str(height), str(fps)]
    process = subprocess.Popen(
        command, env=dict(environ), cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        yield BenchService(**json.loads(process.stdout.readline()), file=file, environ=environ)
    finally:
        process.stdin.close()
        process.wait(20)
        process.stdout.close()


class BenchGuest:
    """A kiosk on the screen of `eyes`, in a visit when asked. Everything is seen and done from outside."""

    def __init__(self, eyes: Eyes, service: BenchService, visit: str = "") -> None:
        self.eyes, self.service = eyes, service
        self.program = Program(service.toml(visit), dict(service.environ), "run", "--windowed", "1080x1920")
        self._process: psutil.Process | None = None

    def __enter__(self) -> BenchGuest:
        try:
            self.until("attract", 60)
        except BaseException:
            self.program.destroy()
            raise
        time.sleep(2.0)  # the libraries are loaded behind the first picture
        return self

    def __exit__(self, *_: object) -> None:
        if self.program.process.poll() is None:
            self.program.end()
        self.program.destroy()

    @property
    def process(self) -> psutil.Process:
        """The kiosk itself, without its parent."""
        if self._process is None:
            self._process = psutil.Process(self.program.process.pid).children()[0]
        return self._process

    def until(self, screen: str, most_s: float = 20) -> dict[str, Any]:
        deadline = time.monotonic() + most_s
        while (found := self.program.status()).get("screen") != screen:
            assert time.monotonic() < deadline, f"waited for {screen}: {found} {self.program.output[-2000:]}"
            assert self.program.process.poll() is None, self.program.output[-2000:]
            time.sleep(0.02)
        return found

    def start(self) -> float:
        """Tap, and return the seconds until the avatar's first picture is on the screen."""
        began = time.monotonic()
        self.eyes.key(RETURN)
        while self.eyes.number() is None:
            assert time.monotonic() - began < 30, f"no picture: {self.program.status()} {self.program.output[-2000:]}"
            time.sleep(0.001)
        return time.monotonic() - began

    def leave(self) -> None:
        """Say goodbye, and skip the farewell."""
        deadline = time.monotonic() + 20
        while (screen := self.program.status().get("screen")) != "attract":
            assert time.monotonic() < deadline, f"still {screen}: {self.program.output[-2000:]}"
            self.eyes.key(ESCAPE)
            time.sleep(0.15)

    def cpu_s(self) -> float:
        used = self.process.cpu_times()
        return used.user + used.system
