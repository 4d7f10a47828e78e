"""A genuine livekit-agents guide with offline ears, mind and voice; the kiosk visits it (docs/vendors/livekit.md 8).

The emulated endpoint gives out tokens and sends no agent of its own: the server dispatches the guide, which is
registered there as a worker.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from pathlib import Path

import pytest
import pytest_asyncio

from tests.end.conftest import livekit_toml, wait_until
from tests.official.conftest import PROGRAMS, needs, started
from tests.rigs.livekit_server import KEY, SECRET
from tests.vendors.livekit_endpoint import EndpointKnobs, LiveKitEndpoint

pytestmark = [pytest.mark.official, pytest.mark.asyncio, pytest.mark.expect_log("livekit"), pytest.mark.timeout(200)]

GREETING = "Hello, I am the guide."


class Guide:
    """The worker's process and what it wrote."""

    def __init__(self, process, log: Path) -> None:
        self._process = process
        self._log = log

    def tells(self, word: str) -> bool:
        return word in self._log.read_text()

    async def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()


@pytest_asyncio.fixture
async def guide(own_livekit_server, tmp_path):
    """Starts a guide with these manners (see `programs/guide.py`)."""
    running = []

    async def begin(**manners) -> Guide:
        log = tmp_path / "guide.log"
        process = await started(
            "registered", needs("agents") / "bin/python", PROGRAMS / "guide.py", json.dumps(manners), log=log,
            LIVEKIT_URL=own_livekit_server.ws, LIVEKIT_API_KEY=KEY, LIVEKIT_API_SECRET=SECRET,
        )  # fmt: skip
        running.append(Guide(process, log))
        return running[-1]

    yield begin
    for one in running:
        await one.kill()


@pytest_asyncio.fixture
async def endpoint(own_livekit_server):
    made = LiveKitEndpoint(own_livekit_server, slots=9, knobs=EndpointKnobs(never=True))
    await made.start()
    yield made
    await made.close()


async def ask(kiosk, text: str) -> None:
    """Type a question."""
    await kiosk.write(text)
    await kiosk.press("Return")


def captions(count: int):
    return lambda status: status["visit"] and status["visit"]["captions"] >= count


@pytest.mark.parametrize("avatar", [False, True], ids=["voice", "avatar"])
async def test_a_talk(guide, endpoint, start, sound_server, avatar) -> None:
    agent = await guide(greeting=GREETING, hears="where is the exit", avatar=avatar)
    more = "" if avatar else "expect_video = false"
    sound = {"PULSE_SERVER": f"unix:{sound_server.home}/pulse/native", "HOME": str(sound_server.home)}
    kiosk = start(livekit_toml(endpoint, more=more), environ=sound)
    await kiosk.to_live(60)
    live = time.monotonic()
    greeted = await kiosk.until(captions(1))
    assert (await kiosk.until(lambda s: s["video"]))["video"]["source"] == ("room" if avatar else "character")
    await kiosk.until(lambda s: s["visit"]["speaking"] == "avatar")
    await kiosk.until(lambda s: s["audio"]["played_s"] > 1)

    # What the visitor said aloud is one line, however many pieces it came in; then the answer.
    await kiosk.until(captions(3), 15)
    await kiosk.until(lambda s: s["visit"]["speaking"] is None, 10)
    await ask(kiosk, "where is the cafe")
    await kiosk.until(captions(5))
    await kiosk.until(lambda s: s["visit"]["speaking"] is None, 10)

    await ask(kiosk, "Tell me everything.")
    await kiosk.until(captions(7))
    await kiosk.until(lambda s: s["visit"]["speaking"] == "avatar")
    await ask(kiosk, "where is the shop")  # the long answer closes, the next begins
    answered = await kiosk.until(captions(9), 10)
    await kiosk.until(lambda s: s["visit"]["speaking"] is None, 10)
    assert answered["visit"]["captions"] == (await kiosk.until(captions(9)))["visit"]["captions"] == 9
    print(f"live after {live - kiosk.started:.1f} s", greeted["visit"])

    await kiosk.press("Escape")
    await kiosk.until("farewell", 3)
    assert (await kiosk.until("attract", 10))["last_end"] == "visitor"
    await wait_until(
        lambda: agent.tells("closed participant_disconnected"), 10, "the guide hears that the visitor left"
    )


async def test_the_guide_ends_the_call_and_deletes_the_room(guide, endpoint, start) -> None:
    await guide(greeting=GREETING)
    kiosk = start(livekit_toml(endpoint, more="expect_video = false"))
    await kiosk.to_live(60)
    await kiosk.until(captions(1))
    await ask(kiosk, "Goodbye.")
    await kiosk.until("farewell", 15)
    assert (await kiosk.until("attract", 10))["last_end"] == "room_closed"


async def test_the_guide_leaves_on_purpose(guide, endpoint, start) -> None:
    agent = await guide(greeting=GREETING, delete_room=False)
    kiosk = start(livekit_toml(endpoint, more="expect_video = false"))
    await kiosk.to_live(60)
    await kiosk.until(captions(1))
    await ask(kiosk, "Goodbye.")
    await wait_until(lambda: agent.tells("closed"), 15, "the guide closes its session")
    closed = time.monotonic()
    await kiosk.until("farewell", 20)
    assert time.monotonic() - closed < 8  # 3 to 5 s, a moment to leave, and a busy machine
    assert (await kiosk.until("attract", 10))["last_end"] == "avatar_left"


async def test_the_guide_is_killed(guide, endpoint, start) -> None:
    agent = await guide(greeting=GREETING)
    kiosk = start(livekit_toml(endpoint, more="expect_video = false"))
    await kiosk.to_live(60)
    await kiosk.until(captions(1))
    await agent.kill()
    killed = time.monotonic()
    await kiosk.until("farewell", 60)
    print(f"farewell {time.monotonic() - killed:.1f} s after the guide was killed")
    assert (await kiosk.until("attract", 10))["last_end"] == "network"


async def test_the_guides_model_fails(guide, endpoint, start) -> None:
    await guide(greeting=GREETING, fails=True)
    kiosk = start(livekit_toml(endpoint, more="expect_video = false"))
    await kiosk.to_live(60)
    await kiosk.until(captions(1))
    await ask(kiosk, "where is the cafe")
    asked = time.monotonic()
    tokens = len(endpoint.asked("/token"))
    await wait_until(lambda: len(endpoint.asked("/token")) > tokens, 40, "a fresh join")
    joined = time.monotonic()
    print(f"fresh join {joined - asked:.1f} s after the question")
    assert joined - asked < 30
    await kiosk.until("live", 30)
    await ask(kiosk, "where is the cafe")
    await kiosk.until("farewell", 30)
    print(f"farewell {time.monotonic() - joined:.1f} s after the fresh join")
    assert len(endpoint.asked("/token")) == tokens + 1  # one fresh join, no more
    assert (await kiosk.until("attract", 10))["last_end"] in ("avatar_left", "network")


async def test_a_fresh_join_finds_a_guide_again(guide, endpoint, start) -> None:
    agent = await guide(greeting=GREETING, mute=True)
    kiosk = start(livekit_toml(endpoint, more="expect_video = false"))
    await kiosk.to_live(60)
    await kiosk.until(captions(1))
    await wait_until(lambda: agent.tells("closed user_initiated"), 10, "the session is shut down, the agent stays")
    await ask(kiosk, "where is the cafe")
    asked, tokens = time.monotonic(), len(endpoint.asked("/token"))
    await wait_until(lambda: len(endpoint.asked("/token")) > tokens, 30, "a fresh join")
    print(f"fresh join {time.monotonic() - asked:.1f} s after the question")
    # Greeting and question before; then a greeting, and the answer to the question, which is asked again by itself.
    await kiosk.until(captions(4), 30)
    await ask(kiosk, "where is the shop")
    await kiosk.until(captions(6), 20)
    await kiosk.press("Escape")
    assert (await kiosk.until("attract", 15))["last_end"] == "visitor"
