"""The conversation: words, questions, picture and microphone, and whatever is wrong with them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from app.audio.base import DeviceState
from app.events import Caption, Emotion, Ending, FlushMouth, Speaking, Visemes
from app.intents import AskText, End, Extend, Interrupt, Mute, Prefer, TalkButton
from app.rooms.base import Arriving, AvatarGone, FirstFrame, Reconnecting
from app.screens import Attract, EndReason, Farewell, Live, MicrophoneState, Speaker, Talk, TalkMode, Trouble, WhyNot
from app.vendors.base import Capabilities
from app.vendors.errors import TransientError
from app.waiting.line import NoLine
from tests.fakes.kiosk import Rig, settings
from tests.fakes.pictures import plain
from tests.fakes.service import FakeControl, RoomScript

pytestmark = pytest.mark.asyncio


async def test_captions_replace_by_segment_and_count_once() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.room.say(Caption(Speaker.AVATAR, "a", "Hello"))
        rig.room.say(Caption(Speaker.AVATAR, "a", "Hello there", True))
        rig.room.say(Caption(Speaker.VISITOR, "v", "hi", True))
        live = await rig.until(lambda s: isinstance(s, Live) and len(s.captions) == 2)
        assert [line.text for line in live.captions] == ["Hello there", "hi"]
        assert rig.vitals.visit.captions == 2


async def test_a_typed_question_goes_to_the_service_and_is_shown_once_even_when_it_is_echoed() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.tap(AskText("Where is the café?"))
        await rig.until(lambda s: isinstance(s, Live) and s.captions)
        rig.room.say(Caption(Speaker.VISITOR, "echo", "Where is the café?", True))
        await asyncio.sleep(1)
        assert rig.protocol.calls == [("ask", "Where is the café?")]
        assert len(rig.screen.captions) == 1 and rig.vitals.visit.captions == 1


async def test_interrupt_silences_at_once_and_lets_the_next_answer_be_heard() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.audio.speaker.level = 0.5
        await asyncio.sleep(0.5)
        rig.tap(Interrupt())
        await asyncio.sleep(0.3)
        assert rig.audio.speaker.flushes == 1 and rig.audio.speaker.muted
        rig.audio.speaker.level = 0.0
        await asyncio.sleep(1.0)
        assert not rig.audio.speaker.muted


async def test_a_frozen_picture_is_noticed_and_then_ends_the_visit() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.room.moving = False
        began = rig.loop.time()
        await rig.until(lambda s: isinstance(s, Live) and s.trouble is Trouble.STALLED)
        assert rig.loop.time() - began == pytest.approx(5, abs=0.4)
        assert rig.vitals.media_overdue
        assert (await rig.until(Farewell)).reason is EndReason.NETWORK
        assert rig.loop.time() - began == pytest.approx(15, abs=0.4)


async def test_a_short_freeze_heals_without_an_end() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.room.moving = False
        await asyncio.sleep(8)
        rig.room.moving = True
        await rig.until(lambda s: isinstance(s, Live) and s.trouble is None, within=1)


async def test_a_voice_only_service_shows_the_character_and_is_not_called_stalled() -> None:
    control = FakeControl(capabilities=replace(Capabilities(), video=False))
    async with Rig(settings(visit={"idle_s": 100}), control) as rig:
        rig.scripts.append(RoomScript(voice_only=True))
        await rig.to_live()
        await asyncio.sleep(60)
        assert rig.figure.visible and rig.screen.trouble is None
        assert rig.vitals.video.source == "character"


@pytest.mark.parametrize("fault", ["silent", "missing"])
async def test_a_microphone_that_gives_nothing_is_told_and_the_visit_goes_on(fault: str) -> None:
    async with Rig() as rig:
        if fault == "missing":
            rig.audio.microphone_state = DeviceState.MISSING
        await rig.to_live()
        rig.audio.microphone.heard_anything = False
        await rig.until(lambda s: isinstance(s, Live) and s.trouble is Trouble.CANNOT_HEAR, within=8)
        rig.tap(AskText("What is here?"))
        await asyncio.sleep(1)
        assert rig.protocol.calls == [("ask", "What is here?")]


async def test_a_loud_room_offers_the_button_and_pressing_it_changes_the_mode() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.audio.microphone.noise = 0.9
        await rig.until(lambda s: isinstance(s, Live) and s.trouble is Trouble.LOUD, within=7)
        rig.tap(TalkButton(True))
        await rig.until(lambda s: isinstance(s, Live) and s.mode is TalkMode.PUSH_TO_TALK, within=1)
        assert rig.audio.microphone.enabled
        rig.tap(TalkButton(False))
        await asyncio.sleep(0.1)
        assert rig.protocol.calls == [("finish_question", None)], "the service need not wait for the silence"
        await asyncio.sleep(0.2)
        assert not rig.audio.microphone.enabled


async def test_half_duplex_closes_the_microphone_while_the_avatar_is_heard() -> None:
    async with Rig(settings(audio={"mode": TalkMode.HALF_DUPLEX})) as rig:
        await rig.to_live()
        rig.audio.speaker.level = 0.5
        await asyncio.sleep(0.3)
        assert not rig.audio.microphone.enabled
        rig.audio.speaker.level = 0.0
        await asyncio.sleep(1.0)
        assert rig.audio.microphone.enabled


async def test_text_mode_opens_no_microphone() -> None:
    async with Rig(settings(audio={"mode": TalkMode.TEXT})) as rig:
        await rig.accept()
        await rig.until(Live)
        assert rig.audio.microphones == []


async def test_an_idle_warning_of_the_service_is_answered_only_after_real_activity() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.room.say(Ending(30, by_idle=True))
        await asyncio.sleep(20)
        assert rig.protocol.calls == [] and rig.screen.remaining_s is None
        rig.room.say(Caption(Speaker.VISITOR, "v", "I am here"))
        await asyncio.sleep(1)
        rig.tap(AskText("Still here"))
        await asyncio.sleep(1)
        assert rig.protocol.calls == [("stay", None), ("ask", "Still here")]


async def test_the_services_own_word_on_the_end_wins_over_the_rooms() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.protocol.true_reason = EndReason.VENDOR_MAX_DURATION
        rig.room.drop(EndReason.ROOM_CLOSED)
        assert (await rig.until(Farewell)).reason is EndReason.VENDOR_MAX_DURATION


async def test_a_picture_that_was_not_promised_is_shown_all_the_same() -> None:
    control = FakeControl(capabilities=replace(Capabilities(), video=False))
    async with Rig(control=control) as rig:
        rig.scripts.append(RoomScript(voice_only=True))
        await rig.to_live()
        rig.room.tell(FirstFrame())
        for _ in range(15):
            rig.picture.push(plain())
            await asyncio.sleep(0.1)
        assert not rig.figure.visible and rig.vitals.video.source == "room"


async def test_a_service_that_is_slow_to_take_a_question_does_not_hold_up_goodbye() -> None:
    async with Rig() as rig:
        await rig.to_live()

        async def slow(room, text) -> None:
            await asyncio.sleep(30)

        rig.protocol.ask = slow
        rig.tap(AskText("Are you there?"))
        await asyncio.sleep(0.1)
        rig.tap(End())
        assert (await rig.until(Farewell, within=0.2)).reason is EndReason.VISITOR


@pytest.mark.expect_log("the service did not take a message")
async def test_a_question_that_the_service_refuses_does_not_end_the_visit() -> None:
    async with Rig() as rig:
        await rig.to_live()

        async def refuse(room, text) -> None:
            raise TransientError("fake", "no")

        rig.protocol.ask = refuse
        rig.tap(AskText("Are you there?"))
        await asyncio.sleep(1)
        assert isinstance(rig.screen, Live)


def voice_only() -> FakeControl:
    return FakeControl(capabilities=replace(Capabilities(), video=False))


async def test_a_connection_that_is_not_repaired_ends_a_visit_by_voice_like_one_with_a_picture() -> None:
    async with Rig(settings(visit={"idle_s": 100}), voice_only()) as rig:
        rig.scripts.append(RoomScript(voice_only=True))
        await rig.to_live()
        rig.room.tell(Reconnecting())
        await rig.until(lambda s: isinstance(s, Live) and s.trouble is Trouble.STALLED, within=1)
        began = rig.loop.time()
        await asyncio.sleep(1)
        assert rig.vitals.media_overdue
        assert (await rig.until(Farewell)).reason is EndReason.NETWORK
        assert rig.loop.time() - began == pytest.approx(15, abs=0.5)
        assert rig.vitals.media_overdue is None


async def test_the_figure_closes_its_mouth_when_the_visit_ends_in_the_middle_of_its_sentence() -> None:
    async with Rig(control=voice_only()) as rig:
        rig.scripts.append(RoomScript(voice_only=True))
        await rig.to_live()
        rig.audio.speaker.level = 0.5
        await asyncio.sleep(0.5)
        assert rig.figure.loudness == 0.5
        rig.tap(End())
        await rig.until(Farewell)
        assert rig.figure.loudness == 0.0 and rig.figure.shapes[-1] is None


async def test_a_visitor_who_spoke_when_the_room_was_lost_is_not_taken_to_speak_for_ever() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.room.say(Speaking(Speaker.VISITOR, True))
        await rig.until(lambda s: isinstance(s, Live) and s.talk is Talk.HEARING)
        rig.room.drop(EndReason.NETWORK, may_rejoin=True)
        await asyncio.sleep(5)
        assert len(rig.rooms) == 2 and rig.screen.talk is Talk.LISTENING
        assert (await rig.until(Farewell, within=70)).reason is EndReason.IDLE


@pytest.mark.expect_log("microphone could not be opened|sound device did not close")
async def test_a_microphone_that_cannot_be_opened_at_all_costs_neither_the_visit_nor_the_speaker() -> None:
    async with Rig() as rig:

        async def fail():
            raise OSError("the sound library refuses")

        rig.audio.open_microphone = fail
        await rig.accept()
        live = await rig.until(Live)
        assert live.microphone is MicrophoneState.MISSING
        rig.tap(End())
        await rig.until(Attract)
        assert rig.audio.open_devices == []


async def test_without_a_picture_a_lost_network_is_noticed_by_what_no_longer_arrives() -> None:
    async with Rig(settings(visit={"idle_s": 100}), voice_only()) as rig:
        rig.scripts.append(RoomScript(voice_only=True))
        await rig.to_live()
        for _ in range(30):
            rig.room.tell(Arriving())
            await asyncio.sleep(1)
            assert rig.screen.trouble is None
        rig.room.tell(Reconnecting())  # the signal's connection, while sound comes and goes
        rig.room.tell(Arriving())
        await asyncio.sleep(1)
        assert rig.screen.trouble is None
        began = rig.loop.time()
        await rig.until(lambda s: isinstance(s, Live) and s.trouble is Trouble.STALLED)
        assert rig.loop.time() - began == pytest.approx(4, abs=0.4)
        rig.room.tell(Arriving())
        await rig.until(lambda s: isinstance(s, Live) and s.trouble is None, within=1)
        assert (await rig.until(Farewell)).reason is EndReason.NETWORK
        assert rig.loop.time() - began == pytest.approx(19, abs=0.6)


async def test_a_visitor_who_mutes_is_not_heard_and_sees_it() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.tap(Mute(True))
        live = await rig.until(lambda s: isinstance(s, Live) and s.microphone is MicrophoneState.MUTED)
        assert isinstance(live, Live)
        await asyncio.sleep(0.5)
        assert not rig.audio.microphone.enabled
        rig.tap(Mute(False))
        await rig.until(lambda s: isinstance(s, Live) and s.microphone is MicrophoneState.OPEN)
        await asyncio.sleep(0.5)
        assert rig.audio.microphone.enabled
        assert rig.audio.speaker.chimes[-2:] == ["microphone_closed", "microphone_open"]


async def test_what_a_visitor_prefers_counts_at_once() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.tap(Prefer(replace(rig.stage.preferences, volume=0.3, less_motion=True, captions=False)))
        await asyncio.sleep(0.1)
        assert rig.audio.speaker.volume == 0.3 and rig.figure.less_motion
        rig.room.say(Caption(Speaker.AVATAR, "a", "Hello", True))
        await asyncio.sleep(0.1)
        assert rig.vitals.visit.captions == 0, "a caption that nobody sees is not counted"


async def test_the_face_of_a_voice_is_drawn() -> None:
    async with Rig(control=voice_only()) as rig:
        rig.scripts.append(RoomScript(voice_only=True))
        await rig.to_live()
        shape = Visemes(0.1, {"aa": 1.0}, 1)
        for event in (shape, Emotion("joy", 1.0), FlushMouth()):
            rig.room.say(event)
        await asyncio.sleep(0.1)
        assert rig.figure.shapes == [shape, None] and rig.figure.feelings == [("joy", 1.0)]


async def test_somebody_who_waits_is_the_reason_for_no_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NoLine, "somebody_waits", lambda self: True)
    async with Rig(settings(visit={"hard_limit_s": 60.0, "idle_s": 300.0})) as rig:
        await rig.to_live()
        live = await rig.until(lambda s: isinstance(s, Live) and s.remaining_s is not None)
        assert isinstance(live, Live) and not live.may_extend and live.why_not is WhyNot.SOMEONE_WAITS
        rig.tap(Extend())
        await asyncio.sleep(1)
        assert rig.vitals.visit.extensions == 0


@pytest.mark.expect_log("a part of the conversation failed")
async def test_a_fault_of_ours_ends_the_visit_with_an_apology_and_leaves_nothing() -> None:
    async with Rig() as rig:
        await rig.to_live()

        async def fail(reason: EndReason) -> EndReason:
            raise ZeroDivisionError

        rig.protocol.why_ended = fail
        rig.room.tell(AvatarGone())
        assert (await rig.until(Farewell)).reason is EndReason.ERROR
        await rig.until(Attract)
        await asyncio.sleep(1)
        rig.nothing_is_left()


async def test_the_first_reason_for_an_end_is_the_one_that_counts() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.tap(End())
        rig.room.drop(EndReason.ROOM_CLOSED)
        rig.tap(End())
        assert (await rig.until(Farewell)).reason is EndReason.VISITOR
