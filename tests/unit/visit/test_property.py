"""Random orders of intents, service events, faults and time: whatever happens, the visit ends and leaves nothing."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from app.audio.base import DeviceState
from app.events import (
    AnswerDeclined,
    AvatarEnds,
    Caption,
    Ended,
    Ending,
    FlushMouth,
    QuestionRefused,
    Ready,
    Speaking,
    Thinking,
    Visemes,
)
from app.intents import (
    Accept,
    Activity,
    AskText,
    Cancel,
    End,
    Extend,
    Interrupt,
    KeepPlace,
    Mute,
    Prefer,
    Staff,
    StaffAction,
    Start,
    Stay,
    TalkButton,
)
from app.rooms.base import AvatarGone, AvatarLeft, Data, RoomError, RoomFault
from app.screens import Attract, EndReason, Preferences, Speaker
from app.vendors.base import Capabilities
from app.vendors.errors import AuthError, Busy, ConfigError, OutOfCredits, TransientError
from app.visit.unanswered import ANSWER_S, GREETING_S, UnansweredQuestions
from tests.fakes.kiosk import Rig, settings
from tests.fakes.service import FakeControl, RoomScript
from tests.virtual_time import VirtualLoop

INTENTS = st.sampled_from(
    [
        Start(), Accept(), Cancel(), KeepPlace(), Stay(), Extend(), End(), AskText("why?"), AskText("  "), Interrupt(),
        AskText("bye"), TalkButton(True), TalkButton(False), Mute(True), Mute(False), Activity(),
        Staff(StaffAction.END_VISIT), Prefer(Preferences(volume=0.2, captions=False)),
        Start(), Accept(), Start(), Accept(),
    ]
)  # fmt: skip
EVENTS = st.sampled_from(
    [
        Ready(), Speaking(Speaker.AVATAR, True), Speaking(Speaker.AVATAR, False), Speaking(Speaker.VISITOR, True),
        Speaking(Speaker.VISITOR, False), Thinking(True), Thinking(False), Caption(Speaker.VISITOR, "a", "hello"),
        Caption(Speaker.AVATAR, "b", "hello", True), Caption(Speaker.AVATAR, "", ""), Visemes(0.1, {"aa": 1.0}),
        Caption(Speaker.VISITOR, "c", "Who?", True),
        QuestionRefused(), AnswerDeclined(), FlushMouth(), Ending(3.0), Ending(-1.0), Ended(EndReason.VENDOR_IDLE),
        AvatarEnds(), Caption(Speaker.VISITOR, "c", "Bye", True), Caption(Speaker.VISITOR, "c", "Bye, where", True),
    ]
)  # fmt: skip
REFUSALS = st.sampled_from(
    [
        Busy("fake"), Busy("fake", retry_after=2.0), TransientError("fake"), TransientError("fake", ambiguous=True),
        TransientError("fake", unreachable=True), OutOfCredits("fake"), AuthError("fake"), ConfigError("fake"), None,
    ]
)  # fmt: skip
ROOMS = st.sampled_from(
    [
        RoomScript(), RoomScript(appears=False), RoomScript(shows_frames=False), RoomScript(join_s=20.0),
        *(RoomScript(join_error=RoomError(fault, "x")) for fault in RoomFault),
    ]
)  # fmt: skip
STEPS = st.one_of(
    st.tuples(st.just("tap"), INTENTS),
    st.tuples(st.just("tap"), INTENTS),
    st.tuples(st.just("stale"), INTENTS),
    st.tuples(st.just("say"), EVENTS),
    st.tuples(st.just("wait"), st.sampled_from([0.0, 0.01, 0.2, 0.35, 1.0, 2.5, 7.0, 25.0, 70.0, 200.0])),
    st.tuples(st.just("refuse"), REFUSALS),
    st.tuples(st.just("room"), ROOMS),
    st.tuples(st.just("slots"), st.integers(0, 2)),
    st.tuples(st.just("drop"), st.sampled_from([(EndReason.NETWORK, True), (EndReason.ROOM_CLOSED, False)])),
    st.tuples(st.just("gone"), st.none()),
    st.tuples(st.just("left"), st.none()),
    st.tuples(st.just("freeze"), st.booleans()),
    st.tuples(st.just("voice"), st.tuples(st.booleans(), st.floats(0, 1))),
    st.tuples(st.just("device"), st.sampled_from(list(DeviceState))),
    st.tuples(st.just("stop fails"), st.integers(1, 3)),
    st.tuples(st.just("data"), st.binary(max_size=40)),
)


async def _play(steps: list, absence_is_busy: bool, video: bool) -> None:
    capabilities = replace(Capabilities(), absence_is_busy=absence_is_busy, video=video, orphan_s=30.0)
    config = settings(visit={"hard_limit_s": 100, "max_extensions": 2, "idle_s": 30}, waiting={"cap_s": 90})
    rig = Rig(config, FakeControl(capabilities=capabilities))
    async with rig:
        await rig.until(Attract)
        for what, value in steps:
            _do(rig, what, value)
            await asyncio.sleep(0.01)
            if what == "wait":
                await asyncio.sleep(value)
            _invariants(rig)
        # However it went: left alone, the kiosk comes back to attract by itself, and everything is given back.
        rig.control.refusals.clear()
        rig.control.check_error = None
        rig.control.stop_failures = 0
        await asyncio.sleep(1200)
        rig.nothing_is_left()
        assert rig.vitals.visit is None and rig.vitals.audio is None
        assert rig.vitals.open_sessions == 0


def _do(rig: Rig, what: str, value: object) -> None:
    room = rig.rooms[-1] if rig.rooms else None
    match what:
        case "tap":
            rig.tap(value)
        case "stale":
            rig.tap(value if not isinstance(value, Staff) else Activity(), step=rig.stage.step - 1)
        case "refuse":
            rig.control.refusals.append(value)
        case "room":
            rig.scripts.append(value)
        case "slots":
            rig.control.slots = value
        case "stop fails":
            rig.control.stop_failures = value
        case "say" if room:
            room.say(value)
        case "data" if room:
            room.tell(Data(value, "", "x"))
        case "drop" if room:
            room.drop(*value)
        case "gone" if room:
            room.tell(AvatarGone())
        case "left" if room:
            room.tell(AvatarLeft())
        case "freeze" if room:
            room.moving = not value
        case "voice" if rig.audio.microphones:
            rig.audio.microphone.speaking, rig.audio.speaker.level = value
        case "device" if rig.audio.open_devices == ["speaker", "microphone"]:
            rig.audio.microphone.state = value


def _invariants(rig: Rig) -> None:
    assert not rig.running.done(), "the day never ends by itself"
    assert len(rig.audio.open_devices) <= 2
    if isinstance(rig.screen, Attract):
        assert rig.audio.open_devices == []
        assert rig.vitals.visit is None
    open_rooms = [room for room in rig.rooms if room.joined and not room.left]
    assert len(open_rooms) <= 2
    # Every session that the service runs is named in the journal: a crash at this instant would stop it.
    named = {row.name for row in rig.journal.kept.values()}
    assert {request.name for request in rig.control.running.values()} <= named


@pytest.mark.expect_log("the service cannot be used")
@effort(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEPS, min_size=3, max_size=40), absence_is_busy=st.booleans(), video=st.booleans())
def test_every_path_ends_in_attract_with_nothing_left(steps: list, absence_is_busy: bool, video: bool) -> None:
    logging.getLogger("app").setLevel(logging.CRITICAL)
    try:
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(_play([("tap", Start()), ("tap", Accept()), *steps], absence_is_busy, video))
    finally:
        logging.getLogger("app").setLevel(logging.NOTSET)


HAPPENINGS = st.one_of(
    st.tuples(st.just("asked"), st.sampled_from(["why?", "who?"])),
    st.tuples(st.just("spoken"), st.sampled_from(["why?", "who?", ""])),
    st.tuples(st.sampled_from(["answered", "withdrawn", "joining", "joined"]), st.none()),
    st.tuples(
        st.just("note"),
        st.sampled_from([Thinking(True), AnswerDeclined(), QuestionRefused(), Speaking(Speaker.AVATAR, True)]),
    ),
    st.tuples(st.just("look"), st.tuples(st.booleans(), st.booleans(), st.booleans(), st.floats(0.05, 20))),
)


@effort(max_examples=300, deadline=None)
@given(happenings=st.lists(HAPPENINGS, max_size=60))
def test_whatever_happened_before_a_question_is_never_left_alone_for_more_than_30_s(happenings: list) -> None:
    questions, now = UnansweredQuestions(0.0), 0.0
    for what, value in happenings:
        if what == "look":
            *flags, passed = value
            now += passed
            questions.look(now, **dict(zip(("heard", "thinks", "visitor"), flags, strict=True)))
            questions.take_again()
        elif what == "asked":
            questions.asked(value)
        elif what == "note":
            questions.note(value)
        elif what == "spoken":
            questions.spoken(f"{now}", value, final=True)
        else:
            getattr(questions, what)()
        assert not (questions.is_stalled and questions.missed == 0)
        assert not questions.is_lost or questions.missed >= 2
    questions.joined()
    questions.asked("What now?")
    began = now
    while not (questions.is_stalled or questions.is_lost):
        now += 0.1
        questions.look(now, heard=False, thinks=False, visitor=False)
        questions.take_again()
        assert now - began <= ANSWER_S + GREETING_S + 0.5
