"""Convai's calls, and what each of its answers means (docs/vendors/convai.md 2, 3 and 5)."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Protocol

import pytest
import pytest_asyncio

from app.http import Http
from app.screens import EndReason
from app.vendors.base import VendorContext
from app.vendors.convai import VENDOR
from app.vendors.convai.control import ConvaiControl
from app.vendors.convai.settings import ConvaiSettings
from app.vendors.errors import AuthError, Busy, ConfigError, OutOfCredits, TransientError, VendorError
from app.vendors.session import StopOrder, VisitRequest
from tests.fakes.no_http import NoHttp
from tests.vendors.convai_bot import BotScript
from tests.vendors.convai_service import CHARACTER, KEY, QUOTA, ConvaiService
from tests.vendors.emulator import Account
from tests.vendors.memory_media_server import MemoryMediaServer

pytestmark = pytest.mark.asyncio

REQUEST = VisitRequest("kiosk-lobby-7f3a", "kiosk-01-7f3a", "lobby", "de", 300.0, 95.0)
ID = "0b5b2a3e-1111-4222-8333-444455556666"

Arrange = Callable[[ConvaiService], None]


class Maker(Protocol):
    """Makes a control with the given keys of its table."""

    def __call__(self, **settings: object) -> ConvaiControl: ...


@pytest_asyncio.fixture
async def service() -> AsyncIterator[ConvaiService]:
    async with ConvaiService(MemoryMediaServer(), slots=2, script=BotScript(joins=False)) as made:
        yield made


@pytest.fixture
def control(http: Http, service: ConvaiService) -> Maker:
    def make(**settings: object) -> ConvaiControl:
        own = {"base_url": service.url, "api_url": service.url, "api_key": KEY, "character_id": CHARACTER}
        table = ConvaiSettings.model_validate(own | settings)
        return ConvaiControl(VendorContext(table, http, "lobby", "en", 1.0), new_id=lambda: ID)

    return make


def order(session_id: str) -> StopOrder:
    return StopOrder(REQUEST.name, session_id, EndReason.VISITOR)


# ---------------------------------------------------------------- start


async def test_the_body_is_the_one_advised_for_a_kiosk_and_names_nobody(control: Maker, service: ConvaiService) -> None:
    session = await control().start(REQUEST)
    sent = service.asked("/connect")[0]
    assert sent.headers["x-api-key"] == KEY
    assert sent.json == {
        "character_id": CHARACTER, "transport": "livekit", "connection_type": "audio", "llm_provider": "dynamic",
        "invocation_metadata": {"source": "kiosk"}, "blendshape_provider": "ovr",
    }  # fmt: skip
    assert session.session_id == service.sessions[0].id
    assert (session.media_url, session.max_duration_s, session.provider) == (service.media_server.url, 3600.0, "convai")


async def test_settings_reach_the_body_and_what_a_site_adds_is_laid_over_it(
    control: Maker, service: ConvaiService
) -> None:
    await control(
        face_provider="neurosync", face_fps=30, emotion_provider="llm", vad_params={"stop_secs": 0.5},
        turn_detection_config={"type": "smart_turn"}, end_user="random", llm_provider="gemini-live",
        extra={"vad_params": {"confidence": 0.8}, "dynamic_info": {"text": "Open until six."}},
    ).start(REQUEST)  # fmt: skip
    body = service.asked("/connect")[0].json
    assert body["blendshape_config"]["format"] == "visemes" and body["blendshape_config"]["output_fps"] == 30
    assert body["emotion_config"] == {"provider": "llm"} and body["end_user_id"] == ID
    assert body["vad_params"] == {"stop_secs": 0.5, "confidence": 0.8}
    assert body["turn_detection_config"] == {"type": "smart_turn"} and body["llm_provider"] == "gemini-live"
    assert body["dynamic_info"] == {"text": "Open until six."}


async def test_a_mouth_that_follows_loudness_asks_for_no_face(control: Maker, service: ConvaiService) -> None:
    await control(face="loudness").start(REQUEST)
    assert not any("blendshape" in name for name in service.asked("/connect")[0].json)


async def test_a_room_address_in_the_style_of_http_is_one_for_sockets(control: Maker, service: ConvaiService) -> None:
    service.knobs.http_style = True
    assert (await control().start(REQUEST)).media_url == service.media_server.url


async def test_a_second_join_goes_on_with_the_conversation(control: Maker, service: ConvaiService) -> None:
    first = await control().start(REQUEST)
    again = await control().start(replace(REQUEST, conversation=first.conversation))
    assert service.asked("/connect")[1].json["character_session_id"] == first.conversation == again.conversation


@pytest.mark.parametrize("status", ["400", "403", "404"])
async def test_a_conversation_that_is_refused_is_begun_anew_once(
    control: Maker, service: ConvaiService, status: str
) -> None:
    service.knobs.resumes = status
    await control().start(replace(REQUEST, conversation=ID))
    first, second = service.asked("/connect")
    assert "character_session_id" in first.json and "character_session_id" not in second.json
    assert len(service.sessions) == 1


# ---------------------------------------------------------------- refusals


def _full(service: ConvaiService) -> None:
    service.accounts[KEY].slots = 0


def _knob(**knobs: object) -> Arrange:
    def turn(service: ConvaiService) -> None:
        for name, value in knobs.items():
            setattr(service.knobs, name, value)

    return turn


def _used_up(service: ConvaiService) -> None:
    service.accounts[KEY].credits_left = False


@pytest.mark.parametrize(
    ("arrange", "kind", "words"),
    [
        (_full, Busy, "Too many live sessions"),
        (_knob(speaker_limit=True), ConfigError, "turn Long Term Memory off"),
        (_knob(has_memory=True), ConfigError, "turn Long Term Memory off"),
        (_knob(has_live_access=False), AuthError, "plan does not include"),
        (_knob(characters=set()), ConfigError, "character_id"),
        (_used_up, OutOfCredits, QUOTA),
    ],
    ids=["full", "speakers", "memory", "plan", "character", "quota"],
)
async def test_each_refusal_has_its_class_and_says_what_to_do(
    control: Maker, service: ConvaiService, arrange: Arrange, kind: type[VendorError], words: str
) -> None:
    arrange(service)
    with pytest.raises(kind) as caught:
        await control().start(REQUEST)
    assert type(caught.value) is kind and words in caught.value.message and not caught.value.ambiguous
    assert service.sessions == []


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"detail": "audio_config is only supported with LiveKit transport"}, ConfigError),
        (401, {"detail": "Invalid API key"}, AuthError),
        (401, {"detail": "Authentication required: provide X-API-Key or API-AUTH-TOKEN"}, AuthError),
        (402, None, OutOfCredits),
        (403, {"detail": "Realtime access denied"}, AuthError),
        (403, {"message": QUOTA}, OutOfCredits),
        (404, {"detail": "Character not found or doesn't belong to user"}, ConfigError),
        (409, {"detail": "conflict"}, ConfigError),
        (422, {"detail": [{"type": "missing", "loc": ["body"], "msg": "Field required"}]}, ConfigError),
        (429, {"detail": "LTM speaker limit reached"}, ConfigError),
        (429, {"error": "SPEAKER limit"}, ConfigError),
        (429, {"detail": "anything else"}, Busy),
        (429, "<html>slow down</html>", Busy),
        (429, None, Busy),
        (500, {"detail": "failed to start bot"}, TransientError),
        (503, {"detail": "database unavailable"}, TransientError),
        (502, "<html>bad gateway</html>", TransientError),
        (302, None, TransientError),
    ],
)  # fmt: skip
async def test_every_known_text_is_told_apart(
    control: Maker, service: ConvaiService, status: int, body: object, kind: type[VendorError]
) -> None:
    service.fail(path="/connect", status=status, body=body)
    with pytest.raises(kind) as caught:
        await control().start(REQUEST)
    assert type(caught.value) is kind and caught.value.http_status == status


async def test_a_sites_own_words_decide_too(control: Maker, service: ConvaiService) -> None:
    service.fail(path="/connect", status=400, body={"detail": "Alle Plätze belegt"})
    with pytest.raises(Busy):
        await control(busy_texts=["plätze belegt"]).start(REQUEST)
    service.fail(path="/connect", status=429, body={"detail": "Guthaben leer"})
    with pytest.raises(OutOfCredits):
        await control(credits_texts=["guthaben LEER"]).start(REQUEST)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"detail": "Alle Plätze belegt"}, Busy),
        ("Alle Plätze belegt", Busy),
        ({"detail": "You have exceeded your daily quota"}, OutOfCredits),
        ({"token": "t", "detail": "Alle Plätze belegt"}, TransientError),  # there is something of a session
    ],
)
async def test_a_200_without_a_session_may_say_that_all_are_taken(
    control: Maker, service: ConvaiService, body: object, kind: type[VendorError]
) -> None:
    service.fail(path="/connect", status=200, body=body)
    with pytest.raises(kind) as caught:
        await control(busy_texts=["plätze belegt"]).start(REQUEST)
    assert type(caught.value) is kind and caught.value.ambiguous is (kind is TransientError)


async def test_retry_after_is_passed_on(control: Maker, service: ConvaiService) -> None:
    service.fail(path="/connect", status=429, body={"detail": "full"}, headers={"Retry-After": "7"})
    with pytest.raises(Busy) as caught:
        await control().start(REQUEST)
    assert caught.value.retry_after == 7.0


@pytest.mark.parametrize("fault", [{"lose": True}, {"reset": True}, {"malformed": True}, {"without": ("token",)}])
async def test_an_unusable_answer_is_a_passing_trouble(
    control: Maker, service: ConvaiService, fault: dict[str, object]
) -> None:
    service.fail(path="/connect", **fault)
    with pytest.raises(TransientError) as caught:
        await control().start(REQUEST)
    assert caught.value.ambiguous is (fault in ({"lose": True}, {"reset": True}))


@pytest.mark.parametrize("fault", [{"malformed": True}, {"without": ("token",)}, {"without": ("room_url",)}])
async def test_a_session_that_cannot_be_joined_is_ended_at_once(
    control: Maker, service: ConvaiService, fault: dict[str, object]
) -> None:
    service.fail(path="/connect", **fault)
    with pytest.raises(TransientError):
        await control().start(REQUEST)
    assert [session.end_reason for session in service.sessions] == ["disconnect"]


async def test_a_session_whose_id_never_came_may_still_run(control: Maker, service: ConvaiService) -> None:
    service.fail(path="/connect", without=("session_id",))
    with pytest.raises(TransientError) as caught:
        await control().start(REQUEST)
    assert caught.value.ambiguous and not await control().stop(order(""))


async def test_a_host_that_is_down_is_unreachable(control: Maker, service: ConvaiService) -> None:
    await service.stop_listening()
    with pytest.raises(TransientError) as caught:
        await control().start(REQUEST)
    assert caught.value.unreachable and not caught.value.ambiguous


# ---------------------------------------------------------------- short-lived tokens


async def test_a_token_is_fetched_once_and_anew_when_it_is_refused(control: Maker, service: ConvaiService) -> None:
    made = control(auth="token")
    await made.start(REQUEST)
    await made.start(REQUEST)
    assert len(service.asked("/user/connect")) == 1
    assert all("x-api-key" not in call.headers for call in service.requests if call.path == "/connect")
    service.clock.advance(3601)
    service.accounts[KEY].slots = 9
    await made.start(REQUEST)
    assert len(service.asked("/user/connect")) == 2 and len(service.sessions) == 3


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"message": "You have exceeded your monthly quota"}, OutOfCredits),
        ({"detail": "voll"}, Busy),
        ({}, TransientError),
    ],
)
async def test_a_200_without_a_token_may_say_why(
    control: Maker, service: ConvaiService, body: object, kind: type[VendorError]
) -> None:
    service.fail(path="/user/connect", status=200, body=body)
    with pytest.raises(kind) as caught:
        await control(auth="token", busy_texts=["voll"]).start(REQUEST)
    assert type(caught.value) is kind and not caught.value.ambiguous and service.sessions == []


async def test_a_token_that_stays_refused_is_not_asked_for_for_ever(control: Maker, service: ConvaiService) -> None:
    service.fail(path="/connect", status=401, body={"detail": "Invalid API key"}, times=9)
    made = control(auth="token")
    with pytest.raises(AuthError):
        await made.start(REQUEST)
    # The path of the token's call contains the other's, and is refused with it.
    assert len(service.requests) <= 4


# ---------------------------------------------------------------- stop


async def test_a_stop_is_confirmed_and_can_be_repeated(control: Maker, service: ConvaiService) -> None:
    made = control()
    session = await made.start(REQUEST)
    assert await made.stop(order(session.session_id)) and await made.stop(order(session.session_id))
    assert service.active() == []
    assert "x-api-key" not in service.asked("/disconnect")[0].headers


async def test_a_host_without_the_call_is_no_obstacle(control: Maker, service: ConvaiService) -> None:
    service.knobs.has_disconnect = False
    assert await control().stop(order(ID))


@pytest.mark.expect_log("does not take the journal's id")
async def test_an_id_that_is_none_waits_for_its_end(control: Maker, service: ConvaiService) -> None:
    assert not await control().stop(order("not-a-uuid"))


@pytest.mark.parametrize(("status", "error"), [(500, TransientError), (400, ConfigError)])
async def test_a_stop_that_fails_is_tried_again(
    control: Maker, service: ConvaiService, status: int, error: type[VendorError]
) -> None:
    made = control()
    session = await made.start(REQUEST)
    service.fail(path="/disconnect", status=status, body={"detail": "Something new"})
    with pytest.raises(error):
        await made.stop(order(session.session_id))
    assert await made.stop(order(session.session_id))


@pytest.mark.parametrize("status", [200, 404])
async def test_a_portals_page_confirms_no_stop(control: Maker, service: ConvaiService, status: int) -> None:
    made = control()
    session = await made.start(REQUEST)
    service.fail(path="/disconnect", status=status, body="<html>Welcome to the museum's WLAN</html>")
    with pytest.raises(TransientError, match="a page came"):
        await made.stop(order(session.session_id))
    running = service.session(session.session_id)
    assert running is not None and running.ended_at is None
    assert await made.stop(order(session.session_id))


# ---------------------------------------------------------------- check


async def test_a_check_tests_key_and_character_and_takes_no_slot(control: Maker, service: ConvaiService) -> None:
    assert [(found.item, found.ok) for found in await control().check()] == [
        ("live host", True), ("key", True), ("character", True),
    ]  # fmt: skip
    assert service.sessions == [] and service.asked("/connect") == service.asked("/user/connect")
    assert len(service.asked("/user/revoke-token")) == 1


async def test_a_check_says_that_the_key_is_wrong(control: Maker, service: ConvaiService) -> None:
    with pytest.raises(AuthError) as caught:
        await control(api_key="CANARY-wrong").check()
    assert "the key is wrong" in str(caught.value) and "CANARY" not in str(caught.value)


async def test_a_check_says_that_the_character_is_unknown(control: Maker) -> None:
    found = (await control(character_id="nobody").check())[-1]
    assert found.ok is False and "not known to this account" in found.text


@pytest.mark.parametrize("what", ["plan", "host", "old"])
async def test_what_cannot_be_tested_is_no_fault(control: Maker, service: ConvaiService, what: str) -> None:
    settings = {}
    if what == "plan":
        service.knobs.tells_sheets = False
    elif what == "host":
        settings = {"api_url": "http://127.0.0.1:9"}
    else:
        service.fail(path="/user/connect", status=404, body="404: Not Found")
    found = await control(**settings).check()
    assert found[-1].ok is None and "not tested" in found[-1].text


async def test_a_check_says_that_nobody_answers(control: Maker, service: ConvaiService) -> None:
    made = control()
    await service.stop_listening()
    assert [(found.item, found.ok) for found in await made.check()] == [("live host", False)]


# ---------------------------------------------------------------- what it can do, and what it never tells


async def test_the_vendor_is_declared() -> None:
    assert (VENDOR.name, VENDOR.media, VENDOR.required) == ("convai", "livekit", ("api_key", "character_id"))
    own = ConvaiControl(VendorContext(ConvaiSettings(orphan_s=50.0), NoHttp(), "lobby", "en", 1.0)).capabilities
    assert (own.video, own.stop, own.orphan_s) == (False, True, 50.0)


async def test_no_log_and_no_error_holds_a_key_token_or_id(
    control: Maker, service: ConvaiService, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    service.accounts["CANARY-key"] = Account("CANARY-key", 1)
    made = control(api_key="CANARY-key", auth="token")
    session = await made.start(REQUEST)
    texts = []
    for body in ({"detail": "CANARY-key is full"}, "CANARY-key " * 50, {"message": "token eyJCANARYabcd.eyJx.y"}):
        service.fail(path="/connect", status=429, body=body)
        with pytest.raises(Busy) as caught:
            await made.start(REQUEST)
        texts.append(f"{caught.value} {caught.value!r}")
    with pytest.raises(TransientError) as gone:
        service.fail(path="/disconnect", status=500, body={"detail": "CANARY-key"})
        await made.stop(order(session.session_id))
    ours = [record for record in caplog.records if record.name.startswith("app.")]
    everything = " ".join([*texts, str(gone.value), repr(session), *(str(vars(record)) for record in ours)])
    assert "CANARY" not in everything and session.media_token not in everything
    assert session.conversation not in everything
    assert not any(session.session_id in str(vars(record)) for record in ours)
