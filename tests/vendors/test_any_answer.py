"""Whatever a service answers to any call, only the known errors are raised; none repeats a secret."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from app.http import Http, HttpFailure, Response
from app.screens import EndReason
from app.vendors.base import VendorContext, VendorControl
from app.vendors.errors import VendorError
from app.vendors.registry import vendors
from app.vendors.session import StopOrder, VisitRequest

pytestmark = pytest.mark.asyncio

KEY = "CANARY-0123456789abcdef"
SESSION = "CANARY-of-a-session"
REQUEST = VisitRequest("kiosk-lobby-7f3a", "kiosk-01-7f3a", "lobby", "de", 435.0, 95.0)
SETTINGS: dict[str, dict[str, object]] = {
    "aistudios": {"app_id": "a", "user_key": KEY, "avatar_id": "b", "sole_key": True},
    "convai": {"api_key": KEY, "character_id": "c", "auth": "token"},
    "livekit": {"token_url": "https://token.invalid", "release_url": "https://token.invalid/x", "headers": {"x": KEY}},
    "tavus": {"api_key": KEY, "replica_id": "r1", "end_poll_s": 0.001},
}
# Every field that any of them reads.
FIELDS = (
    "code", "data", "message", "session_id", "session_token", "livekit", "url", "token", "results", "count",
    "sessionId", "next", "end_at", "end_reason", "max_session_duration", "max_session_numbers", "apiAuthToken",
    "room_url", "room_name", "character_session_id", "request_trace_id", "detail", "error", "conversation_id",
    "conversation_url", "conversation_name", "meeting_token", "status", "events", "event_type", "properties", "reason",
    "shutdown_reason", "total_count", "server_url", "participant_token", "serverUrl", "participantToken",
)  # fmt: skip
WORDS = st.text(max_size=8) | st.sampled_from([KEY, SESSION, "ended", "active", "Invalid conversation_id", "credit"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6),
    max_leaves=12,
)
STATUSES = st.sampled_from([200, 201, 204, 302, 400, 401, 402, 403, 404, 405, 409, 422, 429, 500, 503])
CUT = HttpFailure("cut", sent=True, unreachable=False)
ANSWERS = st.lists(st.tuples(STATUSES, JSON) | st.just(CUT), min_size=1, max_size=6)

Given = tuple[int, object] | HttpFailure


class Oracle(Http):
    """Gives any answer to any request."""

    def __init__(self, answers: list[Given]) -> None:
        self._answers = answers
        self._next = 0

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        body: object | None = None,
        timeout_s: float,
    ) -> Response:
        given_answer = self._answers[self._next % len(self._answers)]
        self._next += 1
        if isinstance(given_answer, HttpFailure):
            raise given_answer
        status, told = given_answer
        return Response(status, {}, told if isinstance(told, str) else json.dumps(told))


@pytest.mark.expect_log("the service does not take the journal's id")
@pytest.mark.virtual_time
@pytest.mark.parametrize("name", sorted(SETTINGS))
@given(answers=ANSWERS)
@effort(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_the_service_answers_only_the_known_errors_come_of_it(name: str, answers: list[Given]) -> None:
    vendor = vendors()[name]
    table = vendor.settings.model_validate(SETTINGS[name])
    control: VendorControl = vendor.control(VendorContext(table, Oracle(answers), "lobby", "en", 1.0))
    stops = [StopOrder(REQUEST.name, session_id, EndReason.IDLE, {}) for session_id in (SESSION, "")]
    calls: list[Callable[[], Awaitable[object]]] = [
        lambda: control.start(REQUEST),
        *(partial(control.stop, stop) for stop in stops),
        control.check,
        control.count,
    ]
    for call in calls:
        try:
            await call()
        except VendorError as error:
            told = f"{error} {error.vendor_code} {error.trace_id}"
            assert len(told) < 800 and KEY not in told, told


async def test_every_service_that_answers_over_http_is_tried() -> None:
    assert set(SETTINGS) == set(vendors()) - {"demo"}
