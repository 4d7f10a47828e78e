"""Convai's web SDK in Chromium against the emulator, which is as it comes (docs/vendors/convai.md 8)."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest
import pytest_asyncio

from tests.end.conftest import wait_until
from tests.vendors.convai_bot import BotScript
from tests.vendors.convai_service import CHARACTER, KEY, MEMORY, QUOTA, ConvaiService
from tests.vendors.livekit_media_server import LiveKitMediaServer

pytestmark = [pytest.mark.official, pytest.mark.asyncio, pytest.mark.expect_log("livekit")]

GREETING = "Hello, I am the guide."


async def running(server):
    media_server = LiveKitMediaServer(server)
    made = ConvaiService(media_server, script=BotScript(greeting=GREETING))
    await made.start()
    yield made
    await made.close()
    await media_server.close()


@pytest_asyncio.fixture
async def service(relaying_server):
    async for made in running(relaying_server):
        yield made


@pytest_asyncio.fixture
async def service_without_relay(livekit_server):
    async for made in running(livekit_server):
        yield made


def config(service, **more):
    return {"apiKey": KEY, "characterId": CHARACTER, "url": service.url, "startWithAudioOn": True, **more}


async def joined(page, service, **more) -> None:
    assert await page.run("visit.connect", config(service, **more)) == ""
    await page.until("visit.named('ready').length", 5)


async def said(page, text) -> None:
    await page.until(f"visit.lines().some(([type, text]) => type == 'bot-llm-text' && text == {text!r})")


async def test_it_is_ready_greeted_answered_and_leaves(browse, service) -> None:
    async with browse("convai") as page:
        await joined(page, service)
        await said(page, GREETING)
        await page.until("visit.values('speaking').join() == 'true,false'")
        assert not service.bot.asked("client-ready")  # it never asks

        await page.run("visit.ask", "Where is the cafe?")
        await said(page, "You asked: Where is the cafe?")
        await page.until("visit.values('speaking').join() == 'true,false,true,false'")
        assert ["user-transcription", "Where is the cafe?"] in await page.run("visit.lines()")
        assert await page.run("visit.named('turn end').length") == 1
        states = await page.run("visit.values('state')")
        assert "speaking" in states and states[-1] == "connected"
        assert service.bot.asked("user_text_message")[0]["participant_sid"].startswith("PA_")

        await page.run("visit.leave()")
        left = time.monotonic()
        await wait_until(lambda: not service.taken(KEY), 1.0, "a free slot")
        await page.until("visit.named('disconnect').length")
        print(f"slot free after {time.monotonic() - left:.2f} s")


async def test_the_visitor_speaks(browse, service) -> None:
    async with browse("convai") as page:
        await joined(page, service)
        await said(page, GREETING)
        await wait_until(lambda: service.bot.actor.heard_s > 1, 5, "the visitor's microphone")
        service.bot.hear("where is", final="where is the exit")
        await said(page, "You asked: where is the exit")
        assert "where is" in await page.run("visit.values('interim')")
        assert ["user-transcription", "where is the exit"] in await page.run("visit.lines()")
        assert "listening" in await page.run("visit.values('state')")


async def test_an_interrupted_turn_is_over(browse, service) -> None:
    service.script = replace(service.script, greeting="", voice_s=8.0)
    async with browse("convai") as page:
        await joined(page, service)
        await page.run("visit.ask", "Tell me everything.")
        await page.until("visit.values('speaking').at(-1) === true")
        await asyncio.sleep(0.5)
        await page.run("visit.interrupt()")
        await page.until("visit.values('speaking').at(-1) === false", 2)
        assert service.bot.asked("interrupt-bot")


async def test_speaking_in_the_other_envelope_is_never_seen(browse, service) -> None:
    service.script = replace(service.script, envelope="B")
    async with browse("convai") as page:
        await joined(page, service)
        await page.run("visit.ask", "Where is the cafe?")
        await said(page, "You asked: Where is the cafe?")
        await asyncio.sleep(1.0)  # its voice takes 0.3 s
        assert await page.run("visit.values('speaking')") == []  # the client's own limit


@pytest.mark.parametrize(("name", "width"), [("arkit", 61), ("mha", 251)])
async def test_the_face_comes_in_the_format_it_asks_for(browse, service, name, width) -> None:
    service.script = replace(service.script, greeting="", voice_s=2.0)
    async with browse("convai") as page:
        await joined(page, service, enableLipsync=True, blendshapeConfig={"format": name})
        await page.run("visit.ask", "Where is the cafe?")
        stats = await page.until("visit.values('stats')[0]")
        widths = await page.run("visit.values('face').flat()")
        assert set(widths) == {width}
        assert len(widths) == stats["total_blendshapes"] > 100


async def test_without_face_data_asked_for_none_comes(browse, service) -> None:
    async with browse("convai") as page:
        await joined(page, service)
        await said(page, GREETING)
        await page.until("visit.values('speaking').join() == 'true,false'")
        assert await page.run("visit.values('face')") == []


async def test_an_emotion_is_read(browse, service) -> None:
    service.script = replace(service.script, emotion="joy")
    async with browse("convai") as page:
        await joined(page, service)
        assert await page.until("visit.emotion()") == {"emotion": "joy", "scale": 2}


@pytest.mark.parametrize(
    ("prepare", "more", "text"),
    [
        (lambda service: service.take(KEY, "other"), {}, "Too many live sessions for this plan"),
        (None, {"apiKey": "wrong"}, "Invalid API key"),
        (None, {"characterId": "wrong"}, "Character not found or doesn't belong to user"),
        (lambda service: setattr(service.knobs, "has_memory", True), {}, MEMORY),
        (lambda service: setattr(service.accounts[KEY], "credits_left", False), {}, QUOTA),
    ],
    ids=["full", "key", "character", "memory", "credits"],
)
async def test_the_text_of_a_refusal_reaches_it(browse, service, prepare, more, text) -> None:
    if prepare is not None:
        prepare(service)
    async with browse("convai") as page:
        assert await page.run("visit.connect", config(service, **more)) == text
        assert await page.run("visit.values('error')") == [text]


async def test_it_wants_relayed_media_and_gives_up_without_a_relay(browse, service_without_relay) -> None:
    async with browse("convai") as page:
        assert await page.run("visit.connect", config(service_without_relay)) != ""
        began, failed = await page.run("['begin', 'error'].map((name) => visit.named(name)[0].at)")
        assert 10 < failed - began < 25
