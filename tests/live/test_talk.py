"""A conversation with a scripted agent through a real LiveKit server: state, captions, chat, interrupting, data."""

from __future__ import annotations

import asyncio

import pytest
from livekit import api

from app.events import Caption, Ready, Speaking, Thinking
from app.rooms.base import AvatarGone, Data, ParticipantsChanged
from app.screens import Speaker
from tests.vendors.agent_media import tone
from tests.vendors.agent_script import AgentScript

pytestmark = [pytest.mark.live, pytest.mark.asyncio]


async def test_the_greeting_is_heard_read_and_over(agent, guest):
    visitor = await guest().join()
    await agent(AgentScript(greeting="Welcome to the hall"))
    await visitor.until(Ready)
    await visitor.until(Caption(Speaker.AVATAR, "SG_1", "Welcome to the hall", final=True))
    await visitor.until(Speaking(Speaker.AVATAR, False))
    assert Speaking(Speaker.AVATAR, True) in visitor.told
    await visitor.wait(lambda: visitor.speaker.written_s > 0)


async def test_both_sides_are_captioned_once(agent, guest):
    speaker = await agent(AgentScript(legacy=True))
    visitor = await (await guest().join()).seen()
    await visitor.wait(lambda: bool(speaker.linked))
    await speaker.hear("where", "where is", final="where is the whale?")
    await speaker.say("It hangs upstairs.")
    await visitor.wait(lambda: sum(caption.final for caption in visitor.captions().values()) == 2)
    await asyncio.sleep(0.2)
    assert [(c.speaker, c.text) for c in visitor.captions().values()] == [
        (Speaker.VISITOR, "where is the whale?"),
        (Speaker.AVATAR, "It hangs upstairs."),
    ]


@pytest.mark.parametrize(
    "script", [AgentScript(transcription="json"), AgentScript(segment_ids=False)], ids=["json", "no ids"]
)
async def test_other_ways_of_transcribing(agent, guest, script):
    speaker = await agent(script)
    visitor = await (await guest().join()).seen()
    await visitor.wait(lambda: bool(speaker.linked))
    await speaker.hear("where", final="where is it?")
    await speaker.say("It hangs upstairs.")
    await visitor.wait(lambda: sum(caption.final for caption in visitor.captions().values()) == 2)
    assert sorted(c.text for c in visitor.captions().values()) == ["It hangs upstairs.", "where is it?"]


async def test_a_sentence_that_is_cut_off_is_closed_as_far_as_it_came(agent, guest):
    speaker = await agent()
    visitor = await (await guest().join()).seen()
    await speaker.say("Let me explain that at length", stop_after=3)
    await visitor.until(Caption(Speaker.AVATAR, "SG_1", "Let me explain", final=True))


async def test_a_sentence_under_way_is_closed_when_the_agent_vanishes(agent, guest):
    speaker = await agent()
    visitor = await (await guest().join()).seen()
    await speaker.transcribe(["Let ", "me "], closed=False)
    await visitor.wait(lambda: bool(visitor.captions()))
    await visitor.server.remove(visitor.name, "agent-1")
    await visitor.until(AvatarGone)


async def test_a_typed_question_is_answered(agent, guest):
    speaker = await agent()
    visitor = await (await guest().join()).seen()
    await visitor.protocol.ask(visitor.room, "Where is the whale?")
    await visitor.wait(lambda: any("You asked: Where is the whale?" in c.text for c in visitor.captions().values()))
    assert speaker.chats == ["Where is the whale?"]
    assert Thinking(True) in visitor.told


async def test_interrupting_calls_the_agents_own_procedure(agent, guest):
    speaker = await agent()
    visitor = await (await guest(interrupt_method="interrupt").join()).seen()
    await visitor.protocol.interrupt(visitor.room)
    assert speaker.interrupts == 1


@pytest.mark.expect_log("a message was not sent")
async def test_a_message_that_cannot_be_sent_ends_nothing(agent, guest):
    speaker = await agent()
    visitor = await (await guest(interrupt_method="no such procedure").join()).seen()
    await visitor.protocol.interrupt(visitor.room)
    await visitor.room.call("nobody", "interrupt", "")
    assert not await visitor.room.send_data(b"x" * 70_000)
    await visitor.protocol.ask(visitor.room, "still there?")
    await visitor.wait(lambda: speaker.chats == ["still there?"])


async def test_after_the_end_a_message_is_dropped(agent, guest):
    await agent()
    visitor = await (await guest().join()).seen()
    await visitor.leave()
    await visitor.protocol.ask(visitor.room, "too late")
    assert not await visitor.room.send_data(b"too late")


async def test_data_of_any_kind_arrives_undecoded(agent, guest):
    speaker = await agent()
    visitor = await (await guest().join()).seen()
    for payload in (b"\xff\x00 not text", b"{}", b""):
        await speaker.send_data(payload, topic="anything")
    await visitor.wait(lambda: visitor.count(Data) == 3)
    assert [event for event in visitor.events if isinstance(event, Data)] == [
        Data(b"\xff\x00 not text", "anything", "agent-1"),
        Data(b"{}", "anything", "agent-1"),
        Data(b"", "anything", "agent-1"),
    ]


async def test_data_of_the_server_has_no_sender(agent, guest, livekit_server, room_name):
    await agent()
    visitor = await (await guest().join()).seen()
    async with livekit_server.admin() as calls:
        await calls.room.send_data(api.SendDataRequest(room=room_name, data=b"notice", topic="t"))
    assert (await visitor.until(Data)).identity == ""


async def test_the_room_tells_when_the_visitor_speaks(agent, guest):
    await agent()
    visitor = await (await guest().join()).seen()
    visitor.microphone.feed(tone(2.0, level=0.6))
    await visitor.until(Speaking(Speaker.VISITOR, True, by_room=True))
    await visitor.until(Speaking(Speaker.VISITOR, False, by_room=True), 15.0)


# ---------------------------------------------------------------- who is there


async def test_a_worker_shows_and_speaks_for_its_agent(agent, guest):
    await agent(AgentScript(worker="avatar-worker", worker_after_s=0.3))
    visitor = await (await guest().join()).seen()
    await visitor.until(Ready)
    participants = [event for event in visitor.events if isinstance(event, ParticipantsChanged)][-1].participants
    assert {participant.identity: participant.has_video for participant in participants} == {
        "agent-1": False,
        "avatar-worker": True,
    }


async def test_a_worker_that_is_no_agent_by_kind_is_the_avatar_where_the_settings_name_it(agent, guest):
    await agent(AgentScript(worker="avatar-worker", worker_kind="standard"))
    await (await guest(worker_identity="avatar-worker").join()).seen()


async def test_without_the_state_attribute_the_first_picture_is_enough(agent, guest):
    await agent(AgentScript(states=()))
    await (await guest().join()).until(Ready)


async def test_an_agent_that_never_gets_ready_is_not_ready(agent, guest):
    await agent(AgentScript(states=("initializing",)))
    visitor = await (await guest().join()).seen()
    await asyncio.sleep(0.3)
    assert visitor.count(Ready) == 0


async def test_a_voice_alone_is_ready_where_no_picture_is_expected(agent, guest):
    await agent(AgentScript(look=None))
    await (await guest(expect_video=False).join()).until(Ready)
