"""What systemd is told of the kiosk fits what the parent process does."""

from configparser import ConfigParser
from pathlib import Path

import pytest

from app.system.parent import FINAL, Limits

UNIT = Path(__file__).parents[3] / "packaging" / "linux" / "avatar-kiosk.service"


@pytest.fixture
def unit() -> ConfigParser:
    found = ConfigParser(interpolation=None)
    found.read_string(UNIT.read_text())
    return found


def test_systemd_waits_for_the_first_screen_and_watches_the_parent(unit):
    service = unit["Service"]
    assert service["Type"] == "notify" and service["NotifyAccess"] == "main"
    assert float(service["WatchdogSec"]) > Limits().hang_s + Limits().last_words_s, "the parent deals with a hung kiosk"
    assert float(service["TimeoutStopSec"]) > 2 * Limits().stop_s, "the kiosk ends its visit, and then the parent"
    assert service["KillMode"] == "control-group"


def test_it_is_always_started_again_unless_staff_asked_for_the_end(unit):
    assert unit["Service"]["Restart"] == "always" and unit["Unit"]["StartLimitIntervalSec"] == "0"
    assert tuple(map(int, unit["Service"]["RestartPreventExitStatus"].split())) == FINAL == (10, 20, 30)
