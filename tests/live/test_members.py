"""Who is seen, heard and read in a room with a real LiveKit server: the avatar, and nobody else."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from livekit import rtc

from app.events import Caption, Ready, Thinking
from app.rooms.base import AvatarGone, AvatarLeft, AvatarVideo, Disconnected, ParticipantsChanged, Reconnected
from app.screens import Speaker
from tests.live.guest import Guest
from tests.live.test_media import loudest_hertz
from tests.vendors.agent_media import AgentAmbience, tone
from tests.vendors.agent_script import MARKUP, AgentScript

pytestmark = [pytest.mark.live, pytest.mark.asyncio]

WORKER = "avatar-worker"
NOTICE_S = 5.0  # [visit] stall_notice_s


def heard_hertz(visitor: Guest) -> float:
    """The loudest pitch of the last half second."""
    return loudest_hertz(np.concatenate(visitor.speaker.written)[-24_000:])


# ---------------------------------------------------------------- whose voice


@pytest.mark.parametrize("worker", ["", WORKER])
@pytest.mark.parametrize("ambience", ["before", "after"])
async def test_background_sound_is_not_played_for_the_voice(agent, guest, worker, ambience):
    speaker = await agent(AgentScript(worker=worker, ambience=ambience, transcription=""))
    visitor = await (await guest().join()).seen()
    await visitor.wait(lambda: visitor.speaker.written_s > 1.0)
    saying = asyncio.create_task(speaker.voice.say(tone(2.0, hertz=440.0, level=0.5)))
    await visitor.wait(lambda: abs(heard_hertz(visitor) - 440) < 15)
    await saying
    members = [event for event in visitor.events if isinstance(event, ParticipantsChanged)][-1].participants
    assert [member.has_sound for member in members if member.identity == "agent-1"] == [True]


async def test_a_sound_alone_is_the_voice(agent, guest):
    await agent(AgentScript(has_voice=False, ambience="after"))
    visitor = await (await guest().join()).seen()
    await visitor.wait(lambda: visitor.speaker.written_s > 1.0 and abs(heard_hertz(visitor) - AgentAmbience.HERTZ) < 15)


# ---------------------------------------------------------------- whose words


@pytest.mark.parametrize("visitor_as", ["visitor", "agent", "nobody"])
async def test_the_visitors_words_are_the_visitors_in_whose_name_ever_they_come(agent, guest, visitor_as):
    speaker = await agent(AgentScript(visitor_as=visitor_as, leaves_after_visitor=False))
    visitor = await (await guest().join()).seen()
    await speaker.hears(10)
    await speaker.hear("where", final="where is the whale?")
    await speaker.say("It hangs upstairs.")
    await visitor.wait(lambda: sum(caption.final for caption in visitor.captions().values()) == 2)
    # Streams that come at once may overtake each other.
    said = {(caption.speaker, caption.text) for caption in visitor.captions().values()}
    assert said == {(Speaker.VISITOR, "where is the whale?"), (Speaker.AVATAR, "It hangs upstairs.")}


async def test_also_by_the_id_that_our_track_had_before_the_connection_was_repaired(agent, guest):
    speaker = await agent(AgentScript(visitor_as="agent", leaves_after_visitor=False))
    visitor = await (await guest().join()).seen()
    await speaker.hears(10)
    before = speaker.words._attributes(speaker.linked)
    await visitor.room._room.simulate_scenario(rtc.SimulateScenarioKind.SIMULATE_FULL_RECONNECT)
    await visitor.until(Reconnected, 15.0)
    heard = len(speaker.heard)
    await speaker.hears(heard + 10)
    assert speaker.words._attributes(speaker.linked)["lk.transcribed_track_id"] != before["lk.transcribed_track_id"]
    await speaker.words._send_heard("late words", before | {"lk.transcription_final": "true"})
    await speaker.hear(final="new words")
    await visitor.wait(lambda: len(visitor.captions()) == 2)
    assert {caption.speaker for caption in visitor.captions().values()} == {Speaker.VISITOR}


async def test_growing_and_empty_finals_and_markup_come_as_they_are(agent, guest):
    speaker = await agent(AgentScript(answer=MARKUP))
    visitor = await (await guest().join()).seen()
    await speaker.hears(10)
    await speaker.hear_growing("I would", "I would like to know")
    await speaker.hear("what", final="")
    await speaker.hear_question(final="why?")
    await visitor.wait(lambda: sum(caption.final for caption in visitor.captions().values()) == 4)
    finals = {caption.text for caption in visitor.captions().values() if caption.final}
    assert finals == {"I would", "I would like to know", "why?", MARKUP.format("why?")}


# ---------------------------------------------------------------- strangers


@pytest.mark.expect_log("claims to be the avatar")
async def test_a_stranger_is_neither_seen_nor_read_also_after_the_avatar_left(agent, guest):
    speaker = await agent(AgentScript(worker=WORKER, chat="ignore"))
    visitor = await (await guest().join()).seen()
    script = AgentScript(identity="stranger", kind="standard", behalf="agent-1", states=(), leaves_after_visitor=False)
    stranger = await agent(script)
    await stranger.transcribe(["I ", "am ", "the ", "guide"])
    await stranger.send_text("Buy", "lk.chat")
    await speaker.say("Hello")
    await visitor.until(Caption(Speaker.AVATAR, "SG_1", "Hello", final=True))
    assert len(visitor.captions()) == 1
    await speaker.leave()
    await visitor.until(AvatarGone)
    shown = visitor.picture.pushed
    await asyncio.sleep(1.0)
    assert visitor.picture.pushed == shown


@pytest.mark.expect_log("several agents are in the room")
async def test_of_two_agents_one_is_seen_heard_and_read(agent, guest):
    first = await agent(AgentScript(leaves_after_visitor=False))
    visitor = await (await guest().join()).seen()
    second = await agent(AgentScript(identity="agent-2", leaves_after_visitor=False))
    await second.say("I am another one")
    await first.say("Hello")
    await visitor.until(Caption(Speaker.AVATAR, "SG_1", "Hello", final=True))
    assert [caption.text for caption in visitor.captions().values()] == ["Hello"]


# ---------------------------------------------------------------- pictures, and the end


async def test_a_picture_that_stops_gives_way_to_the_one_beside_it(agent, guest):
    speaker = await agent()
    visitor = await (await guest().join()).seen()
    await visitor.frames(5)
    await speaker.second_picture()
    shown = visitor.picture.pushed
    await visitor.wait(lambda: visitor.picture.pushed > shown + 5, NOTICE_S)
    assert visitor.count(AvatarVideo) == 1


@pytest.mark.parametrize("worker", ["", WORKER])
async def test_an_agent_that_leaves_on_purpose_is_told_at_once(agent, guest, worker):
    speaker = await agent(AgentScript(worker=worker))
    visitor = await (await guest().join()).seen()
    await speaker.leave()
    await visitor.until(AvatarLeft, 2.0)
    await visitor.until(AvatarGone, 5.0)
    assert visitor.count(AvatarLeft) == visitor.count(AvatarGone) == 1
    assert visitor.count(Disconnected) == 0


async def test_an_agent_that_rebuilds_its_connection_seems_to_leave_and_is_back(agent, guest):
    speaker = await agent(AgentScript(leaves_after_visitor=False))
    visitor = await (await guest().join()).seen()
    await speaker._agent.simulate_scenario(rtc.SimulateScenarioKind.SIMULATE_FULL_RECONNECT)
    await visitor.until(AvatarLeft)
    await visitor.wait(lambda: visitor.count(AvatarVideo) == 3)
    await asyncio.sleep(5.0)  # longer than one that left on purpose is waited for
    assert visitor.count(AvatarGone) == 0
    await visitor.frames(5)


# ---------------------------------------------------------------- minds


async def test_a_mind_that_fails_thinks_and_says_nothing_until_it_closes_its_session(agent, guest):
    speaker = await agent(AgentScript(mind="fails", thinks_s=0.3))
    visitor = await (await guest().join()).seen()
    await visitor.until(Ready)
    for number in range(5):
        await visitor.protocol.ask(visitor.room, f"question {number}")
        await visitor.wait(lambda number=number: len(speaker.chats) == number + 1)
        await asyncio.sleep(0.5)
    assert speaker.failures == 4
    assert visitor.captions() == {}
    assert visitor.told.count(Thinking(True)) == 4


async def test_a_deaf_one_prompts_by_itself_and_a_mute_one_says_it_without_a_sound(agent, guest):
    await agent(AgentScript(mind="deaf", prompts_s=0.5, is_mute=True))
    visitor = await (await guest().join()).seen()
    await visitor.protocol.ask(visitor.room, "do you hear me?")
    await visitor.wait(lambda: sum(caption.final for caption in visitor.captions().values()) >= 2)
    assert {caption.text for caption in visitor.captions().values() if caption.final} == {"Are you still there?"}
    assert all(int(np.abs(piece.astype(int)).max()) < 200 for piece in visitor.speaker.written)
