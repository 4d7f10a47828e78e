"""What is black, and what only dark, after it was compressed, sent and decoded by the real library."""

from __future__ import annotations

import asyncio

import pytest

from app.picture import PixelFormat
from app.rooms.base import Arriving
from app.visit.black_frame import STEP, is_black
from tests.vendors.agent_media import AgentLook
from tests.vendors.agent_script import AgentScript

pytestmark = [pytest.mark.live, pytest.mark.asyncio]


@pytest.mark.parametrize("layout", list(PixelFormat))
@pytest.mark.parametrize(
    ("pattern", "black"), [("black", True), ("black data", True), ("night sky", False), ("dim face", False)]
)
async def test_a_dark_scene_and_a_black_one_are_told_apart_when_they_arrive(agent, guest, pattern, black, layout):
    await agent(AgentScript(look=AgentLook(pattern=pattern)))
    visitor = guest()
    visitor.picture.wanted = layout
    await (await visitor.join()).seen()
    await visitor.frames(15)  # the encoder begins coarsely
    looks = []
    for turn in range(3 * STEP):
        await visitor.frames(1)
        looks.append(is_black(visitor.picture.last, turn))
    assert all(looks) if black else not all(looks[:STEP])


async def test_while_frames_are_withheld_the_connection_itself_tells_that_it_works(agent, guest):
    await agent(AgentScript(look=AgentLook(pattern="black")))
    visitor = await (await guest().join()).seen()
    await asyncio.sleep(2)  # a count may be under way
    seen = visitor.count(Arriving)
    await asyncio.sleep(2)
    assert visitor.count(Arriving) == seen
    visitor.picture.withhold(True)
    await visitor.counted(Arriving, seen + 2, 8)
