"""Calls to a LiveKit token endpoint, and what each of its answers means (docs/vendors/livekit.md 2, 3 and 5)."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import jwt
import pytest
import pytest_asyncio

from app.http import Http
from app.screens import EndReason
from app.vendors.base import VendorContext
from app.vendors.errors import AuthError, Busy, ConfigError, OutOfCredits, TransientError, VendorError
from app.vendors.livekit import VENDOR
from app.vendors.livekit.control import LiveKitControl
from app.vendors.livekit.settings import LiveKitSettings
from app.vendors.session import StopOrder, VisitRequest
from tests.rigs.livekit_server import SECRET, LiveKitServer
from tests.vendors.livekit_endpoint import ACCOUNT, HEADER, EndpointKnobs, LiveKitEndpoint

pytestmark = pytest.mark.asyncio

REQUEST = VisitRequest("kiosk-lobby-7f3a", "kiosk-01-7f3a", "lobby", "de", 300.0, 45.0)
KEY = "operator-secret-key"


@pytest_asyncio.fixture
async def endpoint() -> AsyncIterator[LiveKitEndpoint]:
    nobody = LiveKitServer(Path("/nonexistent"))  # tokens need no running server
    async with LiveKitEndpoint(nobody, knobs=EndpointKnobs(never=True), key=KEY) as made:
        yield made


def control(http: Http, endpoint: LiveKitEndpoint, **settings: object) -> LiveKitControl:
    given = {"token_url": endpoint.url + "/token", "headers": {HEADER: KEY}} | settings
    return LiveKitControl(VendorContext(LiveKitSettings.model_validate(given), http, "lobby", "en", 1.0))


def stop_order(name: str = REQUEST.name, session_id: str = "") -> StopOrder:
    return StopOrder(name, session_id, EndReason.VISITOR)


# ---------------------------------------------------------------- start


async def test_a_token_for_a_fresh_room(http: Http, endpoint: LiveKitEndpoint) -> None:
    session = await control(http, endpoint).start(REQUEST)
    claims = jwt.decode(session.media_token, SECRET, algorithms=["HS256"])
    assert claims["video"]["room"] == REQUEST.name
    assert claims["sub"] == REQUEST.identity
    assert (session.provider, session.session_id) == ("livekit", REQUEST.name)
    assert session.media_url.startswith("ws://")


async def test_the_request_names_the_kiosk_and_nothing_of_the_visitor(http: Http, endpoint: LiveKitEndpoint) -> None:
    await control(http, endpoint, agent_name="guide").start(REQUEST)
    sent = endpoint.requests[0]
    assert sent.headers[HEADER.lower()] == KEY
    assert sent.json == {
        "room_name": "kiosk-lobby-7f3a",
        "participant_identity": "kiosk-01-7f3a",
        "participant_name": "lobby",
        "participant_attributes": {"lang": "de", "kiosk": "lobby"},
        "room_config": {
            "agents": [{"agent_name": "guide", "metadata": '{"lang": "de"}'}],
            "departure_timeout": 10,
            "empty_timeout": 30,
            "max_participants": 2,
        },
    }


async def test_what_a_site_adds_is_laid_over_the_request(http: Http, endpoint: LiveKitEndpoint) -> None:
    extra = {"room_config": {"tags": {"site": "north"}, "empty_timeout": 5}, "participant_name": "North hall"}
    await control(http, endpoint, extra=extra, max_participants=0).start(REQUEST)
    sent = endpoint.requests[0].json
    assert sent["room_config"] == {"departure_timeout": 10, "empty_timeout": 5, "tags": {"site": "north"}}
    assert sent["participant_name"] == "North hall"


@pytest.mark.parametrize(
    "knobs",
    [
        EndpointKnobs(status=200),
        EndpointKnobs(camel_case=True),
        EndpointKnobs(status=200, camel_case=True, more_fields=True),
    ],
)
async def test_every_spelling_of_the_answer_is_understood(
    http: Http, endpoint: LiveKitEndpoint, knobs: EndpointKnobs
) -> None:
    endpoint.knobs = knobs
    session = await control(http, endpoint).start(REQUEST)
    assert session.media_token.startswith("eyJ")
    assert session.session_id == REQUEST.name


async def test_a_session_never_shows_its_token(http: Http, endpoint: LiveKitEndpoint) -> None:
    session = await control(http, endpoint).start(REQUEST)
    assert "eyJ" not in repr(session)


REFUSALS = [
    (401, {"message": "who are you"}, AuthError),
    (403, {}, AuthError),
    (402, {}, OutOfCredits),
    (429, {}, Busy),
    (503, {}, Busy),
    (400, {"error": "field not allowed"}, ConfigError),
    (404, "<html>not here</html>", ConfigError),
    (422, {}, ConfigError),
    (500, {}, TransientError),
    (502, "<html>bad gateway</html>", TransientError),
    (504, "", TransientError),
    (301, "", ConfigError),
    (302, "", TransientError),
]


@pytest.mark.parametrize(("status", "body", "expected"), REFUSALS)
async def test_refusals(
    http: Http, endpoint: LiveKitEndpoint, status: int, body: object, expected: type[VendorError]
) -> None:
    endpoint.fail(status=status, body=body, headers={"Location": "http://127.0.0.1:1/"} if status < 400 else {})
    with pytest.raises(expected) as caught:
        await control(http, endpoint).start(REQUEST)
    assert type(caught.value) is expected
    assert caught.value.http_status == status
    assert caught.value.ambiguous is (status in (502, 504))
    assert len(endpoint.requests) == 1  # a redirect is not followed: it would carry the key along


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"error": "no avatar is free"}, Busy),
        ("No avatar is free.", Busy),
        (["no avatar is free"], Busy),
        ({"server_url": "wss://x", "error": "no avatar is free"}, Busy),
        ({"error": "minutes used up"}, OutOfCredits),
        ({"participant_token": "t", "error": "no avatar is free"}, TransientError),  # a token was made
    ],
)
async def test_an_endpoint_may_answer_200_and_say_that_it_is_full(
    http: Http, endpoint: LiveKitEndpoint, body: object, kind: type[VendorError]
) -> None:
    endpoint.fail(status=200, body=body)
    made = control(http, endpoint, busy_texts=["no avatar is free"], credits_texts=["used up"])
    with pytest.raises(kind) as caught:
        await made.start(REQUEST)
    assert type(caught.value) is kind and caught.value.ambiguous is (kind is TransientError)


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 200, "body": "<html>sign in to the museum's network</html>"},
        {"status": 200},
        {"status": 200, "body": []},
        {"status": 200, "body": "null"},
        {"status": 201, "body": {"server_url": "wss://x", "participant_token": 7}},
        {"without": ("participant_token",)},
        {"without": ("server_url",)},
        {"malformed": True},
        {"lose": True},
        {"reset": True},
        {"delay_s": 1.5},
        {"late_s": 1.5},
    ],
)
async def test_an_answer_that_cannot_be_used_is_ambiguous(
    http: Http, endpoint: LiveKitEndpoint, fault: dict[str, object]
) -> None:
    endpoint.fail(**fault)
    with pytest.raises(TransientError) as caught:
        await control(http, endpoint).start(REQUEST)
    assert caught.value.ambiguous
    assert not caught.value.unreachable


async def test_a_host_that_is_down_is_unreachable_and_nothing_came_of_it(http: Http, endpoint: LiveKitEndpoint) -> None:
    await endpoint.stop_listening()
    with pytest.raises(TransientError) as caught:
        await control(http, endpoint).start(REQUEST)
    assert caught.value.unreachable
    assert not caught.value.ambiguous


async def test_retry_after_is_honoured(http: Http, endpoint: LiveKitEndpoint) -> None:
    endpoint.fail(status=429, headers={"Retry-After": "9"})
    with pytest.raises(Busy) as caught:
        await control(http, endpoint).start(REQUEST)
    assert caught.value.retry_after == 9.0


async def test_the_operator_may_say_full_and_quota_in_his_own_way(http: Http, endpoint: LiveKitEndpoint) -> None:
    own = control(
        http,
        endpoint,
        busy_statuses=[409],
        credits_statuses=[],
        busy_texts=["alle besetzt"],
        credits_texts=["Guthaben"],
    )
    for status, body, expected in [
        (409, {}, Busy),
        (400, {"message": "Alle besetzt!"}, Busy),
        (403, {"message": "kein Guthaben mehr"}, OutOfCredits),
        (503, {}, TransientError),
        (402, {}, ConfigError),
    ]:
        endpoint.fail(status=status, body=body)
        with pytest.raises(expected) as caught:
            await own.start(REQUEST)
        assert type(caught.value) is expected


async def test_a_wrong_key_is_an_auth_error_that_does_not_repeat_it(http: Http, endpoint: LiveKitEndpoint) -> None:
    wrong = "another-secret-key"
    endpoint.fail(status=401, body={"message": f"key {wrong} unknown"})
    with pytest.raises(AuthError) as caught:
        await control(http, endpoint, headers={HEADER: wrong}).start(REQUEST)
    assert wrong not in str(caught.value)


async def test_an_emulated_endpoint_refuses_as_it_is_told(http: Http, endpoint: LiveKitEndpoint) -> None:
    with pytest.raises(AuthError):
        await control(http, endpoint, headers={}).start(REQUEST)
    endpoint.accounts[ACCOUNT].credits_left = False
    with pytest.raises(OutOfCredits):
        await control(http, endpoint).start(REQUEST)
    endpoint.accounts[ACCOUNT].credits_left = True
    endpoint.knobs = EndpointKnobs(full="429", forbidden=frozenset({"max_participants"}))
    with pytest.raises(ConfigError):
        await control(http, endpoint).start(REQUEST)
    endpoint.accounts[ACCOUNT].slots = 0
    with pytest.raises(Busy):
        await control(http, endpoint, max_participants=0).start(REQUEST)


# ---------------------------------------------------------------- availability


@pytest.mark.parametrize(
    "fault",
    [{"status": 500}, {"status": 200, "body": "soon"}, {"status": 200, "body": {"available": None}}, {"reset": True}],
)
async def test_an_availability_that_says_nothing_stops_nobody(
    http: Http, endpoint: LiveKitEndpoint, fault: dict[str, object]
) -> None:
    endpoint.fail(path="available", **fault)
    session = await control(http, endpoint, availability_url=endpoint.url + "/available").start(REQUEST)
    assert session.media_token


async def test_no_place_free_is_busy_without_asking_for_a_token(http: Http, endpoint: LiveKitEndpoint) -> None:
    endpoint.accounts[ACCOUNT].slots = 0
    with pytest.raises(Busy):
        await control(http, endpoint, availability_url=endpoint.url + "/available").start(REQUEST)
    assert endpoint.asked("token") == []


# ---------------------------------------------------------------- stop


async def test_the_release_address_confirms_the_end(http: Http, endpoint: LiveKitEndpoint) -> None:
    made = control(http, endpoint, release_url=endpoint.url + "/release")
    session = await made.start(REQUEST)
    assert await made.stop(stop_order(session_id=session.session_id))
    assert endpoint.asked("release")[0].json == {"room_name": REQUEST.name}
    assert endpoint.asked("release")[0].headers[HEADER.lower()] == KEY


async def test_a_room_that_is_gone_already_is_confirmed(http: Http, endpoint: LiveKitEndpoint) -> None:
    made = control(http, endpoint, release_url=endpoint.url + "/release")
    assert await made.stop(stop_order(name="never-created"))


async def test_a_create_that_was_never_answered_is_stopped_by_its_name(http: Http, endpoint: LiveKitEndpoint) -> None:
    made = control(http, endpoint, release_url=endpoint.url + "/release")
    endpoint.fail(path="token", lose=True)
    with pytest.raises(TransientError):
        await made.start(REQUEST)
    assert await made.stop(stop_order())
    assert endpoint.asked("release")[0].json == {"room_name": REQUEST.name}


async def test_a_stop_that_fails_can_be_tried_again(http: Http, endpoint: LiveKitEndpoint) -> None:
    made = control(http, endpoint, release_url=endpoint.url + "/release")
    endpoint.fail(path="release", status=500)
    endpoint.fail(path="release", reset=True)
    for _ in range(2):
        with pytest.raises(TransientError):
            await made.stop(stop_order())
    assert await made.stop(stop_order())


@pytest.mark.parametrize("status", [200, 404])
async def test_a_portals_page_confirms_no_stop(http: Http, endpoint: LiveKitEndpoint, status: int) -> None:
    made = control(http, endpoint, release_url=endpoint.url + "/release")
    endpoint.fail(path="release", status=status, body="<!doctype html><p>Welcome to the museum's WLAN")
    with pytest.raises(TransientError, match="a page came"):
        await made.stop(stop_order())
    endpoint.fail(path="release", status=200, body="ok")
    assert await made.stop(stop_order())


async def test_without_a_release_address_there_is_nothing_to_call(http: Http, endpoint: LiveKitEndpoint) -> None:
    made = control(http, endpoint)
    assert not made.capabilities.stop
    assert not await made.stop(stop_order())
    assert endpoint.requests == []


# ---------------------------------------------------------------- check


async def test_a_check_reaches_the_host_and_asks_for_no_token(http: Http, endpoint: LiveKitEndpoint) -> None:
    found = await control(http, endpoint).check()
    assert [(finding.item, finding.ok) for finding in found] == [("token address", True), ("clock", True)]
    assert endpoint.asked("token") == []
    assert endpoint.visits == []


async def test_a_check_tells_a_wrong_clock(http: Http, endpoint: LiveKitEndpoint) -> None:
    settings = LiveKitSettings(token_url=endpoint.url + "/token")
    ahead = LiveKitControl(VendorContext(settings, http, "lobby", "en", 1.0), epoch=lambda: time.time() + 300)
    clock = next(finding for finding in await ahead.check() if finding.item == "clock")
    assert clock.ok is False
    assert "ahead" in clock.text


async def test_a_check_tells_that_nobody_answers(http: Http, endpoint: LiveKitEndpoint) -> None:
    await endpoint.stop_listening()
    assert [finding.ok for finding in await control(http, endpoint).check()] == [False]


# ---------------------------------------------------------------- what it can do


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, {"video": True, "stop": False, "absence_is_busy": True}),
        ({"expect_video": False}, {"video": False}),
        ({"release_url": "https://x.example/release"}, {"stop": True}),
    ],
)
async def test_capabilities_follow_the_settings(
    http: Http, endpoint: LiveKitEndpoint, settings: dict[str, object], expected: dict[str, bool]
) -> None:
    known = control(http, endpoint, **settings).capabilities
    assert {name: getattr(known, name) for name in expected} == expected


async def test_an_orphan_is_over_within_the_rooms_own_time_outs(http: Http, endpoint: LiveKitEndpoint) -> None:
    assert control(http, endpoint).capabilities.orphan_s == 35.0
    assert control(http, endpoint, empty_timeout_s=120).capabilities.orphan_s == 120.0


async def test_the_vendor_is_declared() -> None:
    assert (VENDOR.name, VENDOR.media, VENDOR.required) == ("livekit", "livekit", ("token_url",))
