"""A real LiveKit server on loopback: started, frozen, killed and restarted by tests."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from livekit import api

KEY = "devkey"
SECRET = "devsecret-devsecret-devsecret-0000"
BINARY = "KIOSK_LIVEKIT_SERVER"

Kind = Literal["standard", "agent"]  # what a participant says it is


def find_binary() -> Path | None:
    """Return the server's binary, from the environment or from the checkout's tools."""
    named = os.environ.get(BINARY)
    if named:
        return Path(named)
    kept = Path(__file__).parents[2] / ".tools" / "livekit-server"
    if kept.exists():
        return kept
    found = shutil.which("livekit-server")
    return Path(found) if found else None


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Return a port nobody listens on right now."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class LiveKitServer:
    """One server process. `ws` is the address for clients, `http` for the admin calls; media goes to `media_port`.

    there: its address as services tell it to the kiosk.
    """

    def __init__(self, binary: Path) -> None:
        self._binary = binary
        self.port = free_port()
        self.media_port = free_port(socket.SOCK_DGRAM)
        self._home: tempfile.TemporaryDirectory[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self.ws = self.there = f"ws://127.0.0.1:{self.port}"
        self.http = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the process and wait until it answers."""
        self._home = self._home or tempfile.TemporaryDirectory(prefix="livekit-")
        home = Path(self._home.name)
        config = home / "config.json"  # JSON is YAML
        config.write_text(json.dumps(self._config()))
        command = [str(self._binary), "--config", str(config)]
        if shutil.which("setpriv"):
            command = ["setpriv", "--pdeathsig", "KILL", *command]  # a killed test run leaves no server behind
        with (home / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + 15
        while not self._is_healthy():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the LiveKit server did not start:\n{(home / 'log').read_text()[-2000:]}")
            time.sleep(0.02)

    def _config(self) -> dict[str, object]:
        return {
            "port": self.port,
            "bind_addresses": ["127.0.0.1"],
            "rtc": {
                "udp_port": self.media_port,
                "tcp_port": 0,
                "use_external_ip": False,
                "use_ice_lite": True,
                "enable_loopback_candidate": True,
                "stun_servers": ["127.0.0.1:3478"],
            },
            "turn": {"enabled": False},
            "keys": {KEY: SECRET},
            # Agents are not counted: a room with nobody but an agent is "empty", and closed after these.
            "room": {"auto_create": True, "empty_timeout": 60, "departure_timeout": 20},
            "logging": {"level": "info", "pion_level": "error"},
        }

    def _is_healthy(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def freeze(self) -> None:
        """Let the process stand still, as a hung machine would."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it without a goodbye to anybody."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def close(self) -> None:
        """End it and remove its files."""
        self.kill()
        if self._home is not None:
            self._home.cleanup()

    def token(
        self,
        room: str,
        identity: str,
        *,
        kind: Kind = "standard",
        ttl_s: float = 3600.0,
        secret: str = SECRET,
        attributes: dict[str, str] | None = None,
        room_join: bool = True,
    ) -> str:
        """Return a token that admits `identity` to `room`; with `room_join` False it admits nobody."""
        grants = api.VideoGrants(room_join=room_join, room=room, can_update_own_metadata=True)
        token = api.AccessToken(KEY, secret).with_identity(identity).with_ttl(timedelta(seconds=ttl_s))
        token = token.with_kind(kind).with_grants(grants)
        return (token.with_attributes(attributes) if attributes else token).to_jwt()

    @asynccontextmanager
    async def admin(self) -> AsyncIterator[api.LiveKitAPI]:
        """Yield the server's admin calls (`livekit.api.LiveKitAPI`)."""
        async with api.LiveKitAPI(self.http, KEY, SECRET) as calls:
            yield calls

    async def identities(self, room: str) -> set[str]:
        """Return who is in the room by the server's own word; empty where the room does not exist."""
        async with self.admin() as calls:
            found = await calls.room.list_participants(api.ListParticipantsRequest(room=room))
        return {p.identity for p in found.participants}

    async def remove(self, room: str, identity: str) -> None:
        """Throw somebody out."""
        async with self.admin() as calls:
            await calls.room.remove_participant(api.RoomParticipantIdentity(room=room, identity=identity))

    async def mute(self, room: str, identity: str) -> None:
        """Let nothing of somebody's sound through any more, as a moderator does."""
        async with self.admin() as calls:
            found = await calls.room.list_participants(api.ListParticipantsRequest(room=room))
            tracks = [t.sid for p in found.participants if p.identity == identity for t in p.tracks if t.type == 0]
            for sid in tracks:
                request = api.MuteRoomTrackRequest(room=room, identity=identity, track_sid=sid, muted=True)
                await calls.room.mute_published_track(request)

    async def delete(self, room: str) -> None:
        """Close the room."""
        async with self.admin() as calls:
            await calls.room.delete_room(api.DeleteRoomRequest(room=room))

    async def wait_empty(self, room: str, most_s: float = 5.0) -> None:
        """Wait until nobody is in the room. Raises TimeoutError."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + most_s
        while left := await self.identities(room):
            if loop.time() > deadline:
                raise TimeoutError(f"still in the room: {left}")
            await asyncio.sleep(0.05)


def start_server() -> LiveKitServer:
    """Start a server for a test or fixture; skips where there is none, fails where KIOSK_TEST_STRICT wants one."""
    binary = find_binary()
    if binary is None or not binary.exists():
        reason = f"no LiveKit server: set {BINARY} to its binary, or run make tools"
        if os.environ.get("KIOSK_TEST_STRICT"):
            pytest.fail(reason)
        pytest.skip(reason)
    server = LiveKitServer(binary)
    server.start()
    return server


@pytest.fixture(scope="session")
def livekit_server() -> Iterator[LiveKitServer]:
    """One server for all tests that leave it alone."""
    server = start_server()
    yield server
    server.close()


@pytest.fixture
def own_livekit_server() -> Iterator[LiveKitServer]:
    """A server of the test's own, to freeze or kill."""
    server = start_server()
    yield server
    server.close()
