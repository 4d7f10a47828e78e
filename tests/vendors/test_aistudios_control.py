"""Calls to AI Studios, and what each of its answers means (docs/vendors/aistudios.md 2, 3, 5 and 6)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from app.http import Http
from app.screens import EndReason
from app.vendors.aistudios import VENDOR
from app.vendors.aistudios.control import LATE_S, AistudiosControl
from app.vendors.aistudios.settings import AistudiosSettings
from app.vendors.base import Credits, VendorContext
from app.vendors.errors import AuthError, Busy, ConfigError, OutOfCredits, TransientError, VendorError
from app.vendors.session import StopOrder, VisitRequest
from tests.vendors.aistudios_service import APP, AVATAR, BUSY, KEY, USED_UP, AistudiosService, App
from tests.vendors.memory_media_server import LoopClock

pytestmark = pytest.mark.asyncio

REQUEST = VisitRequest("kiosk-lobby-7f3a", "kiosk-01", "lobby", "en", 1200.0, 95.0)
OTHER_KEY = "another-kiosks-key"


class Purse(Credits):
    """Credits in memory; `log` has every call."""

    def __init__(self, bought: float = 0.0, used: float = 0.0) -> None:
        self.bought, self._used = bought, used
        self.log: list[tuple[str, str]] = []

    @property
    def is_low(self) -> bool:
        return bool(self.bought) and self._used >= 0.8 * self.bought

    @property
    def is_used_up(self) -> bool:
        return bool(self.bought) and self._used >= self.bought

    def used(self) -> float:
        return self._used

    def left_s(self) -> float | None:
        return (self.bought - self._used) * 300 if self.bought else None

    async def begin(self, name: str, at: float, most_s: float) -> None:
        self.log.append(("begin", name))

    async def end(self, name: str) -> None:
        self.log.append(("end", name))

    async def forget(self, name: str) -> None:
        self.log.append(("forget", name))


@pytest_asyncio.fixture
async def service() -> AsyncIterator[AistudiosService]:
    async with AistudiosService(clock=LoopClock()) as made:
        made.accounts[OTHER_KEY] = App(OTHER_KEY, 5, app_id="other-app")
        yield made


def control(http: Http, service: AistudiosService, *, purse: Purse | None = None, **keys: object) -> AistudiosControl:
    table = {"base_url": service.url, "app_id": APP, "user_key": KEY, "avatar_id": AVATAR} | keys
    context = VendorContext(
        settings=AistudiosSettings.model_validate(table),
        http=http,
        kiosk_id="lobby",
        language="en",
        create_timeout_s=1.0,
        slots=3,
        credits=purse,
    )
    return AistudiosControl(context)


def order(session_id: str = "", reason: EndReason = EndReason.VISITOR, name: str = REQUEST.name) -> StopOrder:
    return StopOrder(name, session_id, reason)


# ---------------------------------------------------------------- start


async def test_a_session_is_started_with_a_token_and_tells_its_room_and_bounds(
    http: Http, service: AistudiosService
) -> None:
    session = await control(http, service).start(REQUEST)
    assert [request.path.rpartition("/")[2] for request in service.requests] == ["token", "start"]
    assert service.requests[0].json == {"appId": APP, "userKey": KEY}
    assert (session.provider, session.session_id) == ("aistudios", service.active()[0].id)
    assert session.media_url == "wss://room.invalid" and session.media_token
    assert session.max_duration_s == 1200.0
    assert session.media_token not in repr(session)


async def test_the_key_is_no_bearer_and_the_token_no_key(http: Http, service: AistudiosService) -> None:
    made = control(http, service)
    session = await made.start(REQUEST)
    await made.stop(order(session.session_id))
    start, stop = service.asked("/start")[0].headers, service.asked("/stop")[0].headers
    assert KEY not in str(start) and start["authorization"].startswith("Bearer ")
    assert stop["studio-api-key"] == KEY and "authorization" not in stop


async def test_what_a_start_says_of_the_visit(http: Http, service: AistudiosService) -> None:
    made = control(http, service, system_prompt="You know the sky.", greeting="Hello!", extra={"lip_audio_mode": "x"})
    await made.start(REQUEST)
    assert service.asked("/start")[0].json == {
        "avatar_id": AVATAR,
        "avatar_persona": {
            "language": "en",
            "llm_configurations": {"custom_settings": {"system_prompt": "You know the sky."}},
        },
        "max_session_duration": 20,
        "greeting_text": "Hello!",
        "lip_audio_mode": "x",
    }


@pytest.mark.parametrize(
    ("visitors", "settings", "spoken"),
    [("en", {}, "en"), ("en", {"language": "en-GB"}, "en-GB"), ("ko", {"language": "en-GB"}, "ko"), ("ko", {}, "ko")],
)
async def test_the_avatar_speaks_what_the_visitor_chose(
    http: Http, service: AistudiosService, visitors: str, settings: dict[str, str], spoken: str
) -> None:
    request = VisitRequest("n", "i", "lobby", visitors, 300.0, 95.0)
    await control(http, service, purse=None, **settings).start(request)
    assert service.asked("/start")[0].json["avatar_persona"]["language"] == spoken


@pytest.mark.parametrize(
    ("unit", "most_s", "sent", "confirmed_s"),
    [
        ("minutes", 300.0, 5, 300.0),
        ("minutes", 301.0, 6, 360.0),
        ("minutes", 615.5, 11, 660.0),
        ("minutes", 1200.0, 20, 1200.0),
        ("seconds", 615.5, 616, 616.0),
    ],
)
async def test_the_maximum_is_asked_in_whole_units_rounded_up(
    http: Http, service: AistudiosService, unit: str, most_s: float, sent: int, confirmed_s: float
) -> None:
    service.knobs.unit, service.knobs.plan_max = unit, 10_000
    request = VisitRequest("n", "i", "lobby", "en", most_s, 95.0)
    session = await control(http, service, duration_unit=unit).start(request)
    assert service.asked("/start")[0].json["max_session_duration"] == sent
    assert session.max_duration_s == confirmed_s


async def test_the_services_own_maximum_and_the_plans_bound_the_session(http: Http, service: AistudiosService) -> None:
    service.knobs.plan_max = 3
    assert (await control(http, service).start(REQUEST)).max_duration_s == 180.0
    service.app().slots = 9
    assert (await control(http, service, plan_max_s=90).start(REQUEST)).max_duration_s == 90.0


async def test_what_may_be_left_out_is_ignored(http: Http, service: AistudiosService) -> None:
    service.knobs.drops = ("max_session_duration", "max_session_numbers", "voice_id", "livekit.room_name")
    session = await control(http, service).start(REQUEST)
    assert session.max_duration_s == 1200.0


# ---------------------------------------------------------------- tokens


async def test_a_token_is_used_again_and_renewed_once_when_it_is_old(http: Http, service: AistudiosService) -> None:
    service.knobs.token_s = 10.0
    service.app().slots = 9
    made = control(http, service)
    await made.start(REQUEST)
    await made.start(REQUEST)
    assert len(service.asked("/token")) == 1
    service.clock.advance(11)
    session = await made.start(REQUEST)
    assert len(service.asked("/token")) == 2
    service.clock.advance(11)
    await made.api.talk(session.session_id, "Hello")
    assert len(service.asked("/token")) == 3 and service.talked() == ["Hello", "Hello"]


async def test_a_start_refused_with_a_fresh_token_too_is_an_auth_error(http: Http, service: AistudiosService) -> None:
    service.fail(path="/start", times=9, status=401, body={"code": 4010, "data": None, "message": "no"})
    with pytest.raises(AuthError):
        await control(http, service).start(REQUEST)
    assert len(service.asked("/start")) == 2 and len(service.asked("/token")) == 2


async def test_a_wrong_key_is_told_and_not_repeated(http: Http, service: AistudiosService) -> None:
    wrong = "wrong-user-key-7c1e"
    service.fail(path="/token", status=401, body={"code": 4010, "message": f"userKey {wrong} unknown"})
    with pytest.raises(AuthError) as caught:
        await control(http, service, user_key=wrong).start(REQUEST)
    assert "app_id or user_key is refused" in str(caught.value) and wrong not in str(caught.value)
    assert service.asked("/start") == []


@pytest.mark.parametrize("fault", [{"lose": True}, {"status": 500}, {"malformed": True}, {"status": 200, "body": "x"}])
async def test_no_session_can_come_of_a_token_that_did_not(
    http: Http, service: AistudiosService, fault: dict[str, object]
) -> None:
    service.fail(path="/token", **fault)
    with pytest.raises(TransientError) as caught:
        await control(http, service).start(REQUEST)
    assert not caught.value.ambiguous


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize("how", BUSY)
async def test_a_full_service_is_busy_however_it_says_so(http: Http, service: AistudiosService, how: str) -> None:
    service.knobs.busy, service.app().slots = how, 0
    with pytest.raises(Busy) as caught:
        await control(http, service).start(REQUEST)
    assert not caught.value.ambiguous


@pytest.mark.parametrize("how", USED_UP)
async def test_used_up_credits_are_told_apart_however_it_says_so(
    http: Http, service: AistudiosService, how: str
) -> None:
    service.knobs.used_up, service.app().credits = how, 0.0
    with pytest.raises(OutOfCredits):
        await control(http, service).start(REQUEST)


REFUSALS = [
    (400, 4000, "Validation failed", ConfigError),
    (422, 4000, "max_session_duration must not exceed the plan limit", ConfigError),
    (400, 4000, "maximum session length is 20 minutes", ConfigError),
    (403, 4030, "Forbidden", AuthError),
    (403, 4030, "Insufficient permissions", AuthError),
    (403, 4030, "Maximum sessions reached", Busy),
    (403, 4030, "Insufficient balance", OutOfCredits),
    (401, 4010, "Not enough credits", OutOfCredits),
    (404, 4040, "Avatar is not active yet", ConfigError),
    (429, 4290, "Too many requests", Busy),
    (429, 4290, "Out of credits", OutOfCredits),
    (500, 5000, "Internal error", TransientError),
    (502, None, "<html>bad gateway</html>", TransientError),
    (200, 4030, "Forbidden", AuthError),
    (200, 4040, "Avatar not found", ConfigError),
    (200, 5000, "Internal error", TransientError),
    (200, 4290, "Rate limited", Busy),
    (400, 4290, "Rate limited", Busy),
    (302, None, "", TransientError),
]


@pytest.mark.parametrize(("status", "code", "text", "expected"), REFUSALS)
async def test_every_refusal_is_one_class(
    http: Http, service: AistudiosService, status: int, code: int | None, text: str, expected: type[VendorError]
) -> None:
    body = text if code is None else {"code": code, "data": None, "message": text}
    service.fail(path="/start", times=2, status=status, body=body)
    with pytest.raises(expected) as caught:
        await control(http, service).start(REQUEST)
    assert type(caught.value) is expected and caught.value.ambiguous is (status in (502, 504))


@pytest.mark.parametrize(
    ("path", "body", "kind"),
    [
        ("/start", {"error": "Maximum sessions reached"}, Busy),
        ("/start", {"code": 77, "message": "Maximum sessions reached"}, Busy),
        ("/token", {"code": 1000, "message": "Maximum sessions reached"}, Busy),
        ("/token", "Maximum sessions reached", Busy),
        ("/start", {"code": 1000, "message": "Insufficient balance"}, OutOfCredits),
        # There is something of a session.
        ("/start", {"code": 1000, "data": {"max_session_numbers": 10}}, TransientError),
    ],
)
async def test_a_200_without_a_session_may_say_that_all_are_taken(
    http: Http, service: AistudiosService, path: str, body: object, kind: type[VendorError]
) -> None:
    service.fail(path=path, times=2, status=200, body=body)
    with pytest.raises(kind) as caught:
        await control(http, service).start(REQUEST)
    assert type(caught.value) is kind and caught.value.ambiguous is (kind is TransientError)


async def test_retry_after_is_honoured(http: Http, service: AistudiosService) -> None:
    service.fail(path="/start", status=429, body={"code": 4290}, headers={"Retry-After": "7"})
    with pytest.raises(Busy) as caught:
        await control(http, service).start(REQUEST)
    assert caught.value.retry_after == 7.0


async def test_a_site_adds_words_and_codes_of_its_own(http: Http, service: AistudiosService) -> None:
    made = control(
        http, service, busy_texts=["all taken"], credits_texts=["empty purse"], busy_codes=["4031"],
        credits_codes=["4032"],
    )  # fmt: skip
    for code, text, expected in [
        (4000, "Sorry, ALL TAKEN", Busy), (4000, "An empty purse.", OutOfCredits), (4031, "no", Busy),
        (4031, "empty purse", OutOfCredits), (4032, "no", OutOfCredits), (4290, "no", ConfigError),
    ]:  # fmt: skip
        service.fail(path="/start", status=418, body={"code": code, "message": text})
        with pytest.raises(expected):
            await made.start(REQUEST)


# ---------------------------------------------------------------- answers lost and spoilt


@pytest.mark.parametrize(
    "fault", [{"lose": True}, {"malformed": True}, {"status": 200, "body": "<html>"}, {"late_s": 1.5}, {"reset": True}]
)
async def test_an_answer_that_cannot_be_used_leaves_a_session_possible(
    http: Http, service: AistudiosService, fault: dict[str, object]
) -> None:
    purse = Purse()
    service.fail(path="/start", **fault)
    with pytest.raises(TransientError) as caught:
        await control(http, service, purse=purse).start(REQUEST)
    assert caught.value.ambiguous
    assert purse.log == [("begin", REQUEST.name)]  # it may cost something


@pytest.mark.parametrize("missing", ["livekit", "livekit.url", "livekit.token"])
async def test_a_session_that_cannot_be_joined_is_stopped_by_its_id(
    http: Http, service: AistudiosService, missing: str
) -> None:
    service.knobs.drops = (missing,)
    made = control(http, service)
    with pytest.raises(TransientError) as caught:
        await made.start(REQUEST)
    assert caught.value.ambiguous
    assert await made.stop(order())
    assert service.active() == []


async def test_a_strange_code_beside_a_whole_session_is_a_session(http: Http, service: AistudiosService) -> None:
    service.knobs.code = "OK"
    assert (await control(http, service).start(REQUEST)).session_id == service.active()[0].id


async def test_without_the_right_to_look_a_lost_session_waits_for_the_services_maximum(
    http: Http, service: AistudiosService
) -> None:
    made = control(http, service)
    service.fail(path="/start", lose=True)
    with pytest.raises(TransientError):
        await made.start(REQUEST)
    assert await made.stop(order()) is False
    assert len(service.active()) == 1 and service.asked("/stop") == []


async def test_a_key_of_our_own_allows_to_find_and_stop_what_a_lost_answer_began(
    http: Http, service: AistudiosService
) -> None:
    service.app().slots = 3
    theirs = service.take(KEY, "begun-before-by-hand")
    purse = Purse()
    made = control(http, service, purse=purse, sole_key=True)
    service.fail(path="/start", lose=True)
    with pytest.raises(TransientError):
        await made.start(REQUEST)
    assert await made.stop(order()) is True
    assert [session.id for session in service.active()] == [theirs.id]
    assert purse.log == [("begin", REQUEST.name), ("end", REQUEST.name)]


@pytest.mark.hurry
async def test_a_lost_answer_of_which_nothing_came_is_known_after_a_while(
    http: Http, service: AistudiosService
) -> None:
    purse = Purse()
    made = control(http, service, purse=purse, sole_key=True)
    service.fail(path="/start", reset=True)
    with pytest.raises(TransientError):
        await made.start(REQUEST)
    with pytest.raises(TransientError):
        await made.stop(order())
    await asyncio.sleep(LATE_S + 1)
    later = await made.start(VisitRequest("later", "i", "lobby", "en", 300.0, 95.0))
    assert await made.stop(order()) is True
    assert [session.id for session in service.active()] == [later.session_id]
    assert ("forget", REQUEST.name) in purse.log


# ---------------------------------------------------------------- stop


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        (EndReason.VISITOR, "USER_CLOSED"), (EndReason.STAFF, "USER_CLOSED"), (EndReason.CANCELLED, "USER_CLOSED"),
        (EndReason.IDLE, "TIMEOUT"), (EndReason.HARD_LIMIT, "TIMEOUT"), (EndReason.OUT_OF_CREDITS, "TIMEOUT"),
        (EndReason.ERROR, "ERROR"), (EndReason.NETWORK, "ERROR"), (EndReason.AVATAR_LEFT, "ERROR"),
    ],
)  # fmt: skip
async def test_a_stop_says_why_and_is_confirmed(
    http: Http, service: AistudiosService, reason: EndReason, word: str
) -> None:
    purse = Purse()
    made = control(http, service, purse=purse)
    session = await made.start(REQUEST)
    assert await made.stop(order(session.session_id, reason))
    assert service.asked("/stop")[0].json == {"session_id": session.session_id, "reason": word}
    assert service.requests[-1].path.endswith(session.session_id)  # the detail was asked
    assert service.sessions[0].end_reason == word and purse.log[-1] == ("end", REQUEST.name)


@pytest.mark.parametrize("second", ["gone", "ok"])
async def test_a_session_that_ended_before_is_confirmed(http: Http, service: AistudiosService, second: str) -> None:
    service.knobs.second_stop = second
    made = control(http, service)
    session = await made.start(REQUEST)
    service.end(service.sessions[0], "MAX_DURATION")
    assert await made.stop(order(session.session_id))


async def test_a_stop_needs_nothing_of_the_process_that_started(http: Http, service: AistudiosService) -> None:
    session = await control(http, service).start(REQUEST)
    assert await control(http, service).stop(order(session.session_id))
    assert service.active() == []


async def test_a_stop_that_does_nothing_is_not_confirmed(http: Http, service: AistudiosService) -> None:
    service.knobs.stop_takes = False
    made = control(http, service)
    session = await made.start(REQUEST)
    with pytest.raises(TransientError, match="runs on"):
        await made.stop(order(session.session_id))
    service.knobs.stop_takes = True
    assert await made.stop(order(session.session_id))


@pytest.mark.parametrize(
    "fault", [{"status": 500}, {"reset": True}, {"status": 429, "body": {"code": 4290}}, {"status": 404, "body": "x"}]
)
async def test_a_stop_that_fails_can_be_tried_again(
    http: Http, service: AistudiosService, fault: dict[str, object]
) -> None:
    made = control(http, service)
    session = await made.start(REQUEST)
    service.fail(path="/stop", **fault)
    with pytest.raises(VendorError):
        await made.stop(order(session.session_id))
    assert await made.stop(order(session.session_id))
    assert service.active() == []


async def test_a_lost_answer_to_a_stop_that_was_taken_is_confirmed_by_the_next_try(
    http: Http, service: AistudiosService
) -> None:
    made = control(http, service)
    session = await made.start(REQUEST)
    service.fail(path="/stop", lose=True)
    with pytest.raises(TransientError):
        await made.stop(order(session.session_id))
    assert await made.stop(order(session.session_id))


async def test_a_refusal_never_repeats_the_sessions_id(http: Http, service: AistudiosService) -> None:
    made = control(http, service)
    session = await made.start(REQUEST)
    told = {"code": 4030, "message": f"session {session.session_id} of {KEY} is locked"}
    service.fail(path="/stop", status=403, body=told)
    with pytest.raises(AuthError) as caught:
        await made.stop(order(session.session_id))
    assert session.session_id not in str(caught.value) and KEY not in str(caught.value)
    assert "is locked" in str(caught.value)


async def test_another_apps_session_cannot_be_touched(http: Http, service: AistudiosService) -> None:
    theirs = service.take(OTHER_KEY, "of-another-app")
    assert await control(http, service).stop(order(theirs.id))  # unknown here: nothing of ours
    assert theirs.ended_at is None


# ---------------------------------------------------------------- talk


async def test_a_refused_text_is_not_repeated(http: Http, service: AistudiosService) -> None:
    made = control(http, service)
    session = await made.start(REQUEST)
    service.fail(path="/talk", status=400, body={"code": 4000, "message": "cannot say CANARY-WORDS"})
    with pytest.raises(ConfigError) as caught:
        await made.api.talk(session.session_id, "CANARY-WORDS")
    assert "CANARY" not in str(caught.value)


# ---------------------------------------------------------------- looking


async def test_check_takes_no_slot_and_says_what_is_right(http: Http, service: AistudiosService) -> None:
    service.take(KEY, "running")
    found = {finding.item: finding for finding in await control(http, service, purse=Purse(100, 10)).check()}
    assert found["key"].ok and found["credits"].ok
    assert found["sessions"].text == "1 of 3 run now on this account"
    assert found["avatar"].ok is None and found["credits"].text.startswith("10.0 of 100")
    assert service.asked("/start") == [] and len(service.sessions) == 1


@pytest.mark.parametrize(("used", "ok", "words"), [(80, None, "80%"), (100, False, "none left"), (79, True, "79.0 of")])
async def test_check_tells_credits_that_run_out(
    http: Http, service: AistudiosService, used: float, ok: bool | None, words: str
) -> None:
    found = {finding.item: finding for finding in await control(http, service, purse=Purse(100, used)).check()}
    assert found["credits"].ok is ok and words in found["credits"].text


async def test_check_says_which_credential_is_wrong(http: Http, service: AistudiosService) -> None:
    with pytest.raises(AuthError, match="app_id or user_key"):
        await control(http, service, app_id="wrong").check()


async def test_check_says_that_the_bridge_has_no_effect_yet(http: Http, service: AistudiosService) -> None:
    found = {finding.item: finding for finding in await control(http, service, conversation="bridge").check()}
    assert found["conversation"].ok is None


async def test_the_count_is_the_accounts_own(http: Http, service: AistudiosService) -> None:
    service.take(OTHER_KEY, "of-another-app")
    made = control(http, service)
    assert await made.count() == 0
    await made.start(REQUEST)
    assert await made.count() == 1
    service.fail(path="/sessions", status=200, body={"code": 1000, "data": {"count": None}})
    assert await made.count() is None


async def test_a_list_of_many_pages_is_read_to_its_end(http: Http, service: AistudiosService) -> None:
    service.app().slots = 300
    ids = {service.take(KEY, f"session-{number}").id for number in range(250)}
    assert await control(http, service).api.active() == ids


# ---------------------------------------------------------------- credits


async def test_used_up_credits_send_no_call(http: Http, service: AistudiosService) -> None:
    with pytest.raises(OutOfCredits):
        await control(http, service, purse=Purse(10, 10)).start(REQUEST)
    assert service.requests == []


async def test_a_refused_start_costs_nothing(http: Http, service: AistudiosService) -> None:
    service.app().slots = 0
    purse = Purse()
    with pytest.raises(Busy):
        await control(http, service, purse=purse).start(REQUEST)
    assert purse.log == []


async def test_the_vendor_is_declared() -> None:
    assert (VENDOR.name, VENDOR.media) == ("aistudios", "livekit")
    assert VENDOR.required == ("app_id", "user_key", "avatar_id")
    assert VENDOR.sells_credits and VENDOR.answers_from_file
