"""Keeping awake: asked on a thread of its own, held by the process, and no error where the system refuses."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import pytest

from app.system.awake import KeepAwake, awake_findings


class Desktop:
    """A fake desktop that grants or refuses, and records the calls."""

    def __init__(self, active=True, slow=None):
        self.active, self.slow = active, slow
        self.entered, self.left = threading.Event(), threading.Event()
        self.thread = None

    @contextmanager
    def __call__(self):
        self.thread = threading.current_thread()
        if self.slow:
            self.slow.wait(5)
        self.entered.set()
        try:
            yield self
        finally:
            self.left.set()


def test_it_is_held_until_stop():
    desktop = Desktop()
    keep = KeepAwake(desktop)
    keep.start()
    assert desktop.entered.wait(5)
    assert not desktop.left.wait(0.05)
    assert keep.is_held is True
    keep.stop()
    assert desktop.left.wait(5)


def test_a_slow_desktop_keeps_nobody_waiting():
    slow = threading.Event()
    desktop = Desktop(slow=slow)
    keep = KeepAwake(desktop)
    keep.start()  # returns, although the desktop has not answered
    assert keep.is_held is None
    slow.set()
    assert desktop.entered.wait(5)
    assert desktop.thread is not threading.main_thread()
    keep.stop()
    assert desktop.left.wait(5)


def test_a_refusal_is_no_error():
    desktop = Desktop(active=False)
    keep = KeepAwake(desktop)
    keep.start()
    keep.stop()
    assert desktop.left.wait(5)
    assert keep.is_held is False


def broken():
    raise RuntimeError("no bus")


def test_a_broken_desktop_is_no_error_either():
    keep = KeepAwake(broken)
    keep.start()
    deadline = threading.Event()
    while keep.is_held is None and not deadline.wait(0.01):
        pass
    assert keep.is_held is False


@pytest.mark.parametrize(
    ("hold", "ok", "words"),
    [
        (Desktop(), True, "stays awake"),
        (Desktop(active=False), None, "set the screen never to go dark"),
        (broken, None, "RuntimeError"),
    ],
)
def test_the_readiness_report_tells_and_never_fails(hold, ok, words):
    (finding,) = awake_findings(hold)
    assert (finding.item, finding.ok) == ("awake", ok)
    assert words in finding.text


def test_wakepy_itself_is_asked_and_a_session_without_a_desktop_is_no_error(monkeypatch):
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("WAKEPY_FAKE_SUCCESS", "1")
    assert awake_findings()[0].ok is True
    monkeypatch.delenv("WAKEPY_FAKE_SUCCESS")
    assert len(awake_findings()) == 1
