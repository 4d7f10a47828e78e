"""Visits with Convai, watched from outside from attract to attract; the drawn character speaks with its voice."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from tests.end.conftest import ROOT
from tests.vendors.convai_bot import BotScript
from tests.vendors.convai_service import CHARACTER, KEY, ConvaiService
from tests.vendors.livekit_media_server import LiveKitMediaServer

# The scripted bot runs in this process, and its library complains about rooms that were closed under it.
pytestmark = [pytest.mark.expect_log("media library"), pytest.mark.asyncio, pytest.mark.live, pytest.mark.display]

CANARY = "zebrafish"  # what the visitor types


@pytest_asyncio.fixture
async def service(livekit_server):
    media_server = LiveKitMediaServer(livekit_server)
    async with ConvaiService(media_server, script=BotScript(greeting="Hello, I am the guide.", voice_s=1.0)) as made:
        yield made
    await media_server.close()


def toml(service: ConvaiService, visit: str = "", keys: str = "", key: str = KEY) -> str:
    return f"""
[kiosk]
id = "end-1"
[service]
vendor = "convai"
[service.convai]
base_url = "{service.url}"
api_url = "{service.url}"
api_key = "{key}"
character_id = "{CHARACTER}"
{keys}
[visit]
{visit}
[waiting]
poll_s = 1
"""


async def all_given_back(program, service: ConvaiService) -> None:
    await program.until(lambda s: s["open_sessions"] == 0, 15)
    assert service.active() == [] and service.taken(KEY) == 0
    for session in service.sessions:
        assert await service.media_server.present(session.facts["room"]) == set()


def written(program) -> str:
    """Everything that the program wrote anywhere."""
    files = [path for path in program.state.rglob("*") if path.is_file()]
    return program.output + "".join(path.read_text(errors="replace") for path in files)


async def test_voice_words_and_questions_from_attract_to_attract(start, service) -> None:
    program = start(toml(service))
    await program.to_live(60)
    greeted = await program.until(lambda s: s["video"] and s["video"]["frames"] > 20 and s["visit"]["captions"] == 1)
    assert greeted["video"]["source"] == "character" and greeted["health"] == "ACTIVE"
    await program.until(lambda s: s["visit"]["speaking"] == "avatar")
    await program.write(CANARY)
    await program.press("Return")
    await program.until(lambda s: s["visit"]["captions"] >= 3)
    assert [data["text"] for data in service.bot.asked("user_text_message")] == [CANARY]
    session_id = service.sessions[0].id
    await program.press("Escape")
    await program.until("farewell", 5)
    done = await program.until("attract", 10)
    assert done["last_end"] == "visitor" and done["visit"] is None
    await all_given_back(program, service)
    assert len(service.bot.asked("kill-pipeline")) == 1 and len(service.asked("/disconnect")) == 1
    assert program.end() == 0
    told = written(program)
    assert "Traceback" not in told
    for secret in (CANARY, session_id, service.sessions[0].facts["room"]):
        assert secret not in told
    assert KEY not in told


@pytest.mark.long
async def test_an_empty_room_idles_out_and_sends_no_sign_of_life(start, service) -> None:
    service.script = replace(service.script, greeting="")
    program = start(toml(service, "idle_s = 3\nidle_warning_s = 3"))
    await program.to_live(60)
    await program.until("still_there", 10)
    assert (await program.until("attract", 15))["last_end"] == "idle"
    await all_given_back(program, service)
    assert service.bot.asked("reset-idle-timer") == []


@pytest.mark.long
async def test_the_hard_limit_ends_the_visit(start, service) -> None:
    program = start(toml(service, "hard_limit_s = 6\ncountdown_s = 4\nwrap_up_s = 3"))
    await program.to_live(60)
    assert (await program.until("attract", 25))["last_end"] == "hard_limit"
    await all_given_back(program, service)
    assert len(service.bot.asked("context-update")) == 1


async def test_the_services_own_ends_have_their_own_reasons(start, service) -> None:
    program = start(toml(service))
    await program.to_live(60)
    service.bot.tell("usage-limit-reached", "B", quota_type="minutes", message="You have exceeded your monthly quota")
    ended = await program.until("unavailable", 15)
    assert ended["last_end"] == "out_of_credits" and ended["unavailable"] == "credits"
    await all_given_back(program, service)


@pytest.mark.long
async def test_a_full_account_says_please_wait_until_a_slot_is_free(start, service) -> None:
    other = service.take(KEY, "of-another-kiosk", room="elsewhere")
    program = start(toml(service))
    await program.until("attract", 60)
    await program.press("Return")
    await program.until("notice")
    await program.press("Return")
    await program.until("waiting", 10)
    service.end(other, "freed")
    await program.until("live", 20)
    await program.press("Escape")
    await program.until("attract", 15)
    await all_given_back(program, service)


@pytest.mark.expect_log("the service cannot be used")
async def test_a_wrong_key_is_told_to_staff_and_never_says_please_wait(start, service) -> None:
    program = start(toml(service, key="CANARY-wrong-key"))
    await program.until("attract", 60)
    await program.press("Return")
    await program.until("notice")
    await program.press("Return")
    found = await program.until("unavailable", 15)
    assert found["unavailable"] == "auth" and found["last_end"] == "unavailable"
    assert program.end() == 0
    assert "CANARY" not in written(program)


async def test_after_a_crash_its_own_session_is_ended_and_no_other(start, service) -> None:
    service.knobs.lingers = True
    service.accounts[KEY].slots = 2
    other = service.take(KEY, "0b5b2a3e-1111-4222-8333-444455556666", room="elsewhere")
    program = start(toml(service), "--no-supervise")  # a parent would see to the session at once
    await program.to_live(60)
    os.killpg(program.process.pid, signal.SIGKILL)
    await asyncio.to_thread(program.process.wait)
    assert service.taken(KEY) == 2
    again = start(toml(service), "--state-dir", str(program.state))
    await again.until(lambda s: s["screen"] == "attract" and service.active() == [other], 60)
    await again.until(lambda s: s["open_sessions"] == 0, 15)
    assert len(service.asked("/disconnect")) == 1


async def test_check_says_in_plain_words_what_is_wrong(service, tmp_path: Path) -> None:
    def check(character: str) -> str:
        config = tmp_path / "kiosk.toml"
        config.write_text(toml(service).replace(CHARACTER, character))
        command = [
            sys.executable,
            "-m",
            "app",
            "check",
            "--config",
            str(config),
            "--state-dir",
            str(tmp_path / "state"),
        ]
        environ = {**os.environ, "HOME": str(tmp_path), "PULSE_SERVER": "unix:/nowhere"}
        return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environ, check=False).stdout

    right = await asyncio.to_thread(check, CHARACTER)
    assert "is accepted" in right and "is known to this account" in right and KEY not in right
    assert "is not known to this account" in await asyncio.to_thread(check, "another-one")
    assert service.sessions == []
