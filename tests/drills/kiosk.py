"""The real program under a drill: started anywhere, killed anyhow, and watched from outside only."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import Any

from tests.end.conftest import Failed, Program, wait_until

FAULT_INJECTOR = Path(__file__).parent / "fault_injector"


class KioskProcess(Program):
    """One start of the program: parent process and child, a fault injector in it, and a service manager's socket.

    first: goes before everything on PYTHONPATH. where: see `Program`.
    """

    def __init__(
        self, toml: str, environ: dict[str, str], *options: str, first: Sequence[Path] = (), **where: Any
    ) -> None:
        home = Path(tempfile.mkdtemp(prefix="kiosk-drill-"))
        self.orders = home / "fault_injector"
        self.orders.mkdir()
        self._notify = self._listen(home / "notify")
        path = os.pathsep.join(map(str, [*first, FAULT_INJECTOR]))
        more = {"PYTHONPATH": path, "FAULT_INJECTOR": str(self.orders), "NOTIFY_SOCKET": str(home / "notify")}
        super().__init__(toml, {**environ, **more}, "run", *options, home=home, token="drill", **where)

    def _listen(self, path: Path) -> socket.socket:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        listener.bind(str(path))
        listener.setblocking(False)
        return listener

    # ------------------------------------------------------------ what it tells

    def told(self) -> list[str]:
        """Return what the service manager was told since the last call."""
        found = []
        while True:
            try:
                found.append(self._notify.recv(4096).decode())
            except BlockingIOError:
                return found

    async def says(self, word: str, within: float) -> float:
        """Wait until the service manager is told this; return when."""

        def is_told() -> bool:
            if self.process.poll() is not None:
                raise Failed(f"it ended before it told {word}\n{self.output[-3000:]}")
            return word in self.told()

        await wait_until(is_told, within, lambda: f"{word} told\n{self.output[-3000:]}", 0.01)
        return time.monotonic()

    def metric(self, name: str) -> float:
        """Return one number of /metrics, 0 where it is not told."""
        lines = self.get("/metrics")[1].splitlines()
        return next((float(line.split()[-1]) for line in lines if line.startswith(f"avatar_kiosk_{name} ")), 0.0)

    def written(self) -> dict[str, bytes]:
        """Return every file below the state directory."""
        files = (path for path in self.state.rglob("*") if path.is_file())
        return {str(path.relative_to(self.state)): path.read_bytes() for path in files}

    async def screens_until(self, last: str, within: float) -> set[str]:
        """Wait for a screen; return all that were shown until then, as far as a look every few hundredths sees them."""
        seen: set[str] = set()

        def is_last(status: dict) -> bool:
            seen.add(status["screen"])
            return status["screen"] == last

        await self.until(is_last, within)
        return seen

    async def screens_while(self, work: Awaitable[object]) -> set[str]:
        """Wait for this; return all screens that were shown meanwhile."""
        seen: set[str] = set()

        async def look() -> None:
            await self.until(lambda status: seen.add(status["screen"]), float("inf"))

        looking = asyncio.create_task(look(), name="screens")
        done, _ = await asyncio.wait({looking, asyncio.ensure_future(work)}, return_when=asyncio.FIRST_COMPLETED)
        looking.cancel()
        for task in done:
            task.result()
        return seen

    async def ask(self, question: str) -> float:
        """Type a question and send it; return when."""
        await self.write(question)
        await asyncio.sleep(0.3)
        await self.press("Return")
        return time.monotonic()

    async def quiet(self, within: float = 30.0) -> float:
        """Wait until the avatar speaks, and has spoken; return when."""
        await self.until(lambda s: s["visit"]["speaking"] == "avatar", within)
        await self.until(lambda s: s["visit"]["speaking"] is None, within)
        return time.monotonic()

    async def is_drawn(self) -> None:
        """Prove that the screen is not blank: a photograph of it has more than a few colours."""
        counted = await asyncio.to_thread(
            subprocess.run, "import -window root png:- | identify -format %k -", shell=True, env=self.environ,
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert int(counted.stdout) > 100, f"a blank screen: {counted.stdout} colours"

    # ------------------------------------------------------------ its processes

    def child(self) -> int:
        """Return the process id of the kiosk itself; 0 while there is none."""
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal() and self._is_child(entry):
                return int(entry.name)
        return 0

    def _is_child(self, entry: Path) -> bool:
        try:
            stat = (entry / "stat").read_text().rpartition(")")[2].split()
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return int(stat[1]) == self.process.pid and stat[0] != "Z" and b"--no-supervise" in words

    def family(self) -> list[int]:
        """Return every living process that was started from here, however deep."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                try:
                    stat = (entry / "stat").read_text().rpartition(")")[2].split()
                except OSError:
                    continue
                if int(stat[3]) == self.process.pid and stat[0] != "Z":
                    found.append(int(entry.name))
        return found

    def kill_child(self, number: signal.Signals = signal.SIGKILL) -> float:
        """Send a signal to the kiosk itself; return when, time.monotonic."""
        child = self.child()
        assert child, "there is no kiosk to kill"
        os.kill(child, number)
        return time.monotonic()

    async def lose_power(self) -> None:
        """End everything at once, and wait until nobody holds its files any more."""
        for number in (signal.SIGSTOP, signal.SIGKILL):  # nobody may hear of another's end and still do something
            for pid in (self.process.pid, *self.family()):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
        await asyncio.to_thread(self.process.wait)
        await self.left()

    async def left(self, within: float = 40.0) -> None:
        """Wait until no process of its is left."""
        await wait_until(lambda: not self.family(), within, lambda: f"no process left: {self.family()}")

    def order(self, what: str) -> float:
        """Let the fault injector in the kiosk do something; return when."""
        (self.orders / "order").write_text(what)
        return self.kill_child(signal.SIGUSR1)

    async def comply(self, order: str) -> None:
        """Let the fault injector arrange something, and wait until it has."""
        done = self.orders / "done"
        done.unlink(missing_ok=True)
        self.order(order)
        await wait_until(done.exists, 10, lambda: f"the fault injector does not {order}\n{self.output[-2000:]}")

    def set_clock(self, seconds: float) -> None:
        """Let the time of day be wrong by so much, for all its processes."""
        beside = self.orders / "clock.new"
        beside.write_text(str(seconds))
        beside.replace(self.orders / "clock")

    # ------------------------------------------------------------ what a visitor does

    async def tap(self) -> None:
        """Start a visit from attract."""
        await self.until("attract", 40)
        await asyncio.sleep(0.3)
        for _ in range(3):  # on a busy machine the first window may not have the keyboard yet
            await self.press("Return")
            with contextlib.suppress(Failed):
                await self.until(lambda s: s["screen"] != "attract", 3)
                return
        focus = ["xdotool", "getwindowfocus", "getwindowname"]
        found = await asyncio.to_thread(subprocess.run, focus, env=self.environ, capture_output=True, text=True)
        raise Failed(f"keys do not reach it; they go to {found.stdout}{found.stderr}")

    async def to_live(self, within: float = 40.0) -> dict:
        """From attract to the conversation; the drills' settings have the notice in the tap."""
        await self.tap()
        await self.until("live", within)
        await asyncio.sleep(0.5)  # a key that still meets the screen before is for that one, and dropped
        return await self.until("live", 5)

    async def moves(self) -> dict:
        """Wait until the avatar's picture moves on the screen."""
        return await self.until(lambda s: s["video"] and s["video"]["frames"] > 10, 20)

    def destroy(self) -> None:
        """End whatever is left."""
        for pid in {self.process.pid, *self.family()}:
            for number in (signal.SIGCONT, signal.SIGKILL):
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    break
        self.process.wait()
        self._notify.close()
        super().destroy()
