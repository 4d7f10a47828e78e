"""The visit from tap to reset, on fakes and jumping time."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

import pytest

from app.audio.base import DeviceState
from app.rooms.base import AvatarGone, FirstFrame, RoomError, RoomFault
from app.screens import (
    Accept,
    Ask,
    AskText,
    Attract,
    Cancel,
    Connecting,
    End,
    EndReason,
    Extend,
    Farewell,
    Interrupt,
    KeepPlace,
    Live,
    Notice,
    Speaker,
    Start,
    Stay,
    StillThere,
    TalkButton,
    TalkMode,
    Trouble,
    Unavailable,
    UnavailableReason,
    Waiting,
    WhyNot,
)
from app.vendors.base import Capabilities, Finding
from app.vendors.errors import AuthError, Busy, ConfigError, OutOfCredits, TransientError
from app.vendors.events import Caption, Ended, Ending
from tests.fakes.kiosk import Rig, settings
from tests.fakes.service import FakeControl, RoomScript

pytestmark = pytest.mark.asyncio


async def test_a_visit_goes_from_attract_to_attract_and_leaves_nothing() -> None:
    async with Rig() as rig:
        await rig.to_live()
        assert rig.vitals.visits == 1
        rig.tap(End())
        assert (await rig.until(Farewell)).reason is EndReason.VISITOR
        await rig.until(Attract, within=4)
        await asyncio.sleep(1)
        rig.nothing_is_left()
        assert rig.vitals.last_end is EndReason.VISITOR
        kinds = [type(s.screen) for s in rig.shown]
        order = [k for i, k in enumerate(kinds) if i == 0 or kinds[i - 1] is not k]
        assert order == [Attract, Notice, Connecting, Live, Farewell, Attract]


async def test_the_paper_trail_is_on_disk_before_the_create_and_complete_before_the_join() -> None:
    async with Rig() as rig:
        await rig.until(Attract)
        rig.tap(Start())
        await rig.until(Notice)
        rig.tap(Accept())
        await rig.until(Connecting)
        await asyncio.sleep(0.05)
        assert rig.journal.log == [("open", 1)] and rig.control.started == []
        await rig.until(Live)
        assert rig.journal.log == [("open", 1), ("complete", 1)]


async def test_the_devices_close_before_the_release_begins() -> None:
    async with Rig() as rig:
        await rig.to_live()
        order = []
        leave = rig.room.leave

        async def watched() -> None:
            order.append(list(rig.audio.open_devices))
            await leave()

        rig.room.leave = watched
        rig.tap(End())
        await rig.until(Attract)
        assert order == [[]]
        assert rig.protocol.calls[-1] == ("goodbye", None)


async def test_no_device_is_open_and_no_create_is_sent_in_attract() -> None:
    async with Rig() as rig:
        await rig.until(Attract)
        await asyncio.sleep(600)
        assert rig.audio.speakers == [] and rig.control.creates_at == []


async def test_the_microphone_opens_only_after_the_notice_is_accepted() -> None:
    async with Rig() as rig:
        await rig.until(Attract)
        rig.tap(Start())
        await rig.until(Notice)
        await asyncio.sleep(5)
        assert rig.audio.open_devices == ["speaker"]
        rig.tap(Accept())
        await rig.until(Live)
        assert rig.audio.open_devices == ["speaker", "microphone"]


@pytest.mark.parametrize("local", [False, True])
async def test_the_notice_tells_whether_what_is_said_stays_here(local: bool) -> None:
    async with Rig(control=FakeControl(capabilities=Capabilities(local=local))) as rig:
        await rig.until(Attract)
        rig.tap(Start())
        assert (await rig.until(Notice)).local is local


async def test_a_notice_nobody_answers_goes_back_after_20_seconds() -> None:
    async with Rig() as rig:
        await rig.until(Attract)
        rig.tap(Start())
        await rig.until(Notice)
        began = rig.loop.time()
        await rig.until(Attract)
        assert rig.loop.time() - began == pytest.approx(20, abs=0.5)
        assert rig.vitals.last_end is EndReason.CANCELLED and rig.control.creates_at == []


async def test_with_notice_tap_the_screen_is_not_shown() -> None:
    async with Rig(settings(visit={"notice": "tap"})) as rig:
        await rig.until(Attract)
        rig.tap(Start())
        await rig.until(Live)
        assert not any(isinstance(s.screen, Notice) for s in rig.shown)


# ---------------------------------------------------------------- waiting


async def test_what_a_service_refuses_with_is_in_the_log_once_for_whoever_sorts_it_into_the_settings(caplog) -> None:
    control = FakeControl()
    control.refusals.extend(Busy("fake", "Alle belegt", http_status=418, vendor_code="77") for _ in range(3))
    with caplog.at_level(logging.INFO, "app.waiting"):
        async with Rig(control=control) as rig:
            await rig.to_live()
    (record,) = [record for record in caplog.records if record.msg == "no session was created"]
    assert (record.error, record.status, record.code, record.words) == ("Busy", 418, "77", "Alle belegt")


async def test_busy_shows_please_wait_and_hands_the_slot_over_when_it_is_free() -> None:
    control = FakeControl(slots=0)
    async with Rig(control=control) as rig:
        await rig.until(Attract)
        rig.tap(Start())
        await rig.until(Notice)
        rig.tap(Accept())
        await rig.until(Waiting)
        await asyncio.sleep(21)
        assert rig.screen.waited_s in (20, 21)
        control.slots = 1
        await rig.until(Live, within=8)
        gaps = [b - a for a, b in zip(control.creates_at, control.creates_at[1:], strict=False)]
        assert all(3.2 <= gap <= 5.1 for gap in gaps)


async def test_retry_after_wins_over_our_own_interval() -> None:
    control = FakeControl()
    control.refusals.append(Busy("fake", retry_after=11.0))
    async with Rig(control=control) as rig:
        await rig.until(Attract)
        rig.tap(Start())
        await rig.until(Notice)
        rig.tap(Accept())
        await rig.until(Live)
        assert control.creates_at[1] - control.creates_at[0] == pytest.approx(11.2, abs=0.3)


async def test_nobody_waits_longer_than_the_cap() -> None:
    async with Rig(settings(waiting={"cap_s": 40}), FakeControl(slots=0)) as rig:
        await rig.until(Attract)
        rig.tap(Start())
        await rig.until(Notice)
        rig.tap(Accept())
        await rig.until(Waiting)
        began = rig.loop.time()
        assert (await rig.until(Farewell)).reason is EndReason.CAP
        assert rig.loop.time() - began == pytest.approx(40, abs=1.1)
        await rig.until(Attract, within=11)
        assert rig.vitals.last_end is EndReason.CAP
        rig.nothing_is_left()


async def test_who_does_not_answer_keep_my_place_leaves_the_line_and_wins_no_slot_meanwhile() -> None:
    control = FakeControl(slots=0)
    async with Rig(control=control) as rig:
        await rig.until(Attract)
        rig.tap(Start())
        await rig.until(Notice)
        rig.tap(Accept())
        await rig.until(lambda s: isinstance(s, Waiting) and s.asks is Ask.KEEP_PLACE)
        sent = len(control.creates_at)
        control.slots = 1
        await rig.until(Attract, within=21)
        assert len(control.creates_at) == sent
        assert rig.vitals.last_end is EndReason.CANCELLED


async def test_who_answers_keep_my_place_goes_on_waiting_and_is_asked_again() -> None:
    async with Rig(control=FakeControl(slots=0)) as rig:
        await rig.until(Attract)
        rig.tap(Start())
        await rig.until(Notice)
        rig.tap(Accept())
        for _ in range(2):
            await rig.until(lambda s: isinstance(s, Waiting) and s.asks is Ask.KEEP_PLACE)
            assert rig.vitals.visit.asks is Ask.KEEP_PLACE
            rig.tap(KeepPlace())
            await rig.until(lambda s: isinstance(s, Waiting) and s.asks is None, within=2)
        rig.tap(Cancel())
        await rig.until(Attract)


@pytest.mark.parametrize("at", [0.0, 0.05, 0.19, 0.2, 0.21, 0.35, 0.5, 0.6])
async def test_cancel_at_any_moment_of_the_create_leaves_no_session(at: float) -> None:
    async with Rig() as rig:
        await rig.until(Attract)
        rig.tap(Start())
        await rig.until(Notice)
        rig.tap(Accept())
        await rig.until(Connecting)
        await asyncio.sleep(at)
        rig.tap(Cancel() if isinstance(rig.screen, Connecting) else End())
        await rig.until(Attract)
        await asyncio.sleep(5)
        rig.nothing_is_left()


async def test_a_visitor_who_waited_long_and_left_is_ended_by_the_short_first_idle_period() -> None:
    control = FakeControl(slots=0)
    async with Rig(control=control) as rig:
        await rig.until(Attract)
        rig.tap(Start())
        await rig.until(Notice)
        rig.tap(Accept())
        await asyncio.sleep(40)
        control.slots = 1
        await rig.until(Live)
        assert "turn" in rig.audio.speaker.chimes
        began = rig.loop.time()
        await rig.until(StillThere)
        assert rig.loop.time() - began == pytest.approx(20, abs=0.5)


async def test_a_new_visit_waits_for_our_own_last_release() -> None:
    control = FakeControl(stop_s=1.5)
    async with Rig(settings(visit={"farewell_s": 0, "touch_guard_s": 0}), control) as rig:
        await rig.to_live()
        rig.tap(End())
        await rig.until(Attract)
        rig.tap(Start())
        await rig.until(Notice)
        rig.tap(Accept())
        await rig.until(Live)
        assert not any(isinstance(s.screen, Waiting) for s in rig.shown)


# ---------------------------------------------------------------- what cannot begin


@pytest.mark.expect_log("the service cannot be used")
@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OutOfCredits("fake"), UnavailableReason.CREDITS),
        (AuthError("fake"), UnavailableReason.AUTH),
        (ConfigError("fake"), UnavailableReason.CONFIG),
    ],
)
async def test_credits_key_and_configuration_never_say_please_wait(error, reason) -> None:
    control = FakeControl()
    control.refusals.append(error)
    control.check_error = error
    async with Rig(control=control) as rig:
        await rig.until(Attract)
        rig.tap(Start())
        await rig.until(Notice)
        rig.tap(Accept())
        assert (await rig.until(Unavailable)).reason is reason
        assert not any(isinstance(s.screen, Waiting) for s in rig.shown)
        await asyncio.sleep(130)
        assert rig.vitals.unavailable is reason
        control.check_error = None
        await rig.until(Attract, within=62)
        assert rig.vitals.unavailable is None


async def test_transient_errors_are_tried_again_and_then_apologised_for() -> None:
    control = FakeControl()
    control.refusals.extend(TransientError("fake") for _ in range(4))
    async with Rig(control=control) as rig:
        await rig.until(Attract)
        rig.tap(Start())
        await rig.until(Notice)
        rig.tap(Accept())
        assert (await rig.until(Farewell)).reason is EndReason.NO_START
        began = rig.loop.time()
        await rig.until(Attract)
        assert rig.loop.time() - began == pytest.approx(5, abs=0.3)
        gaps = [b - a for a, b in zip(control.creates_at, control.creates_at[1:], strict=False)]
        assert [round(gap) for gap in gaps] == [1, 2, 4]
        rig.nothing_is_left()


@pytest.mark.expect_log("the service cannot be used")
async def test_a_host_that_cannot_be_reached_is_unavailable_and_mends_itself() -> None:
    control = FakeControl()
    control.refusals.extend(TransientError("fake", unreachable=True) for _ in range(4))
    async with Rig(control=control) as rig:
        await rig.until(Attract)
        rig.tap(Start())
        await rig.until(Notice)
        rig.tap(Accept())
        assert (await rig.until(Unavailable)).reason is UnavailableReason.NETWORK
        await rig.until(Attract, within=62)


@pytest.mark.expect_log("the service cannot be used")
async def test_where_packets_vanish_the_visitor_is_told_after_the_first_call() -> None:
    control = FakeControl(create_s=10.0)
    control.refusals.extend(TransientError("fake", unreachable=True) for _ in range(4))
    async with Rig(control=control) as rig:
        await rig.until(Attract)
        rig.tap(Start())
        await rig.until(Notice)
        rig.tap(Accept())
        assert (await rig.until(Unavailable, within=12)).reason is UnavailableReason.NETWORK
        assert len(control.creates_at) == 1


async def test_a_lost_answer_is_not_asked_again_and_its_session_is_stopped() -> None:
    control = FakeControl(lost_answers=1)
    async with Rig(control=control) as rig:
        await rig.until(Attract)
        rig.tap(Start())
        await rig.until(Notice)
        rig.tap(Accept())
        assert (await rig.until(Farewell)).reason is EndReason.NO_START
        await rig.until(Attract)
        await asyncio.sleep(3)
        assert len(control.creates_at) == 1
        rig.nothing_is_left()


async def test_an_answer_later_than_the_time_out_is_released() -> None:
    control = FakeControl(create_s=42.0)
    async with Rig(control=control) as rig:
        await rig.until(Attract)
        rig.tap(Start())
        await rig.until(Notice)
        rig.tap(Accept())
        assert (await rig.until(Farewell, within=31)).reason is EndReason.NO_START
        await rig.until(Attract)
        await asyncio.sleep(20)
        assert len(control.started) == 1
        rig.nothing_is_left()


async def test_a_join_that_fails_is_tried_once_more_with_a_fresh_session() -> None:
    async with Rig() as rig:
        rig.scripts.append(RoomScript(join_error=RoomError(RoomFault.TRANSIENT, "no answer")))
        await rig.to_live()
        assert len(rig.control.started) == 2 and len({r.name for r in rig.control.started}) == 2
        rig.tap(End())
        await rig.until(Attract)
        await asyncio.sleep(1)
        rig.nothing_is_left()


async def test_no_first_picture_is_an_apology() -> None:
    async with Rig() as rig:
        rig.scripts.extend(RoomScript(shows_frames=False) for _ in range(2))
        await rig.until(Attract)
        rig.tap(Start())
        await rig.until(Notice)
        rig.tap(Accept())
        began = rig.loop.time()
        assert (await rig.until(Farewell)).reason is EndReason.NO_START
        assert rig.loop.time() - began < 30
        await rig.until(Attract)
        await asyncio.sleep(1)
        rig.nothing_is_left()


async def test_a_room_where_nobody_appears_means_waiting_where_the_service_works_so() -> None:
    control = FakeControl(capabilities=replace(Capabilities(), absence_is_busy=True))
    async with Rig(control=control) as rig:
        rig.scripts.append(RoomScript(appears=False))
        await rig.until(Attract)
        rig.tap(Start())
        await rig.until(Notice)
        rig.tap(Accept())
        await rig.until(Waiting, within=30)
        await rig.until(Live)
        rig.tap(End())
        await rig.until(Attract)
        await asyncio.sleep(1)
        rig.nothing_is_left()


# ---------------------------------------------------------------- live


async def test_an_empty_room_is_asked_and_then_ended() -> None:
    async with Rig() as rig:
        await rig.to_live()
        began = rig.loop.time()
        await rig.until(StillThere)
        assert rig.loop.time() - began == pytest.approx(45, abs=0.5)
        assert (await rig.until(Farewell)).reason is EndReason.IDLE
        assert rig.loop.time() - began == pytest.approx(65, abs=0.7)


async def test_someone_talking_is_never_cut_off() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.audio.microphone.speaking = True
        for n in range(9):
            await asyncio.sleep(20)
            rig.room.say(Caption(Speaker.VISITOR, f"s{n}", "and then"))
        assert isinstance(rig.screen, Live)
        assert rig.vitals.visit.idle_held_s is not None


async def test_an_avatar_that_prompts_an_empty_room_does_not_keep_it_alive() -> None:
    async with Rig() as rig:
        await rig.to_live()

        async def prompt() -> None:
            while True:
                rig.audio.speaker.level = 0.5
                await asyncio.sleep(4)
                rig.audio.speaker.level = 0.0
                await asyncio.sleep(36)

        prompting = asyncio.create_task(prompt())
        assert (await rig.until(Farewell, within=140)).reason is EndReason.IDLE
        prompting.cancel()


async def test_room_noise_without_words_holds_two_minutes_at_most() -> None:
    async with Rig() as rig:
        await rig.to_live()
        began = rig.loop.time()
        rig.audio.microphone.speaking = True
        await rig.until(StillThere)
        assert rig.loop.time() - began == pytest.approx(120 + 45, abs=1)
        assert (await rig.until(Farewell)).reason is EndReason.IDLE


@pytest.mark.parametrize("answer", ["tap", "words", "voice"])
async def test_still_there_is_answered_by_tap_words_or_voice(answer: str) -> None:
    async with Rig() as rig:
        await rig.to_live()
        await rig.until(StillThere)
        await asyncio.sleep(5)
        if answer == "tap":
            rig.tap(Stay())
        elif answer == "words":
            rig.room.say(Caption(Speaker.VISITOR, "s", "yes"))
        else:
            rig.audio.microphone.speaking = True
        await rig.until(Live, within=1.0)
        rig.audio.microphone.speaking = False
        began = rig.loop.time()
        await rig.until(StillThere)
        assert rig.loop.time() - began == pytest.approx(45, abs=1)


async def test_the_hard_limit_is_announced_counted_down_and_kept() -> None:
    async with Rig(settings(visit={"idle_s": 1000})) as rig:
        await rig.to_live()
        began = rig.loop.time()
        chip = await rig.until(lambda s: isinstance(s, Live) and s.remaining_s is not None)
        assert chip.remaining_s == 60 and chip.may_extend and not chip.urgent
        await rig.until(lambda s: isinstance(s, Live) and s.urgent)
        assert rig.loop.time() - began == pytest.approx(280, abs=0.3)
        assert (await rig.until(Farewell)).reason is EndReason.HARD_LIMIT
        assert rig.loop.time() - began == pytest.approx(300, abs=0.3)
        assert ("wrap_up", 15) in rig.protocol.calls
        assert "time_20s" in rig.audio.speaker.chimes


async def test_a_sentence_under_way_may_finish_within_the_grace() -> None:
    async with Rig(settings(visit={"hard_limit_s": 30})) as rig:
        await rig.to_live()
        began = rig.loop.time()
        await asyncio.sleep(29)
        rig.audio.speaker.level = 0.5
        await asyncio.sleep(3)
        rig.audio.speaker.level = 0.0
        await rig.until(Farewell)
        assert rig.loop.time() - began == pytest.approx(32.6, abs=0.4)


async def test_an_endless_speech_ends_with_the_grace() -> None:
    async with Rig(settings(visit={"hard_limit_s": 30})) as rig:
        await rig.to_live()
        began = rig.loop.time()
        rig.audio.speaker.level = 0.5
        await rig.until(Farewell)
        assert rig.loop.time() - began == pytest.approx(35, abs=0.3)


async def test_more_time_is_given_up_to_the_ceiling() -> None:
    async with Rig(settings(visit={"hard_limit_s": 50, "max_extensions": 1, "idle_s": 1000})) as rig:
        live = await rig.to_live()
        assert live.may_extend
        began = rig.loop.time()
        rig.tap(Extend())
        await rig.until(lambda s: isinstance(s, Live) and s.why_not is WhyNot.LIMIT)
        rig.tap(Extend())
        assert (await rig.until(Farewell)).reason is EndReason.HARD_LIMIT
        assert rig.loop.time() - began == pytest.approx(170, abs=0.5)
        assert rig.vitals.last_end is None or rig.vitals.last_end is EndReason.HARD_LIMIT


async def test_no_extension_beyond_what_the_service_confirmed() -> None:
    control = FakeControl(max_duration_s=75.0)
    async with Rig(settings(visit={"hard_limit_s": 50}), control) as rig:
        live = await rig.to_live()
        assert not live.may_extend and live.why_not is WhyNot.LIMIT


async def test_a_service_maximum_below_the_hard_limit_ends_politely_before_it() -> None:
    control = FakeControl(max_duration_s=100.0)
    async with Rig(settings(visit={"idle_s": 1000}), control) as rig:
        await rig.to_live()
        began = rig.loop.time()
        assert (await rig.until(Farewell)).reason is EndReason.VENDOR_MAX_DURATION
        assert rig.loop.time() - began == pytest.approx(85, abs=0.5)


async def test_shared_account_without_a_line_gives_one_extension() -> None:
    async with Rig(settings(visit={"hard_limit_s": 50, "idle_s": 1000}, line={"account": "shared"})) as rig:
        await rig.to_live()
        rig.tap(Extend())
        await rig.until(lambda s: isinstance(s, Live) and s.remaining_s is None)
        await rig.until(lambda s: isinstance(s, Live) and s.why_not is WhyNot.LIMIT)


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


@pytest.mark.parametrize(
    "reason", [EndReason.ROOM_CLOSED, EndReason.DUPLICATE_IDENTITY, EndReason.ERROR, EndReason.NETWORK]
)
async def test_a_closed_room_ends_the_visit_with_its_reason(reason: EndReason) -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.room.drop(reason)
        assert (await rig.until(Farewell, within=1)).reason is reason
        await rig.until(Attract)
        await asyncio.sleep(1)
        rig.nothing_is_left()


async def test_a_room_lost_by_the_network_is_joined_once_more_inside_the_same_timers() -> None:
    async with Rig(settings(visit={"idle_s": 1000})) as rig:
        await rig.to_live()
        began = rig.loop.time()
        await asyncio.sleep(100)
        rig.room.drop(EndReason.NETWORK, may_rejoin=True)
        await rig.until(lambda s: isinstance(s, Live) and s.trouble is Trouble.STALLED, within=1)
        await rig.until(lambda s: isinstance(s, Live) and s.trouble is None, within=5)
        assert len(rig.rooms) == 2 and len(rig.control.running) == 1
        await rig.until(Farewell)
        assert rig.loop.time() - began == pytest.approx(300, abs=0.5)
        assert not any(isinstance(s.screen, Waiting) for s in rig.shown)


async def test_busy_at_the_second_join_ends_the_visit_as_network() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.control.refusals.append(Busy("fake"))
        rig.room.drop(EndReason.NETWORK, may_rejoin=True)
        assert (await rig.until(Farewell, within=5)).reason is EndReason.NETWORK
        await rig.until(Attract)
        await asyncio.sleep(1)
        rig.nothing_is_left()


async def test_an_avatar_that_left_ends_the_visit() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.room.tell(AvatarGone())
        assert (await rig.until(Farewell, within=1)).reason is EndReason.AVATAR_LEFT


async def test_the_services_own_word_tells_why_an_avatar_left() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.protocol.true_reason = EndReason.VENDOR_MAX_DURATION
        rig.room.tell(AvatarGone())
        assert (await rig.until(Farewell, within=1)).reason is EndReason.VENDOR_MAX_DURATION


@pytest.mark.expect_log("the service cannot be used")
async def test_credits_that_run_out_in_a_visit_say_goodbye_and_then_unavailable() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.room.say(Ended(EndReason.OUT_OF_CREDITS))
        assert (await rig.until(Farewell, within=1)).reason is EndReason.OUT_OF_CREDITS
        assert (await rig.until(Unavailable)).reason is UnavailableReason.CREDITS
        assert "used up in a visit" in rig.vitals.staff_note


@pytest.mark.parametrize(("lasted_s", "is_early"), [(86, True), (250, False)])
@pytest.mark.expect_log("ended a conversation before its time")
async def test_used_up_minutes_that_look_like_the_longest_session_are_told_to_staff(lasted_s, is_early) -> None:
    control = FakeControl(max_duration_s=300.0)
    async with Rig(settings(visit={"idle_s": 1000}), control) as rig:
        await rig.to_live()
        await asyncio.sleep(lasted_s)
        rig.protocol.true_reason = EndReason.VENDOR_MAX_DURATION
        rig.room.drop(EndReason.ROOM_CLOSED)
        await rig.until(Farewell)
        assert ("before its time" in rig.vitals.staff_note) is is_early


async def test_a_warning_of_the_service_is_shown_as_time_left() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.room.say(Ending(18))
        live = await rig.until(lambda s: isinstance(s, Live) and s.remaining_s is not None, within=1)
        assert live.remaining_s in (17, 18) and live.urgent and not live.may_extend


async def test_nothing_left_to_spend_is_told_before_anybody_taps_and_mends_itself() -> None:
    nothing_left = [Finding("credits", False, "10.0 of 10 credits are used")]
    async with Rig() as rig:
        await rig.to_live()
        rig.spent, rig.control.findings = UnavailableReason.CREDITS, nothing_left
        rig.tap(End())
        assert (await rig.until(Unavailable)).reason is UnavailableReason.CREDITS
        await asyncio.sleep(200)
        assert rig.vitals.unavailable is UnavailableReason.CREDITS and len(rig.control.started) == 1
        rig.spent, rig.control.findings = None, []
        await rig.until(Attract, within=62)


async def test_an_announced_end_counts_by_its_own_reason_where_it_comes_before_ours() -> None:
    for remaining_s, reason in ((60, EndReason.OUT_OF_CREDITS), (400, EndReason.HARD_LIMIT)):
        async with Rig(settings(visit={"idle_s": 900})) as rig:
            await rig.to_live()
            rig.room.say(Ending(remaining_s, reason=EndReason.OUT_OF_CREDITS))
            assert (await rig.until(Farewell)).reason is reason


async def test_a_voice_only_service_shows_the_character_and_is_not_called_stalled() -> None:
    control = FakeControl(capabilities=replace(Capabilities(), video=False))
    async with Rig(settings(visit={"idle_s": 100}), control) as rig:
        rig.scripts.append(RoomScript(voice_only=True))
        await rig.to_live()
        await asyncio.sleep(60)
        assert rig.company.visible and rig.screen.trouble is None
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
        await rig.until(Attract)
        rig.tap(Start())
        await rig.until(Notice)
        rig.tap(Accept())
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
        await asyncio.sleep(1)
        assert not rig.company.visible and rig.vitals.video.source == "room"


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


# ---------------------------------------------------------------- stale taps, reset, exits


async def test_a_tap_on_a_screen_that_is_gone_is_dropped() -> None:
    async with Rig() as rig:
        await rig.until(Attract)
        old = rig.stage.step
        rig.tap(Start())
        await rig.until(Notice)
        rig.tap(Accept(), step=old)
        await asyncio.sleep(3)
        assert isinstance(rig.screen, Notice)


async def test_an_impatient_tap_right_after_the_reset_starts_nothing() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.tap(End())
        await rig.until(Attract)
        rig.tap(Start())
        await asyncio.sleep(1)
        assert isinstance(rig.screen, Attract)
        await asyncio.sleep(1)
        rig.tap(Start())
        await rig.until(Notice, within=1)


async def test_start_again_on_the_farewell_begins_the_next_visit_at_once() -> None:
    async with Rig() as rig:
        await rig.to_live()
        rig.room.drop(EndReason.NETWORK)
        await rig.until(Farewell)
        rig.tap(Start())
        await rig.until(Notice, within=1)


async def test_a_stop_that_fails_is_tried_until_it_is_confirmed() -> None:
    control = FakeControl(stop_failures=3)
    async with Rig(control=control) as rig:
        await rig.to_live()
        rig.tap(End())
        await rig.until(Attract)
        assert rig.vitals.open_sessions == 1
        await asyncio.sleep(60)
        assert rig.vitals.open_sessions == 0 and len(control.stopped) == 4
        rig.nothing_is_left()


async def test_a_request_to_leave_ends_the_visit_properly_within_five_seconds() -> None:
    from app.kiosk import ExitCode

    async with Rig() as rig:
        await rig.to_live()
        began = rig.loop.time()
        rig.kiosk.request_exit(ExitCode.RESTART)
        assert await rig.running is ExitCode.RESTART
        assert rig.loop.time() - began < 5
        assert rig.control.running == {} and rig.audio.open_devices == []


async def test_what_an_earlier_run_left_is_stopped_and_nothing_else() -> None:
    rig = Rig()
    rig.control.slots = 3
    async with rig:
        from app.vendors.base import VisitRequest

        request = VisitRequest("lost", "i", "k", "en", 100, 95)
        rig.control.running |= {"lost-id": request, "other-kiosk": request}
        row = await rig.journal.open("fake", "lost", "earlier-run", 0, 1e12)
        await rig.journal.complete(row, "lost-id", {})
        await rig.releases.recover(lambda vendor: rig.control, "this-run")
        await asyncio.sleep(3)
        assert set(rig.control.running) == {"other-kiosk"} and rig.journal.kept == {}
