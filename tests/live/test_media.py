"""Picture and sound through a real LiveKit server: true colours, every size, both formats, both directions."""

from __future__ import annotations

import asyncio
import itertools
import time

import numpy as np
import psutil
import pytest
from livekit import rtc

from app.picture import PixelFormat
from app.rooms.base import Choice
from app.rooms.livekit.tracks import pump_video
from tests.live.conftest import subscribers
from tests.live.guest import PictureRecorder, luma, rgb
from tests.vendors.agent_media import BARS, AgentLook, number_in, tone
from tests.vendors.agent_script import AgentScript

pytestmark = [pytest.mark.live, pytest.mark.asyncio]


def middles(width: int) -> list[int]:
    """Columns in the middle of each colour bar."""
    return [(2 * bar + 1) * width // (2 * len(BARS)) for bar in range(len(BARS))]


async def test_colour_bars_come_within_three_levels(agent, guest):
    await agent(AgentScript(look=AgentLook(pattern="bars")))
    visitor = await (await guest().join()).seen()
    await visitor.frames(15)  # the encoder sharpens a still picture
    shown = rgb(visitor.picture.last)[180, middles(640)]
    assert np.abs(shown.astype(int) - np.array(BARS)).max() <= 3


@pytest.mark.parametrize(("width", "height"), [(324, 184), (356, 204)])
async def test_a_width_that_is_no_multiple_of_sixteen_is_not_skewed(agent, guest, width, height):
    await agent(AgentScript(look=AgentLook(width, height, pattern="bars")))
    visitor = await (await guest().join()).seen()
    await visitor.frames(10)
    picture = visitor.picture.last
    assert (picture.width, picture.height) == (width, height)
    for row in (2, height // 2, height - 3):
        assert np.abs(rgb(picture)[row, middles(width)].astype(int) - np.array(BARS)).max() <= 8


async def test_i420_is_handed_on_as_it_is(agent, guest):
    await agent(AgentScript(look=AgentLook(pattern="bars")))
    visitor = guest()
    visitor.picture.wanted = PixelFormat.I420
    await (await visitor.join()).seen()
    await visitor.frames(15)
    picture = visitor.picture.last
    assert (picture.format, len(picture.data)) == (PixelFormat.I420, 640 * 360 * 3 // 2)
    red, green, blue = (np.array(BARS)[:, n] / 255 for n in range(3))
    expected = 16 + 65.481 * red + 128.553 * green + 24.966 * blue
    assert np.abs(luma(picture)[180, middles(640)].astype(int) - expected).max() <= 3


async def test_the_painter_may_change_the_format_in_the_middle_of_a_visit(agent, guest):
    speaker = await agent()
    visitor = await (await guest().join()).seen()
    await visitor.wait(lambda: bool(speaker.heard))
    within = subscribers()
    for wanted in (PixelFormat.I420, PixelFormat.BGRA, PixelFormat.I420):
        visitor.picture.wanted = wanted
        await visitor.wait(lambda wanted=wanted: visitor.picture.last.format is wanted)
    await visitor.wait(lambda: subscribers() == within, 3.0)


async def test_the_picture_may_change_its_size(agent, guest):
    speaker = await agent()
    visitor = await (await guest().join()).seen()
    speaker.camera.resize(480, 640)
    await visitor.wait(lambda: visitor.picture.sizes[-1] == (480, 640))
    assert set(visitor.picture.sizes) == {(640, 360), (480, 640)}


async def test_every_frame_is_fresh_and_in_order(agent, guest):
    await agent()
    visitor = await (await guest().join()).seen()
    numbers = []
    for _ in range(12):
        await visitor.frames(1)
        numbers.append(number_in(luma(visitor.picture.last)))
    steps = {(after - before) % 30 for before, after in itertools.pairwise(numbers)}
    assert steps <= {1, 2, 3, 4}  # never back; a slow machine may miss some


async def test_a_frame_owns_its_bytes_after_the_session(agent, guest):
    await agent(AgentScript(look=AgentLook(pattern="bars")))
    visitor = await (await guest().join()).seen()
    await visitor.frames(10)
    picture = visitor.picture.last
    before = bytes(picture.data)
    await visitor.leave()
    rubbish = [bytearray(len(before)) for _ in range(20)]  # would overwrite memory that was given back
    assert bytes(picture.data) == before
    assert len(rubbish) == 20


async def test_the_layer_follows_the_painted_size(agent, guest):
    # A server gives up a layer with fewer than 5 frames a second. A better one comes as its guess of bandwidth grows.
    await agent(AgentScript(look=AgentLook(1280, 720, fps=12, simulcast=True)))
    visitor = guest()
    visitor.picture.shown_size = (600, 338)
    await (await visitor.join()).seen()
    await visitor.wait(lambda: visitor.picture.sizes[-1] == (640, 360), 40.0)
    visitor.picture.shown_size = (1920, 1080)
    await visitor.wait(lambda: visitor.picture.sizes[-1] == (1280, 720), 40.0)


async def test_no_picture_no_frame(agent, guest):
    await agent(AgentScript(look=None))
    visitor = await guest().join()
    await visitor.wait(lambda: visitor.room._avatar._audio.track is not None)
    await asyncio.sleep(0.5)
    assert visitor.picture.pushed == 0


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
async def test_a_turned_picture_is_shown_upright(turns):
    # A local track needs no server: the library hands its frames on with the rotation still to do.
    camera = rtc.VideoSource(64, 32)
    track = rtc.LocalVideoTrack.create_video_track("turned", camera)
    album = PictureRecorder()
    pump = asyncio.create_task(pump_video(track, None, album, lambda: None))
    half = np.zeros((32, 64, 4), np.uint8)
    half[:, :32] = 255  # bright on the left as the sensor sees it
    frame = rtc.VideoFrame(64, 32, rtc.VideoBufferType.BGRA, bytearray(half.tobytes()))
    async with asyncio.timeout(5):
        while album.pushed < 2:
            camera.capture_frame(frame, rotation=turns)
            await asyncio.sleep(0.02)
    pump.cancel()
    await asyncio.wait({pump})
    shown = luma(album.last).astype(int)
    bright = {"left": shown[:, :8], "top": shown[:8], "right": shown[:, -8:], "bottom": shown[-8:]}
    # A quarter turn clockwise takes the left edge to the top.
    assert max(bright, key=lambda edge: bright[edge].mean()) == ["left", "top", "right", "bottom"][turns]
    assert album.sizes[-1] == ((64, 32) if turns % 2 == 0 else (32, 64))
    await camera.aclose()


# ---------------------------------------------------------------- sound


def loudest_hertz(sound: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return float(np.argmax(spectrum) * 48_000 / len(sound))


async def test_the_avatars_voice_reaches_the_speaker(agent, guest):
    speaker = await agent(AgentScript(transcription=""))
    visitor = await (await guest().join()).seen()
    await speaker.voice.say(tone(1.0, hertz=440.0, level=0.5))
    await visitor.wait(lambda: visitor.speaker.written_s > 1.2)
    heard = np.concatenate(visitor.speaker.written)
    loud = heard[np.abs(heard.astype(int)) > 2000]
    assert len(loud) / 48_000 > 0.3
    middle = int(np.argmax(np.convolve(np.abs(heard.astype(float)), np.ones(4800), "same")))
    assert abs(loudest_hertz(heard[max(0, middle - 9600) : middle + 9600]) - 440) < 15
    assert all(piece.dtype == np.int16 and piece.ndim == 1 for piece in visitor.speaker.written)


async def test_the_visitors_voice_reaches_the_agent(agent, guest):
    speaker = await agent()
    visitor = await (await guest().join()).seen()
    await visitor.wait(lambda: len(speaker.heard) > 10)
    assert max(speaker.heard[-10:]) < 200
    visitor.microphone.feed(tone(1.0, level=0.5))
    await visitor.wait(lambda: max(speaker.heard) > 8000)


async def test_a_silent_microphone_is_published_all_the_same(agent, rooms, livekit_server, room_name):
    # Some agents wait for a visitor's track before they speak.
    speaker = await agent(AgentScript(look=None))
    room = rooms(picture=PictureRecorder(), speaker=None, microphone=None, choose=lambda participants: Choice())
    await room.join(livekit_server.ws, livekit_server.token(room_name, "kiosk"), 10.0)
    await speaker.hears(20)
    assert max(speaker.heard) < 200
    await room.leave()


async def test_h264_gives_true_pictures_too(agent, guest):
    await agent(AgentScript(look=AgentLook(codec="h264", pattern="bars")))
    visitor = await (await guest().join()).seen()
    await visitor.frames(15)
    shown = rgb(visitor.picture.last)[180, middles(640)]
    assert np.abs(shown.astype(int) - np.array(BARS)).max() <= 6


async def test_a_stalled_loop_costs_bounded_memory_and_the_picture_goes_on(agent, guest):
    await agent(AgentScript(look=AgentLook(fps=30)))
    visitor = await (await guest().join()).seen()
    await visitor.frames(10)
    before = psutil.Process().memory_info().rss
    time.sleep(2.0)  # noqa: ASYNC251 - the stall under test
    await visitor.frames(5)
    grown = psutil.Process().memory_info().rss - before
    # At most every frame of the stall once: 2 s at 30 pictures of 640x360 in four bytes.
    assert grown < 1.5 * 60 * 640 * 360 * 4
    number = number_in(luma(visitor.picture.last))
    await visitor.frames(3)
    assert number_in(luma(visitor.picture.last)) != number
