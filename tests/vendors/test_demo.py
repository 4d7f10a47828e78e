"""The demo as a service: full for as long as requested, then free; its guide follows the conventions of agents."""

from __future__ import annotations

import asyncio

import pytest

from app.events import Ready, Speaking, Thinking
from app.rooms.base import ActiveSpeakers, FirstFrame, Participant, ParticipantsChanged
from app.screens import EndReason, Speaker
from app.vendors.base import VendorContext, VendorControl
from app.vendors.demo import VENDOR, DemoControl
from app.vendors.errors import Busy
from app.vendors.registry import vendors
from app.vendors.session import SessionInfo, StopOrder, VisitRequest
from tests.fakes.no_http import NoHttp
from tests.fakes.room import QuietRoom

pytestmark = pytest.mark.virtual_time

REQUEST = VisitRequest(name="visit-1", identity="kiosk-7", kiosk_id="lobby", language="en", max_s=300, idle_s=45)
SESSION = SessionInfo("demo", "visit-1", "local:en", "kiosk-7")


def demo(busy_s: float = 0.0) -> DemoControl:
    return VENDOR.control(VendorContext(VENDOR.settings(), NoHttp(), "lobby", "en", 30.0, demo_busy_s=busy_s))


async def asks_until_free(control: VendorControl, every_s: float = 4.0) -> tuple[SessionInfo, float]:
    begin = asyncio.get_running_loop().time()
    while True:
        try:
            session = await control.start(REQUEST)
        except Busy:
            await asyncio.sleep(every_s)
        else:
            return session, asyncio.get_running_loop().time() - begin


@pytest.mark.asyncio
async def test_a_free_demo_gives_a_session_at_once() -> None:
    session, waited = await asks_until_free(demo())
    assert waited == 0
    assert session.media_url == "local:en" and session.media_token == "kiosk-7"
    assert session.session_id == "visit-1"


@pytest.mark.asyncio
async def test_a_busy_demo_is_full_for_so_long_from_the_first_ask_for_each_visitor() -> None:
    control = demo(busy_s=10)
    for _ in range(2):
        _, waited = await asks_until_free(control)
        assert 10 <= waited <= 14
        await asyncio.sleep(120)


@pytest.mark.asyncio
async def test_a_visitor_who_left_the_line_does_not_wait_for_the_next_one() -> None:
    control = demo(busy_s=10)
    with pytest.raises(Busy):
        await control.start(REQUEST)
    await asyncio.sleep(60)
    _, waited = await asks_until_free(control)
    assert waited >= 10


@pytest.mark.asyncio
async def test_stop_is_confirmed_and_check_finds_nothing_wrong() -> None:
    control = demo()
    assert await control.stop(StopOrder("visit-1", "visit-1", EndReason.VISITOR)) is True
    assert await control.count() is None
    assert all(finding.ok for finding in await control.check())


def test_the_registry_finds_it_and_it_needs_no_settings() -> None:
    assert vendors()["demo"] is VENDOR
    assert VENDOR.media == "local" and VENDOR.required == ()
    context = VendorContext(VENDOR.settings(), NoHttp(), "lobby", "de", 30.0, demo_busy_s=5)
    control = VENDOR.control(context)
    assert control.capabilities.local and control.capabilities.video
    assert control.capabilities.transcripts is False  # its ears know English only


class Room(QuietRoom):
    """A room that records the calls of the protocol."""

    def __init__(self) -> None:
        super().__init__("kiosk-7")
        self.calls: list[tuple[str, ...]] = []

    async def send_text(self, text: str, topic: str) -> None:
        self.calls.append((topic, text))

    async def call(self, identity: str, method: str, payload: str) -> None:
        self.calls.append((identity, method, payload))


def guide(state: str) -> ParticipantsChanged:
    return ParticipantsChanged((Participant("guide", True, {"lk.agent.state": state}, True, True),))


@pytest.mark.asyncio
async def test_the_protocol_asks_interrupts_and_closes() -> None:
    room, protocol = Room(), VENDOR.protocol(demo(), SESSION, VENDOR.settings())
    list(protocol.decode(guide("listening"), room))
    await protocol.ask(room, "How old is the Moon?")
    await protocol.interrupt(room)
    await protocol.wrap_up(room, 15)
    await protocol.goodbye(room)
    assert room.calls == [
        ("lk.chat", "How old is the Moon?"), ("guide", "interrupt", ""), ("guide", "wrap_up", "15"),
        ("guide", "goodbye", ""),
    ]  # fmt: skip


def test_the_guide_is_the_avatar_and_ready_with_its_first_picture() -> None:
    room, protocol = Room(), VENDOR.protocol(demo(), SESSION, VENDOR.settings())
    assert protocol.choose(guide("initializing").participants).video == "guide"
    assert list(protocol.decode(guide("initializing"), room)) == []
    assert list(protocol.decode(FirstFrame(), room)) == []
    assert Ready() in protocol.decode(guide("listening"), room)
    assert list(protocol.decode(guide("thinking"), room)) == [Thinking(True)]
    assert Speaking(Speaker.AVATAR, True) in protocol.decode(guide("speaking"), room)
    assert Speaking(Speaker.VISITOR, True, by_room=True) in protocol.decode(ActiveSpeakers((), True), room)
