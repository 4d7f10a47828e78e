"""A visitor who says goodbye: the avatar answers, "Goodbye" is shown for 6 s, and then the visit is over."""

from __future__ import annotations

import asyncio

import pytest

from app.events import AvatarEnds, Caption
from app.intents import Activity, AskText, End, Extend, Intent, Interrupt, Mute, Stay, TalkButton
from app.rooms.base import AvatarGone
from app.screens import Attract, EndReason, Farewell, Live, Speaker, StillThere
from app.vendors.base import Capabilities
from tests.fakes.kiosk import Rig, settings, told_staff
from tests.fakes.service import FakeControl

pytestmark = pytest.mark.asyncio


def visitor(text: str, segment: str = "1", final: bool = True) -> Caption:
    return Caption(Speaker.VISITOR, segment, text, final)


async def answer(rig: Rig, seconds: float = 2.0) -> None:
    """The avatar says something."""
    rig.audio.speaker.level = 0.5
    await asyncio.sleep(seconds)
    rig.audio.speaker.level = 0.0


async def say_goodbye(rig: Rig, text: str = "Thank you, bye bye!") -> StillThere:
    """The visitor says goodbye, the avatar answers; return the screen that asks."""
    rig.room.say(visitor(text))
    await asyncio.sleep(1)
    await answer(rig)
    return await rig.until(StillThere, within=2)


def asked(rig: Rig) -> int:
    """How often a question was on the screen."""
    steps = {shown.step for shown in rig.shown if isinstance(shown.screen, StillThere)}
    return len(steps)


async def test_after_the_avatars_answer_goodbye_is_shown_and_ends_the_visit() -> None:
    async with Rig() as rig:
        await rig.to_live()
        screen = await say_goodbye(rig)
        began = rig.loop.time()
        assert (screen.goodbye, screen.seconds, screen.of_s) == (True, 6, 6)
        assert screen.live.captions[-1].text == "Thank you, bye bye!"
        assert (await rig.until(Farewell)).reason is EndReason.VISITOR
        assert rig.loop.time() - began == pytest.approx(6, abs=0.3)
        await rig.until(Attract)
        await asyncio.sleep(1)
        assert asked(rig) == 1 and rig.audio.speaker.chimes.count("still_there") == 1
        rig.nothing_is_left()


@pytest.mark.parametrize(
    ("text", "languages"),
    [("Auf Wiedersehen", ["de"]), ("Danke, au revoir", ["de", "fr"]), ("شكرًا، مع السلامة", ["ar"])],
)
async def test_it_is_understood_in_the_kiosks_languages(text: str, languages: list[str]) -> None:
    async with Rig(settings(kiosk={"language": languages[0], "languages": languages})) as rig:
        await rig.to_live()
        await say_goodbye(rig, text)


async def test_an_avatar_that_does_not_answer_is_waited_for_8_seconds() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.room.say(visitor("Goodbye"))
        began = rig.loop.time()
        assert (await rig.until(StillThere, within=10)).goodbye
        assert rig.loop.time() - began == pytest.approx(8, abs=0.3)


@pytest.mark.parametrize("typed", [True, False])
async def test_a_farewell_without_an_answer_is_no_question_that_nobody_answers(typed: bool) -> None:
    async with Rig() as rig:
        await rig.to_live()
        if typed:
            rig.tap(AskText("Goodbye"))
        else:
            rig.room.say(visitor("Goodbye"))
        await rig.until(StillThere, within=10)
        rig.audio.microphone.speaking = True  # holds the goodbye beyond the time in which questions are answered
        assert (await rig.until(Farewell)).reason is EndReason.VISITOR
        assert len(rig.rooms) == 1 and told_staff(rig.vitals) == ""
        assert not any(isinstance(s.screen, StillThere) and s.screen.live.trouble for s in rig.shown)


async def test_what_the_avatar_was_saying_is_no_answer_but_is_finished() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.audio.speaker.level = 0.5
        await asyncio.sleep(1)
        rig.room.say(visitor("Goodbye"))
        await asyncio.sleep(12)
        assert isinstance(rig.screen, Live)
        rig.audio.speaker.level = 0.0
        await rig.until(StillThere, within=2)


async def test_an_answer_in_the_middle_of_the_avatars_speech_begins_after_it_fell_silent() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.audio.speaker.level = 0.5
        await asyncio.sleep(1)
        rig.room.say(visitor("Goodbye"))
        await asyncio.sleep(0.5)
        rig.audio.speaker.level = 0.0
        await asyncio.sleep(3)
        assert isinstance(rig.screen, Live)
        await answer(rig)
        await rig.until(StillThere, within=2)


@pytest.mark.parametrize("intent", [Stay(), Activity(), Mute(True)])
async def test_a_touch_while_it_is_shown_goes_on_as_before(intent: Intent) -> None:
    async with Rig() as rig:
        await rig.to_live()
        await say_goodbye(rig)
        await asyncio.sleep(5)
        rig.tap(intent)
        await rig.until(Live, within=0.5)
        await asyncio.sleep(30)
        assert isinstance(rig.screen, Live) and asked(rig) == 1


async def test_esc_while_it_is_shown_is_goodbye_now() -> None:
    async with Rig() as rig:
        await rig.to_live()
        await say_goodbye(rig)
        rig.tap(End())
        assert (await rig.until(Farewell, within=0.5)).reason is EndReason.VISITOR


@pytest.mark.parametrize("final", [True, False])
async def test_words_while_it_is_shown_go_on_as_before(final: bool) -> None:
    async with Rig() as rig:
        await rig.to_live()
        await say_goodbye(rig)
        rig.room.say(visitor("One more question", "2", final))
        await rig.until(Live, within=0.5)
        await asyncio.sleep(30)
        assert isinstance(rig.screen, Live)


async def test_a_farewell_that_grows_into_a_question_was_none() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.room.say(visitor("Bye"))
        await asyncio.sleep(1)
        rig.room.say(visitor("Bye, where is the cafe?"))
        rig.room.say(visitor("Bye"))  # doubled, and late
        await answer(rig)
        await asyncio.sleep(20)
        assert asked(rig) == 0


@pytest.mark.parametrize("again", ["Goodbye", "good", "Bye bye", "", "Goodbye, thank you"])
async def test_a_farewell_said_again_changes_nothing(again: str) -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.room.say(visitor("Goodbye"))
        await answer(rig)
        rig.room.say(visitor(again, "2", final=again != "good"))
        await rig.until(StillThere, within=2)
        rig.room.say(visitor(again, "3", final=again != "good"))
        assert (await rig.until(Farewell, within=7)).reason is EndReason.VISITOR
        assert asked(rig) == 1


@pytest.mark.parametrize(("shown", "goes_on"), [(False, False), (True, True)])
async def test_courtesies_after_a_farewell_belong_to_it_until_goodbye_is_shown(shown: bool, goes_on: bool) -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.room.say(visitor("Goodbye"))
        await answer(rig)
        if shown:
            await rig.until(StillThere, within=2)
        rig.room.say(visitor("Tha", "2", final=False))
        rig.room.say(visitor("Thank you, yes", "2"))
        await asyncio.sleep(3)
        assert isinstance(rig.screen, Live) is goes_on


async def test_a_doubled_farewell_does_not_ask_who_stayed_again() -> None:
    async with Rig() as rig:
        await rig.to_live()
        await say_goodbye(rig, "Goodbye")
        rig.tap(Stay())
        await asyncio.sleep(5)
        rig.room.say(visitor("Goodbye", "another name"))
        await asyncio.sleep(30)
        assert asked(rig) == 1
        rig.room.say(visitor("Well, goodbye", "3"))  # and a new one counts
        await answer(rig)
        await rig.until(StillThere, within=2)


@pytest.mark.parametrize(
    "caption",
    [
        visitor("Goodbye", final=False),
        visitor("Goodbye?"),
        visitor("What does goodbye mean"),
        Caption(Speaker.AVATAR, "1", "Goodbye!", True),
    ],
)
async def test_without_final_words_of_the_visitor_that_are_nothing_else_nothing_is_guessed(caption: Caption) -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.room.say(caption)
        await answer(rig)
        await asyncio.sleep(20)
        assert asked(rig) == 0


async def test_without_words_from_the_service_a_typed_goodbye_counts_too() -> None:
    control = FakeControl(capabilities=Capabilities(transcripts=False))
    async with Rig(control=control) as rig:
        await rig.to_live()
        rig.tap(AskText("Goodbye"))
        await asyncio.sleep(0.5)
        assert ("ask", "Goodbye") in rig.protocol.calls
        rig.tap(Activity())  # the field is closed
        await asyncio.sleep(1)
        rig.tap(TalkButton(False))
        rig.tap(Interrupt())
        await answer(rig)
        assert (await rig.until(StillThere, within=2)).goodbye


@pytest.mark.parametrize("intent", [AskText("Where?"), TalkButton(True), Extend(), Activity()])
async def test_who_goes_on_during_the_answer_is_not_asked(intent: Intent) -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.room.say(visitor("Goodbye"))
        await asyncio.sleep(1)
        rig.tap(intent)
        await answer(rig)
        await asyncio.sleep(20)
        assert asked(rig) == 0


async def test_it_can_be_switched_off() -> None:
    async with Rig(settings(visit={"spoken_goodbye": False})) as rig:
        await rig.to_live()
        rig.room.say(visitor("Goodbye"))
        await answer(rig)
        await asyncio.sleep(20)
        assert asked(rig) == 0


async def test_a_voice_holds_the_goodbye_because_words_may_follow_it() -> None:
    async with Rig() as rig:
        await rig.to_live()
        await say_goodbye(rig)
        await asyncio.sleep(5)
        rig.audio.microphone.speaking = True
        await asyncio.sleep(8)
        assert rig.screen.goodbye
        rig.room.say(visitor("What I wanted to ask is", "2", final=False))
        await rig.until(Live, within=0.5)


async def test_voices_without_words_hold_it_only_so_long() -> None:
    async with Rig() as rig:
        await rig.to_live()
        await say_goodbye(rig)
        rig.audio.microphone.speaking = True
        began = rig.loop.time()
        assert (await rig.until(Farewell)).reason is EndReason.VISITOR
        assert 20 < rig.loop.time() - began < 33


async def test_the_avatar_may_finish_what_it_says_while_goodbye_is_shown() -> None:
    async with Rig() as rig:
        await rig.to_live()
        await say_goodbye(rig)
        await answer(rig, 10)
        assert rig.screen.goodbye


async def test_two_questions_are_never_asked_at_once() -> None:
    async with Rig(settings(visit={"idle_s": 5.0})) as rig:
        await rig.to_live()
        rig.room.say(visitor("Goodbye"))
        screen = await rig.until(StillThere, within=6)
        assert not screen.goodbye
        await asyncio.sleep(10)
        assert not rig.screen.goodbye
        assert (await rig.until(Farewell)).reason is EndReason.IDLE


async def test_a_farewell_answers_the_question_whether_somebody_is_there_and_then_counts() -> None:
    async with Rig() as rig:
        await rig.to_live()
        assert not (await rig.until(StillThere)).goodbye
        rig.room.say(visitor("Oh, goodbye"))
        await rig.until(Live, within=0.5)
        assert (await rig.until(StillThere, within=9)).goodbye
        assert (await rig.until(Farewell, within=7)).reason is EndReason.VISITOR


async def test_the_hard_limit_goes_on_meanwhile() -> None:
    async with Rig(settings(visit={"hard_limit_s": 10.0, "grace_s": 0.0})) as rig:
        await rig.to_live()
        await asyncio.sleep(4)
        await say_goodbye(rig)
        assert (await rig.until(Farewell)).reason is EndReason.HARD_LIMIT


async def test_an_avatar_that_ends_the_visit_itself_asks_nothing() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.room.say(visitor("Goodbye"))
        rig.audio.speaker.level = 0.5
        await asyncio.sleep(2)
        rig.room.say(AvatarEnds())
        rig.audio.speaker.level = 0.0
        assert (await rig.until(Farewell, within=3)).reason is EndReason.AVATAR_ENDED
        assert asked(rig) == 0


@pytest.mark.parametrize("how", ["left", "closed"])
@pytest.mark.parametrize(
    ("captions", "said"),
    [
        ([visitor("Goodbye")], True),
        (
            [Caption(Speaker.AVATAR, "1", "It was lovely. Goodbye!"), Caption(Speaker.AVATAR, "2", "Enjoy the day.")],
            True,
        ),
        ([Caption(Speaker.AVATAR, "1", "Goodbye!"), visitor("Wait")], False),
        ([Caption(Speaker.AVATAR, "1", "There is a cafe upstairs.")], False),
    ],
)
async def test_an_avatar_that_leaves_after_a_farewell_needs_no_apology(
    how: str, captions: list[Caption], said: bool
) -> None:
    async with Rig() as rig:
        await rig.to_live()
        for caption in captions:
            rig.room.say(caption)
        await asyncio.sleep(5)
        if how == "left":
            rig.room.tell(AvatarGone())
        else:
            rig.room.drop(EndReason.ROOM_CLOSED)
        reason = EndReason.AVATAR_LEFT if how == "left" else EndReason.ROOM_CLOSED
        assert await rig.until(Farewell, within=1) == Farewell(reason, said)


async def test_a_farewell_of_long_ago_explains_no_end() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.room.say(Caption(Speaker.AVATAR, "1", "Goodbye is what people say at the end."))
        await asyncio.sleep(31)
        rig.room.tell(AvatarGone())
        assert await rig.until(Farewell, within=1) == Farewell(EndReason.AVATAR_LEFT, said=False)


async def test_a_farewell_explains_no_lost_connection() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.room.say(visitor("Goodbye"))
        await asyncio.sleep(1)
        rig.room.drop(EndReason.NETWORK)
        assert await rig.until(Farewell, within=1) == Farewell(EndReason.NETWORK, said=False)
