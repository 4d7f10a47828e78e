"""A network of the kiosk's own, to be taken away: three cables to this machine, for calls, for media, for watching."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import subprocess
from pathlib import Path

import pytest

from tests.rigs.livekit_server import LiveKitServer, find_binary

_NUMBERS = itertools.count(os.getpid() % 200 * 250)
HOST_NAME = "agents.museum.test"


def run(*words: str) -> None:
    """Run one command of the system."""
    subprocess.run(words, check=True, capture_output=True)


def need_namespaces() -> None:
    """Skip, with the reason, where this machine does not let us make networks and mounts of our own."""
    try:
        run("unshare", "--net", "--mount", "true")
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs the right to make namespaces (root)")


class Network:
    """calls, media: the two addresses of this machine as the kiosk sees it. kiosk: its own, where its status is.

    prefix: starts a command inside. hosts: the file in which it finds names.
    """

    def __init__(self, folder: Path) -> None:
        need_namespaces()
        self.name = f"drill{next(_NUMBERS)}"
        self._relays: list[asyncio.Server] = []
        block = next(_NUMBERS) % 80
        self.calls, self.media = f"10.{100 + block}.1.1", f"10.{100 + block}.2.1"
        self.kiosk = f"10.{100 + block}.3.2"
        self.hosts, self.resolver = folder / "hosts", folder / "resolv.conf"
        self.hosts.write_text(f"127.0.0.1 localhost\n{self.calls} {HOST_NAME}\n")
        self.resolver.write_text(f"nameserver 10.{100 + block}.1.99\n")
        run("ip", "netns", "add", self.name)
        run("ip", "-n", self.name, "link", "set", "lo", "up")
        for number, cable in enumerate(("c", "m", "w"), 1):
            ours, theirs = self._ends(cable)
            run("ip", "link", "add", ours, "type", "veth", "peer", "name", theirs, "netns", self.name)
            run("ip", "addr", "add", f"10.{100 + block}.{number}.1/24", "dev", ours)
            run("ip", "-n", self.name, "addr", "add", f"10.{100 + block}.{number}.2/24", "dev", theirs)
            run("ip", "link", "set", ours, "up")
            run("ip", "-n", self.name, "link", "set", theirs, "up")
        mounts = f"mount --bind {self.hosts} /etc/hosts && mount --bind {self.resolver} /etc/resolv.conf"
        self.prefix = ["ip", "netns", "exec", self.name, "sh", "-c", f'{mounts} && exec "$@"', "sh"]

    def _ends(self, cable: str) -> tuple[str, str]:
        return f"{self.name}{cable}", f"{self.name}{cable}x"

    def pull(self, *cables: str) -> None:
        """Pull cables out: "c" for calls, "m" for media."""
        for cable in cables:
            run("ip", "link", "set", self._ends(cable)[0], "down")

    def plug(self, *cables: str) -> None:
        """Put them back."""
        for cable in cables:
            run("ip", "link", "set", self._ends(cable)[0], "up")

    async def relay(self, url: str) -> str:
        """Let an emulator on loopback be reached by the kiosk; return its address there."""
        port = int(url.rpartition(":")[2])

        async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                there = await asyncio.open_connection("127.0.0.1", port)
                await asyncio.gather(_pump(reader, there[1]), _pump(there[0], writer))
            except OSError:
                writer.close()

        self._relays.append(await asyncio.start_server(carry, self.calls, 0))
        return f"http://{HOST_NAME}:{self._relays[-1].sockets[0].getsockname()[1]}"

    def close(self) -> None:
        """Take it all away."""
        for server in self._relays:
            server.close()
        subprocess.run(["ip", "netns", "del", self.name], check=False, capture_output=True)
        for cable in "cmw":
            subprocess.run(["ip", "link", "del", self._ends(cable)[0]], check=False, capture_output=True)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


class ServerThere(LiveKitServer):
    """A media server whose signals go over one cable and whose media over another."""

    def __init__(self, network: Network) -> None:
        binary = find_binary()
        assert binary is not None
        super().__init__(binary)
        self._network = network
        self.ws = f"ws://{network.calls}:{self._port}"
        self.http = f"http://{network.calls}:{self._port}"

    def _config(self) -> dict[str, object]:
        config = super()._config()
        config["bind_addresses"] = [self._network.calls, "127.0.0.1"]
        rtc = dict(config["rtc"])  # type: ignore[call-overload]
        rtc |= {"node_ip": self._network.media, "ips": {"includes": [f"{self._network.media}/32"]}}
        rtc |= {"enable_loopback_candidate": False}
        config["rtc"] = rtc
        return config
