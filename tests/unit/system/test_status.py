"""Status over HTTP: who may ask, the answers, and that no client can block it or make it reveal more."""

from __future__ import annotations

import http.client
import json
import logging
import socket
import threading
import time

import pytest

from app.system.status import MOST_AT_ONCE, MOST_HEAD_BYTES, StatusServer, StatusUnavailable
from app.vitals import Vitals

TOKEN = "tökén-of-the-lobby"
ALLOWED = {"Authorization": "Bearer tökén-of-the-lobby".encode()}


def free_port(family=socket.AF_INET, host="127.0.0.1"):
    with socket.socket(family) as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


class Kiosk:
    """A status server and a client of it."""

    def __init__(self, token=TOKEN, host="127.0.0.1", family=socket.AF_INET):
        self.vitals = Vitals()
        self.reset()
        self.host, self.port = host, free_port(family, host)
        self.server = StatusServer(host, self.port, token, self.vitals, stall_notice_s=5.0)
        self.server.start()

    def reset(self):
        vars(self.vitals).update(vars(Vitals(version="1.0.0", kiosk="lobby-1", screen="attract")))

    def ask(self, path, method="GET", headers=ALLOWED):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=10)
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            return answer, answer.read().decode()
        finally:
            connection.close()

    def say(self, raw):
        """Send these bytes and return all that comes back."""
        with socket.create_connection((self.host, self.port), timeout=10) as client:
            client.sendall(raw)
            heard = b""
            while part := client.recv(4096):
                heard += part
            return heard


@pytest.fixture(scope="module")
def one_kiosk():
    kiosk = Kiosk()  # for all tests: stopping takes half a second
    yield kiosk
    kiosk.server.stop()


@pytest.fixture
def kiosk(one_kiosk):
    one_kiosk.reset()
    return one_kiosk


def test_health_metrics_and_status_are_answered(kiosk):
    answer, body = kiosk.ask("/healthz")
    assert (answer.status, body) == (200, "ok\n")
    answer, body = kiosk.ask("/metrics")
    assert answer.status == 200
    assert answer.getheader("Content-Type").startswith("text/plain; version=0.0.4")
    assert 'avatar_kiosk_health{state="ONLINE"} 1' in body
    answer, body = kiosk.ask("/status?from=panel")
    assert answer.getheader("Content-Type") == "application/json"
    assert json.loads(body)["kiosk"] == "lobby-1"


def test_trouble_is_503_with_the_reason(kiosk):
    kiosk.vitals.media_overdue = "the picture stands still"
    answer, body = kiosk.ask("/healthz")
    assert (answer.status, body) == (503, "the picture stands still\n")


@pytest.mark.parametrize("path", ["/healthz", "/metrics", "/status", "/", "/nothing"])
@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer wrong"}, {"Authorization": b"Basic " + TOKEN.encode()}, {"Authorization": "Bearer"},
     {"Authorization": TOKEN.encode()}, {"Authorization": b"Bearer " + TOKEN.encode()[:-1]}],
)  # fmt: skip
def test_without_the_token_every_path_is_closed(kiosk, path, headers):
    for method in ("GET", "POST"):
        answer, body = kiosk.ask(path, method, headers)
        assert (answer.status, body) == (401, "unauthorized\n")
        assert answer.getheader("WWW-Authenticate") == "Bearer"


def test_without_a_token_in_the_settings_nobody_is_asked_for_one():
    kiosk = Kiosk(token="")
    try:
        assert kiosk.ask("/healthz", headers={})[0].status == 200
    finally:
        kiosk.server.stop()


def test_other_paths_and_methods_are_refused(kiosk):
    for path in ("/", "/status/", "/healthz/../status", "/Status", "/favicon.ico"):
        assert kiosk.ask(path)[0].status == 404
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "BREW"):
        answer, _ = kiosk.ask("/status", method)
        assert answer.status == 405
        assert answer.getheader("Allow") == "GET"


def test_the_server_does_not_say_what_it_is(kiosk):
    for path in ("/status", "/nothing"):
        answer, body = kiosk.ask(path)
        assert answer.getheader("Server") is None
        assert "python" not in (str(answer.headers) + body).lower()


@pytest.mark.parametrize(
    "raw",
    [
        b"nonsense\r\n\r\n",
        b"GET /status HTTP/9.9\r\n\r\n",
        b"GET /" + b"a" * MOST_HEAD_BYTES + b" HTTP/1.1\r\n\r\n",
        b"GET /status HTTP/1.1\r\n" + b"X-Pad: y\r\n" * 1000 + b"\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
)
def test_what_is_no_request_gets_no_secrets_and_no_traceback(kiosk, raw, capfd):
    heard = kiosk.say(raw)
    assert b"lobby-1" not in heard
    assert b"Traceback" not in heard
    assert kiosk.ask("/healthz")[0].status == 200
    assert capfd.readouterr().err == ""


def test_a_client_that_hangs_up_leaves_no_trace(kiosk, capfd):
    for _ in range(3):
        with socket.create_connection((kiosk.host, kiosk.port)) as client:
            client.sendall(b"GET /sta")
    assert kiosk.ask("/healthz")[0].status == 200
    assert capfd.readouterr().err == ""


def test_slow_clients_take_no_more_than_their_share_and_give_it_back(kiosk, monkeypatch):
    monkeypatch.setattr("app.system.status.REQUEST_S", 0.5)
    slow = [socket.create_connection((kiosk.host, kiosk.port)) for _ in range(MOST_AT_ONCE)]
    for client in slow:
        client.sendall(b"GET /status HTTP/1.1\r\n")
    assert kiosk.say(b"") == b""  # one too many is closed at once
    for client in slow:
        assert client.recv(100) == b""
        client.close()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            assert kiosk.ask("/healthz")[0].status == 200
            break
        except (http.client.RemoteDisconnected, ConnectionResetError):
            continue  # the last of them is just being closed
    else:
        pytest.fail("the slow clients still hold their places")


def test_it_answers_while_the_event_loop_hangs(kiosk):
    kiosk.vitals.beat_at -= 6.0  # as a hanging loop leaves it; the answer comes from another thread anyway
    answered = []
    asking = threading.Thread(target=lambda: answered.append(kiosk.ask("/healthz")))
    asking.start()
    asking.join(5)
    ((answer, body),) = answered
    assert answer.status == 503
    assert "hangs" in body


def test_a_port_in_use_is_one_clear_line(kiosk):
    second = StatusServer(kiosk.host, kiosk.port, "", kiosk.vitals, stall_notice_s=5.0)
    with pytest.raises(StatusUnavailable) as refused:
        second.start()
    text = str(refused.value)
    assert text.startswith(f"status.listen = 127.0.0.1:{kiosk.port}: ")
    assert "another program has this port" in text
    assert "\n" not in text
    second.stop()


def test_after_stop_nobody_answers_and_the_port_is_free_again():
    kiosk = Kiosk()
    kiosk.server.stop()
    kiosk.server.stop()
    with pytest.raises(ConnectionRefusedError):
        kiosk.ask("/healthz")
    kiosk.server.start()
    assert kiosk.ask("/healthz")[0].status == 200
    kiosk.server.stop()


def test_it_listens_on_ipv6_too():
    if not socket.has_ipv6:
        pytest.skip("reason: this machine has no IPv6")
    try:
        kiosk = Kiosk(host="::1", family=socket.AF_INET6)
    except OSError:
        pytest.skip("reason: this machine has no IPv6 loopback")
    try:
        assert kiosk.ask("/healthz")[0].status == 200
    finally:
        kiosk.server.stop()


@pytest.mark.expect_log("status cannot be told")
def test_a_fault_of_ours_is_500_and_nothing_more(kiosk):
    kiosk.vitals.version = object()
    answer, body = kiosk.ask("/status")
    assert (answer.status, body) == (500, "internal server error\n")


def test_requests_are_not_logged(kiosk, caplog, capfd):
    with caplog.at_level(logging.DEBUG):
        kiosk.ask("/status")
        kiosk.ask("/nothing", headers={})
    assert not caplog.records
    assert capfd.readouterr().err == ""
