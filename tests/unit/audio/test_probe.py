"""What `check` reports about sound: plain words, and a missing device is a note."""

from __future__ import annotations

import os
import threading

import pytest

from app.audio import probe
from app.audio.devices import Card, DeviceError, Way

STRICT = "KIOSK_TEST_STRICT"


class Machine:
    def __init__(self, *, rates=(48_000,), names=("USB Audio",), error: Exception | None = None) -> None:
        self.rates, self.names, self.error = rates, names, error

    def cards(self) -> list[Card]:
        if self.error:
            raise self.error
        return [Card(i, name, "ALSA", way, 2, 44_100, i == 0) for way in Way for i, name in enumerate(self.names)]

    def takes(self, card: Card, rate: int) -> bool:
        return rate in self.rates


def told(machine: Machine, *arguments: object) -> dict[str, tuple[bool | None, str]]:
    return {f.item: (f.ok, f.text) for f in probe.devices(*arguments, make_devices=lambda: machine)}


def test_a_good_machine_names_its_devices():
    assert told(Machine()) == {
        "speaker": (True, "USB Audio (default of ALSA), 48000 Hz"),
        "microphone": (True, "USB Audio (default of ALSA), 48000 Hz"),
    }


def test_another_sample_rate_is_converted():
    assert told(Machine(rates=(44_100,)))["speaker"] == (True, "USB Audio (default of ALSA), 44100 Hz, converted")


def test_a_name_that_nobody_has_is_a_note_with_the_names_to_choose_from():
    ok, text = told(Machine(names=("USB Audio", "HDMI")), "Jabra")["speaker"]
    assert ok is None
    assert text == 'there is no "Jabra"; audio.output can be one of: USB Audio, HDMI'


def test_no_device_at_all_is_a_note():
    ok, text = told(Machine(names=()))["microphone"]
    assert ok is None
    assert "captions" in text


def test_a_device_that_somebody_holds_is_a_note():
    ok, text = told(Machine(rates=()))["speaker"]
    assert ok is None
    assert "another program" in text


def test_no_sound_library_is_a_note():
    assert told(Machine(error=DeviceError("it does not start"))) == {"sound": (None, "it does not start")}


def test_a_sound_system_that_hangs_is_a_note(monkeypatch):
    monkeypatch.setattr(probe, "ANSWER_S", 0.05)
    goes_on = threading.Event()

    class HangingDevices(Machine):
        def cards(self):
            goes_on.wait(5)
            return super().cards()

    assert told(HangingDevices())["sound"][0] is None
    goes_on.set()


def test_without_echo_cancellation_staff_are_told_what_that_means():
    ok, text = told(Machine(), "", "", False)["echo cancellation"]
    assert ok is None
    assert "hears itself" in text


def test_every_part_works_here():
    findings = probe.parts()
    assert [finding.item for finding in findings] == ["sound library", "echo cancellation", "voice detection"]
    broken = [finding for finding in findings if not finding.ok]
    if any("PortAudio library not found" in finding.text for finding in broken) and not os.environ.get(STRICT):
        pytest.skip("needs libportaudio2")
    assert not broken
