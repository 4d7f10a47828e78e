"""Tavus's command line and the Tavus plugin of LiveKit's agents against the emulator (docs/vendors/tavus.md 8)."""

from __future__ import annotations

import json
import sys

import pytest
import pytest_asyncio

from tests.official.browser import TOOLS
from tests.official.conftest import PROGRAMS, ROOT, needs, run
from tests.vendors.tavus_replica import ReplicaScript
from tests.vendors.tavus_service import KEY, PERSONA, REPLICA, TavusService

pytestmark = [pytest.mark.official, pytest.mark.asyncio]

FULL = "User has reached maximum concurrent conversations"


@pytest_asyncio.fixture
async def service():
    made = TavusService(script=lambda: ReplicaScript(joins_after_s=0.5))
    await made.start()
    yield made
    await made.close()


def surroundings(service, key: str = KEY) -> dict[str, str]:
    at = f"{service.url}/v2"
    return {"TAVUS_API_KEY": key, "TAVUS_PUBLIC_API_BASE_URL": at, "TAVUS_PORTAL_API_BASE_URL": at}


async def calls(service, *wanted, key: str = KEY) -> list:
    told = await run(
        needs("tavus") / "bin/python", PROGRAMS / "tavus_calls.py", json.dumps(wanted), **surroundings(service, key)
    )
    return json.loads(told)


async def command(service, *words) -> dict | None:
    return json.loads(await run(needs("tavus") / "bin/tavus", "conversation", *words, **surroundings(service)))


async def test_the_client_creates_lists_gets_and_ends_twice(service) -> None:
    wish = {"persona_id": PERSONA, "replica_id": REPLICA, "conversation_name": "lobby"}
    created, listed, one, more, first, second, ended = await calls(
        service,
        ["create", wish], ["list", {"status": "active"}], ["get", ""], ["get", "", {"verbose": "true"}],
        ["end", ""], ["end", ""], ["get", ""],
    )  # fmt: skip
    assert created["status"] == "active" and created["conversation_url"]
    assert listed["total_count"] == 1 and listed["data"][0]["conversation_id"] == created["conversation_id"]
    assert one["conversation_name"] == "lobby" and "events" not in one
    assert more["events"][0]["event_type"].startswith("system.")
    assert first is None and second is None  # 200 with an empty body, both times
    assert ended["status"] == "ended"
    assert service.taken(KEY) == 0


async def test_the_command_line_creates_and_ends(service) -> None:
    made = await command(service, "create", "--pal-id", PERSONA, "--name", "lobby")
    assert service.taken(KEY) == 1
    assert service.requests[-1].json == {"persona_id": PERSONA, "conversation_name": "lobby"}
    assert await command(service, "end", made["conversation_id"]) is None
    assert service.taken(KEY) == 0


async def test_refusals_reach_the_client_and_are_not_tried_again(service) -> None:
    wish = {"persona_id": PERSONA}
    _, full, unknown = await calls(service, ["create", wish], ["create", wish], ["get", "c0000"])
    assert full["status"] == 400 and FULL in str(full["body"])
    assert unknown["status"] == 400
    [wrong] = await calls(service, ["list"], key="wrong")
    assert wrong == {"status": 401, "body": {"message": "Invalid access token"}}
    assert len(service.asked("POST /v2/conversations ")) == 2


async def test_its_transport_asks_and_gets_the_answer(service) -> None:
    needs("tavus")
    [made] = await calls(service, ["create", {"persona_id": PERSONA}])
    site = next((TOOLS / "tavus").glob("lib/python*/site-packages"))
    told = await run(
        sys.executable, PROGRAMS / "tavus_transport.py", site, made["conversation_id"], made["conversation_url"],
        PYTHONPATH=f"{ROOT}/tests/fakes:{ROOT}",
    )  # fmt: skip
    assert json.loads(told) == {"text": "You asked: Where is the cafe?", "tool_calls": []}
    assert service.talk.replica.asked == ["Where is the cafe?"]
    assert service.talk.left_at is not None


async def test_the_plugin_creates_and_does_not_repeat_a_refusal(service) -> None:
    async def create(key: str = KEY) -> dict:
        words = [f"{service.url}/v2", key, REPLICA, PERSONA]
        return json.loads(await run(needs("agents") / "bin/python", PROGRAMS / "tavus_plugin.py", *words))

    assert (await create())["id"] == service.talk.session.id
    asked = service.requests[-1].json
    assert asked["pal_id"] == PERSONA and asked["face_id"] == REPLICA and "replica_id" not in asked
    full = await create()
    assert full["status"] == 400 and FULL in str(full["body"])
    assert (await create("wrong"))["status"] == 401
    assert len(service.asked("POST /v2/conversations ")) == 3
