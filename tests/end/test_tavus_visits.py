"""Visits with an emulated Tavus, watched from outside; Daily's library is stood in for, everything else is real."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.vendors.tavus_replica import ReplicaScript
from tests.vendors.tavus_service import KEY, PERSONA, REPLICA, TavusService

pytestmark = [pytest.mark.asyncio, pytest.mark.display]

ROOT = Path(__file__).parents[2]
STAND_IN = {"PYTHONPATH": str(ROOT / "tests" / "fakes")}
WORDS = "CANARY clocks of the king"


@pytest_asyncio.fixture
async def service():
    script = ReplicaScript(greeting="Hello, I am the guide.", word_s=0.05)
    async with TavusService(script=lambda: script) as made:
        yield made


def tavus_toml(service: TavusService, visit: str = "", more: str = "") -> str:
    return f"""
[kiosk]
id = "end-1"
[service]
vendor = "tavus"
[service.tavus]
base_url = "{service.url}"
api_key = "{KEY}"
replica_id = "{REPLICA}"
persona_id = "{PERSONA}"
[visit]
{visit}
{more}
"""


async def given_back(program: Any, service: TavusService) -> None:
    await program.until(lambda s: s["screen"] == "attract" and s["open_sessions"] == 0, 10)
    assert service.active() == [] and service.taken(KEY) == 0
    assert all(not talk.room.is_joined for talk in service.talks.values())


async def to_waiting(program: Any) -> None:
    await program.until("attract", 40)
    await program.press("Return")
    await program.until("notice")
    await program.press("Return")
    await program.until("waiting", 8)


async def test_picture_words_and_questions_from_attract_to_attract_and_no_secret_is_written(start, service) -> None:
    program = start(tavus_toml(service), environ=STAND_IN)
    await program.to_live(40)
    moving = await program.until(lambda s: s["video"] and s["video"]["frames"] > 20 and s["visit"]["captions"] == 1)
    assert moving["video"]["source"] == "room" and moving["video"]["age_s"] < 2
    assert (moving["visit"]["vendor"], moving["health"]) == ("tavus", "ACTIVE")
    service.talk.replica.hear(WORDS)
    await program.until(lambda s: s["visit"]["captions"] == 2)
    await program.write("where")
    await program.press("Return")
    await program.until(lambda s: s["visit"]["captions"] >= 4)
    assert service.talk.replica.asked == ["where"]
    await program.press("Escape")
    await program.until("farewell", 3)
    done = await program.until("attract", 8)
    assert done["last_end"] == "visitor" and done["visits"] == 1
    await given_back(program, service)
    assert service.talk.session.end_reason == "end_conversation_endpoint_hit"
    assert program.end() == 0
    written = program.output + "".join(
        path.read_text(errors="replace") for path in program.state.rglob("*") if path.is_file()
    )
    for secret in (KEY, "CANARY", "eyJ", "clocks", service.talk.session.id):
        assert secret not in written
    assert "Traceback" not in written


@pytest.mark.long
async def test_a_full_account_says_please_wait_until_another_kiosk_leaves(start, service) -> None:
    other = service.take(KEY, "of-another-kiosk")
    program = start(tavus_toml(service, more="[waiting]\npoll_s = 1"), environ=STAND_IN)
    await to_waiting(program)
    service.end(other, "end_conversation_endpoint_hit")
    await program.until("live", 12)
    await program.press("Escape")
    await given_back(program, service)


@pytest.mark.long
async def test_cancel_while_waiting_leaves_nothing(start, service) -> None:
    service.accounts[KEY].slots = 0
    program = start(tavus_toml(service, more="[waiting]\npoll_s = 1"), environ=STAND_IN)
    await to_waiting(program)
    await program.press("Escape")
    assert (await program.until("attract", 3))["last_end"] == "cancelled"
    await given_back(program, service)


@pytest.mark.long
@pytest.mark.parametrize(
    ("visit", "reason"),
    [("idle_s = 3\nidle_warning_s = 3", "idle"), ("hard_limit_s = 5\ncountdown_s = 4", "hard_limit")],
)
async def test_every_visit_ends_by_itself(start, service, visit, reason) -> None:
    quiet = ReplicaScript()
    service.script = lambda: quiet
    program = start(tavus_toml(service, visit), environ=STAND_IN)
    await program.to_live(40)
    await program.until("farewell", 20)
    assert (await program.until("attract", 8))["last_end"] == reason
    await given_back(program, service)


async def test_a_maximum_of_the_plan_that_nobody_told_us_ends_the_visit_with_its_reason(start, service) -> None:
    service.knobs.plan_max_s = 4.0
    program = start(tavus_toml(service), environ=STAND_IN)
    await program.to_live(40)
    await program.until("farewell", 15)
    assert (await program.until("attract", 8))["last_end"] == "vendor_max_duration"
    assert "ended a conversation before its time" in program.output
    await given_back(program, service)


async def test_after_a_crash_the_next_start_ends_the_own_conversation_and_no_other(start, service) -> None:
    service.accounts[KEY].slots = 2
    other = service.take(KEY, "of-another-kiosk")
    program = start(tavus_toml(service), environ=STAND_IN)
    await program.to_live(40)
    os.killpg(program.process.pid, signal.SIGKILL)
    program.process.wait()
    assert len(service.active()) == 2
    second = start(tavus_toml(service), "--state-dir", str(program.state), environ=STAND_IN)
    await second.until(lambda s: s["screen"] == "attract" and s["open_sessions"] == 0, 40)
    assert [session.id for session in service.active()] == [other.id]


async def test_without_the_library_the_kiosk_says_so_and_creates_nothing(start, service, tmp_path) -> None:
    (tmp_path / "daily.py").write_text("raise ImportError('no such library')\n")
    program = start(tavus_toml(service), environ={"PYTHONPATH": str(tmp_path)})
    found = await program.until("unavailable", 40)
    assert found["unavailable"] == "config"
    assert "daily-python" in program.output and "Traceback" not in program.output
    await asyncio.sleep(1)
    assert service.requests == []
    assert program.end() == 0


@pytest.mark.parametrize(
    ("key", "code", "told"),
    [(KEY, 0, "api_key, replica_id, persona_id are accepted"), ("CANARY-wrong-key", 1, "the key is refused")],
)
async def test_the_readiness_report_tries_key_and_ids_and_takes_no_slot(service, tmp_path, key, code, told) -> None:
    settings = tmp_path / "kiosk.toml"
    settings.write_text(tavus_toml(service).replace(KEY, key))
    settings.chmod(0o600)
    command = [sys.executable, "-m", "app", "check", "--config", str(settings), "--state-dir", str(tmp_path / "s")]
    environ = {**os.environ, "PYTHONPATH": f"{STAND_IN['PYTHONPATH']}{os.pathsep}{ROOT}", "HOME": str(tmp_path)}
    ended = await asyncio.to_thread(
        subprocess.run, command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False, timeout=60
    )
    assert told in ended.stdout
    assert "CANARY" not in ended.stdout + ended.stderr
    if code:  # a machine without devices is not ready either, so only the refusal's code is told for sure
        assert ended.returncode == code
    assert service.sessions == []
    assert all(request.json["test_mode"] for request in service.requests if request.method == "POST")
