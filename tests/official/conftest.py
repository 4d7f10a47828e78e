"""What the official clients need: their packages, bundled pages, and a LiveKit server that also relays media."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end.conftest import start, wait_until  # noqa: F401 - reason: the first is a fixture
from tests.official.browser import TOOLS, Browser, bundle
from tests.rigs.livekit_server import LiveKitServer, find_binary, free_port

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(__file__).parent / "programs"


def needs(name: str) -> Path:
    """Return the folder of an installed client; without it the test is skipped, or fails in strict mode."""
    if not (TOOLS / name / "filled-from").exists():
        reason = "an official client is not installed: make test-official"
        if os.environ.get("KIOSK_TEST_STRICT"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return TOOLS / name


class RelayingServer(LiveKitServer):
    """A LiveKit server with its own TURN server: Convai's web SDK takes relayed media only."""

    def _config(self) -> dict[str, object]:
        config = super()._config()
        config["rtc"] |= {"node_ip": "127.0.0.1"}  # type: ignore[operator]  # reason: the base is a literal
        config["turn"] = {
            "enabled": True,
            "udp_port": free_port(socket.SOCK_DGRAM),
            "bind_addresses": ["127.0.0.1"],
            "allow_restricted_peer_cidrs": ["0.0.0.0/0"],
        }
        return config


async def started(word: str, *command: str | Path, log: Path, **environ: str) -> asyncio.subprocess.Process:
    """Start a program and wait until it has written a word to its log; whoever calls ends its group of processes."""
    leash = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            *leash, *map(str, command), env={**os.environ, "PYTHONUNBUFFERED": "1", **environ}, cwd=ROOT,
            stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
    is_there = lambda: word in log.read_text() or process.returncode is not None  # noqa: E731
    await wait_until(is_there, 40, lambda: f"{word}\n{log.read_text()}")
    assert process.returncode is None, log.read_text()
    return process


@pytest.fixture(scope="session")
def relaying_server() -> Iterator[LiveKitServer]:
    binary = find_binary()
    assert binary is not None
    server = RelayingServer(binary)
    server.start()
    yield server
    server.close()


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the pages' modules, bundled."""
    needs("npm")
    folder = tmp_path_factory.mktemp("bundles")
    bundle(folder)
    return folder


@pytest.fixture
def browse(bundles: Path) -> Callable[[str], Any]:
    """Opens a page: `async with browse("convai") as page`."""
    return lambda module: Browser(bundles, module)


async def run(*command: str | Path, **environ: str) -> str:
    """Run a program to its end and return what it wrote; it must succeed."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command), env={**os.environ, **environ}, cwd=ROOT,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    assert process.returncode == 0, f"{command}\n{out.decode()}\n{err.decode()}"
    return out.decode()
