"""Joins go through relays where the network blocks everything else, and are not tried in vain again that day."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import ClassVar

import pytest
from livekit import rtc

from app.compose.rooms import RELAYS_NEEDED, livekit_rooms
from app.picture import Picture
from app.rooms.base import Choice, RoomError
from app.rooms.livekit.log import LibraryLog
from app.rooms.livekit.relays import DAY_S, Relays
from app.rooms.livekit.room import LiveKitRooms
from app.vitals import StaffNotes

RELAY = rtc.IceTransportType.TRANSPORT_RELAY


class Network:
    """A network, by what it lets through, and the relays that learn from it."""

    def __init__(self, always: bool = False) -> None:
        self.now = 0.0
        self.told: list[bool] = []
        self.relays = Relays(always=always, tell=self.told.append, clock=lambda: self.now)

    def join(self, *, direct: bool, relay: bool) -> str:
        """Join once, and return how: "direct" or "relayed", with "!" where nothing got through."""
        relayed = self.relays.in_use
        works = relay if relayed else direct
        (self.relays.joined if works else self.relays.blocked)(relayed)
        return ("relayed" if relayed else "direct") + ("" if works else "!")


def test_after_a_blocked_join_the_next_one_goes_through_relays_and_that_is_told_once():
    network = Network()
    joins = [network.join(direct=False, relay=True) for _ in range(4)]
    assert joins == ["direct!", "relayed", "relayed", "relayed"]
    assert network.told == [True]


def test_it_is_remembered_for_a_day():
    network = Network()
    for _ in range(2):
        network.join(direct=False, relay=True)
    network.now = DAY_S - 1
    assert network.join(direct=True, relay=True) == "relayed"
    network.now = DAY_S
    assert network.join(direct=True, relay=True) == "direct"
    assert network.told == [True, False]


def test_the_next_day_a_network_that_still_blocks_is_no_news():
    network = Network()
    for day in range(3):
        network.now = day * DAY_S
        assert [network.join(direct=False, relay=True) for _ in range(3)] == ["direct!", "relayed", "relayed"]
    assert network.told == [True]


def test_where_relays_are_blocked_as_well_both_are_tried_in_turn():
    network = Network()
    assert [network.join(direct=False, relay=False) for _ in range(4)] == ["direct!", "relayed!"] * 2
    assert network.told == []


def test_relays_that_fail_are_forgotten():
    network = Network()
    for _ in range(2):
        network.join(direct=False, relay=True)
    assert network.join(direct=True, relay=False) == "relayed!"
    assert network.join(direct=True, relay=False) == "direct"
    assert network.told == [True, False]


def test_where_the_settings_ask_for_relays_there_is_nothing_to_learn():
    network = Network(always=True)
    assert [network.join(direct=True, relay=works) for works in (True, False, True)] == [
        "relayed",
        "relayed!",
        "relayed",
    ]
    assert network.told == []


# ---------------------------------------------------------------- in a room


class LibraryRoom:
    """A room of the SDK in a network where only relays get through."""

    joins: ClassVar[list[bool]] = []  # of each: whether it was through relays

    def on(self, name, handler):
        pass

    def register_text_stream_handler(self, topic, handler):
        pass

    async def connect(self, url, token, options):
        relayed = options.rtc_config is not None and options.rtc_config.ice_transport_type == RELAY
        self.joins.append(relayed)
        if relayed:
            raise rtc.ConnectError("engine: signal failure: client error: 429 Too Many") if url == "full" else Closed
        logging.getLogger("livekit").warning("wait_pc_connection timed out")
        await asyncio.sleep(60)

    def isconnected(self):
        return False

    async def disconnect(self):
        pass


class Closed(Exception):
    """Through, and closed at once: enough for these tests."""


@pytest.fixture
def joins(monkeypatch):
    monkeypatch.setattr(rtc, "Room", LibraryRoom)
    monkeypatch.setattr(LibraryRoom, "joins", [])
    return LibraryRoom.joins


@pytest.fixture
def library_log():
    made = LibraryLog()
    made.install()
    yield made
    made.remove()


async def join(rooms, url="wss://x") -> str:
    room = rooms(picture=Picture(), speaker=None, microphone=None, choose=lambda participants: Choice())
    with pytest.raises(RoomError) as caught:
        await room.join(url, "token", 16.0)
    await room.leave()
    return caught.value.hint


@pytest.mark.expect_log("wait_pc_connection")
@pytest.mark.asyncio
async def test_a_join_whose_media_are_blocked_is_tried_through_relays(joins, library_log, monkeypatch):
    async def through(self, url, token, options):
        try:
            await connect(self, url, token, options)
        except Closed:
            return

    connect = LibraryRoom.connect
    monkeypatch.setattr(LibraryRoom, "connect", through)
    told: list[bool] = []
    rooms = LiveKitRooms(None, library_log, Relays(tell=told.append))
    assert await join(rooms) == "media ports blocked"
    assert await join(rooms) == "the room closed at once"
    assert (joins, told) == ([False, True], [True])
    assert await join(rooms) == "the room closed at once"
    assert (joins, told) == ([False, True, True], [True])
    await rooms.background.settled(100.0)


@pytest.mark.expect_log("wait_pc_connection")
@pytest.mark.asyncio
async def test_another_failure_says_nothing_about_relays(joins, library_log):
    rooms = LiveKitRooms(None, library_log)
    await join(rooms)
    assert [(await join(rooms, "full"))[:12] for _ in range(2)] == ["client error"] * 2
    assert joins == [False, True, True]
    await rooms.background.settled(100.0)


@pytest.mark.asyncio
async def test_staff_read_that_relays_are_needed_as_long_as_they_are(monkeypatch):
    made = []
    monkeypatch.setattr("app.rooms.livekit.room.LiveKitRooms", lambda relays: made.append(relays) or LiveKitRooms())
    notes = StaffNotes()
    async with contextlib.AsyncExitStack() as way_down:
        livekit_rooms(way_down, notes, relay_only=False)
        made[0].blocked(False)
        made[0].joined(True)
        assert notes.texts() == (RELAYS_NEEDED,)
        made[0].joined(False)
        assert notes.texts() == ()
