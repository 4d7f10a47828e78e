"""The quick read of the settings returns what the whole check returns, or nothing."""

from __future__ import annotations

import pytest

from app.settings.load import load
from app.settings.pin import hash_pin
from app.settings.startup import StartupSettings, read_startup_settings, startup_settings_of
from app.vendors.registry import vendors

PLAIN = """
[kiosk]
language = "de"
languages = ["de", "en"]
place = "Stadtmuseum"
help = "die Kasse"
[look]
theme = "ours"
questions = ["Was ist das?"]
captions = false
[audio]
mode = "text"
volume = 0.5
[staff]
pin = "PIN"
""".replace("PIN", hash_pin("24680"))


@pytest.fixture
def file(tmp_path):
    return tmp_path / "kiosk.toml"


@pytest.mark.parametrize(
    "text", ["", PLAIN, '[kiosk]\nlanguage = "fr"\n', "[visit]\nidle_s = 30\n[look]\ncaptions = true\n"]
)
def test_what_is_plainly_written_is_read_as_the_check_reads_it(file, text):
    file.write_text(text)
    loaded = load(file, environ={}, vendors=vendors())
    assert not loaded.mistakes
    assert read_startup_settings(file, {}) == startup_settings_of(loaded)


def test_without_a_file_it_is_the_defaults(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert (
        read_startup_settings(None, {})
        == StartupSettings()
        == startup_settings_of(load(None, environ={}, vendors=vendors()))
    )


@pytest.mark.parametrize(
    "text",
    [
        "[kiosk\n",
        "[kiosk]\nlanguage = 3\n",
        '[kiosk]\nlanguages = ["en", 1]\n',
        'kiosk = "en"\n',
        '[staff]\npin_file = "secret"\n',
        "[audio]\nvolume = 1\n",
    ],
)
def test_what_only_the_check_understands_is_left_to_it(file, text):
    file.write_text(text)
    assert read_startup_settings(file, {}) is None


@pytest.mark.parametrize(
    "name", ["KIOSK_KIOSK__LANGUAGE", "KIOSK_LOOK__THEME", "KIOSK_STAFF__PIN_FILE", "KIOSK_AUDIO__MODE"]
)
def test_the_environment_is_left_to_the_check(file, name):
    file.write_text("")
    assert read_startup_settings(file, {name: "x"}) is None


def test_a_named_file_that_is_missing_is_left_to_the_check(tmp_path):
    assert read_startup_settings(tmp_path / "nowhere.toml", {}) is None


def test_a_wrong_value_differs_from_what_the_check_makes_of_it(file):
    """So that whoever compares notices, and shows what the check says."""
    file.write_text('[kiosk]\nlanguage = "klingon language"\n')
    assert read_startup_settings(file, {}) != startup_settings_of(load(file, environ={}, vendors=vendors()))
