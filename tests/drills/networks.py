"""A network of the kiosk's own, to be taken away: three cables to this machine, for calls, for media, for watching."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import subprocess
from pathlib import Path

import pytest

from tests.rigs.livekit_server import LiveKitServer, find_binary, free_port

_NUMBERS = itertools.count(os.getpid() % 200 * 250)
HOST_NAME = "agents.museum.test"
PAGE = b"<html><title>Guest WLAN</title>Please accept our terms</html>"
REDIRECT = b"HTTP/1.1 302 Found\r\nLocation: http://login.wlan.test/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
LOGIN = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (
    len(PAGE),
    PAGE,
)


def run(*words: str) -> None:
    """Run one command of the system."""
    subprocess.run(words, check=True, capture_output=True)


def need_namespaces() -> None:
    """Skip, with the reason, where this machine does not let us make networks and mounts of our own."""
    try:
        run("unshare", "--net", "--mount", "true")
        run("ip", "-V")
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs the right to make networks of its own (root, and the command ip)")


class Network:
    """calls, media: the two addresses of this machine as the kiosk sees it. kiosk: its own, where its status is.

    prefix: starts a command inside. hosts: the file in which it finds names. portal: what a captive portal answers to
    every call instead of the service; b"" while there is none.
    """

    def __init__(self, folder: Path) -> None:
        need_namespaces()
        number = next(_NUMBERS)
        self.name = f"drill{number}"
        self.portal = b""
        self._relays: list[asyncio.Server] = []
        self._calls: set[asyncio.Task[None]] = set()
        block = 100 + number % 80
        self.calls, self.media, self._watch = (f"10.{block}.{third}.1" for third in (1, 2, 3))
        self.kiosk = f"10.{block}.3.2"
        self.hosts, self._resolver = folder / "hosts", folder / "resolv.conf"
        self.name_host(True)
        self._resolver.write_text(f"nameserver 10.{block}.1.99\n")
        run("ip", "netns", "add", self.name)
        self._inside("link", "set", "lo", "up")
        for cable, (ours, theirs) in self._cables().items():
            third = "cmw".index(cable) + 1
            # On loopback, so that whoever else talks there hears nothing of a cable that is cut.
            run("ip", "addr", "add", f"10.{block}.{third}.1/32", "dev", "lo")
            run("ip", "link", "add", ours, "type", "veth", "peer", "name", theirs, "netns", self.name)
            run("ip", "addr", "add", f"10.{block}.{third}.254/24", "dev", ours)
            self._inside("addr", "add", f"10.{block}.{third}.2/24", "dev", theirs)
            run("ip", "link", "set", ours, "up")
            self._inside("link", "set", theirs, "up")
        for third in (1, 3):  # media have their own cable, and no way around
            self._inside("rule", "add", "from", f"10.{block}.{third}.2", "to", f"10.{block}.2.0/24", "blackhole")
        mounts = f"mount --bind {self.hosts} /etc/hosts && mount --bind {self._resolver} /etc/resolv.conf"
        self.prefix = ["ip", "netns", "exec", self.name, "sh", "-c", f'{mounts} && exec "$@"', "sh"]

    def _cables(self) -> dict[str, tuple[str, str]]:
        return {cable: (f"{self.name}{cable}", f"{self.name}{cable}x") for cable in "cmw"}

    def _inside(self, *words: str) -> None:
        run("ip", "-n", self.name, *words)

    # ------------------------------------------------------------ what happens to it

    def pull(self, *cables: str) -> None:
        """Pull cables out: "c" for calls, "m" for media. Packets vanish; the kiosk's own end stays up."""
        for cable in cables:
            run("ip", "link", "set", self._cables()[cable][0], "down")

    def plug(self, *cables: str) -> None:
        """Put them back."""
        for cable in cables:
            run("ip", "link", "set", self._cables()[cable][0], "up")

    def lose_wifi(self) -> None:
        """The kiosk's own ends go away, with their addresses' routes: nothing can be reached, and it knows at once."""
        for cable in "cm":
            self._inside("link", "set", self._cables()[cable][1], "down")

    def find_wifi(self) -> None:
        """They are back."""
        for cable in "cm":
            self._inside("link", "set", self._cables()[cable][1], "up")

    def block_udp(self) -> None:
        """Let no datagram out, as a strict firewall."""
        self._inside("rule", "add", "ipproto", "udp", "blackhole")

    def name_host(self, known: bool) -> None:
        """Whether the service's name can be found."""
        self.hosts.write_text("127.0.0.1 localhost\n" + (f"{self.calls} {HOST_NAME}\n" if known else ""))

    def put_up_portal(self, answer: bytes) -> None:
        """Let every call be answered by a captive portal; b"" takes it away. Open connections are cut."""
        self.portal = answer
        for call in self._calls:
            call.cancel()

    # ------------------------------------------------------------ what is there

    async def relay(self, url: str) -> str:
        """Let an emulator on loopback be reached by the kiosk; return its address there."""
        port = int(url.rpartition(":")[2])

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            call = asyncio.create_task(self._carry(reader, writer, port), name="relay")
            self._calls.add(call)
            call.add_done_callback(self._calls.discard)

        self._relays.append(await asyncio.start_server(accept, self.calls, 0))
        return f"http://{HOST_NAME}:{self._relays[-1].sockets[0].getsockname()[1]}"

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        with contextlib.suppress(OSError), contextlib.closing(writer):
            if self.portal:
                await reader.read(65536)
                writer.write(self.portal)
                await writer.drain()
                return
            there = await asyncio.open_connection("127.0.0.1", port)
            with contextlib.closing(there[1]):
                await asyncio.gather(_pump(reader, there[1]), _pump(there[0], writer))

    async def close(self) -> None:
        """Take it all away."""
        for server in self._relays:
            server.close()
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)
        await asyncio.to_thread(self._remove)

    def _remove(self) -> None:
        subprocess.run(["ip", "netns", "del", self.name], check=False, capture_output=True)
        for ours, _ in self._cables().values():
            subprocess.run(["ip", "link", "del", ours], check=False, capture_output=True)
        for address in (self.calls, self.media, self._watch):
            subprocess.run(["ip", "addr", "del", f"{address}/32", "dev", "lo"], check=False, capture_output=True)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


class ServerThere(LiveKitServer):
    """A media server whose signals go over one cable and whose media over another. tcp: also over TCP."""

    def __init__(self, network: Network, tcp: bool = False) -> None:
        binary = find_binary()
        assert binary is not None
        super().__init__(binary)
        self._network = network
        self._tcp_port = free_port() if tcp else 0
        self.there = f"ws://{network.calls}:{self.port}"

    def _config(self) -> dict[str, object]:
        config = super()._config()
        config["bind_addresses"] = [self._network.calls, "127.0.0.1"]
        rtc = dict(config["rtc"])  # type: ignore[call-overload]
        rtc |= {"node_ip": self._network.media, "ips": {"includes": [f"{self._network.media}/32"]}}
        rtc |= {"enable_loopback_candidate": True, "tcp_port": self._tcp_port}
        config["rtc"] = rtc
        return config
