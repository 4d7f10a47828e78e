"""Calls to Tavus, and what each of its answers means (docs/vendors/tavus.md 2, 3 and 5)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from app.http import Http
from app.screens import EndReason
from app.settings.load import load
from app.vendors.base import VendorContext
from app.vendors.errors import AuthError, Busy, ConfigError, OutOfCredits, TransientError, VendorError
from app.vendors.registry import vendors
from app.vendors.session import StopOrder, VisitRequest
from app.vendors.tavus import VENDOR
from app.vendors.tavus.control import TavusControl
from app.vendors.tavus.settings import TavusSettings
from tests.vendors.emulator import Clock
from tests.vendors.tavus_knobs import TavusKnobs
from tests.vendors.tavus_replica import ReplicaScript
from tests.vendors.tavus_service import KEY, PERSONA, REPLICA, TavusService

pytestmark = pytest.mark.asyncio

REQUEST = VisitRequest("kiosk-lobby-7f3a", "kiosk-01-7f3a", "lobby", "de", 435.0, 95.0)


@pytest_asyncio.fixture
async def service() -> AsyncIterator[TavusService]:
    async with TavusService(clock=Clock(manual=True), script=lambda: ReplicaScript(joins_after_s=None)) as made:
        yield made


def context(http: Http, service: TavusService, **settings: object) -> VendorContext[TavusSettings]:
    given = {"base_url": service.url, "api_key": KEY, "replica_id": REPLICA, "persona_id": PERSONA, "end_poll_s": 0.05}
    return VendorContext(TavusSettings.model_validate(given | settings), http, "lobby", "en", 1.0)


def control(http: Http, service: TavusService, **settings: object) -> TavusControl:
    return TavusControl(context(http, service, **settings))


def order(session_id: str = "", name: str = REQUEST.name) -> StopOrder:
    return StopOrder(name, session_id, EndReason.VISITOR)


# ---------------------------------------------------------------- start


async def test_the_create_call_is_what_a_kiosk_needs_and_names_nobody(http: Http, service: TavusService) -> None:
    await control(http, service, conversational_context="Hall 4", custom_greeting="Hello!").start(REQUEST)
    sent = service.requests[0]
    assert sent.headers["x-api-key"] == KEY
    assert sent.json == {
        "replica_id": REPLICA,
        "persona_id": PERSONA,
        "conversation_name": "kiosk-lobby-7f3a",
        "conversational_context": "Hall 4",
        "custom_greeting": "Hello!",
        "max_participants": 2,
        "require_auth": True,
        "properties": {
            "max_call_duration": 435,
            "participant_left_timeout": 15,
            "participant_absent_timeout": 45,
            "enable_closed_captions": True,
            "language": "german",
        },
    }


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, {"replica_id": REPLICA, "persona_id": PERSONA}),
        ({"replica_id": "", "persona_id": "", "face_id": REPLICA, "pal_id": PERSONA},
         {"replica_id": REPLICA, "persona_id": PERSONA}),
        ({"persona_id": ""}, {"replica_id": REPLICA}),
        ({"replica_id": ""}, {"persona_id": PERSONA}),
        ({"replica_id": "", "face_id": REPLICA}, {"replica_id": REPLICA, "persona_id": PERSONA}),
        ({"naming": "face"}, {"face_id": REPLICA, "pal_id": PERSONA}),
        ({"replica_id": "", "face_id": REPLICA, "naming": "replica"}, {"replica_id": REPLICA, "persona_id": PERSONA}),
    ],
)  # fmt: skip
async def test_the_older_names_are_sent_unless_the_newer_ones_are_asked_for(
    http: Http, service: TavusService, settings: dict[str, object], expected: dict[str, str]
) -> None:
    await control(http, service, **settings).start(REQUEST)
    sent = service.requests[0].json
    assert {name: sent[name] for name in ("replica_id", "persona_id", "face_id", "pal_id") if name in sent} == expected


NEWER = {"replica_id": "", "persona_id": "", "face_id": REPLICA, "pal_id": PERSONA}


@pytest.mark.parametrize(
    ("known", "naming"), [("older", "auto"), ("newer", "face"), ("both", "auto"), ("both", "face")]
)
@pytest.mark.parametrize("settings", [{}, NEWER])
async def test_each_set_of_names_that_the_service_may_read_can_be_reached(
    http: Http, service: TavusService, settings: dict[str, object], known: str, naming: str
) -> None:
    service.knobs.names = known
    await control(http, service, naming=naming, **settings).start(REQUEST)


async def test_names_that_the_service_does_not_read_count_as_absent(http: Http, service: TavusService) -> None:
    service.knobs.names = "newer"
    with pytest.raises(ConfigError) as caught:
        await control(http, service).start(REQUEST)
    assert "service.tavus.naming" in str(caught.value)


async def test_a_check_names_the_ids_as_the_settings_do(http: Http, service: TavusService) -> None:
    findings = await control(http, service, **NEWER).check()
    assert findings[0].text == "api_key, face_id, pal_id are accepted"


@pytest.mark.parametrize(
    ("settings", "expected_s"),
    [({}, 435), ({"max_call_duration_s": 200}, 200), ({"plan_max_s": 300}, 300),
     ({"max_call_duration_s": 900, "plan_max_s": 300}, 300)],
)  # fmt: skip
async def test_the_services_maximum_is_a_little_above_ours_and_within_the_plan(
    http: Http, service: TavusService, settings: dict[str, object], expected_s: float
) -> None:
    session = await control(http, service, **settings).start(REQUEST)
    assert service.requests[0].json["properties"]["max_call_duration"] == expected_s
    assert session.max_duration_s == expected_s


@pytest.mark.parametrize(("code", "name"), [("de", "german"), ("pt-BR", "portuguese"), ("xx", "multilingual")])
async def test_languages_are_told_in_full(http: Http, service: TavusService, code: str, name: str) -> None:
    await control(http, service).start(replace(REQUEST, language=code))
    assert service.requests[0].json["properties"]["language"] == name


async def test_what_a_site_adds_or_takes_away(http: Http, service: TavusService) -> None:
    extra = {"properties": {"apply_greenscreen": True, "participant_left_timeout": 20}, "policy": "eu"}
    made = control(http, service, extra=extra, private_room=False, send_language=False, closed_captions=False)
    session = await made.start(REQUEST)
    sent = service.requests[0].json
    assert sent["policy"] == "eu" and "require_auth" not in sent and session.media_token == ""
    assert sent["properties"]["participant_left_timeout"] == 20
    assert sent["properties"]["apply_greenscreen"] and not sent["properties"]["enable_closed_captions"]
    assert "language" not in sent["properties"]


async def test_a_session_has_its_room_and_shows_no_secret(http: Http, service: TavusService) -> None:
    session = await control(http, service).start(REQUEST)
    assert session.session_id == service.talk.session.id
    assert session.media_url == service.host.address(service.talk.room)
    assert session.media_token == service.talk.room.token
    assert session.language == "de"
    assert "eyJ" not in repr(session) and "https" not in repr(session)


BUSY = "User has reached maximum concurrent conversations"
CREDITS = "The user is out of conversational credits"
GENERIC = "There was an error creating the conversation, please reach out to support at support@tavus.io!"
REFUSALS = [
    (400, {"error": BUSY}, Busy),
    (400, {"message": BUSY.upper()}, Busy),
    (429, {"message": BUSY}, Busy),
    (402, {"error": CREDITS}, OutOfCredits),
    (402, "", OutOfCredits),
    (400, {"message": CREDITS}, OutOfCredits),
    (401, {"message": "Invalid access token"}, AuthError),
    (403, {}, AuthError),
    (400, {"error": "Invalid replica_uuid"}, ConfigError),
    (400, {"error": "Invalid face_id"}, ConfigError),
    (400, {"message": "Invalid persona_id"}, ConfigError),
    (400, {"error": GENERIC}, ConfigError),
    (400, {"error": "maximum call duration is limited, capacity is busy"}, ConfigError),
    (404, "<html>not here</html>", ConfigError),
    (422, {"detail": [{"msg": "field required"}]}, ConfigError),
    (429, {"message": "slow down"}, TransientError),
    (500, {}, TransientError),
    (502, "<html>bad gateway</html>", TransientError),
    (301, "", ConfigError),
    (302, "", TransientError),
]


@pytest.mark.parametrize(("status", "body", "expected"), REFUSALS)
async def test_refusals_are_told_apart(
    http: Http, service: TavusService, status: int, body: object, expected: type[VendorError]
) -> None:
    headers = {"Location": "http://127.0.0.1:1/"} if status < 400 else {}
    service.fail(status=status, body=body, headers=headers)
    with pytest.raises(expected) as caught:
        await control(http, service).start(REQUEST)
    assert type(caught.value) is expected
    assert caught.value.http_status == status and caught.value.ambiguous is (status in (502, 504))
    assert len(service.requests) == 1  # a create is never repeated by the adapter, nor is a redirect followed


@pytest.mark.parametrize(("headers", "expected_s"), [({"Retry-After": "9"}, 9.0), ({}, 5.0)])
async def test_a_rate_limit_says_when_to_come_again(
    http: Http, service: TavusService, headers: dict[str, str], expected_s: float
) -> None:
    service.fail(status=429, headers=headers)
    with pytest.raises(TransientError) as caught:
        await control(http, service).start(REQUEST)
    assert caught.value.retry_after == expected_s


@pytest.mark.parametrize(
    ("knobs", "expected"), [(TavusKnobs(), Busy), (TavusKnobs(full=429), Busy), (TavusKnobs(error_key="message"), Busy)]
)
async def test_a_full_account_is_busy_in_every_way_it_says_so(
    http: Http, service: TavusService, knobs: TavusKnobs, expected: type[VendorError]
) -> None:
    service.knobs = knobs
    made = control(http, service)
    await made.start(REQUEST)
    with pytest.raises(expected):
        await made.start(REQUEST)
    service.end(service.talk.session, "end_conversation_endpoint_hit")
    await made.start(REQUEST)
    assert service.taken(KEY) == 1


async def test_the_site_may_add_texts_of_its_own(http: Http, service: TavusService) -> None:
    made = control(http, service, busy_texts=["alle Plätze belegt"], credits_texts=["Guthaben"])
    service.fail(status=400, body={"error": "Alle PLÄTZE belegt"})
    service.fail(status=403, body={"error": "kein Guthaben"})
    with pytest.raises(Busy):
        await made.start(REQUEST)
    with pytest.raises(OutOfCredits):
        await made.start(REQUEST)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"message": "User has reached maximum concurrent conversations"}, Busy),
        ("no guide is free", Busy),
        ({"message": "The user is out of conversational credits."}, OutOfCredits),
        ({"conversation_url": "https://x", "message": "no guide is free"}, TransientError),
    ],
)
async def test_a_200_without_a_conversation_may_say_that_all_are_taken(
    http: Http, service: TavusService, body: object, kind: type[VendorError]
) -> None:
    service.fail(status=200, body=body)
    with pytest.raises(kind) as caught:
        await control(http, service, busy_texts=["no guide is free"]).start(REQUEST)
    assert type(caught.value) is kind and caught.value.ambiguous is (kind is TransientError)


@pytest.mark.parametrize(
    "fault",
    [
        {"without": ("conversation_url",)},
        {"without": ("conversation_id",)},
        {"without": ("meeting_token",)},
        {"malformed": True},
        {"status": 200},
        {"status": 200, "body": "<html>sign in to the museum's network</html>"},
        {"status": 200, "body": []},
        {"status": 200, "body": {"conversation_id": 7, "conversation_url": None, "meeting_token": {}}},
        {"status": 200, "body": {"conversation_id": "c1", "conversation_url": "https://x", "meeting_token": "t",
                                 "status": "ended"}},
        {"lose": True},
        {"reset": True},
        {"delay_s": 1.5},
        {"late_s": 1.5},
    ],
)  # fmt: skip
async def test_an_answer_that_cannot_be_used_is_ambiguous(
    http: Http, service: TavusService, fault: dict[str, object]
) -> None:
    service.fail(**fault)
    with pytest.raises(TransientError) as caught:
        await control(http, service).start(REQUEST)
    assert caught.value.ambiguous and not caught.value.unreachable


async def test_a_host_that_is_down_is_unreachable_and_nothing_came_of_it(http: Http, service: TavusService) -> None:
    await service.stop_listening()
    with pytest.raises(TransientError) as caught:
        await control(http, service).start(REQUEST)
    assert caught.value.unreachable and not caught.value.ambiguous


@pytest.mark.parametrize(
    ("status", "body", "advice"),
    [
        (401, {"message": "Invalid access token"}, "api_key"),
        (400, {"error": "Invalid replica_uuid"}, "no such replica"),
        (400, {"error": "Invalid pal_id"}, "no such persona"),
        (400, {"error": GENERIC}, "support"),
    ],
)
async def test_staff_are_told_in_plain_words_what_is_wrong(
    http: Http, service: TavusService, status: int, body: object, advice: str
) -> None:
    service.fail(status=status, body=body)
    with pytest.raises((AuthError, ConfigError)) as caught:
        await control(http, service).start(REQUEST)
    assert advice in str(caught.value)


async def test_a_key_is_never_repeated(http: Http, service: TavusService) -> None:
    service.fail(status=401, body={"message": f"key {KEY} is unknown"})
    with pytest.raises(AuthError) as caught:
        await control(http, service).start(REQUEST)
    assert KEY not in str(caught.value)


# ---------------------------------------------------------------- stop


async def test_a_conversation_is_ended_and_seen_to_have_ended(http: Http, service: TavusService) -> None:
    service.knobs.ends_late_s = 5.0
    made = control(http, service)
    session = await made.start(REQUEST)
    stopping = asyncio.create_task(made.stop(order(session.session_id)))
    await asyncio.sleep(0.3)
    assert not stopping.done()
    service.clock.advance(6)
    assert await stopping
    assert [r.method for r in service.requests[1:3]] == ["POST", "GET"]
    assert service.talk.session.end_reason == "end_conversation_endpoint_hit"


async def test_an_end_may_be_believed_unseen(http: Http, service: TavusService) -> None:
    made = control(http, service, confirm_end=False)
    session = await made.start(REQUEST)
    assert await made.stop(order(session.session_id))
    assert len(service.requests) == 2


@pytest.mark.parametrize("second_end", [200, 400])
async def test_ending_twice_is_fine(http: Http, service: TavusService, second_end: int) -> None:
    service.knobs.second_end = second_end
    made = control(http, service)
    session = await made.start(REQUEST)
    assert await made.stop(order(session.session_id))
    assert await made.stop(order(session.session_id))


@pytest.mark.parametrize("status", [400, 404])
async def test_a_conversation_that_nobody_knows_has_ended(http: Http, service: TavusService, status: int) -> None:
    service.fail(status=status, body={"error": "Invalid conversation_id"})
    assert await control(http, service).stop(order("cunknown"))
    assert len(service.requests) == 1


async def test_a_proxys_page_for_what_it_does_not_find_is_no_word_of_the_service(
    http: Http, service: TavusService
) -> None:
    made = control(http, service)
    session = await made.start(REQUEST)
    service.fail(path="end", status=404, body="<!doctype html><title>Not found</title>")
    with pytest.raises(VendorError):
        await made.stop(order(session.session_id))
    assert [kept.ended_at for kept in service.sessions] == [None]


async def test_a_spoilt_row_without_any_name_ends_nobodys_conversation(http: Http, service: TavusService) -> None:
    assert not await control(http, service).stop(order(name=""))
    assert service.requests == []


async def test_a_stop_that_fails_can_be_tried_again_and_names_no_session(http: Http, service: TavusService) -> None:
    made = control(http, service)
    session = await made.start(REQUEST)
    for fault in ({"status": 500, "body": {"error": f"{session.session_id} failed"}}, {"reset": True}, {"status": 401}):
        service.fail(path="end", **fault)
        with pytest.raises((TransientError, AuthError)) as caught:
            await made.stop(order(session.session_id))
        assert session.session_id not in str(caught.value)
    assert await made.stop(order(session.session_id))


async def test_a_strange_id_stays_one_part_of_the_address(http: Http, service: TavusService) -> None:
    assert await control(http, service).stop(order("../../v2/replicas?x=1"))
    assert service.requests[0].path.startswith("/v2/conversations/")


# ---------------------------------------------------------------- an answer that was lost


async def test_a_lost_create_is_found_again_by_its_exact_name_and_nothing_else_is_ended(
    http: Http, service: TavusService
) -> None:
    service.accounts[KEY].slots = 40
    made = control(http, service)
    others = [replace(REQUEST, name=f"kiosk-lobby-7f3a{n}") for n in range(14)]
    for other in others[:7]:
        await made.start(other)
    service.fail(lose=True)
    with pytest.raises(TransientError):
        await made.start(REQUEST)
    for other in others[7:]:
        await made.start(other)
    assert await made.stop(order())
    assert [s.name for s in service.sessions if s.ended_at is not None] == [REQUEST.name]
    assert len(service.active()) == 14
    assert {r.method for r in service.requests if r.path == "/v2/conversations"} == {"POST", "GET"}


async def test_a_create_that_came_to_nothing_is_looked_for_until_it_cannot_come_any_more(
    http: Http, service: TavusService
) -> None:
    clock = Clock(manual=True)
    made = TavusControl(context(http, service), epoch=clock.now)
    for seconds in (0, 20, 20):
        clock.advance(seconds)
        with pytest.raises(TransientError):
            await made.stop(order())
    clock.advance(20)
    assert await made.stop(order())


async def test_a_create_that_took_effect_late_is_found(http: Http, service: TavusService) -> None:
    made = control(http, service)
    with pytest.raises(TransientError):
        await made.stop(order())
    await made.start(REQUEST)
    assert await made.stop(order())
    assert service.active() == []


@pytest.mark.parametrize("body", ["[]", {"data": None}, {"data": [None, 7, {}], "total_count": "x"}, "<html>"])
async def test_a_list_that_cannot_be_read_ends_nothing(http: Http, service: TavusService, body: object) -> None:
    made = control(http, service)
    await made.start(REQUEST)
    service.fail(status=200, body=body)
    with pytest.raises(TransientError):
        await made.stop(order())
    assert len(service.active()) == 1


# ---------------------------------------------------------------- why, how many, and whether it would work


SHUTDOWNS = [
    ("max_call_duration", EndReason.VENDOR_MAX_DURATION),
    ("participant_left_timeout", EndReason.NETWORK),
    ("participant_absent_timeout", EndReason.VENDOR_IDLE),
    ("bot_could_not_join_meeting_it_was_probably_ended", EndReason.AVATAR_LEFT),
    ("daily_room_has_been_deleted", EndReason.ROOM_CLOSED),
    ("exception_encountered_during_conversation_startup", EndReason.ERROR),
    ("end_conversation_endpoint_hit", EndReason.ROOM_CLOSED),
    ("internal error occurred at step 7", EndReason.ERROR),
    ("a reason of tomorrow", EndReason.UNKNOWN),
]


@pytest.mark.parametrize("reason_key", ["reason", "shutdown_reason"])
@pytest.mark.parametrize("reached", [True, False])
@pytest.mark.parametrize(("reason", "expected"), SHUTDOWNS)
async def test_the_service_can_be_asked_why_a_conversation_ended(
    http: Http, service: TavusService, reason: str, expected: EndReason, reached: bool, reason_key: str
) -> None:
    service.knobs = TavusKnobs(reached=reached, reason_key=reason_key)
    made = control(http, service)
    session = await made.start(REQUEST)
    assert await made.why_ended(session.session_id) is None
    service.end(service.talk.session, reason)
    assert await made.why_ended(session.session_id) is expected


async def test_running_conversations_are_counted(http: Http, service: TavusService) -> None:
    service.accounts[KEY].slots = 30
    made = control(http, service)
    for number in range(12):
        await made.start(replace(REQUEST, name=f"kiosk-{number}"))
    service.end(service.talk.session, "end_conversation_endpoint_hit")
    assert await made.count() == 11


async def test_a_check_tries_key_and_ids_without_taking_a_slot(http: Http, service: TavusService) -> None:
    service.accounts[KEY].slots = 1
    findings = await control(http, service, max_concurrent=3).check()
    assert [(f.item, f.ok) for f in findings] == [("key and ids", True), ("sessions", None)]
    assert "0 of 3 run now" in findings[1].text
    assert service.requests[0].json["test_mode"] is True
    assert service.sessions == [] and service.taken(KEY) == 0


async def test_a_check_works_while_every_slot_is_taken(http: Http, service: TavusService) -> None:
    made = control(http, service)
    await made.start(REQUEST)
    assert all(finding.ok is not False for finding in await made.check())


async def test_a_check_leaves_nothing_behind_where_the_test_mode_is_gone(http: Http, service: TavusService) -> None:
    service.knobs.test_mode = False
    findings = await control(http, service).check()
    assert [(f.item, f.ok) for f in findings] == [("key and ids", None)]
    assert service.active() == [] and len(service.sessions) == 1


@pytest.mark.parametrize(
    ("settings", "expected"),
    [({"api_key": "another-key"}, AuthError), ({"replica_id": "rwrong"}, ConfigError),
     ({"persona_id": "pwrong"}, ConfigError)],
)  # fmt: skip
async def test_a_check_says_what_is_wrong(
    http: Http, service: TavusService, settings: dict[str, object], expected: type[VendorError]
) -> None:
    with pytest.raises(expected):
        await control(http, service, **settings).check()


async def test_a_check_does_not_need_the_list(http: Http, service: TavusService) -> None:
    service.fail(path="conversations")  # the create goes through
    service.fail(path="conversations", status=500)
    findings = await control(http, service).check()
    assert [(f.ok, f.text) for f in findings[1:]] == [(None, "not told")]


# ---------------------------------------------------------------- settings and what follows from them


async def test_an_orphan_is_over_within_the_services_own_timers(http: Http, service: TavusService) -> None:
    assert control(http, service).capabilities.orphan_s == 55.0
    assert control(http, service, participant_left_timeout_s=80).capabilities.orphan_s == 90.0


async def test_a_replica_has_45_seconds_to_appear_or_as_many_as_the_site_says(
    http: Http, service: TavusService
) -> None:
    assert control(http, service).capabilities.appear_s == 45.0
    assert control(http, service, ready_timeout_s=90).capabilities.appear_s == 90.0


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ('replica_id = "p123"', 'service.tavus.replica_id = "p123": begins with p'),
        ('persona_id = "r123"', 'service.tavus.persona_id = "r123": begins with r'),
        ('face_id = "p1"', 'service.tavus.face_id = "p1": begins with p'),
        ('pal_id = "r1"', 'service.tavus.pal_id = "r1": begins with r'),
        ('replica_id = "r1"\nface_id = "r2"', 'service.tavus.face_id = "r2": is another word for replica_id'),
        ("", 'service.tavus.replica_id = "": required for the service tavus (or face_id, persona_id, pal_id)'),
        ('participant_left_timeout_s = 0\nreplica_id = "r1"', "participant_left_timeout_s = 0: not above 0"),
    ],
)
async def test_mistakes_are_found_before_any_call(tmp_path: Path, settings: str, expected: str) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text(f'[service]\nvendor = "tavus"\n[service.tavus]\napi_key = "k"\n{settings}\n')
    mistakes = [str(mistake) for mistake in load(file, environ={}, vendors=vendors()).mistakes]
    assert len(mistakes) == 1 and expected in mistakes[0]


@pytest.mark.parametrize("key", ["replica_id = 'r1'", "face_id = 'r1'", "persona_id = 'p1'", "pal_id = 'p1'"])
async def test_one_id_of_four_is_enough(tmp_path: Path, key: str) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text(f'[service]\nvendor = "tavus"\n[service.tavus]\napi_key = "k"\nmax_call_duration_s = 0\n{key}\n')
    assert load(file, environ={}, vendors=vendors()).mistakes == ()


async def test_the_vendor_is_declared() -> None:
    assert (VENDOR.name, VENDOR.media) == ("tavus", "daily")
