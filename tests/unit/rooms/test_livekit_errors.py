"""The error texts of a failed LiveKit join: each is classified correctly."""

from __future__ import annotations

import pytest

from app.rooms.base import RoomFault
from app.rooms.livekit.errors import classify

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJraW9zayJ9.c2lnbmF0dXJl"
SIGNAL = "engine: signal failure: "

# Texts of the Python SDK 1.2.0.
TEXTS = [
    (SIGNAL + f"client error: 401 Unauthorized - invalid token: {TOKEN}, error: expired", RoomFault.AUTH),
    (SIGNAL + "client error: 401 Unauthorized - permissions denied", RoomFault.AUTH),
    (SIGNAL + "client error: 403 Forbidden", RoomFault.AUTH),
    (SIGNAL + "access token has invalid characters", RoomFault.AUTH),
    (SIGNAL + "client error: 429 Too Many Requests", RoomFault.BUSY),
    (SIGNAL + "server error: 503 Service Unavailable", RoomFault.BUSY),
    (SIGNAL + "handshake error: 500 Internal Server Error", RoomFault.BUSY),
    (SIGNAL + "server error: 502 Bad Gateway", RoomFault.BUSY),
    (SIGNAL + "client error: 400 Bad Request - no room name", RoomFault.CONFIG),
    (SIGNAL + "client error: 404 Not Found - 404 page not found\n", RoomFault.CONFIG),
    (SIGNAL + "transport connection error: received corrupt message of type InvalidContentType", RoomFault.CONFIG),
    (SIGNAL + "failed to parse the url: relative URL without a base", RoomFault.CONFIG),
    (SIGNAL + "handshake error: 200 OK", RoomFault.TRANSIENT),
    (SIGNAL + "transport connection error: IO error: Connection refused (os error 111)", RoomFault.TRANSIENT),
    (SIGNAL + "transport timed out", RoomFault.TRANSIENT),
    ("engine: connection error: wait_pc_connection timed out", RoomFault.TRANSIENT),
    ("something nobody has seen before", RoomFault.TRANSIENT),
    ("", RoomFault.TRANSIENT),
]


@pytest.mark.parametrize(("text", "fault"), TEXTS)
def test_every_known_text_has_its_meaning(text, fault):
    assert classify(text).fault is fault


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (SIGNAL + "handshake error: 200 OK", "captive portal"),
        ("engine: connection error: wait_pc_connection timed out", "media ports blocked"),
        (SIGNAL + "transport timed out", "transport timed out"),
    ],
)
def test_the_hint_says_what_staff_can_do(text, words):
    assert words in classify(text).hint


def test_no_hint_holds_a_token():
    hint = classify(TEXTS[0][0]).hint
    assert "eyJ" not in hint
    assert "401" in hint


def test_a_hint_is_one_short_line():
    hint = classify(SIGNAL + "server error: 500 " + "very long\n" * 500).hint
    assert len(hint) < 250
    assert "\n" not in hint
