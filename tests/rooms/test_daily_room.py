"""A Daily room behaves as every room, whatever Daily's library does meanwhile: threads, blocking, late answers."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from app.picture import Frame, Picture, PixelFormat
from app.rooms.base import (
    AvatarAudio,
    AvatarGone,
    AvatarLeft,
    AvatarVideo,
    Choice,
    Data,
    Disconnected,
    FirstFrame,
    ParticipantsChanged,
    Reconnected,
    Reconnecting,
    RoomError,
    RoomFault,
)
from app.rooms.daily.room import DailyRoom, DailyRooms
from app.rooms.presence import RoomTimes
from app.screens import EndReason
from tests.fakes import daily
from tests.fakes.audio import FakeMicrophone, FakeSpeaker
from tests.vendors.agent_media import number_in, tone
from tests.vendors.daily_host import DailyHost, HostedRoom

pytestmark = pytest.mark.asyncio

QUICK = RoomTimes(reconnect_s=0.4, absent_s=0.2, gone_s=0.5, left_s=0.4)
TOKEN = "eyJ-CANARY-token"


class ThreadRecorder(Picture):
    """A picture that records its frames, and the threads on which they came."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: list[Frame] = []
        self.threads: set[int] = set()

    def push(self, frame: Frame) -> None:
        super().push(frame)
        self.frames.append(frame)
        self.threads.add(threading.get_ident())


class Visitor:
    """The kiosk's side of one room. `told`: all its events."""

    def __init__(self, rooms: DailyRooms, host: DailyHost, place: HostedRoom) -> None:
        self.place = place
        self.url = host.address(place)
        self.picture = ThreadRecorder()
        self.speaker = FakeSpeaker()
        self.microphone = FakeMicrophone()
        self.told: list[Any] = []
        self.room: DailyRoom = rooms(
            picture=self.picture,
            speaker=self.speaker,
            microphone=self.microphone,
            choose=lambda participants: Choice(
                next((m.identity for m in participants if m.has_video), None),
                next((m.identity for m in participants if m.has_audio), None),
            ),
        )

    async def join(self, deadline_s: float = 5.0, url: str = "") -> Visitor:
        await self.room.join(url or self.url, TOKEN, deadline_s)
        return self

    async def until(self, what: Any, most_s: float = 5.0) -> Any:
        """Wait for an event, by type or value; or until a condition without arguments holds."""
        async with asyncio.timeout(most_s):
            while True:
                while not self.room.events.empty():
                    self.told.append(self.room.events.get_nowait())
                if isinstance(what, Callable) and not isinstance(what, type):
                    if what():
                        return None
                else:
                    found = [e for e in self.told if (isinstance(e, what) if isinstance(what, type) else e == what)]
                    if found:
                        return found[0]
                await asyncio.sleep(0.01)

    async def seen(self) -> Visitor:
        await self.until(FirstFrame)
        return self


@pytest_asyncio.fixture
async def host():
    made = DailyHost()
    await made.start()
    yield made
    await made.close()


@pytest_asyncio.fixture
async def rooms():
    if not daily.Daily._is_ready:
        daily.Daily.init()
    made = DailyRooms(QUICK, library=daily)
    yield made
    assert await made.background.settled(10.0)
    assert daily.clients == []


@pytest_asyncio.fixture
async def place(host):
    made = host.open("c-CANARY-room", TOKEN)
    made.enter("replica")
    return made


@pytest_asyncio.fixture
async def visitor(rooms, host, place):
    made = Visitor(rooms, host, place)
    yield made
    await made.room.leave()


# ---------------------------------------------------------------- what is seen, heard and said


async def test_picture_and_voice_come_and_the_visitor_is_heard(visitor, place):
    await visitor.join()
    assert visitor.room.identity == "11111111-aaaa-4aaa-8aaa-000000000001"
    await visitor.seen()
    assert visitor.told[0] == ParticipantsChanged(visitor.told[0].participants)
    assert [(m.identity, m.has_video, m.has_audio) for m in visitor.told[0].participants] == [("replica", True, True)]
    assert AvatarVideo(True) in visitor.told and AvatarAudio(True) in visitor.told
    place.speak(0.3)
    await visitor.until(lambda: any(piece.max() > 7000 for piece in visitor.speaker.written))
    assert {len(piece) for piece in visitor.speaker.written} == {960}
    visitor.microphone.feed(tone(0.3, level=0.5))
    await visitor.until(lambda: max(place.peaks, default=0) > 15000)


async def test_frames_skip_the_loop(visitor):
    await (await visitor.join()).seen()
    assert threading.get_ident() not in visitor.picture.threads


@pytest.mark.parametrize("wanted", list(PixelFormat))
async def test_pictures_are_whole_in_either_layout(visitor, wanted):
    visitor.picture.wanted = wanted
    await (await visitor.join()).seen()
    await visitor.until(lambda: len(visitor.picture.frames) >= 4)
    numbers = [number_in(_luma(frame)) for frame in visitor.picture.frames[:4]]
    assert {frame.format for frame in visitor.picture.frames} == {wanted}
    assert len(set(numbers)) > 1 and all(0 <= number < daily.media.NUMBERS for number in numbers)


async def test_the_painter_may_want_another_layout_in_the_middle(visitor):
    visitor.picture.wanted = PixelFormat.I420
    await (await visitor.join()).seen()
    visitor.picture.wanted = PixelFormat.BGRA
    await visitor.until(lambda: visitor.picture.frames[-1].format is PixelFormat.BGRA)
    at = len(visitor.picture.frames)
    await visitor.until(lambda: len(visitor.picture.frames) >= at + 3)
    assert {frame.format for frame in visitor.picture.frames[at:]} == {PixelFormat.BGRA}


async def test_a_picture_of_another_size_follows_and_a_tiny_one_is_none(visitor, place):
    await (await visitor.join()).seen()
    place.show(width=8, height=8)
    await asyncio.sleep(0.2)
    place.show(width=320, height=180)
    await visitor.until(lambda: (visitor.picture.frames[-1].width, visitor.picture.frames[-1].height) == (320, 180))
    assert min(frame.width for frame in visitor.picture.frames) >= 16


@pytest.mark.expect_log("a picture of the room cannot be read")
@pytest.mark.parametrize("broken", [{"cut": 100}, {"layout": "NV12"}])
async def test_a_broken_picture_is_told_once_and_never_shown(visitor, place, broken, caplog):
    place.show(**broken)
    await visitor.join()
    await visitor.until(AvatarVideo(True))
    await asyncio.sleep(0.3)
    assert visitor.picture.frames == []
    assert sum("cannot be read" in record.getMessage() for record in caplog.records) == 1


async def test_stereo_becomes_mono(visitor, place):
    place.show(channels=2)
    await visitor.join()
    place.speak(0.3)
    await visitor.until(lambda: any(piece.max() > 7000 for piece in visitor.speaker.written))
    assert {len(piece) for piece in visitor.speaker.written} == {960}


async def test_without_devices_a_visit_still_works(rooms, host, place):
    room = rooms(
        picture=ThreadRecorder(),
        speaker=None,
        microphone=None,
        choose=lambda participants: Choice("replica", "replica"),
    )
    await room.join(host.address(place), TOKEN, 5.0)
    async with asyncio.timeout(5):
        while not isinstance(await room.events.get(), FirstFrame):
            pass
    await room.leave()


async def test_messages_go_both_ways(visitor, place):
    await visitor.join()
    place.say({"event_type": "conversation.utterance", "n": [1, None, "ä"]})
    message = await visitor.until(Data)
    assert (message.topic, message.identity) == ("", "replica")
    assert message.payload == b'{"event_type": "conversation.utterance", "n": [1, null, "\\u00e4"]}'
    assert await visitor.room.send_data(b'{"event_type": "conversation.interrupt"}')
    await visitor.until(lambda: place.messages == [{"event_type": "conversation.interrupt"}])


@pytest.mark.expect_log("not JSON|a message was not sent")
async def test_what_cannot_be_sent_is_never_an_error_but_told(visitor, place):
    assert not await visitor.room.send_data(b"{}")  # not joined
    await visitor.join()
    assert not await visitor.room.send_data(b"\xff not json")
    await visitor.room.send_text("hello", "topic")
    await visitor.room.call("replica", "method", "")
    place.channel("broken")
    place.say("the state of the channel has arrived")
    await visitor.until(Data)
    assert not await visitor.room.send_data(b"{}")
    await visitor.room.leave()
    assert not await visitor.room.send_data(b"{}")
    assert place.messages == []


@pytest.mark.expect_log("nobody told whether a message was sent")
async def test_a_message_that_nobody_confirms_counts_as_sent_because_it_may_be(visitor, place, monkeypatch):
    monkeypatch.setattr("app.rooms.daily.call.SEND_S", 0.2)
    await visitor.join()
    place.channel("silent")
    place.say("the state of the channel has arrived")
    await visitor.until(Data)
    assert await visitor.room.send_data(b"{}")


# ---------------------------------------------------------------- joining


JOIN_ERRORS = [
    ("You are not authorized to join this meeting.", RoomFault.AUTH),
    ("exp-token: token has expired", RoomFault.AUTH),
    ("This room is not available: exp-room", RoomFault.TRANSIENT),
    ("The meeting you are trying to join does not exist. no-room", RoomFault.TRANSIENT),
    ("meeting-full", RoomFault.TRANSIENT),
    ("dns error: failed to lookup address information", RoomFault.TRANSIENT),
    ("something that nobody has seen yet", RoomFault.TRANSIENT),
    ('Failed to parse url: InvalidUrl("x", RelativeUrlWithoutBase)', RoomFault.CONFIG),
]


@pytest.mark.parametrize(("text", "fault"), JOIN_ERRORS)
async def test_refused_joins_are_told_apart_and_repeat_no_address(visitor, place, text, fault):
    place.manners.join_error = f"{text} https://x.daily.co/c-CANARY-room?t={TOKEN}"
    with pytest.raises(RoomError) as caught:
        await visitor.join()
    assert caught.value.fault is fault
    assert "CANARY" not in caught.value.hint
    assert visitor.room.events.empty()


@pytest.mark.parametrize("url", ["", "c-CANARY-room", "http://127.0.0.1:1/x", "wss://127.0.0.1/x", "https://"])
async def test_only_https_is_joined(visitor, url):
    with pytest.raises(RoomError) as caught:
        await visitor.room.join(url, TOKEN, 5.0)
    assert caught.value.fault is RoomFault.CONFIG


async def test_a_join_that_takes_too_long_delays_nobody_and_is_left_again(visitor, place, rooms):
    place.manners.join_s = 1.0
    loop = asyncio.get_running_loop()
    began = loop.time()
    with pytest.raises(RoomError) as caught:
        await visitor.join(deadline_s=0.2)
    await visitor.room.leave()
    assert loop.time() - began < 0.9  # the library answers only after 1 s
    assert caught.value.fault is RoomFault.TRANSIENT
    assert rooms.background.pending
    assert await rooms.background.settled(5.0)
    assert (place.joins, place.leaves) == (1, 1)
    assert visitor.room.events.empty()


async def test_a_join_that_fails_late_is_released(visitor, place, rooms):
    place.manners.join_s, place.manners.join_error = 0.6, "dns error"
    with pytest.raises(RoomError):
        await visitor.join(deadline_s=0.1)
    assert await rooms.background.settled(5.0)
    assert place.joins == 0


async def test_a_cancelled_join_is_left_again(visitor, place, rooms):
    place.manners.join_s = 0.5
    joining = asyncio.create_task(visitor.join())
    await asyncio.sleep(0.1)
    joining.cancel()
    await asyncio.gather(joining, return_exceptions=True)
    await visitor.room.leave()
    assert joining.cancelled()
    assert await rooms.background.settled(5.0)
    assert (place.joins, place.leaves) == (1, 1)


# ---------------------------------------------------------------- leaving


async def test_leaving_is_idempotent_and_silences_everything(visitor, place):
    await (await visitor.join()).seen()
    await asyncio.gather(visitor.room.leave(), visitor.room.leave())
    shown, heard, told = len(visitor.picture.frames), len(visitor.speaker.written), visitor.room.events.qsize()
    assert (place.joins, place.leaves) == (1, 1)
    assert daily.clients == []
    await asyncio.sleep(0.2)
    assert (len(visitor.picture.frames), len(visitor.speaker.written)) == (shown, heard)
    assert visitor.room.events.qsize() == told  # our own leaving is no end of the room


@pytest.mark.parametrize("slow", [{"leave_s": 3.0}, {"release_s": 3.0}])
async def test_a_library_that_blocks_keeps_neither_loop_nor_visitor(visitor, place, slow, rooms):
    for name, seconds in slow.items():
        setattr(place.manners, name, seconds)
    await (await visitor.join()).seen()
    loop = asyncio.get_running_loop()
    began = loop.time()
    leaving = asyncio.create_task(visitor.room.leave())
    longest, last = 0.0, began
    while not leaving.done():
        await asyncio.sleep(0.01)
        longest, last = max(longest, loop.time() - last), loop.time()
    assert loop.time() - began < 2.5  # the promise of `HostedRoom.leave`, not a speed: the library takes 3 s
    assert longest < 1.0  # nothing blocked the loop
    assert await rooms.background.settled(10.0)
    assert place.leaves == 1


async def test_many_visits_leave_no_threads_behind(rooms, host):
    def count() -> int:
        return threading.active_count()

    before = tracks = 0
    for number in range(40):
        place = host.open(f"c{number}", TOKEN)
        place.manners.join_s = 0.0
        place.enter("replica")
        visitor = Visitor(rooms, host, place)
        await (await visitor.join()).seen()
        await visitor.room.leave()
        assert await rooms.background.settled(5.0)
        if number == 5:
            await asyncio.sleep(0.2)
            before, tracks = count(), len(daily._tracks)
    await visitor.until(lambda: count() <= before)
    gc.collect()
    assert len(daily._tracks) <= tracks


# ---------------------------------------------------------------- the end


ENDS = [
    (("left", ""), Disconnected(EndReason.ROOM_CLOSED)),
    (("error", "Meeting has ended: ejected"), Disconnected(EndReason.ROOM_CLOSED)),
    (("error", "exp-room"), Disconnected(EndReason.ROOM_CLOSED)),
    (("error", "send transport connection lost"), Disconnected(EndReason.NETWORK, may_rejoin=True)),
    (("error", "something that nobody has seen yet"), Disconnected(EndReason.ROOM_CLOSED)),
]


@pytest.mark.parametrize(("how", "expected"), ENDS)
async def test_every_end_of_the_room_is_told_once(visitor, place, how, expected):
    await (await visitor.join()).seen()
    place.close(*how)
    await visitor.until(expected)
    await asyncio.sleep(0.1)
    assert visitor.room.events.empty()
    assert sum(isinstance(event, Disconnected) for event in visitor.told) == 1


async def test_an_error_of_one_request_ends_nothing(visitor, place):
    await (await visitor.join()).seen()
    place.tell("error", "Error handling sendAppMessage: AppMessage(room deleted)")
    place.say({"still": "here"})
    await visitor.until(Data)
    assert not any(isinstance(event, Disconnected) for event in visitor.told)


async def test_a_final_error_without_another_word_is_the_end(visitor, place):
    await (await visitor.join()).seen()
    place.tell("error", "ejected")
    await visitor.until(Disconnected(EndReason.ROOM_CLOSED))


async def test_a_room_that_closes_at_once_never_looks_joined(visitor, place):
    place.on_join = lambda: place.close("left")
    try:
        await visitor.join()
    except RoomError as error:  # it closed before the caller knew that it is in
        assert error.fault is RoomFault.TRANSIENT
    else:
        await visitor.until(Disconnected(EndReason.ROOM_CLOSED))


async def test_a_repaired_connection_is_told_and_goes_on(visitor, place):
    await (await visitor.join()).seen()
    place.tell("network_connection_status_updated", {"connection": "signalling", "event": "interrupted"})
    await visitor.until(Reconnecting)
    place.exit("replica")  # what a reconnect can look like
    await asyncio.sleep(0.25)
    place.enter("replica")
    place.tell("network_connection_status_updated", {"connection": "signalling", "event": "connected"})
    await visitor.until(Reconnected)
    at = len(visitor.picture.frames)
    await visitor.until(lambda: len(visitor.picture.frames) > at + 2)
    await asyncio.sleep(0.6)
    assert not any(isinstance(event, Disconnected | AvatarGone | AvatarLeft) for event in visitor.told)
    assert AvatarVideo(False) not in visitor.told


async def test_a_connection_that_is_not_repaired_is_given_up(visitor, place):
    await (await visitor.join()).seen()
    place.cut()
    await visitor.until(Disconnected(EndReason.NETWORK, may_rejoin=True))
    await visitor.room.leave()
    assert place.leaves == 1


@pytest.mark.parametrize(
    "strange", [None, 7, [], {}, {"event": None}, {"connection": 3, "event": "connected"}, {"event": "melted"}]
)
async def test_strange_words_of_the_library_are_normal_input(visitor, place, strange):
    await (await visitor.join()).seen()
    for name in ("network_connection_status_updated", "participant_joined", "participant_updated", "error"):
        place.tell(name, strange)
    place.tell("participant_left", strange, strange)
    place.tell("call_state_updated", strange)
    place.tell("app_message", strange, strange)
    place.say({"still": "here"})
    await visitor.until(lambda: any(isinstance(e, Data) and b"still" in e.payload for e in visitor.told))
    assert not any(isinstance(event, Disconnected) for event in visitor.told)


# ---------------------------------------------------------------- an avatar that leaves


@pytest.mark.parametrize(("why", "told"), [("leftCall", [AvatarLeft()]), ("hidden", [])])
async def test_an_avatar_that_leaves_is_gone_after_a_while(visitor, place, why, told):
    await (await visitor.join()).seen()
    place.exit("replica", why)
    await visitor.until(AvatarVideo(False))
    await visitor.until(AvatarGone)
    assert visitor.told[-1] == AvatarGone()
    assert [event for event in visitor.told if isinstance(event, AvatarLeft)] == told


async def test_somebody_else_who_leaves_is_not_the_avatar(visitor, place):
    await (await visitor.join()).seen()
    place.enter("guest", camera="off", microphone="off")
    place.exit("guest")
    await asyncio.sleep(0.6)
    assert not any(isinstance(event, AvatarLeft | AvatarGone) for event in visitor.told)


async def test_an_avatar_that_comes_back_is_seen_again(visitor, place):
    await (await visitor.join()).seen()
    place.exit("replica")
    await visitor.until(AvatarVideo(False))
    place.enter("replica")
    at = len(visitor.picture.frames)
    await visitor.until(lambda: len(visitor.picture.frames) > at + 2)
    await asyncio.sleep(0.6)
    assert visitor.told.count(AvatarGone()) == 0


async def test_a_camera_that_is_switched_off_is_paused_not_gone(visitor, place):
    await (await visitor.join()).seen()
    place.change("replica", camera="off")
    await visitor.until(AvatarVideo(False))
    await asyncio.sleep(0.6)
    assert visitor.told.count(AvatarGone()) == 0
    place.change("replica")
    await visitor.until(lambda: visitor.told.count(AvatarVideo(True)) == 2)


async def test_an_avatar_that_comes_later_is_found(rooms, host):
    place = host.open("empty", TOKEN)
    visitor = await Visitor(rooms, host, place).join()
    place.enter("replica", camera="receivable", microphone="loading")
    await visitor.until(AvatarAudio(True))
    assert AvatarVideo(True) not in visitor.told
    place.change("replica")
    await visitor.until(AvatarVideo(True))
    await visitor.seen()
    await visitor.room.leave()


def _luma(frame: Frame) -> np.ndarray:
    data = np.frombuffer(frame.data, np.uint8)
    if frame.format is PixelFormat.I420:
        return data[: frame.width * frame.height].reshape(frame.height, frame.width)
    return data.reshape(frame.height, frame.width, 4)[..., 1]
