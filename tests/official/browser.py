"""A page in a real Chromium, driven over its debugging port: the official clients that run in a browser live there."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, web

TOOLS = Path(__file__).parents[2] / ".tools" / "official"
PAGES = Path(__file__).parent / "pages"
OPTIONS = [
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"),
    # A camera and a microphone that beeps once a second, and nobody to ask for leave.
    *("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"),
    "--autoplay-policy=no-user-gesture-required",
    *("--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"),
    # Media and its relay are on loopback.
    "--allow-loopback-in-peer-connection",
    # The emulators are other origins than the page; the real services allow any.
    "--disable-web-security",
]


def bundle(into: Path) -> None:
    """Bundle each module of `pages/` with what it imports, and write a page that runs it."""
    subprocess.run(
        [
            str(TOOLS / "npm/node_modules/.bin/esbuild"), *map(str, sorted(PAGES.glob("*.mjs"))),
            "--bundle", "--format=esm", "--log-level=warning", "--define:process.env.NODE_ENV=\"production\"",
            f"--outdir={into}",
        ],
        env={**os.environ, "NODE_PATH": str(TOOLS / "npm/node_modules")}, check=True, timeout=60,
    )  # fmt: skip
    for module in PAGES.glob("*.mjs"):
        page = f'<!doctype html><title>-</title><script type="module" src="{module.stem}.js"></script>'
        (into / f"{module.stem}.html").write_text(page)


class Browser:
    """One browser with one page, which runs a module of `pages/`. Use it as an asynchronous context manager.

    Args:
        bundles: Folder with the bundled modules.
        module: Name of the module.
    """

    def __init__(self, bundles: Path, module: str) -> None:
        self._bundles = bundles
        self._module = module
        self._profile = tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True)
        self._process: asyncio.subprocess.Process | None = None
        self._stack = contextlib.AsyncExitStack()
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.console: list[str] = []

    async def __aenter__(self) -> Browser:
        try:
            await self._open(await self._serve())
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()
        self._profile.cleanup()

    async def _serve(self) -> str:
        """Serve the page on loopback, where a browser gives out microphones; return its address."""
        app = web.Application()
        app.add_routes([web.static("/", self._bundles)])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}/{self._module}.html"

    async def _open(self, address: str) -> None:
        leash = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
        self._process = await asyncio.create_subprocess_exec(
            *leash, "chromium", *OPTIONS, f"--user-data-dir={self._profile.name}", "about:blank",
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        told = Path(self._profile.name) / "DevToolsActivePort"
        deadline = time.monotonic() + 60
        while not told.exists() or "\n" not in told.read_text():
            assert self._process.returncode is None and time.monotonic() < deadline, "Chromium did not start"
            await asyncio.sleep(0.05)
        port = told.read_text().splitlines()[0]
        http = await self._stack.enter_async_context(ClientSession())
        async with http.get(f"http://127.0.0.1:{port}/json/list") as listed:
            page = next(found for found in await listed.json() if found["type"] == "page")
        socket = await self._stack.enter_async_context(http.ws_connect(page["webSocketDebuggerUrl"], max_msg_size=0))
        reading = asyncio.create_task(self._read(socket))
        self._stack.callback(reading.cancel)
        self._socket = socket
        await self._command("Runtime.enable")
        await self._command("Page.enable")
        await self._command("Page.navigate", url=address)
        await self.until("globalThis.visit !== undefined", 20)

    async def _read(self, socket: ClientWebSocketResponse) -> None:
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            told = json.loads(message.data)
            if told.get("method") == "Runtime.consoleAPICalled":
                parts = told["params"]["args"]
                self.console.append(" ".join(str(p.get("value", p.get("description"))) for p in parts)[:300])
            elif told.get("method") == "Runtime.exceptionThrown":
                self.console.append(str(told["params"]["exceptionDetails"]))
            waiting = self._answers.pop(told.get("id", 0), None)
            if waiting is not None and not waiting.done():
                waiting.set_result(told)

    async def _command(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": params})
        told = await answer
        assert "error" not in told, told["error"]
        result: dict[str, Any] = told["result"]
        return result

    async def run(self, expression: str, *arguments: Any, within_s: float = 40.0) -> Any:
        """Evaluate an expression, or call the function that it names with arguments; return its JSON value."""
        if arguments:
            expression = f"{expression}({', '.join(json.dumps(argument) for argument in arguments)})"
        async with asyncio.timeout(within_s):
            found = await self._command(
                "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True, userGesture=True
            )
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    async def until(self, expression: str, within_s: float = 10.0) -> Any:
        """Wait until an expression is true, and return its value; the page's notes are told where it never is."""
        deadline = time.monotonic() + within_s
        while not (found := await self.run(expression)):
            if time.monotonic() > deadline:
                notes = await self.run("globalThis.visit?.notes")
                raise AssertionError(f"not within {within_s:g} s: {expression}\n{notes}\n" + "\n".join(self.console))
            await asyncio.sleep(0.05)
        return found
