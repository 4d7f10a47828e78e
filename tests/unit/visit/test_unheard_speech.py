"""Both voices arrive: the visitor is told when his does not, and a connection that only looks well is made anew."""

from __future__ import annotations

import asyncio

import pytest

from app.events import Caption, Speaking, Thinking
from app.intents import AskText
from app.rooms.base import ActiveSpeakers, Reconnected, Reconnecting
from app.screens import EndReason, Farewell, Live, Speaker, TalkMode, Trouble
from app.vendors.base import Capabilities
from app.visit.speech_activity import SpeechActivity
from app.visit.unheard_speech import REACTION_S, UnheardSpeech
from tests.fakes.audio import FakeSpeaker
from tests.fakes.kiosk import Rig, settings, told_staff
from tests.fakes.service import FakeControl, RoomScript

pytestmark = pytest.mark.asyncio


async def say_something(rig: Rig, seconds: float = 3.0) -> None:
    rig.audio.microphone.speaking = True
    await asyncio.sleep(seconds)
    rig.audio.microphone.speaking = False


# ---------------------------------------------------------------- the visitor's voice


@pytest.mark.expect_log("the visitor is not heard")
async def test_words_that_nobody_hears_are_told_and_then_the_room_is_joined_anew_once() -> None:
    async with Rig(settings(visit={"idle_s": 300.0})) as rig:
        await rig.to_live()
        await say_something(rig)
        await asyncio.sleep(REACTION_S + 0.3)
        assert rig.screen.trouble is Trouble.CANNOT_HEAR and len(rig.rooms) == 1
        await say_something(rig)
        await asyncio.sleep(REACTION_S + 2)
        assert len(rig.rooms) == 2 and rig.screen.trouble is None and isinstance(rig.screen, Live)
        assert "no notice" in told_staff(rig.vitals)
        for _ in range(4):
            await say_something(rig)
            await asyncio.sleep(REACTION_S + 2)
        assert len(rig.rooms) == 2 and rig.screen.trouble is Trouble.CANNOT_HEAR


@pytest.mark.parametrize(
    "sign",
    [
        Caption(Speaker.VISITOR, "s", "hello"),
        Speaking(Speaker.VISITOR, True),
        Thinking(True),
        "answer",
    ],
    ids=lambda sign: type(sign).__name__,
)
async def test_any_sign_of_the_service_will_do(sign) -> None:
    async with Rig(settings(visit={"idle_s": 300.0})) as rig:
        await rig.to_live()
        for _ in range(4):
            await say_something(rig)
            if sign == "answer":
                rig.audio.speaker.level = 0.5
                await asyncio.sleep(1)
                rig.audio.speaker.level = 0.0
            else:
                rig.room.say(sign)
            await asyncio.sleep(REACTION_S + 1)
            assert rig.screen.trouble is None
        assert len(rig.rooms) == 1


@pytest.mark.expect_log("the visitor is not heard")
@pytest.mark.parametrize("sends_words", [False, True])
async def test_that_a_voice_got_into_the_room_will_do_only_where_no_words_can_come(sends_words) -> None:
    async with Rig(
        settings(visit={"idle_s": 300.0}), FakeControl(capabilities=Capabilities(transcripts=sends_words))
    ) as rig:
        await rig.to_live()
        for _ in range(2):
            await say_something(rig)
            rig.room.tell(ActiveSpeakers((), own=True))
            rig.room.say(Speaking(Speaker.VISITOR, True, by_room=True))
            await asyncio.sleep(0.1)
            rig.room.tell(ActiveSpeakers((), own=False))
            rig.room.say(Speaking(Speaker.VISITOR, False, by_room=True))
            await asyncio.sleep(REACTION_S + 1)
        assert len(rig.rooms) == (2 if sends_words else 1)


async def test_voices_in_a_loud_room_need_no_sign() -> None:
    async with Rig(settings(visit={"idle_s": 300.0})) as rig:
        await rig.to_live()
        rig.audio.microphone.noise = 0.9
        for _ in range(4):
            await say_something(rig)
            await asyncio.sleep(REACTION_S + 1)
        assert rig.screen.trouble is Trouble.LOUD and len(rig.rooms) == 1


async def test_a_cough_or_the_avatars_own_voice_needs_no_sign() -> None:
    async with Rig(settings(visit={"idle_s": 300.0})) as rig:
        await rig.to_live()
        for _ in range(5):
            await say_something(rig, 0.8)
            await asyncio.sleep(REACTION_S + 1)
        rig.audio.speaker.level = 0.5
        await asyncio.sleep(0.2)
        await say_something(rig, 4)
        rig.audio.speaker.level = 0.0
        await asyncio.sleep(REACTION_S + 1)
        assert rig.screen.trouble is None and len(rig.rooms) == 1


async def test_a_sign_in_the_middle_of_a_long_sentence_counts_for_it() -> None:
    unheard = UnheardSpeech()
    for tenth in range(100):
        unheard.look(tenth / 10, voice=tenth < 50)
        if tenth == 20:
            unheard.confirm()
    assert unheard.missed == 0


async def prompt(rig: Rig, every: float, first: float) -> None:
    """An agent that speaks by itself, whatever anybody says."""
    await asyncio.sleep(first)
    while True:
        rig.room.say(Thinking(True))
        await asyncio.sleep(0.5)
        rig.room.say(Thinking(False))
        rig.audio.speaker.level = 0.5
        await asyncio.sleep(3)
        rig.audio.speaker.level = 0.0
        await asyncio.sleep(every - 3.5)


@pytest.mark.expect_log("the visitor is not heard")
@pytest.mark.parametrize("every", [10.3, 15.0, 16.3, 17.0, 20.0, 24.0])
@pytest.mark.parametrize("first", [1.0, 4.5, 7.5])
async def test_prompts_of_a_deaf_agent_do_not_hide_that_nobody_is_heard(every: float, first: float) -> None:
    async with Rig() as rig:
        await rig.to_live()
        prompting = asyncio.create_task(prompt(rig, every, first))
        began = rig.loop.time()
        told: list[float] = []
        joined: list[float] = []
        while (elapsed_s := rig.loop.time() - began) < 100:
            rig.audio.microphone.speaking = elapsed_s % 8 < 4
            await asyncio.sleep(0.1)
            assert isinstance(rig.screen, Live)
            if rig.screen.trouble is Trouble.CANNOT_HEAR:
                assert rig.screen.show_questions, "another way is offered"
                told.append(elapsed_s)
            if len(rig.rooms) == 2:
                joined.append(elapsed_s)
        prompting.cancel()
        assert told and joined and joined[0] < 90


async def test_a_typed_question_that_comes_back_as_the_visitors_words_does_not_prove_that_he_is_heard() -> None:
    async with Rig(settings(visit={"idle_s": 300.0})) as rig:
        await rig.to_live()
        await say_something(rig)
        await asyncio.sleep(REACTION_S + 0.3)
        assert rig.screen.trouble is Trouble.CANNOT_HEAR
        rig.tap(AskText("Who built this?"))
        await asyncio.sleep(0.5)
        rig.room.say(Caption(Speaker.VISITOR, "echo", "Who built"))
        rig.room.say(Caption(Speaker.VISITOR, "echo", "Who built this?", True))
        rig.room.say(Caption(Speaker.AVATAR, "a", "A giant.", True))
        await asyncio.sleep(0.3)
        assert rig.screen.trouble is Trouble.CANNOT_HEAR
        rig.room.say(Caption(Speaker.VISITOR, "v", "A giant", True))
        rig.room.say(Caption(Speaker.AVATAR, "b", "Yes.", True))
        await asyncio.sleep(0.3)
        assert rig.screen.trouble is None


async def test_an_agent_that_sends_no_words_and_answers_promptly_is_not_joined_anew() -> None:
    async with Rig(settings(visit={"idle_s": 300.0, "hard_limit_s": 900.0})) as rig:
        await rig.to_live()
        for turn in range(20):
            await say_something(rig, 3)
            await asyncio.sleep(6.0 if turn % 4 == 3 else 1.5)  # at times it is slow
            rig.audio.speaker.level = 0.5
            await asyncio.sleep(4)
            rig.audio.speaker.level = 0.0
            await asyncio.sleep(1)
            assert rig.screen.trouble is None
        assert len(rig.rooms) == 1


async def test_an_avatar_that_begins_into_a_voice_may_answer_it() -> None:
    unheard = UnheardSpeech()
    for tenth in range(100):
        unheard.look(tenth / 10, voice=tenth < 50)
        if tenth == 30:
            unheard.avatar_begins()
    assert unheard.missed == 0 and not unheard.is_unheard


async def test_what_the_avatar_says_by_itself_takes_nothing_back() -> None:
    unheard = UnheardSpeech()
    unheard.avatar_begins()
    for tenth in range(200):
        unheard.look(tenth / 10, voice=tenth < 30)
        if tenth == 150:
            unheard.avatar_begins()
    assert unheard.missed == 1 and unheard.is_unheard


@pytest.mark.parametrize(("speaks_again", "missed"), [(False, 0), (True, 1)])
async def test_a_late_answer_counts_for_a_visitor_who_waited_for_it(speaks_again, missed) -> None:
    unheard = UnheardSpeech()
    for tenth in range(90):
        unheard.look(tenth / 10, voice=tenth < 30 or (speaks_again and 75 <= tenth < 80))
    assert unheard.missed == 1
    unheard.avatar_begins()
    assert unheard.missed == missed


async def test_a_pause_in_a_sentence_is_not_its_end_but_a_talk_without_end_is_not_waited_for() -> None:
    unheard = UnheardSpeech()
    for tenth in range(400):
        unheard.look(tenth / 10, voice=tenth % 40 < 25)
        if tenth < 200:
            assert unheard.missed == 0
    assert unheard.missed > 0


@pytest.mark.parametrize(("voice_from", "counts"), [(30, True), (45, False)])
async def test_a_voice_that_outlasts_the_avatars_is_no_echo(voice_from, counts) -> None:
    unheard = UnheardSpeech()
    for tenth in range(120):
        unheard.look(tenth / 10, voice=voice_from <= tenth < 60, avatar=tenth < 50)
    assert (unheard.missed == 1) is counts


# ---------------------------------------------------------------- the avatar's voice


async def test_a_voice_that_does_not_arrive_is_noticed_and_then_joined_anew() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.room.say(Speaking(Speaker.AVATAR, True))
        await asyncio.sleep(5.5)
        assert rig.screen.trouble is Trouble.STALLED
        assert rig.vitals.media_overdue == "the voice does not arrive"
        await asyncio.sleep(12)
        assert len(rig.rooms) == 2 and rig.screen.trouble is None and rig.vitals.media_overdue is None
        rig.room.say(Speaking(Speaker.AVATAR, True))
        assert (await rig.until(Farewell, within=17)).reason is EndReason.NETWORK


async def test_the_services_word_may_come_before_the_first_look_at_the_devices() -> None:
    speech = SpeechActivity(FakeSpeaker(), None, TalkMode.TEXT)
    speech.avatar_says(True)
    assert speech.silent_s == 0
    speech.look(9000.0)
    assert speech.silent_s == 0
    speech.look(9003.0)
    assert speech.silent_s == 3


async def test_a_voice_that_arrives_is_no_trouble_however_long_it_speaks() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.room.say(Speaking(Speaker.AVATAR, True))
        rig.audio.speaker.level = 0.4
        await asyncio.sleep(40)
        assert rig.screen.trouble is None and len(rig.rooms) == 1


async def test_an_interrupted_avatar_is_silent_by_right() -> None:
    from app.intents import Interrupt

    async with Rig() as rig:
        await rig.to_live()
        rig.room.say(Speaking(Speaker.AVATAR, True))
        rig.audio.speaker.level = 0.4
        await asyncio.sleep(1)
        rig.tap(Interrupt())
        await asyncio.sleep(8)
        assert rig.screen.trouble is None


async def test_a_voice_without_a_picture_is_only_well_while_its_connection_is() -> None:
    control = FakeControl(capabilities=Capabilities(video=False))
    rig = Rig(control=control)
    rig.scripts.append(RoomScript(voice_only=True))
    async with rig:
        await rig.to_live()
        rig.room.tell(Reconnecting())
        await asyncio.sleep(0.3)
        assert rig.screen.trouble is Trouble.STALLED
        assert rig.vitals.media_overdue == "the connection is being repaired"
        rig.room.tell(Reconnected())
        await asyncio.sleep(0.3)
        assert rig.screen.trouble is None and rig.vitals.media_overdue is None
