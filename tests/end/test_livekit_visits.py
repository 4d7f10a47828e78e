"""Visits with a real LiveKit agent, watched from outside from attract to attract; nobody is left in the room."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.end.conftest import livekit_toml, wait_until
from tests.vendors.agent_media import AgentLook

# The scripted agent runs in this process, and its library complains about rooms that were closed under it.
pytestmark = [pytest.mark.expect_log("livekit"), pytest.mark.asyncio, pytest.mark.live, pytest.mark.display]


async def _all_given_back(program, endpoint, server) -> None:
    await program.until(lambda s: s["screen"] == "attract" and s["open_sessions"] == 0, 10)
    for visit in endpoint.visits:
        await server.wait_empty(visit.room, 10)
    assert endpoint.taken("operator") == 0


async def test_picture_words_and_questions_from_attract_to_attract(start, endpoint, livekit_server) -> None:
    program = start(livekit_toml(endpoint))
    first = await program.until("attract", 40)
    assert first["health"] == "ONLINE" and first["visit"] is None and first["video"] is None
    assert first["focus"] == "start"
    await program.to_live()
    moving = await program.until(lambda s: s["video"] and s["video"]["frames"] > 20 and s["visit"]["captions"] == 1)
    assert moving["video"]["source"] == "room" and moving["video"]["age_s"] < 2
    assert moving["health"] == "ACTIVE" and moving["focus"] == "question-1"
    await program.press("Return")
    await program.until(lambda s: s["visit"]["captions"] >= 3)
    assert len(endpoint.agent.chats) == 1
    await program.write("where")
    await program.press("Return")
    await program.until(lambda s: s["visit"]["captions"] >= 5)
    assert endpoint.agent.chats[1] == "where"
    await program.press("Escape")
    await program.until("farewell", 3)
    done = await program.until("attract", 6)
    assert done["last_end"] == "visitor" and done["visits"] == 1 and done["visit"] is None
    await _all_given_back(program, endpoint, livekit_server)
    assert program.end() == 0
    assert "Traceback" not in program.output


async def test_a_black_picture_gives_way_to_the_drawn_character(start, endpoint, livekit_server) -> None:
    endpoint.next_script = replace(endpoint.next_script, look=AgentLook(pattern="black"))
    program = start(livekit_toml(endpoint))
    await program.to_live(40)
    drawn = await program.until(lambda s: s["video"] and s["video"]["source"] == "character", 6)
    assert drawn["health"] == "DEGRADED" and program.get("/healthz")[0] == 200
    painted = drawn["video"]["frames"]
    await program.until(lambda s: s["video"]["frames"] > painted + 40, 6)
    await program.press("Escape")
    await program.until("farewell", 3)
    assert (await program.until("attract", 8))["health"] == "ONLINE"
    await _all_given_back(program, endpoint, livekit_server)


async def test_an_avatar_that_needs_its_providers_player_is_drawn_at_once(start, endpoint, livekit_server) -> None:
    script = replace(endpoint.next_script, look=AgentLook(pattern="black"), worker="spatius-avatar-agent")
    endpoint.next_script = script
    program = start(livekit_toml(endpoint))
    live = await program.to_live(40)
    assert live["video"]["source"] == "character" and live["health"] == "DEGRADED"
    await asyncio.sleep(7)  # longer than a picture may stand still
    later = await program.until("live")
    assert later["video"]["source"] == "character" and program.get("/healthz")[0] == 200
    await program.press("Escape")
    await program.until("attract", 8)
    await _all_given_back(program, endpoint, livekit_server)


async def test_an_empty_room_idles_out(start, endpoint, livekit_server) -> None:
    endpoint.next_script = replace(endpoint.next_script, greeting="")
    program = start(livekit_toml(endpoint, "idle_s = 3\nidle_warning_s = 3"))
    await program.to_live(40)
    await program.until(lambda status: status["screen"] == "still_there" and status["focus"] == "stay", 8)
    await program.until("farewell", 8)
    assert (await program.until("attract", 8))["last_end"] == "idle"
    await _all_given_back(program, endpoint, livekit_server)


async def test_the_hard_limit_ends_the_visit(start, endpoint, livekit_server) -> None:
    program = start(livekit_toml(endpoint, "hard_limit_s = 6\ncountdown_s = 4"))
    live = await program.to_live(40)
    assert 4 < live["visit"]["remaining_s"] <= 6
    await program.until("farewell", 14)
    assert (await program.until("attract", 8))["last_end"] == "hard_limit"
    await _all_given_back(program, endpoint, livekit_server)


async def test_a_kick_brings_attract_back_at_once(start, endpoint, livekit_server) -> None:
    program = start(livekit_toml(endpoint))
    await program.to_live(40)
    visit = endpoint.visits[-1]
    await livekit_server.remove(visit.room, visit.identity)
    await program.until("farewell", 3)
    assert (await program.until("attract", 5))["last_end"] == "room_closed"
    await _all_given_back(program, endpoint, livekit_server)


async def test_a_full_service_says_please_wait_until_a_slot_is_free(start, endpoint, livekit_server) -> None:
    endpoint.knobs.full = "429"
    endpoint.accounts["operator"].slots = 0
    program = start(livekit_toml(endpoint) + "[waiting]\npoll_s = 1\n")
    await program.until("attract", 40)
    await program.press("Return")
    await program.until("notice")
    await program.press("Return")
    waiting = await program.until("waiting", 6)
    assert waiting["visit"]["place"] is None and waiting["open_sessions"] in (0, 1)
    endpoint.accounts["operator"].slots = 1
    await program.until("live", 10)
    await program.press("Escape")
    await program.until("attract", 8)
    await _all_given_back(program, endpoint, livekit_server)


async def test_cancel_while_waiting_leaves_no_session(start, endpoint, livekit_server) -> None:
    endpoint.knobs.full = "429"
    endpoint.accounts["operator"].slots = 0
    program = start(livekit_toml(endpoint) + "[waiting]\npoll_s = 1\n")
    await program.until("attract", 40)
    await program.press("Return")
    await program.until("notice")
    await program.press("Return")
    await program.until("waiting", 6)
    await program.press("Escape")
    assert (await program.until("attract", 3))["last_end"] == "cancelled"
    await _all_given_back(program, endpoint, livekit_server)


async def test_a_dead_server_ends_as_network_and_the_kiosk_lives_on(start, own_livekit_server) -> None:
    from tests.vendors.livekit_endpoint import LiveKitEndpoint

    endpoint = LiveKitEndpoint(own_livekit_server)
    await endpoint.start()
    try:
        program = start(livekit_toml(endpoint, "stall_notice_s = 2\nstall_end_s = 5"))
        await program.to_live(40)
        own_livekit_server.kill()
        ended = await program.until("farewell", 12)
        assert ended["unavailable"] is None
        assert (await program.until("attract", 10))["last_end"] == "network"
        assert program.get("/healthz")[0] == 200
        assert program.end() == 0
    finally:
        await endpoint.close()


async def test_a_request_to_end_stops_the_session_within_five_seconds(start, endpoint, livekit_server) -> None:
    program = start(livekit_toml(endpoint))
    await program.to_live(40)
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert await asyncio.to_thread(program.end) == 0
    assert loop.time() - began < 8  # 5 s for the visit, the rest for the interpreter of the machine under test
    await livekit_server.wait_empty(endpoint.visits[-1].room, 3)


@pytest.mark.long
@pytest.mark.timeout(240)
async def test_an_agent_whose_model_fails_is_joined_anew_left_and_after_three_visits_not_offered(
    start, endpoint, livekit_server
) -> None:
    endpoint.next_script = replace(endpoint.next_script, mind="fails", greeting="Welcome to the hall")
    program = start(livekit_toml(endpoint))
    await program.to_live(40)
    await program.until(lambda s: s["visit"]["captions"] == 1)
    await program.press("Return")
    await wait_until(lambda: len(endpoint.visits) == 2, 30, "a fresh join within 30 s")
    left = await program.until("farewell", 30)
    assert left["visit"] is None
    assert (await program.until("attract", 8))["last_end"] == "avatar_left"
    assert len(endpoint.agent.chats) == 1, "the question was asked again, once"
    for _ in range(2):
        await program.to_live(40)
        await program.until(lambda s: s["visit"]["captions"] == 1)
        await program.press("Return")
        await asyncio.sleep(15)
        assert (await program.until("live"))["unavailable"] is None
        await program.press("Escape")
        await program.until("farewell", 3)
    shown = await program.until("unavailable", 8)
    assert shown["unavailable"] == "no_answer" and shown["health"] == "DEGRADED"
    assert 'avatar_kiosk_unavailable{reason="no_answer"} 1.0' in program.get("/metrics")[1]
