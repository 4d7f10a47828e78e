"""The order in which refusals are classified (docs/vendors/README.md 4.2)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.http import HttpFailure, Response
from app.vendors.classify import MOST, ErrorPattern, ErrorPatterns, refused, unanswered, unusable
from app.vendors.errors import AuthError, Busy, ConfigError, OutOfCredits, TransientError, VendorError

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJraW9zayJ9.c2lnbmF0dXJl"
PATTERNS = ErrorPatterns(
    busy=(ErrorPattern(codes=frozenset({"4032"})), ErrorPattern(statuses=frozenset({403}), codes=frozenset({"4003"}))),
    credits=(ErrorPattern(statuses=frozenset({402})), ErrorPattern(text="out of .*credits")),
    config=(ErrorPattern(statuses=frozenset({429}), text="speaker"),),
)


def response(status: int, body: object = None, **headers: str) -> Response:
    text = body if isinstance(body, str) else json.dumps(body)
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, text)


def kind(status: int, body: object = None, patterns: ErrorPatterns = PATTERNS) -> type[VendorError]:
    return type(refused("x", response(status, body), patterns, now=0.0))


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, {"code": 4032}, Busy),
        (403, {"error": {"code": "4003"}}, Busy),  # before the 403 that is an AuthError
        (401, {"code": 4032}, Busy),
        (402, {}, OutOfCredits),
        (400, {"detail": "The user is out of conversational CREDITS."}, OutOfCredits),
        (401, {}, AuthError),
        (403, {"code": 9}, AuthError),
        (429, {"message": "unknown speaker"}, ConfigError),
        (429, {}, Busy),
        (500, {}, TransientError),
        (503, "<html>down</html>", TransientError),
        (400, {}, ConfigError),
        (404, "not found", ConfigError),
        (422, {"detail": [{"loc": ["body"], "msg": "missing"}]}, ConfigError),
        (301, "", ConfigError),
        (308, "", ConfigError),
        (302, "", TransientError),
        (307, "", TransientError),
    ],
)
def test_first_match_wins(status, body, expected):
    assert kind(status, body) is expected


@pytest.mark.parametrize("status", [502, 504, 520, 524])
def test_a_proxy_that_gave_up_on_the_service_does_not_know_what_that_did(status):
    assert refused("x", response(status, "<html>Bad gateway</html>"), PATTERNS, now=0.0).ambiguous
    assert not refused("x", response(status, {"detail": "out of credits"}), PATTERNS, now=0.0).ambiguous
    assert not refused("x", response(500, {}), PATTERNS, now=0.0).ambiguous


def test_a_service_may_mean_something_else_by_a_plain_429():
    assert kind(429, {}, ErrorPatterns(plain_429=TransientError)) is TransientError


def test_a_sites_own_texts_are_added_as_they_are():
    patterns = ErrorPatterns().with_texts(["all guides (3) busy"], ["no more minutes", " "])
    assert kind(400, {"error": "All guides (3) BUSY."}, patterns) is Busy
    assert kind(403, {"error": "no more minutes"}, patterns) is OutOfCredits
    assert kind(403, {"error": "all guides 3 busy"}, patterns) is AuthError


def test_the_error_carries_what_staff_and_waiting_need():
    given_headers = {"retry_after": "7", "x_request_id": "req-1"}
    error = refused("x", response(429, {"detail": "slow\n down", "code": 12}, **given_headers), PATTERNS, now=0.0)
    assert (error.message, error.vendor_code, error.http_status) == ("slow down", "12", 429)
    assert (error.retry_after, error.trace_id, error.ambiguous) == (7.0, "req-1", False)


def test_no_message_holds_a_token_and_every_message_is_bounded():
    error = refused("x", response(400, {"message": f"bad {TOKEN} " + "word " * 500}), PATTERNS, now=0.0)
    assert "eyJ" not in error.message
    assert len(error.message) <= MOST


def test_an_answer_that_cannot_be_used_may_have_taken_effect():
    error = unusable("x", response(200, "<html>"), "no token in it")
    assert isinstance(error, TransientError)
    assert error.ambiguous


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"error": "no avatar is free"}, Busy),
        ("No avatar is FREE, try later", Busy),  # not JSON
        ({"code": 4032}, Busy),
        ({"detail": {"error": {"code": "4003"}}}, Busy),  # a pattern with a status as well
        ({"message": "out of conversational credits"}, OutOfCredits),
        ({"error": "no avatar is free, out of credits"}, Busy),  # step 3 before step 4
        ({"error": "speaker"}, TransientError),  # only "full" and "used up" are looked for
        ({}, TransientError),
        ("", TransientError),
        ("<html>no avatar is free</html>", TransientError),  # a portal's page
        ('{"session_id": "s1", "greeting": "no avatar is free', TransientError),  # cut off
    ],
)
def test_a_success_that_says_full_or_used_up_is_a_refusal(body, expected):
    patterns = PATTERNS.with_texts(["no avatar is free"], [])
    error = unusable("x", response(200, body, retry_after="7"), "no token in it", patterns=patterns)
    assert type(error) is expected
    assert error.ambiguous == (expected is TransientError)  # a refusal has made no session
    assert error.retry_after == (None if expected is TransientError else 7.0)


def test_a_status_alone_refuses_nothing_in_a_success():
    patterns = ErrorPatterns(busy=(ErrorPattern(statuses=frozenset({200})),), credits=(ErrorPattern(frozenset({200})),))
    assert unusable("x", response(200, {}), "no token in it", patterns=patterns).ambiguous


@pytest.mark.parametrize("sent", [True, False])
def test_no_answer_is_ambiguous_once_a_byte_was_sent(sent):
    error = unanswered("x", HttpFailure("ReadTimeout", sent=sent, unreachable=not sent))
    assert isinstance(error, TransientError)
    assert (error.ambiguous, error.unreachable) == (sent, not sent)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["detail", "message", "error", "msg", "code", "error_code", "data", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(st.integers(100, 599), _JSON | st.text())
def test_whatever_arrives_is_some_error(status, body):
    text = body if isinstance(body, str) else json.dumps(body)
    error = refused("x", Response(status, {}, text), PATTERNS, now=0.0)
    assert isinstance(error, VendorError)
    assert len(error.message) <= MOST
