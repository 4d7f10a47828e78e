"""Choosing a device: by the name that staff see, through the preferred host API of the system."""

from __future__ import annotations

import pytest

from app.audio.devices import Card, Way, choose


def card(name: str, host: str = "ALSA", way: Way = Way.OUTPUT, is_default: bool = False) -> Card:
    return Card(index=0, name=name, host=host, way=way, channels=2, rate=48_000, is_default=is_default)


def test_without_a_name_it_is_the_default_of_the_system():
    cards = [card("HDMI"), card("USB", is_default=True)]
    assert choose(cards, Way.OUTPUT, "").name == "USB"


def test_a_system_without_a_default_gives_what_it_has():
    assert choose([card("HDMI")], Way.OUTPUT, "").name == "HDMI"
    assert choose([], Way.OUTPUT, "") is None


def test_of_several_interfaces_the_best_one_is_taken():
    cards = [
        card("Lautsprecher (Jabra SPEAK 5", "MME", is_default=True),
        card("Lautsprecher (Jabra SPEAK 510 USB)", "Windows WASAPI", is_default=True),
    ]
    assert choose(cards, Way.OUTPUT, "").host == "Windows WASAPI"
    assert choose(cards, Way.OUTPUT, "jabra").host == "Windows WASAPI"


@pytest.mark.parametrize("name", ["jabra speak 510", "JABRA", "Speak 510 USB"])
def test_a_name_may_be_part_of_the_name_in_any_case(name):
    assert choose([card("HDMI"), card("Jabra SPEAK 510 USB: Audio")], Way.OUTPUT, name).name.startswith("Jabra")


def test_the_whole_name_wins_over_a_part_of_another():
    cards = [card("USB Audio Device 2"), card("Old USB Audio"), card("USB Audio")]
    assert choose(cards, Way.OUTPUT, "usb audio").name == "USB Audio"


def test_the_beginning_of_a_name_wins_over_its_middle():
    assert choose([card("Old Jabra"), card("Jabra SPEAK")], Way.OUTPUT, "jabra").name == "Jabra SPEAK"


def test_a_microphone_is_no_speaker():
    assert choose([card("Jabra", way=Way.INPUT, is_default=True)], Way.OUTPUT, "Jabra") is None
    assert choose([card("Jabra", way=Way.INPUT, is_default=True)], Way.OUTPUT, "") is None


def test_a_name_that_nobody_has_is_not_replaced_by_another():
    assert choose([card("HDMI", is_default=True)], Way.OUTPUT, "Jabra") is None
