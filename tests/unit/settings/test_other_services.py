"""A service that somebody adds may declare its settings in any way that pydantic knows: mistakes stay plain lines."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import BaseModel, Field

from app.settings.load import Loaded
from app.settings.service import VendorSettings
from app.vendors.base import Vendor
from tests.unit.settings.givens import SHOP, read


class Avatar(BaseModel):
    voice: str


class OtherSettings(VendorSettings):
    seats: int = Field(4, gt=0, le=9)
    floor: float = Field(0, ge=-1, lt=5)
    name: str = Field("lobby", pattern="^[a-z]+$")
    avatars: dict[str, Avatar] = Field(default_factory=dict)
    pause_s: float | None = None
    prices: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    key: int | str = 0


OTHER = {"other": Vendor("other", OtherSettings, "livekit", SHOP.control, SHOP.protocol)}


def loaded(folder, text: str, environ: dict[str, str] | None = None) -> Loaded:
    return read(folder, f"[service.other]\n{text}", environ, OTHER)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("seats = 0", "seats = 0: out of range, allowed: above 0"),
        ("seats = 10", "seats = 10: out of range, allowed: up to 9"),
        ("floor = -2", "floor = -2: out of range, allowed: from -1.0"),
        ("floor = 5", "floor = 5: out of range, allowed: below 5.0"),
        ('name = "LOBBY"', 'name = "LOBBY": wrong, allowed: "String should match pattern \'^[a-z]+$\'"'),
        ("avatars = {tina = {}}", 'avatars.tina.voice = "": missing, allowed: any value'),
    ],
)
def test_a_bound_of_its_own_is_told_in_plain_words(tmp_path, text, line):
    assert [str(mistake).replace(f"{tmp_path}/", "") for mistake in loaded(tmp_path, text).mistakes] == [
        f"kiosk.toml: service.other.{line}"
    ]


@pytest.mark.parametrize(
    ("name", "text", "key", "value"),
    [
        ("PAUSE_S", "1.5", "pause_s", 1.5),
        ("PRICES__TINA", "3", "prices", {"tina": 3}),
        ("KEY", "12", "key", 12),
        ("KEY", "lobby", "key", "lobby"),
    ],
)
def test_what_may_be_left_out_or_has_two_kinds_can_come_from_the_environment(tmp_path, name, text, key, value):
    found = loaded(tmp_path, "", {f"KIOSK_SERVICE__OTHER__{name}": text})
    assert found.mistakes == ()
    assert getattr(found.settings.service.tables["other"], key) == value


def test_a_service_that_was_planned_works_from_the_day_on_that_it_has_a_file(tmp_path):
    text = '[service.bey]\nagent_id = "a-1"'
    assert len(read(tmp_path, text).warnings) == 1
    built = {"bey": Vendor("bey", OtherSettings, "livekit", SHOP.control, SHOP.protocol)}
    found = read(tmp_path, "[service.bey]\nseats = 2", vendors=built)
    assert (found.mistakes, found.warnings) == ((), ())


def test_a_service_without_a_table_has_its_defaults(tmp_path):
    service = loaded(tmp_path, "seats = 2").settings.service
    assert service.table("other", OtherSettings).seats == 2
    assert service.table("shop", OtherSettings) == OtherSettings()
