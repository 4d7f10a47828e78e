"""What docs/contract.md promises of settings and status is what the program has."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from app.screens import EndReason, Screen, UnavailableReason
from app.settings.advice import _ADVISED
from app.settings.load import load
from app.settings.model import Settings
from app.settings.planned import PLANNED
from app.settings.shape import tables
from app.system.metrics import metrics_of
from app.system.snapshot import HEALTH
from app.vendors.registry import vendors
from app.vitals import AudioVitals, CreditsVitals, VideoVitals, Vitals

CONTRACT = (Path(__file__).parents[2] / "docs/contract.md").read_text(encoding="utf-8")
SETTINGS = re.findall(r"```toml\n(.*?)```", CONTRACT, re.DOTALL)[0]
SERVICES = {**PLANNED, **{name: vendor.settings for name, vendor in vendors().items() if name != "demo"}}
OF_EVERY_SERVICE = {"plan_max_s", "busy_texts", "credits_texts", "extra", "relay_only"}


def section(number: str) -> str:
    """Return the text of a section, those below it left out."""
    return re.split(r"^#+ ", CONTRACT.partition(f"# {number} ")[2], maxsplit=1, flags=re.MULTILINE)[0]


def words(text: str) -> set[str]:
    """Return everything in backticks."""
    return set(re.findall(r"`([^`\n]+)`", text))


def test_every_key_is_there_with_its_default(tmp_path):
    file = tmp_path / "kiosk.toml"
    file.write_text(SETTINGS, encoding="utf-8")
    loaded = load(file, environ={}, vendors=vendors())
    assert [str(remark) for remark in loaded.mistakes + loaded.warnings] == []
    others = {"service": True, "kiosk": {"id"}}  # the default of `id` is the host's name
    assert loaded.settings.model_dump(exclude=others) == Settings().model_dump(exclude=others)
    for name, model in SERVICES.items():
        assert f"[service.{name}]" in SETTINGS, "a table is missing in section 2"
        assert loaded.settings.service.tables[name].model_dump() == model().model_dump(), name


@pytest.mark.parametrize("name", [name for name in tables() if name != "service"])
def test_no_key_of_a_table_is_missing(name):
    assert set(tomllib.loads(SETTINGS)[name]) == set(tables()[name].model_fields)


@pytest.mark.parametrize("name", SERVICES)
def test_no_key_of_a_service_is_missing(name):
    told = tomllib.loads(SETTINGS)["service"].get(name, {})
    assert told, f"section 2 has no [service.{name}]"
    assert set(SERVICES[name].model_fields) - set(told) <= OF_EVERY_SERVICE


def test_every_screen_has_its_name_in_the_status():
    (told,) = re.findall(r"^\| `screen` \| ([^|]+) \|$", section("4.1"), re.MULTILINE)
    assert words(told) == {screen.name for screen in get_args(Screen)}


def test_every_screen_has_its_keys():
    rows = re.findall(r"^\| ([A-Z][\w, ]+?) \|", section("3."), re.MULTILINE)
    told = {name for row in rows for name in row.split(", ")} - {"Screen"}
    assert told == {screen.__name__ for screen in get_args(Screen)}


def test_the_advised_ranges_are_those_that_check_warns_of():
    told = dict(re.findall(r"`([a-z]+\.[a-z_]+)` \| ([^|]+?) \|", section("2.2")))
    assert told == {
        name: f"at least {least:g}" if most == float("inf") else f"{least:g} to {most:g}"
        for name, (least, most) in _ADVISED.items()
    }


def test_the_words_of_the_status_page_are_there():
    assert words(section("4.2")) - {"stall_end_s", "cap_s"} == set(EndReason)
    assert {*HEALTH, *UnavailableReason} <= words(section("4.1"))


def test_every_metric_is_there():
    vitals = Vitals(
        video=VideoVitals(painted_at=1.0), audio=AudioVitals(), credits=CreditsVitals(1.0, 2.0), kiosk="k", version="1"
    )
    told = {word.partition("{")[0] for word in words(section("4.3"))} - {"avatar_kiosk_", "/healthz", "ok"}
    assert told == set(re.findall(r"# TYPE avatar_kiosk_(\w+)", metrics_of(vitals, 2.0, 5.0)))
