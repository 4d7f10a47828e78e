"""The shipped example file documents the settings: it has every key, with its real default."""

import json
import tomllib

from app.resources import resource
from app.settings.load import load
from app.settings.model import KioskSettings, Settings
from app.settings.shape import tables
from app.vendors.registry import vendors
from tests.unit.settings.givens import warnings

EXAMPLE = resource("kiosk.toml")


def test_the_example_loads_without_a_word():
    loaded = load(EXAMPLE, environ={}, vendors=vendors())
    assert [str(remark) for remark in loaded.mistakes + loaded.warnings] == []
    assert loaded.settings.model_dump(exclude={"service"}) == Settings().model_dump(exclude={"service"})


def test_it_holds_every_key_and_nothing_else():
    example = tomllib.loads(EXAMPLE.read_text())
    for name, model in tables().items():
        if name != "service":
            assert {"id", *example[name]} - {"id"} == set(model.model_fields) - {"id"}, name
    # The host's name is the default, so the example cannot show it as a value.
    assert set(KioskSettings.model_fields) - set(example["kiosk"]) == {"id"}


def test_every_service_that_is_built_is_in_it_whole():
    example = tomllib.loads(EXAMPLE.read_text())["service"]
    loaded = load(EXAMPLE, environ={}, vendors=vendors()).settings.service
    for name, vendor in vendors().items():
        own = set(vendor.settings.model_fields)
        if name != "demo":
            assert set(example[name]) == own, name
            assert loaded.tables[name].model_dump() == vendor.settings().model_dump()


def test_a_language_with_a_translation_has_no_warning_and_another_one_has(tmp_path):
    spoken = sorted(file.stem for file in resource("translations").glob("*.toml"))
    assert warnings(tmp_path, f"[kiosk]\nlanguages = {json.dumps(spoken)}") == []
    assert warnings(tmp_path, '[kiosk]\nlanguages = ["en", "zz"]') == [
        f'kiosk.toml: kiosk.languages = "zz": has no effect yet, the screens speak: {", ".join(spoken)}'
    ]
