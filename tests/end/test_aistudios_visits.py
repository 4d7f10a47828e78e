"""Visits with AI Studios, watched from outside from attract to attract; every session is stopped with its reason."""

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
from tests.vendors.aistudios_service import APP, AVATAR, KEY, AistudiosService
from tests.vendors.livekit_media_server import LiveKitMediaServer

# The scripted avatar runs in this process, and its library complains about rooms that were closed under it.
pytestmark = [pytest.mark.expect_log("livekit"), pytest.mark.asyncio, pytest.mark.live, pytest.mark.display]

CANARY = "zebrafish"  # what the visitor types
GUIDE = """
name = "Ada"
place = "the aquarium"
help = "the desk"
greeting = ["Hello from the tank."]
wrap_up = ["The tank closes soon."]
unknown = ["No fish knows that."]
suggest = ["Ask me: {question}"]
nearly = ["I could tell you {about}."]
cannot_hear = ["Please type."]
questions = ["Where are the otters?"]
[[topic]]
ask = ["where are the otters"]
say = ["The otters are on the second floor."]
"""


@pytest_asyncio.fixture
async def service(livekit_server):
    media_server = LiveKitMediaServer(livekit_server)
    async with AistudiosService(media_server) as made:
        yield made
    await media_server.close()


def toml(service: AistudiosService, visit: str = "", keys: str = "", more: str = "") -> str:
    return f"""
[kiosk]
id = "end-1"
[service]
vendor = "aistudios"
[service.aistudios]
base_url = "{service.url}"
app_id = "{APP}"
user_key = "{KEY}"
avatar_id = "{AVATAR}"
{keys}
[visit]
{visit}
{more}
"""


async def all_given_back(program, service: AistudiosService, reason: str) -> None:
    await program.until(lambda s: s["open_sessions"] == 0, 15)
    assert service.active() == [] and service.taken(KEY) == 0
    assert service.asked("/stop")[-1].json["reason"] == reason


def written(*folders: Path) -> bytes:
    return b"".join(file.read_bytes() for folder in folders for file in folder.rglob("*") if file.is_file())


async def test_questions_are_answered_by_the_sites_file_and_nothing_private_is_written(start, service) -> None:
    program = start(toml(service, keys='greeting = "Welcome!"'))
    (program.home / "guide").mkdir()
    (program.home / "guide" / "en.toml").write_text(GUIDE)
    await program.to_live(40)
    await program.until(lambda s: s["video"] and s["video"]["frames"] > 20 and s["visit"]["captions"] == 1)
    await program.press("Return")  # the suggestion of the site's own file
    await program.until(lambda s: s["visit"]["captions"] >= 3)
    assert service.talked() == ["The otters are on the second floor."]
    await program.write(CANARY)
    await program.press("Return")
    await program.until(lambda s: s["visit"]["captions"] >= 5)
    assert service.talked()[1].startswith("No fish knows that.")
    session = service.sessions[0]
    await program.press("Escape")
    await program.until("farewell", 3)
    done = await program.until("attract", 8)
    assert done["last_end"] == "visitor" and done["visits"] == 1
    await all_given_back(program, service, "USER_CLOSED")
    assert program.end() == 0 and "Traceback" not in program.output
    everything = written(program.state) + program.output.encode()
    tokens = [token.encode() for token in service._tokens]
    for secret in (KEY.encode(), session.id.encode(), session.facts["room"].encode(), CANARY.encode(), *tokens):
        assert secret not in everything


@pytest.mark.long
@pytest.mark.parametrize(
    ("visit", "last_end"),
    [("idle_s = 3\nidle_warning_s = 2", "idle"), ("hard_limit_s = 5\ncountdown_s = 3\nwrap_up_s = 0", "hard_limit")],
)
async def test_a_visit_that_ends_by_time_is_stopped_as_timeout(start, service, visit, last_end) -> None:
    program = start(toml(service, visit))
    await program.to_live(40)
    await program.until("farewell", 20)
    assert (await program.until("attract", 8))["last_end"] == last_end
    await all_given_back(program, service, "TIMEOUT")


async def test_a_session_token_that_is_too_old_is_renewed_in_the_middle_of_a_visit(start, service) -> None:
    service.knobs.token_s = 1.0
    program = start(toml(service))
    await program.to_live(40)
    await asyncio.sleep(1.5)
    await program.press("Return")  # the first suggestion
    await program.until(lambda s: s["visit"]["captions"] >= 2)
    assert len(service.talked()) == 2 and len(service.asked("/token")) == 2, "refused once, then taken"
    await program.press("Escape")
    await all_given_back(program, service, "USER_CLOSED")


@pytest.mark.long
async def test_a_closing_line_is_said_near_the_end(start, service) -> None:
    program = start(toml(service, "hard_limit_s = 12\nwrap_up_s = 8"))
    await program.to_live(40)
    await program.until(lambda s: s["visit"] and s["visit"]["captions"] == 1, 12)
    assert len(service.talked()) == 1
    await program.until("attract", 20)


@pytest.mark.long
async def test_a_full_service_says_please_wait_until_another_kiosk_leaves(start, service) -> None:
    other = service.take(KEY, "of-another-kiosk")
    program = start(toml(service, more="[waiting]\npoll_s = 1"))
    await program.until("attract", 40)
    await program.press("Return")
    await program.until("notice")
    await program.press("Return")
    await program.until("waiting", 8)
    service.end(other, "freed")
    await program.until("live", 15)
    await program.press("Escape")
    await program.until("attract", 8)
    await all_given_back(program, service, "USER_CLOSED")


async def test_the_services_word_on_used_up_credits_ends_the_visit_and_says_so(start, service) -> None:
    program = start(toml(service))
    await program.to_live(40)
    service.app().credits = service.spent(KEY)
    await program.until(lambda s: s["last_end"] == "out_of_credits", 12)
    told = await program.until("unavailable", 10)
    assert told["unavailable"] == "credits"
    await program.until(lambda s: s["open_sessions"] == 0, 15)
    assert service.active() == []


async def test_our_own_count_ends_a_visit_politely_and_is_told_before_the_next(start, service) -> None:
    budget = "[budget]\ncredits = 1\ncredits_per_minute = 4"  # fifteen seconds
    program = start(toml(service, "countdown_s = 5\nwrap_up_s = 0", more=budget))
    await program.to_live(40)
    await program.until(lambda s: s["visit"] and s["visit"]["remaining_s"] < 15, 5)
    await program.until(lambda s: "credits run low" in program.output, 20)  # at eighty percent
    farewell = await program.until("farewell", 20)
    assert farewell["unavailable"] is None
    told = await program.until("unavailable", 10)
    assert told["unavailable"] == "credits" and told["last_end"] == "out_of_credits"
    await all_given_back(program, service, "TIMEOUT")
    code, metrics = program.get("/metrics")
    assert code == 200 and "avatar_kiosk_credits_bought 1.0\n" in metrics and "avatar_kiosk_credits_used" in metrics
    found = await asyncio.to_thread(check, program)
    assert "none left" in found
    program.end()
    again = start(toml(service, more=budget), "--state-dir", str(program.state))
    assert (await again.until("unavailable", 40))["unavailable"] == "credits"
    assert len(service.asked("/start")) == 1


def check(program) -> str:
    command = [sys.executable, "-m", "app", "check", "--config", str(program.config), "--state-dir", str(program.state)]
    environ = {**program.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, cwd=program.home, env=environ, capture_output=True, text=True, check=False, timeout=60
    ).stdout


async def test_after_a_crash_the_own_session_is_ended_and_no_other(start, service) -> None:
    service.app().slots = 2
    other = service.take(KEY, "of-another-kiosk")
    program = start(toml(service), "--no-supervise")
    await program.to_live(40)
    assert service.taken(KEY) == 2
    os.killpg(program.process.pid, signal.SIGKILL)
    await asyncio.to_thread(program.process.wait)
    assert service.taken(KEY) == 2
    service.fail(path="/stop", times=1, status=500)
    again = start(toml(service), "--state-dir", str(program.state))
    assert (await again.until(lambda s: True, 40))["open_sessions"] == 1, "the very first answer knows of it"
    await again.until(lambda s: s["screen"] == "attract" and service.active() == [other], 40)
    await again.until(lambda s: s["open_sessions"] == 0, 15)
    assert service.asked("/stop")[-1].json["reason"] == "ERROR"


@pytest.mark.long
async def test_an_avatar_without_a_picture_is_an_apology(start, service) -> None:
    service.script = replace(service.script, look=None)
    program = start(toml(service, "avatar_timeout_s = 2\nfirst_frame_timeout_s = 2"))
    await program.until("attract", 40)
    await program.press("Return")
    await program.until("notice")
    await program.press("Return")
    await program.until("farewell", 25)
    assert (await program.until("attract", 10))["last_end"] == "no_start"
    await all_given_back(program, service, "ERROR")


async def test_check_says_in_plain_words_what_is_right_and_wrong(start, service) -> None:
    program = start(toml(service, "hard_limit_s = 1500"))
    await program.until("attract", 40)
    found = await asyncio.to_thread(check, program)
    assert "app_id and user_key are accepted" in found and "0 run now" in found
    assert "longer than the plan's longest session" in found
    program.config.write_text(program.config.read_text().replace(KEY, "wrong-key-1234"))
    found = await asyncio.to_thread(check, program)
    assert "the key is refused" in found and "wrong-key-1234" not in found and "NOT READY" in found
    assert service.asked("/start") == [] and service.sessions == []
