"""Another service is one file: laid into a copy of the program, it serves visitors, and nothing else is touched."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from tests.end.conftest import ROOT
from tests.vendors.aistudios_avatar import Avatar, AvatarScript
from tests.vendors.emulator import Account, Emulator, NoSlot, refusal
from tests.vendors.livekit_media_server import LiveKitMediaServer

# The scripted avatar runs in this process, and its library complains about rooms that were closed under it.
pytestmark = [pytest.mark.expect_log("livekit"), pytest.mark.asyncio, pytest.mark.live, pytest.mark.display]

KEY = "CANARY-madeup-key"
ITS_FILE = Path(__file__).parent / "madeup_vendor.py"


class MadeupService(Emulator):
    """POST /open, /close and /count. avatars: by session id."""

    def __init__(self, media_server: LiveKitMediaServer) -> None:
        super().__init__([Account(KEY)])
        self.media_server = media_server
        self.avatars: dict[str, Avatar] = {}

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/open", self._open), web.post("/close", self._close), web.post("/count", self._count)]

    async def _open(self, request: web.Request) -> web.Response:
        if request.headers.get("X-Key") not in self.accounts:
            return refusal(401, error="who are you?")
        name = f"seat-{len(self.sessions)}"
        try:
            session = self.take(KEY, f"id-CANARY-{name}", room=name)
        except NoSlot:
            return refusal(409, error="every seat is taken")
        avatar = self.avatars[session.id] = Avatar(
            self.media_server, name, AvatarScript(data=(b"Hello from the seat.",)), ""
        )
        await avatar.start()
        return web.json_response(
            {"id": session.id, "url": self.media_server.url, "token": self.media_server.token(name, "kiosk")}
        )

    async def _close(self, request: web.Request) -> web.Response:
        session = self.session((await request.json())["id"])
        if session is not None and session.ended_at is None:
            self.end(session, (await request.json())["why"])
            await self.media_server.close_room(session.facts["room"])
            await self.avatars[session.id].leave()
        return web.json_response({})

    async def _count(self, request: web.Request) -> web.Response:
        if request.headers.get("X-Key") not in self.accounts:
            return refusal(401, error="who are you?")
        return web.json_response({"open": len(self.active())})


@pytest_asyncio.fixture
async def service(livekit_server):
    media_server = LiveKitMediaServer(livekit_server)
    async with MadeupService(media_server) as made:
        yield made
        for avatar in made.avatars.values():
            await avatar.leave()
    await media_server.close()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The program as it is, and one file more."""
    folder = tmp_path / "tree"
    shutil.copytree(ROOT / "app", folder / "app")
    (folder / "resources").symlink_to(ROOT / "resources")
    shutil.copy(ITS_FILE, folder / "app" / "vendors" / "madeup.py")
    return folder


def toml(service: MadeupService, key: str = KEY) -> str:
    return f"""
[kiosk]
id = "end-1"
[service]
vendor = "madeup"
[service.madeup]
base_url = "{service.url}"
api_key = "{key}"
seat = "window"
[waiting]
poll_s = 1
"""


def command(tree: Path, program: Any, what: str, toml_text: str = "") -> str:
    """Run a command of the program on the same settings and state; returns what it printed."""
    if toml_text:
        program.config.write_text(toml_text)
    words = [sys.executable, "-m", "app", what, "--config", str(program.config), "--state-dir", str(program.state)]
    environ = {**program.environ, "PYTHONPATH": str(tree)}
    ended = subprocess.run(
        words, cwd=program.home, env=environ, capture_output=True, text=True, check=False, timeout=60
    )
    return ended.stdout + ended.stderr


def rows(program: Any) -> list[tuple[str, str]]:
    """The journal: vendor and session of each row."""
    with contextlib.closing(sqlite3.connect(program.state / "kiosk.sqlite3")) as db:
        return db.execute("SELECT vendor, session_id FROM journal").fetchall()


async def test_one_file_more_and_the_kiosk_serves_visitors_with_another_service(start, service, tree) -> None:
    program = start(toml(service), environ={"PYTHONPATH": str(tree)})
    live = await program.to_live(60)
    assert live["visit"]["vendor"] == "madeup" and live["open_sessions"] == 1
    await program.until(lambda s: s["video"] and s["video"]["frames"] > 10 and s["visit"]["captions"] >= 1)
    assert rows(program) == [("madeup", service.sessions[0].id)]
    asked = service.asked("/open")[0].json
    assert asked["seat"] == "window" and asked["name"].startswith("kiosk-end-1-") and asked["longest"] > 300
    await program.press("Escape")
    assert (await program.until("attract", 10))["last_end"] == "visitor"
    await program.until(lambda s: s["open_sessions"] == 0, 10)
    assert service.active() == [] and rows(program) == []
    assert [json.loads(request.text)["why"] for request in service.asked("/close")] == ["visitor"]

    other = service.take(KEY, "of-another-kiosk")
    await asyncio.sleep(1.6)
    await program.press("Return")
    await program.until("notice")
    await program.press("Return")
    await program.until("waiting", 8)
    service.end(other, "freed")
    await program.until("live", 15)
    assert "is accepted, 1 seats are taken" in await asyncio.to_thread(command, tree, program, "check")
    os.killpg(program.process.pid, signal.SIGKILL)
    await asyncio.to_thread(program.process.wait)
    written = b"".join(file.read_bytes() for file in program.state.rglob("*.log*")) + program.output.encode()
    assert b"CANARY" not in written and b"Traceback" not in written
    await asyncio.to_thread(command, tree, program, "release")
    assert service.active() == [] and rows(program) == []


async def test_its_settings_are_read_and_checked_like_those_of_every_other(start, service, tree) -> None:
    program = start(toml(service, key=""), environ={"PYTHONPATH": str(tree)})
    assert (await program.until("unavailable", 60))["unavailable"] == "config"
    told = await asyncio.to_thread(command, tree, program, "check")
    assert "service.madeup.api_key" in told and "required for the service madeup" in told
    told = await asyncio.to_thread(command, tree, program, "check", toml(service).replace("seat", "seta"))
    assert "service.madeup.seta" in told and "nearest known name: service.madeup.seat" in told
    told = await asyncio.to_thread(command, tree, program, "check", toml(service, key="CANARY-wrong"))
    assert "madeup: the key is refused" in told and "CANARY" not in told
    told = await asyncio.to_thread(command, ROOT, program, "check", toml(service))
    assert "service.vendor" in told and "unknown service" in told, "without its file nobody knows it"
