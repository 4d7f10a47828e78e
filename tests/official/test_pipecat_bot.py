"""A stock Pipecat bot in the room of the Convai emulator, and the kiosk as its visitor (docs/vendors/convai.md 8)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time

import pytest
import pytest_asyncio

from tests.end.conftest import wait_until
from tests.end.test_convai_visits import all_given_back, toml
from tests.official.conftest import PROGRAMS, needs, started
from tests.vendors.convai_bot import BotScript
from tests.vendors.convai_service import ConvaiService
from tests.vendors.livekit_media_server import LiveKitMediaServer

pytestmark = [pytest.mark.official, pytest.mark.asyncio, pytest.mark.expect_log("livekit"), pytest.mark.timeout(200)]


@pytest_asyncio.fixture
async def service(livekit_server):
    media_server = LiveKitMediaServer(livekit_server)
    async with ConvaiService(media_server, script=BotScript(joins=False)) as made:
        yield made
    await media_server.close()


@pytest_asyncio.fixture
async def bot(service, livekit_server, tmp_path):
    """A bot joins the first room; returns what finds a word in its log."""
    log = tmp_path / "bot.log"
    log.touch()
    processes = []

    async def join() -> None:
        python = needs("pipecat") / "bin/python"
        await wait_until(lambda: service.sessions, 60, "a session")
        room = service.sessions[0].facts["room"]
        token = livekit_server.token(room, "bot-1")
        words = (python, PROGRAMS / "pipecat_bot.py", livekit_server.ws, token, room, "where is the exit")
        processes.append(await started("joined", *words, log=log))

    joining = asyncio.create_task(join())
    yield lambda word: word in log.read_text()
    joining.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await joining
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def captions(count: int):
    return lambda status: status["visit"] and status["visit"]["captions"] >= count


def is_silent(status) -> bool:
    return status["visit"]["speaking"] is None


async def test_a_talk(service, bot, start, sound_server) -> None:
    sound = {"PULSE_SERVER": f"unix:{sound_server.home}/pulse/native", "HOME": str(sound_server.home)}
    kiosk = start(toml(service), environ=sound)
    await kiosk.to_live(60)
    assert bot("client-ready")
    await kiosk.until(captions(1))
    await kiosk.until(lambda s: s["visit"]["speaking"] == "avatar")
    await kiosk.until(lambda s: s["audio"]["played_s"] > 1)
    await kiosk.until(captions(3), 15)  # what the visitor said aloud is one line; then the answer
    await kiosk.until(is_silent, 10)

    await kiosk.write("where is the cafe")
    await kiosk.press("Return")
    await kiosk.until(captions(5))
    await kiosk.until(lambda s: s["visit"]["speaking"] == "avatar")
    await kiosk.until(is_silent, 10)
    # The turn is over although the bot never says so, and the idle clock goes on.
    idle = (await kiosk.until(lambda s: s["visit"]["idle_remaining_s"] < 44.5, 5))["visit"]
    assert idle["captions"] == 5

    await kiosk.write("Tell me everything.")
    await kiosk.press("Return")
    await kiosk.until(captions(7))
    await kiosk.until(lambda s: s["visit"]["speaking"] == "avatar")
    await kiosk.write("where is the shop")  # the long answer closes, the next begins
    await kiosk.press("Return")
    asked = time.monotonic()
    await kiosk.until(captions(9))
    await kiosk.until(is_silent, 10)
    assert time.monotonic() - asked < 10
    assert (await kiosk.until(is_silent))["visit"]["captions"] == 9

    await kiosk.press("Escape")
    await kiosk.until("farewell", 3)
    assert (await kiosk.until("attract", 10))["last_end"] == "visitor"
    await wait_until(lambda: bot("alone"), 10, "the bot sees the visitor leave")
    await all_given_back(kiosk, service)
