"""Keys without an effect are named once they are set to something else than their default."""

from app.settings.load import load
from app.vendors.registry import vendors


def test_a_services_key_without_effect_is_a_warning_and_its_default_is_none(tmp_path):
    file = tmp_path / "kiosk.toml"
    told = {}
    for value in ("false", "true"):
        file.write_text(f"[service.aistudios]\nuse_max_session_numbers = {value}\n", encoding="utf-8")
        told[value] = [str(remark) for remark in load(file, environ={}, vendors=vendors()).warnings]
    name = "service.aistudios.use_max_session_numbers"
    assert told == {"false": [f"{file}: {name} = false: has no effect yet"], "true": []}
