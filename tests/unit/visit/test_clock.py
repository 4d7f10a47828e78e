"""The time of a conversation by itself: what is asked, announced and ended, and that a second join renews nothing."""

from __future__ import annotations

import asyncio

import pytest

from app.rooms.base import Disconnected
from app.screens import EndReason, Farewell, TalkMode
from app.vendors.base import Capabilities
from app.visit.clock import EARLY_S, VisitClock
from app.visit.speech_activity import SpeechActivity
from tests.fakes.audio import FakeSpeaker
from tests.fakes.kiosk import Rig, settings

pytestmark = pytest.mark.asyncio

TIMES = {"idle_s": 45.0, "idle_warning_s": 20.0, "hard_limit_s": 100.0, "countdown_s": 20.0, "wrap_up_s": 30.0}


class Timed:
    """A clock under way; told: what it asked of the conversation, with the time."""

    def __init__(self, most_s: float | None = None, **times: float) -> None:
        self._now = asyncio.get_running_loop().time
        self._began = self._now()
        self.told: list[tuple[str, int]] = []
        self.speaker = FakeSpeaker()
        self.speech = SpeechActivity(self.speaker, None, TalkMode.TEXT)
        self.clock = VisitClock(
            settings(visit={**TIMES, **times}).visit,
            Capabilities(),
            self.speech,
            self.speaker,
            most_s=most_s,
            first_idle_s=None,
            end=lambda reason: self._tell(reason.value),
            wrap_up=lambda: self._tell("wrap up"),
            draw=lambda: self._tell("draw"),
        )
        self.tasks = [asyncio.ensure_future(wait) for wait in self.clock.waits().values()]

    def _tell(self, what: str) -> None:
        self.told.append((what, round(self._now() - self._began)))

    async def stop(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


async def test_each_timer_asks_for_its_own_thing_without_being_looked_at() -> None:
    timed = Timed()
    await asyncio.sleep(101)
    assert timed.told == [("draw", 45), ("idle", 65), ("wrap up", 70), ("hard_limit", 100)]
    assert timed.speaker.chimes == ["still_there", "time_20s"]
    await timed.stop()


async def test_an_activity_answers_the_question_and_the_announcements_come_again_after_an_extension() -> None:
    timed = Timed()
    await asyncio.sleep(50)
    assert timed.clock.warning is not None
    timed.clock.activity()
    await asyncio.sleep(1)
    assert timed.clock.warning is None
    await asyncio.sleep(34)  # 85 s
    timed.clock.activity()
    timed.clock.extend()
    left_s = timed.clock.session.remaining_s
    timed.clock.idle.avatar(True)
    await asyncio.sleep(left_s)
    assert [what for what, _ in timed.told].count("wrap up") == 2
    assert timed.speaker.chimes.count("time_20s") == 2 and timed.told[-1][0] == "hard_limit"
    await timed.stop()


async def test_an_end_that_the_service_announced_bears_its_reason() -> None:
    timed = Timed()
    timed.clock.service_ends(500.0, EndReason.ROOM_CLOSED)  # later than ours: ours counts
    timed.clock.service_ends(40.0, EndReason.OUT_OF_CREDITS)
    await asyncio.sleep(41)
    assert timed.told == [("wrap up", 10), ("out_of_credits", 40)]
    await timed.stop()


async def test_an_extension_within_the_grace_goes_on_and_an_endless_sentence_ends_with_it() -> None:
    timed = Timed()
    timed.speaker.level = 0.5

    async def speak(seconds: float) -> None:
        for _ in range(round(seconds * 10)):
            now = asyncio.get_running_loop().time()
            timed.speech.look(now)
            timed.clock.look(now)
            await asyncio.sleep(0.1)

    await speak(101)  # 1 s of the grace
    timed.clock.extend()
    await speak(5)
    assert timed.told == [("wrap up", 70)]
    extension_s, grace_s = settings().visit.extension_s, settings().visit.grace_s
    await speak(extension_s + grace_s)
    assert timed.told[1:] == [("wrap up", round(70 + extension_s)), ("hard_limit", round(100 + extension_s + grace_s))]
    await timed.stop()


async def test_what_is_not_to_be_announced_is_not_waited_for() -> None:
    timed = Timed(wrap_up_s=0.0, countdown_s=0.0)
    await asyncio.sleep(101)
    assert timed.told == [("draw", 45), ("idle", 65), ("hard_limit", 100)] and "time_20s" not in timed.speaker.chimes
    await timed.stop()


@pytest.mark.expect_log("ended a conversation before its time")
async def test_an_end_well_before_the_services_own_maximum_is_early() -> None:
    timed = Timed(most_s=90.0)
    reason = EndReason.VENDOR_MAX_DURATION
    assert "90 s before its time" in (timed.clock.early_end_note(reason) or "")
    assert timed.clock.early_end_note(EndReason.ROOM_CLOSED) is None
    await asyncio.sleep(90 - EARLY_S)
    assert timed.clock.early_end_note(reason) is None
    await timed.stop()
    unbounded = Timed()
    assert unbounded.clock.early_end_note(reason) is None
    await unbounded.stop()


async def test_a_second_join_renews_neither_the_limit_nor_the_idle_time() -> None:
    async with Rig(settings(visit={"idle_s": 300.0, "hard_limit_s": 60.0})) as rig:
        await rig.to_live()
        began = rig.loop.time()
        await asyncio.sleep(40)
        idle_at, hard_at = rig.vitals.visit.idle_deadline, rig.vitals.visit.hard_deadline
        rig.room.tell(Disconnected(EndReason.NETWORK, may_rejoin=True))
        await asyncio.sleep(2)
        assert len(rig.rooms) == 2
        assert rig.vitals.visit.idle_deadline == pytest.approx(idle_at, abs=0.2)
        assert rig.vitals.visit.hard_deadline == hard_at
        assert (await rig.until(Farewell)).reason is EndReason.HARD_LIMIT
        assert rig.loop.time() - began == pytest.approx(60, abs=0.3)
