"""A picture that shows nothing: the drawn character is the avatar, staff are told, and the visit goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from app.character.base import Mood
from app.intents import End
from app.picture import Frame, PixelFormat
from app.rooms.base import Arriving
from app.screens import Attract, Connecting, EndReason, Farewell, Live
from app.system.snapshot import health_of
from app.vendors.base import Capabilities
from app.visit.avatar_picture import DRAWN, NOTHING_SEEN
from tests.fakes.kiosk import Rig, settings, told_staff
from tests.fakes.pictures import DARK, black, frame_of, plain
from tests.fakes.service import FakeControl, RoomScript

pytestmark = pytest.mark.asyncio
found_black = pytest.mark.expect_log("the avatar's picture is black")

BLACK = frame_of(black(64, 64))
LONG = settings(visit={"idle_s": 200.0, "stall_notice_s": 5.0, "stall_end_s": 15.0})


def pattern(name: str, layout: PixelFormat = PixelFormat.BGRA) -> list[Frame]:
    return [frame_of(DARK[name](160, 96, number), layout) for number in range(30)]


async def live(rig: Rig, frames: Sequence[Frame], script: RoomScript | None = None) -> RoomScript:
    """Begin a visit whose room shows these frames, ten a second."""
    script = replace(script or RoomScript(), frames=frames)
    rig.scripts.append(script)
    await rig.to_live()
    return script


def is_drawn(rig: Rig) -> bool:
    """Whether the drawn character is what is seen, by every sign that there is."""
    assert rig.vitals.video is not None
    signs = {
        rig.figure.visible,
        rig.picture.withheld,
        rig.vitals.video.source == "character",
        DRAWN in rig.vitals.degraded,
        NOTHING_SEEN in told_staff(rig.vitals),
    }
    assert len(signs) == 1
    return signs.pop()


def health(rig: Rig) -> str:
    return health_of(rig.vitals, rig.vitals.screen_since, 5.0)


@found_black
@pytest.mark.parametrize("layout", list(PixelFormat))
@pytest.mark.parametrize("name", ["black", "black data"])
async def test_black_is_found_within_five_seconds_and_the_visit_goes_on_by_voice(
    name: str, layout: PixelFormat
) -> None:
    async with Rig(LONG) as rig:
        await live(rig, pattern(name, layout))
        await asyncio.sleep(3.5)
        assert not is_drawn(rig)
        await asyncio.sleep(1.5)
        assert is_drawn(rig) and health(rig) == "DEGRADED"
        await asyncio.sleep(60)
        assert is_drawn(rig) and isinstance(rig.screen, Live) and rig.screen.trouble is None
        assert rig.vitals.media_overdue is None
        rig.tap(End())
        await rig.until(Farewell)
        assert rig.figure.moods[-1] is Mood.GOODBYE and rig.figure.visible
        await rig.until(Attract)
        assert health(rig) == "ONLINE" and NOTHING_SEEN in told_staff(rig.vitals)
        assert not rig.picture.withheld


@pytest.mark.parametrize("layout", list(PixelFormat))
@pytest.mark.parametrize("name", ["night sky", "dim face"])
async def test_a_dark_scene_that_moves_is_left_alone(name: str, layout: PixelFormat) -> None:
    async with Rig(LONG) as rig:
        await live(rig, pattern(name, layout))
        for _ in range(60):
            await asyncio.sleep(1)
            assert not is_drawn(rig)


async def test_a_black_beginning_of_three_seconds_is_left_alone() -> None:
    async with Rig(LONG) as rig:
        script = await live(rig, [BLACK])
        await asyncio.sleep(3)
        script.frames = [plain()]
        for _ in range(20):
            await asyncio.sleep(0.5)
            assert not is_drawn(rig)


@found_black
async def test_a_picture_that_turns_black_in_mid_visit_is_found_too_and_shown_again_when_it_comes_back() -> None:
    async with Rig(LONG) as rig:
        script = await live(rig, [plain()])
        for _ in range(2):
            await asyncio.sleep(20)
            assert not is_drawn(rig) and health(rig) == "ACTIVE"
            script.frames = [BLACK]
            await asyncio.sleep(5)
            assert is_drawn(rig)
            script.frames = [plain()]
            await asyncio.sleep(1.5)
            assert not is_drawn(rig)
        rig.tap(End())
        await rig.until(Farewell)
        assert not rig.figure.visible


@found_black
async def test_a_flash_does_not_bring_the_black_picture_back() -> None:
    async with Rig(LONG) as rig:
        script = await live(rig, [BLACK])
        await asyncio.sleep(5)
        for _ in range(10):
            script.frames = [plain()]
            await asyncio.sleep(0.4)
            script.frames = [BLACK]
            await asyncio.sleep(1.6)
            assert is_drawn(rig)


@found_black
async def test_staff_are_told_until_a_real_picture_comes_in_whatever_visit() -> None:
    async with Rig(LONG) as rig:
        await live(rig, [BLACK])
        await asyncio.sleep(5)
        rig.tap(End())
        await live(rig, [plain()])
        await asyncio.sleep(2)
        assert not is_drawn(rig)


@found_black
async def test_while_the_character_is_shown_no_frame_of_the_room_gets_to_the_painter() -> None:
    async with Rig(LONG) as rig:
        await live(rig, [BLACK])
        await asyncio.sleep(5)
        rig.picture.take()
        arrived = rig.picture.arrived
        await asyncio.sleep(1)
        assert rig.picture.take() is None and rig.picture.arrived > arrived


@found_black
async def test_black_frames_may_cease_as_long_as_anything_arrives() -> None:
    async with Rig(LONG) as rig:
        await live(rig, [BLACK])
        await asyncio.sleep(5)
        rig.room.moving = False
        for _ in range(30):
            rig.room.tell(Arriving())
            await asyncio.sleep(1)
        assert isinstance(rig.screen, Live) and rig.screen.trouble is None and is_drawn(rig)
        assert (await rig.until(Farewell, within=16)).reason is EndReason.NETWORK


async def test_until_the_conversation_begins_the_character_alone_is_seen() -> None:
    async with Rig(LONG) as rig:
        rig.scripts.append(RoomScript(appears=False))
        await rig.accept()
        await rig.until(Connecting)
        rig.picture.push(plain())
        assert rig.picture.take() is None and rig.picture.withheld and rig.figure.visible


@pytest.mark.parametrize("cut", [0, 10])
async def test_frames_that_cannot_be_read_or_cease_are_a_matter_of_the_stalled_picture(cut: int) -> None:
    async with Rig(LONG) as rig:
        script = await live(rig, [replace(BLACK, data=bytes(cut))])
        await asyncio.sleep(10)
        assert not is_drawn(rig)
        script.frames = [BLACK]
        await asyncio.sleep(1)
        rig.room.moving = False
        await asyncio.sleep(7)
        assert not is_drawn(rig) and rig.vitals.media_overdue == "the picture stands still"


async def test_a_service_that_promised_a_picture_and_is_ready_without_one_has_the_character_at_once() -> None:
    async with Rig(LONG) as rig:
        rig.scripts.append(RoomScript(voice_only=True))
        await rig.to_live()
        assert is_drawn(rig)
        await asyncio.sleep(60)
        assert isinstance(rig.screen, Live) and is_drawn(rig)
        for _ in range(15):
            rig.picture.push(plain())
            await asyncio.sleep(0.1)
        assert not is_drawn(rig)


@found_black
async def test_a_second_join_looks_on() -> None:
    async with Rig(LONG) as rig:
        await live(rig, [BLACK])
        await asyncio.sleep(5)
        rig.scripts.append(RoomScript(frames=[BLACK]))
        rig.room.drop(EndReason.NETWORK, may_rejoin=True)
        await asyncio.sleep(10)
        assert len(rig.rooms) == 2 and is_drawn(rig) and isinstance(rig.screen, Live)
        rig.room.script.frames = [plain()]
        await asyncio.sleep(2)
        assert not is_drawn(rig)


async def test_a_voice_alone_was_promised_and_its_black_picture_concerns_nobody() -> None:
    async with Rig(LONG, FakeControl(capabilities=Capabilities(video=False))) as rig:
        await live(rig, [BLACK])
        await asyncio.sleep(20)
        assert rig.figure.visible and rig.picture.withheld and rig.vitals.video.source == "character"
        assert told_staff(rig.vitals) == "" and health(rig) == "ACTIVE"
