"""Whole visits with Convai: the kiosk's own code with the emulator, and media in memory."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any, Protocol

import pytest
import pytest_asyncio

from app.intents import Activity, AskText, End, Interrupt
from app.records.journal import JournalRow
from app.rooms.base import Disconnected
from app.screens import Attract, EndReason, Farewell, Live, Speaker, Talk, Unavailable, UnavailableReason
from tests.fakes.character import FakeFigure
from tests.vendors.agent_media import AgentLook
from tests.vendors.convai_service import KEY, ConvaiService
from tests.vendors.kiosk_rig import KioskRig
from tests.vendors.memory_media_server import LoopClock, MemoryMediaServer
from tests.vendors.memory_room import MemoryRoom
from tests.vendors.test_convai_acceptance import ConvaiUnderTest

pytestmark = [pytest.mark.asyncio, pytest.mark.hurry]


class MakeRig(Protocol):
    """Makes a kiosk with the given keys of [visit]."""

    def __call__(self, visit: Mapping[str, object] | None = None) -> KioskRig: ...


@pytest_asyncio.fixture
async def service() -> AsyncIterator[ConvaiService]:
    async with ConvaiService(MemoryMediaServer(), clock=LoopClock()) as made:
        yield made


@pytest.fixture
def rig(service: ConvaiService) -> MakeRig:
    def make(visit: Mapping[str, object] | None = None) -> KioskRig:
        return KioskRig(ConvaiUnderTest(service), visit=visit or {})

    return make


def script(service: ConvaiService, **changes: Any) -> None:
    service.script = replace(service.script, **changes)


def said(rig: KioskRig, speaker: Speaker) -> list[str]:
    assert isinstance(rig.screen, Live)
    return [line.text for line in rig.screen.captions if line.speaker is speaker]


async def ended(rig: KioskRig, within: float = 40.0) -> EndReason:
    reason = (await rig.until(Farewell, within)).reason
    await rig.all_given_back()
    return reason


# ---------------------------------------------------------------- talking


async def test_a_typed_question_is_shown_once_and_answered(service: ConvaiService, rig: MakeRig) -> None:
    async with rig() as kiosk:
        await kiosk.to_live()
        kiosk.tap(AskText("Where is the cafe?"))
        await kiosk.until(lambda s: "You asked: Where is the cafe?" in said(kiosk, Speaker.AVATAR), 10)
        assert said(kiosk, Speaker.VISITOR) == ["Where is the cafe?"]
        assert kiosk.vitals.visit is not None and kiosk.vitals.visit.captions == 2
        kiosk.tap(End())
        await kiosk.all_given_back()


async def test_spoken_words_are_captions_and_activity(service: ConvaiService, rig: MakeRig) -> None:
    async with rig(visit={"idle_s": 5.0}) as kiosk:
        await kiosk.to_live()
        await asyncio.sleep(3)
        service.bot.hear("where is", final="where is the cafe")
        await kiosk.until(lambda s: said(kiosk, Speaker.VISITOR) == ["where is the cafe"], 5)
        await asyncio.sleep(3)
        assert isinstance(kiosk.screen, Live)
        kiosk.tap(End())
        await kiosk.all_given_back()


@pytest.mark.parametrize(
    "knobs",
    [
        {}, {"ready": "twice"}, {"ready": "speech"}, {"ready": "after"}, {"ready": "after", "ready_after": 4},
        {"envelope": "B"}, {"envelope": "both"}, {"acks": "wrapped"}, {"acks": "A"}, {"fields": "full"},
        {"fields": "null"}, {"needs_label": True}, {"completes": False}, {"envelope": "both", "completes": False},
        {"transcripts": "twice"}, {"transcripts": "blank"}, {"transcripts": "interim"}, {"transcripts": "vad"},
        {"ends_typed": False}, {"ends_typed": False, "transcripts": "blank"},
        {"turn": "interrupted"}, {"turn": "aborted"}, {"turn": "silent"}, {"turn": "text"}, {"turn": "audio"},
        {"turn": "audio", "completes": False},
        {"face": "none"}, {"face": "15", "late_frames": 5}, {"face": "61"}, {"face": "170"}, {"face": "251"},
        {"emotion": "joy"}, {"emotion": "unheard-of"}, {"greeting": "Hello, come in."},
    ],
    ids=str,
)  # fmt: skip
async def test_every_way_the_service_talks_is_a_visit(
    service: ConvaiService, rig: MakeRig, knobs: dict[str, Any]
) -> None:
    script(service, **knobs)
    async with rig() as kiosk:
        await kiosk.to_live()
        kiosk.tap(AskText("cafe?"))
        await asyncio.sleep(3)
        assert isinstance(kiosk.screen, Live)
        assert kiosk.screen.talk is Talk.LISTENING, "whatever it did, nobody seems to speak or think for ever"
        answer = knobs.get("turn") not in ("silent", "audio")
        assert ("You asked: cafe?" in said(kiosk, Speaker.AVATAR)) is answer
        assert said(kiosk, Speaker.VISITOR) == ["cafe?"]
        kiosk.tap(End())
        assert await ended(kiosk) is EndReason.VISITOR


@pytest.mark.parametrize("completes", [True, False])
async def test_after_an_answer_nobody_seems_to_think(service: ConvaiService, rig: MakeRig, completes: bool) -> None:
    script(service, completes=completes, voice_s=1.0)
    async with rig() as kiosk:
        await kiosk.to_live()
        kiosk.tap(AskText("cafe?"))
        await asyncio.sleep(1.5)
        await kiosk.until(lambda s: isinstance(s, Live) and s.talk is Talk.LISTENING, 2)
        kiosk.tap(End())
        await kiosk.all_given_back()


@pytest.mark.parametrize("completes", [True, False])
@pytest.mark.parametrize(
    "cut",
    [
        ("bot-stopped-speaking",), ("bot-interrupted", "bot-stopped-speaking"),
        ("bot-stopped-speaking", "bot-interrupted"), ("bot-interrupted",),
    ],
    ids=str,
)  # fmt: skip
async def test_an_answer_that_is_cut_short_is_over(
    service: ConvaiService, rig: MakeRig, cut: tuple[str, ...], completes: bool
) -> None:
    script(service, cut=cut, completes=completes, voice_s=30.0)
    async with rig() as kiosk:
        await kiosk.to_live()
        kiosk.tap(AskText("everything?"))
        await asyncio.sleep(3)
        kiosk.tap(Interrupt())
        await asyncio.sleep(2)
        assert isinstance(kiosk.screen, Live) and kiosk.screen.talk is Talk.LISTENING
        assert said(kiosk, Speaker.AVATAR) == ["You asked: everything?"]
        kiosk.tap(End())
        await kiosk.all_given_back()


async def test_words_that_come_alone_are_the_visitors(service: ConvaiService, rig: MakeRig) -> None:
    script(service, transcripts="vad")
    async with rig(visit={"idle_s": 5.0}) as kiosk:
        await kiosk.to_live()
        await asyncio.sleep(3)
        service.bot.hear(final="where is the cafe")
        await kiosk.until(lambda s: said(kiosk, Speaker.VISITOR) == ["where is the cafe"], 5)
        await asyncio.sleep(3)
        assert isinstance(kiosk.screen, Live)
        service.bot.tell("vad-stt-started", "B", timestamp="t", pre_roll_ms=300)
        await kiosk.until(lambda s: isinstance(s, Live) and s.talk is Talk.HEARING, 2)
        await asyncio.sleep(6)
        assert isinstance(kiosk.screen, Live), "somebody speaks: nobody is asked whether he is still there"
        service.bot.tell("vad-stt-stopped", "B", reason="silence")
        kiosk.tap(End())
        await kiosk.all_given_back()


async def test_what_we_send_names_us(service: ConvaiService, rig: MakeRig) -> None:
    async with rig() as kiosk:
        await kiosk.to_live()
        kiosk.tap(AskText("cafe?"))
        await asyncio.sleep(2)
        kiosk.tap(End())
        await kiosk.all_given_back()
        assert {data["participant_sid"] for _, data, _ in service.bot.received} == {kiosk.room.sid}
        assert kiosk.room.sid.startswith("PA_")


@pytest.mark.expect_log("the service cannot be used")
async def test_a_question_refused_because_the_quota_is_used_up_ends_the_visit(
    service: ConvaiService, rig: MakeRig
) -> None:
    script(service, refusal="Usage limit exceeded")
    async with rig() as kiosk:
        await kiosk.to_live()
        kiosk.tap(AskText("cafe?"))
        assert (await kiosk.until(Farewell, 10)).reason is EndReason.OUT_OF_CREDITS
        assert (await kiosk.until(Unavailable, 10)).reason is UnavailableReason.CREDITS


@pytest.mark.parametrize(
    ("provider", "shape"), [("ovr", "visemes"), ("neurosync", "chunked-neurosync-blendshapes")]
)  # fmt: skip
async def test_the_face_data_is_what_was_asked_for(
    service: ConvaiService, rig: MakeRig, provider: str, shape: str
) -> None:
    async with KioskRig(ConvaiUnderTest(service), service={"face_provider": provider}) as kiosk:
        await kiosk.to_live()
        assert service.bot.asked_face == {"visemes": "visemes"}.get(shape, "15")
        kiosk.tap(AskText("cafe?"))
        await asyncio.sleep(3)
        assert isinstance(kiosk.figure, FakeFigure) and any(each.weights for each in kiosk.figure.shapes if each)
        kiosk.tap(End())
        await kiosk.all_given_back()


async def test_without_a_wish_for_face_data_none_comes(service: ConvaiService) -> None:
    async with KioskRig(ConvaiUnderTest(service), service={"face": "loudness"}) as kiosk:
        await kiosk.to_live()
        assert service.bot.asked_face == "none"
        kiosk.tap(End())
        await kiosk.all_given_back()


# ---------------------------------------------------------------- readiness


@pytest.mark.parametrize("greeting", ["", "Hello."])
async def test_a_bot_that_is_ready_after_half_a_minute_is_waited_for_with_one_session(
    service: ConvaiService, rig: MakeRig, greeting: str
) -> None:
    script(service, ready_s=32.0, greeting=greeting)
    async with rig() as kiosk:
        await kiosk.tap_start()
        await kiosk.until(Live, 40)
        assert len(service.sessions) == 1
        kiosk.tap(End())
        await kiosk.all_given_back()


async def test_a_bot_that_is_never_ready_costs_one_session(service: ConvaiService, rig: MakeRig) -> None:
    script(service, ready="never")
    async with rig() as kiosk:
        await kiosk.tap_start()
        began = kiosk.loop.time()
        assert (await kiosk.until(Farewell, 60)).reason is EndReason.NO_START
        assert kiosk.loop.time() - began == pytest.approx(45, abs=2)
        await kiosk.all_given_back()
        assert len(service.sessions) == 1


@pytest.mark.parametrize(("face", "shapes"), [("visemes", True), ("15", True), ("61", False), ("none", False)])
async def test_the_drawn_mouth_gets_the_services_shapes(
    service: ConvaiService, rig: MakeRig, face: str, shapes: bool
) -> None:
    script(service, face=face, voice_s=1.0, emotion="joy")
    async with rig() as kiosk:
        await kiosk.to_live()
        for question in ("one", "two"):
            kiosk.tap(AskText(question))
            await asyncio.sleep(3)
        figure = kiosk.figure
        assert isinstance(figure, FakeFigure)
        assert {shape.turn for shape in figure.shapes if shape} == ({1, 2} if shapes else set())
        assert len(figure.turns) == (2 if shapes else 0)
        assert [name for name, _ in figure.feelings] == ["joy"] * 2
        assert [strength for _, strength in figure.feelings] == pytest.approx([2 / 3] * 2)
        kiosk.tap(End())
        await kiosk.all_given_back()


async def test_an_interruption_reaches_the_service_and_the_answer_stays_as_it_stood(
    service: ConvaiService, rig: MakeRig
) -> None:
    script(service, voice_s=30.0)
    async with rig() as kiosk:
        await kiosk.to_live()
        kiosk.tap(AskText("Tell me everything"))
        await asyncio.sleep(3)
        kiosk.tap(Interrupt())
        await asyncio.sleep(1)
        assert isinstance(kiosk.figure, FakeFigure)
        shapes = len(kiosk.figure.shapes)
        assert len(service.bot.asked("interrupt-bot")) == 1 and kiosk.audio.speaker.flushes >= 1
        await asyncio.sleep(2)
        assert len(kiosk.figure.shapes) == shapes
        kiosk.tap(End())
        await kiosk.all_given_back()


async def test_noise_of_every_kind_changes_nothing(service: ConvaiService, rig: MakeRig) -> None:
    async with rig() as kiosk:
        await kiosk.to_live()
        for payload in (b"\xff\xfe", b"{", b"null", b"[" * 3000, b"{}" * 9, b"x" * 500_000):
            service.bot.raw(payload, topic="somewhere")
        for kind in ("unknown", "metrics", "server-log", "moderation-response", "bot-output", "audio-data"):
            service.bot.tell(kind, "B", user_input="CANARY", text=None, audio="AAAA")
        service.bot.tell("bot-turn-completed", "B")
        service.bot.tell("bot-stopped-speaking", "B")
        await asyncio.sleep(1)
        kiosk.tap(AskText("still there?"))
        await kiosk.until(lambda s: "You asked: still there?" in said(kiosk, Speaker.AVATAR), 10)
        kiosk.tap(End())
        await kiosk.all_given_back()


async def test_the_character_is_asked_to_close_near_the_end(service: ConvaiService, rig: MakeRig) -> None:
    async with rig(visit={"hard_limit_s": 12.0, "wrap_up_s": 6.0}) as kiosk:
        await kiosk.to_live()
        assert await ended(kiosk) is EndReason.HARD_LIMIT
        assert [data["run_llm"] for data in service.bot.asked("context-update")] == ["true"]


async def test_a_picture_that_nobody_promised_is_shown(service: ConvaiService, rig: MakeRig) -> None:
    script(service, look=AgentLook(fps=20))
    async with rig() as kiosk:
        await kiosk.to_live()
        await asyncio.sleep(2)
        assert isinstance(kiosk.figure, FakeFigure) and kiosk.vitals.video is not None
        assert kiosk.vitals.video.source == "room" and not kiosk.figure.visible and kiosk.picture.pushed > 10
        kiosk.tap(End())
        await kiosk.all_given_back()


async def test_without_a_picture_the_drawn_character_is_the_avatar(service: ConvaiService, rig: MakeRig) -> None:
    async with rig() as kiosk:
        await kiosk.to_live()
        assert isinstance(kiosk.figure, FakeFigure) and kiosk.vitals.video is not None
        assert kiosk.vitals.video.source == "character" and kiosk.figure.visible
        kiosk.tap(End())
        await kiosk.all_given_back()


# ---------------------------------------------------------------- the service's idle timer


async def test_the_services_idle_warning_is_answered_only_when_somebody_is_there(
    service: ConvaiService, rig: MakeRig
) -> None:
    service.knobs.idle_s, service.knobs.idle_warning_s = 12.0, 8.0
    async with rig(visit={"idle_s": 60.0}) as kiosk:
        await kiosk.to_live()
        await asyncio.sleep(6)
        assert service.bot.asked("reset-idle-timer") == [], "an empty room does not keep the session alive"
        kiosk.tap(Activity())
        await asyncio.sleep(1)
        assert len(service.bot.asked("reset-idle-timer")) == 1
        kiosk.tap(Activity())
        await asyncio.sleep(1)
        assert len(service.bot.asked("reset-idle-timer")) == 1, "once for each warning"
        kiosk.tap(End())
        assert await ended(kiosk) is EndReason.VISITOR


async def test_a_session_that_the_service_idles_out_says_so(service: ConvaiService, rig: MakeRig) -> None:
    service.knobs.idle_s, service.knobs.idle_warning_s = 4.0, 2.0
    async with rig(visit={"idle_s": 60.0}) as kiosk:
        await kiosk.to_live()
        assert await ended(kiosk) is EndReason.VENDOR_IDLE
        assert len(service.sessions) == 1, "it is not joined again"


# ---------------------------------------------------------------- other ends


def _quota(service: ConvaiService) -> None:
    service.bot.tell("usage-limit-reached", "B", quota_type="minutes", message="You have exceeded your monthly quota")


@pytest.mark.expect_log("the service cannot be used")
async def test_a_quota_used_up_in_the_visit_ends_it_and_closes_the_kiosk(service: ConvaiService, rig: MakeRig) -> None:
    async with rig() as kiosk:
        await kiosk.to_live()
        _quota(service)
        assert (await kiosk.until(Farewell, 10)).reason is EndReason.OUT_OF_CREDITS
        assert (await kiosk.until(Unavailable, 10)).reason is UnavailableReason.CREDITS
        await asyncio.sleep(5)
        assert service.active() == [] and kiosk.journal.kept == {}


@pytest.mark.expect_log("the service cannot be used")
async def test_a_quota_used_up_before_the_first_word_is_no_network_fault(service: ConvaiService, rig: MakeRig) -> None:
    script(service, ready="never")
    async with rig() as kiosk:
        await kiosk.tap_start()
        while not service.bots or service.bot.actor is None or not service.sessions[-1].joined_at:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        _quota(service)
        assert (await kiosk.until(Unavailable, 10)).reason is UnavailableReason.CREDITS
        await asyncio.sleep(5)
        assert service.active() == [] and kiosk.journal.kept == {}


async def test_a_stranger_in_the_room_ends_nothing(service: ConvaiService, rig: MakeRig) -> None:
    async with rig() as kiosk:
        await kiosk.to_live()
        stranger = await service.media_server.enter(service.sessions[0].facts["room"], "stranger")
        for kind in ("usage-limit-reached", "bot-started-speaking", "bot-llm-text"):
            data = {"type": kind, "text": "CANARY", "quota_type": "minutes"}
            await stranger.send(json.dumps({"label": "rtvi-ai", "type": "server-message", "data": data}).encode())
        await asyncio.sleep(2)
        assert isinstance(kiosk.screen, Live) and said(kiosk, Speaker.AVATAR) == []
        kiosk.tap(End())
        assert await ended(kiosk) is EndReason.VISITOR


async def test_a_fatal_error_ends_it(service: ConvaiService, rig: MakeRig) -> None:
    async with rig() as kiosk:
        await kiosk.to_live()
        service.bot.tell("error", error="harmless", fatal=False)
        await asyncio.sleep(1)
        assert isinstance(kiosk.screen, Live)
        service.bot.tell("error", error="broken", fatal=True)
        assert await ended(kiosk) is EndReason.ERROR


async def test_a_room_that_closes_without_a_word_ends_it(service: ConvaiService, rig: MakeRig) -> None:
    async with rig() as kiosk:
        await kiosk.to_live()
        service.end(service.sessions[0], "closed")
        assert await ended(kiosk) is EndReason.ROOM_CLOSED


async def test_a_bot_that_leaves_may_come_back_within_ten_seconds(service: ConvaiService, rig: MakeRig) -> None:
    async with rig() as kiosk:
        await kiosk.to_live()
        await service.bot.step_out()
        await asyncio.sleep(6)
        await service.bot.enter()
        await asyncio.sleep(12)
        assert isinstance(kiosk.screen, Live)
        kiosk.tap(AskText("again?"))  # it has another identity now
        await kiosk.until(lambda s: "You asked: again?" in said(kiosk, Speaker.AVATAR), 10)
        kiosk.tap(End())
        assert await ended(kiosk) is EndReason.VISITOR


async def test_a_bot_that_stays_away_ends_the_visit(service: ConvaiService, rig: MakeRig) -> None:
    async with rig() as kiosk:
        await kiosk.to_live()
        left_at = kiosk.loop.time()
        await service.bot.step_out()
        assert (await kiosk.until(Farewell, 20)).reason is EndReason.AVATAR_LEFT
        assert kiosk.loop.time() - left_at == pytest.approx(10, abs=1)
        await kiosk.all_given_back()


async def test_a_room_lost_to_the_network_is_joined_again_with_the_same_conversation(
    service: ConvaiService, rig: MakeRig
) -> None:
    async with rig() as kiosk:
        await kiosk.to_live()
        assert isinstance(kiosk.room, MemoryRoom)
        kiosk.room.end(Disconnected(EndReason.NETWORK, may_rejoin=True))
        await asyncio.sleep(6)
        assert isinstance(kiosk.screen, Live) and len(service.sessions) == 2
        first, second = (call.json for call in service.requests if call.path == "/connect")
        assert "character_session_id" not in first and second["character_session_id"]
        assert service.sessions[0].end_reason == "disconnect"
        kiosk.tap(AskText("again?"))
        await kiosk.until(lambda s: "You asked: again?" in said(kiosk, Speaker.AVATAR), 10)
        kiosk.tap(End())
        await kiosk.all_given_back()
        await kiosk.to_live()
        assert "character_session_id" not in service.asked("/connect")[-1].json, "the next visitor begins anew"
        kiosk.tap(End())
        await kiosk.all_given_back()


# ---------------------------------------------------------------- giving back


async def test_the_end_is_said_in_the_room_before_it_is_left_and_confirmed_by_the_call(
    service: ConvaiService, rig: MakeRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with rig() as kiosk:
        await kiosk.to_live()
        bot = service.bot
        order: list[tuple[str, list[str], dict[int, JournalRow]]] = []
        leave = kiosk.room.leave

        async def watched() -> None:
            order.append(([kind for kind, *_ in bot.received][-1], kiosk.audio.open_devices, dict(kiosk.journal.kept)))
            await leave()

        monkeypatch.setattr(kiosk.room, "leave", watched)
        kiosk.tap(End())
        await kiosk.all_given_back()
        last, devices, kept = order[0]
        assert (last, devices) == ("kill-pipeline", []) and len(kept) == 1
        assert len(service.asked("/disconnect")) == 1 and len(bot.asked("kill-pipeline")) == 1


async def test_a_stop_that_fails_is_repeated_until_it_is_confirmed(service: ConvaiService, rig: MakeRig) -> None:
    service.fail(path="/disconnect", status=500, times=2)
    service.fail(path="/disconnect", reset=True, times=2)
    async with rig() as kiosk:
        await kiosk.to_live()
        kiosk.tap(End())
        await kiosk.until(Attract, 5)
        assert kiosk.vitals.open_sessions == 1
        await kiosk.all_given_back(120)
        assert len(service.asked("/disconnect")) == 5 and kiosk.vitals.unconfirmed == 0


async def test_one_more_refusal_right_after_a_release_is_waited_out(service: ConvaiService, rig: MakeRig) -> None:
    service.release_lag_s = 2.0
    async with rig() as kiosk:
        for _ in range(2):
            await kiosk.to_live()
            kiosk.tap(End())
            await kiosk.until(Attract, 5)
        await kiosk.all_given_back()
        assert len(service.sessions) == 2


# ---------------------------------------------------------------- nothing is told


async def test_no_log_holds_a_key_an_id_or_a_visitors_word(
    service: ConvaiService, rig: MakeRig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with rig() as kiosk:
        await kiosk.to_live()
        kiosk.tap(AskText("CANARY-question"))
        await asyncio.sleep(2)
        service.bot.hear("CANARY-interim", final="CANARY-spoken")
        service.bot.tell("moderation-response", "B", result=False, user_input="CANARY-moderated", reason="x")
        service.bot.tell("error", error="CANARY-error", fatal=False)
        service.bot.tell("server-response", "flat", event_type="CANARY event", status="error", message="CANARY-message")
        await asyncio.sleep(3)
        kiosk.tap(End())
        await kiosk.all_given_back()
    ours = [f"{record.getMessage()} {vars(record)}" for record in caplog.records if record.name.startswith("app.")]
    secrets = ["CANARY", KEY, service.sessions[0].id, service.sessions[0].facts["room"]]
    assert ours and not [(line, secret) for line in ours for secret in secrets if secret in line]
