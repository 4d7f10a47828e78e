"""A visit with the built-in guide through real media tracks: picture, sound, events, and that nothing is left over."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import re
import threading
from pathlib import Path

import numpy as np
import pytest
from livekit.rtc._ffi_client import FfiClient

from app.audio.base import RATE
from app.character.renderer import CharacterRenderer
from app.events import Caption, Ready, Thinking
from app.guide.build import Guide
from app.picture import Frame, Picture, PixelFormat
from app.rooms.base import (
    ActiveSpeakers,
    AvatarAudio,
    AvatarVideo,
    Disconnected,
    FirstFrame,
    MicrophoneHeard,
    ParticipantsChanged,
)
from app.rooms.local import scene as local_scene
from app.rooms.local.room import local_rooms
from app.screens import EndReason, Speaker
from app.vendors.demo import DemoProtocol
from tests.fakes.audio import FakeMicrophone, FakeSpeaker

MOON = "How old is the Moon?"
SIZE = (144, 256)


def paint(pose):
    """Return a picture whose grey shows how far the mouth is open."""
    grey = min(255, int(60 + 2.5 * (pose.mouth.up + pose.mouth.down)))
    return Frame(*SIZE, PixelFormat.BGRA, np.full(SIZE[0] * SIZE[1] * 4, grey, np.uint8).data)


@pytest.fixture(scope="module")
def guide(tmp_path_factory):
    """The guide that comes with the program, but it greets briefly."""
    content = (Path(__file__).parents[2] / "resources" / "guide" / "en.toml").read_text("utf-8")
    folder = tmp_path_factory.mktemp("guide")
    (folder / "en.toml").write_text(
        re.sub(r"(?s)greeting = \[.*?\n\]", 'greeting = ["Hello, I am {name}."]', content, count=1)
    )
    guide = Guide([folder], place="Science Hall", help_at="the desk")
    yield guide
    guide.close()
    assert not [t.name for t in threading.enumerate() if t.name.startswith("guide")]


class LocalVisit:
    """A joined room. Records its events, the common events decoded from them, and the grey of each frame."""

    def __init__(self, guide, *, speaker=None, microphone=None):
        self.picture = Picture()
        self.speaker = speaker
        self.protocol = DemoProtocol(None, None, None)
        self.events = []
        self.decoded = []
        self.greys = []
        self.came = asyncio.Event()
        make = local_rooms(guide, lambda: CharacterRenderer(paint, 1), lambda: 4)
        self.room = make(picture=self.picture, speaker=speaker, microphone=microphone, choose=self.protocol.choose)
        self.picture.on_frame = self._on_frame

    def _on_frame(self):
        frame = self.picture.take()
        middle = len(frame.data) // 2 // 4 * 4
        self.greys.append(frame.data[middle])
        self.format = frame.format

    async def pump(self):
        while True:
            event = await self.room.events.get()
            self.events.append(event)
            self.decoded += self.protocol.decode(event, self.room)
            self.came.set()

    async def until(self, condition, seconds=30):
        async with asyncio.timeout(seconds):
            while not condition():
                self.came.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.came.wait(), 0.05)

    def captions(self, speaker=Speaker.AVATAR):
        """Return the newest text of every segment."""
        return list(
            {e.segment: e.text for e in self.decoded if isinstance(e, Caption) and e.speaker is speaker}.values()
        )

    def final(self, speaker=Speaker.AVATAR):
        return [e for e in self.decoded if isinstance(e, Caption) and e.speaker is speaker and e.final]

    def states(self):
        return [
            e.participants[0].attributes["lk.agent.state"] for e in self.events if isinstance(e, ParticipantsChanged)
        ]

    def has(self, kind):
        return any(isinstance(e, kind) for e in [*self.events, *self.decoded])

    async def listening(self, times=1):
        await self.until(lambda: len(self.final()) >= times and self.states()[-1] == "listening")


def streams():
    gc.collect()
    return len(FfiClient.instance.queue._subscribers)


@contextlib.asynccontextmanager
async def a_visit(guide, **parts):
    before = streams()
    visit = LocalVisit(guide, **parts)
    await visit.room.join("local:en", "kiosk-7", 5)
    pump = asyncio.create_task(visit.pump())
    try:
        yield visit
    finally:
        await visit.room.leave()
        pump.cancel()
        await asyncio.wait({pump})
        left = [t.get_name() for t in asyncio.all_tasks() if t is not asyncio.current_task()]
        assert left == []
        assert "character" not in [t.name for t in threading.enumerate()]
        assert streams() == before


@pytest.mark.asyncio
async def test_it_comes_to_life_and_greets(guide):
    speaker = FakeSpeaker()
    async with a_visit(guide, speaker=speaker) as visit:
        await visit.until(lambda: visit.has(Ready))
        await visit.listening()
        assert visit.states() == ["initializing", "listening", "speaking", "listening"]
        assert visit.has(AvatarVideo) and visit.has(AvatarAudio) and visit.has(FirstFrame)
        assert "Ollo" in visit.captions()[0]
        assert not visit.has(MicrophoneHeard)
        assert speaker.written_s > 1
        assert len(visit.greys) > 10


@pytest.mark.asyncio
async def test_a_question_is_answered_in_words_voice_and_mouth_all_in_step(guide, ears_model):
    speaker = FakeSpeaker()
    async with a_visit(guide, speaker=speaker) as visit:
        await visit.listening()
        sound_before = len(speaker.written)
        visit.greys.clear()
        heard_at = []  # how many letters were shown when so much was heard
        await visit.protocol.ask(visit.room, MOON)
        await visit.until(lambda: Thinking(True) in visit.decoded)
        while len(visit.final()) < 2:
            await asyncio.sleep(0.1)
            if len(visit.captions()) == 2:
                heard = sum(len(piece) for piece in speaker.written[sound_before:]) / RATE
                heard_at.append((heard, len(visit.captions()[1])))
        answer = visit.final()[1].text
        assert answer == "About four and a half billion years. That is almost as old as the Earth itself!"
        sound = np.concatenate(speaker.written[sound_before:])
        written = ears_model(sound).lower()
        assert "billion years" in written and "old as the earth" in written
        # words come with the voice: half of the sound, about half of the letters
        total = len(sound) / RATE
        share = [letters / len(answer) - heard / total for heard, letters in heard_at]
        assert max(abs(s) for s in share) < 0.35
        assert max(visit.greys) > 120  # the mouth was open
        assert sum(grey < 80 for grey in visit.greys) > 5  # and closed


@pytest.mark.asyncio
async def test_interrupted_it_is_silent_at_once_and_listens(guide):
    speaker = FakeSpeaker()
    async with a_visit(guide, speaker=speaker) as visit:
        await visit.listening()
        await visit.protocol.ask(visit.room, MOON)
        await visit.until(lambda: len(visit.captions()) == 2)
        await visit.protocol.interrupt(visit.room)
        await visit.until(lambda: len(visit.final()) == 2)
        written = speaker.written_s
        assert speaker.flushes == 1
        assert "itself" not in visit.final()[1].text
        await asyncio.sleep(0.5)
        assert speaker.written_s == written
        assert visit.states()[-1] == "listening"
        await visit.protocol.ask(visit.room, "what is a comet")
        await visit.until(lambda: len(visit.captions()) == 3)
        assert visit.captions()[2].startswith("A")


@pytest.mark.asyncio
async def test_a_visitor_who_speaks_is_heard_answered_and_interrupts(guide, ears_model):
    speaker, microphone = FakeSpeaker(), FakeMicrophone()
    async with a_visit(guide, speaker=speaker, microphone=microphone) as visit:
        await visit.listening()
        assert visit.has(MicrophoneHeard)
        voice = guide.in_language("en").voice
        question = np.concatenate([s.sound async for s in voice.speak("What is a black hole?")])
        sound = np.concatenate([question, np.zeros(2 * RATE, np.int16)])
        for begin in range(0, len(sound), 4800):
            microphone.feed(sound[begin : begin + 4800])
            microphone.speaking = begin < len(question)
            microphone.level = 0.5 if microphone.speaking else 0.0
            await asyncio.sleep(0.1)
        await visit.until(lambda: len(visit.captions()) == 2)
        assert any(isinstance(e, ActiveSpeakers) and e.own for e in visit.events)
        assert "black hole" in visit.captions(Speaker.VISITOR)[0].lower()
        assert visit.final(Speaker.VISITOR)
        microphone.speaking = True  # somebody speaks into its answer
        await visit.until(lambda: speaker.flushes == 1)
        await visit.until(lambda: len(visit.final()) == 2)


class SlowSpeaker(FakeSpeaker):
    """Nothing of what was written is heard while `holds` is True."""

    holds = True

    def pending_s(self):
        return self.written_s if self.holds else super().pending_s()


@pytest.mark.asyncio
async def test_captions_and_mouth_wait_for_what_is_still_in_the_speaker(guide):
    speaker = SlowSpeaker()
    async with a_visit(guide, speaker=speaker) as visit:
        await visit.until(lambda: speaker.written_s > 0.8)
        assert visit.captions() == []
        speaker.holds = False
        await visit.until(visit.captions, 2)


@pytest.mark.asyncio
async def test_without_speaker_and_microphone_it_talks_in_real_time(guide):
    async with a_visit(guide) as visit:
        await visit.until(visit.captions)
        begin = asyncio.get_running_loop().time()
        await visit.listening()
        assert asyncio.get_running_loop().time() - begin > 0.8


@pytest.mark.asyncio
async def test_the_painter_may_ask_for_another_format_in_the_middle(guide):
    async with a_visit(guide) as visit:
        await visit.until(lambda: visit.greys)
        assert visit.format is PixelFormat.BGRA
        visit.picture.wanted = PixelFormat.I420
        await visit.until(lambda: visit.format is PixelFormat.I420)


@pytest.mark.asyncio
async def test_it_closes_with_a_line_and_leaves_with_a_wave(guide):
    async with a_visit(guide) as visit:
        await visit.listening()
        await visit.protocol.wrap_up(visit.room, 15)
        await visit.listening(2)
        assert visit.final()[1].text in {
            guide.in_language("en").knowledge.fill(x) for x in guide.in_language("en").knowledge.content.wrap_up
        }
        await visit.protocol.goodbye(visit.room)
        await visit.room.call("guide", "no such procedure", "")
        await visit.room.call("somebody else", "interrupt", "")


@pytest.mark.asyncio
async def test_leaving_in_the_middle_of_a_word_is_quick_and_complete(guide):
    speaker, microphone = FakeSpeaker(), FakeMicrophone()
    async with a_visit(guide, speaker=speaker, microphone=microphone) as visit:
        await visit.until(visit.captions)
        await asyncio.gather(visit.room.leave(), visit.room.leave())
        await visit.room.leave()
        await visit.room.send_text(MOON, "lk.chat")  # too late: nothing happens
        written, frames = speaker.written_s, visit.picture.pushed
        await asyncio.sleep(0.3)
        assert (speaker.written_s, visit.picture.pushed) == (written, frames)


@pytest.mark.asyncio
async def test_one_visit_after_another_leaves_nothing_behind(guide):
    for _ in range(3):
        async with a_visit(guide, speaker=FakeSpeaker(), microphone=FakeMicrophone()) as visit:
            await visit.until(lambda: visit.has(FirstFrame))


@pytest.mark.asyncio
async def test_a_room_that_nobody_joined_can_be_left(guide):
    visit = LocalVisit(guide)
    await visit.room.leave()


@pytest.mark.expect_log("a part of the guide failed")
@pytest.mark.asyncio
async def test_a_part_that_fails_ends_the_room_instead_of_leaving_it_dead(guide, monkeypatch):
    async with a_visit(guide, microphone=FakeMicrophone()) as visit:
        monkeypatch.setattr(visit.room._talk, "visitor_speaks", None)
        await visit.until(lambda: visit.has(Disconnected))
        assert Disconnected(EndReason.ERROR) in visit.events


@pytest.mark.expect_log("the speaker stands still")
@pytest.mark.asyncio
async def test_a_speaker_that_never_plays_does_not_hold_the_talk(guide, monkeypatch):
    monkeypatch.setattr(local_scene, "_STUCK_S", 0.5)
    async with a_visit(guide, speaker=SlowSpeaker()) as visit:
        await visit.listening()
        assert visit.final()[0].text == "Hello, I am Ollo."
