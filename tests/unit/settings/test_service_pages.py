"""The pages for staff, one for each service, name only existing settings and show only allowed values."""

from __future__ import annotations

import re
import tomllib

import pytest

from app.resources import resource
from app.settings.load import Loaded, load
from app.settings.shape import known_keys, tables
from app.vendors.registry import vendors

NAMES = ["aistudios", "convai", "tavus"]
NO_SETTINGS = {"avatar_kiosk_credits_used", "kiosk.toml"}


def page(name: str) -> str:
    return resource("readme", f"{name}.md").read_text(encoding="utf-8")


def in_code(text: str) -> list[str]:
    """Everything in backticks, blocks left out."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def loaded_from(tmp_path, text: str) -> Loaded:
    """Load settings; the files that they name for secrets are there."""
    secret = tmp_path / "key"
    secret.write_text("CANARY-secret\n")
    secret.chmod(0o600)
    file = tmp_path / "kiosk.toml"
    file.write_text(re.sub(r'_file = ".*?"', f'_file = "{secret}"', text))
    return load(file, environ={}, vendors=vendors())


@pytest.mark.parametrize("name", NAMES)
def test_the_settings_of_a_page_are_right_as_they_stand(tmp_path, name):
    blocks = re.findall(r"```toml\n(.*?)```", page(name), re.DOTALL)
    loaded = loaded_from(tmp_path, "\n".join(blocks))
    assert [str(mistake) for mistake in loaded.mistakes + loaded.warnings] == []
    assert loaded.settings.service.vendor == name
    assert set(tomllib.loads(blocks[0])["service"]) == {"vendor", name}


@pytest.mark.parametrize("name", NAMES)
def test_every_key_that_a_page_names_exists(name):
    known = set(known_keys(vendors()[name].settings)) | {
        key for model in tables().values() for key in known_keys(model)
    }
    named = {word for word in in_code(page(name)) if re.fullmatch(r"[a-z]+(_[a-z]+)+", word)} - NO_SETTINGS
    assert named and named - known == set()


@pytest.mark.parametrize("name", NAMES)
def test_every_value_that_a_page_advises_is_taken(tmp_path, name):
    advised = [word for word in in_code(page(name)) if re.match(r"[a-z_]+ = ", word)]
    own = [word for word in advised if word.partition(" ")[0] in vendors()[name].settings.model_fields]
    for each in own:
        loaded = loaded_from(tmp_path, f"[service.{name}]\n{each}")
        assert [str(mistake) for mistake in loaded.mistakes] == [], each


@pytest.mark.parametrize("name", NAMES)
def test_a_page_says_where_the_required_settings_are_found(name):
    needed = [each for each in vendors()[name].required]
    words = in_code(page(name))
    for each in needed:
        keys = (each,) if isinstance(each, str) else each
        assert any(key in words for key in keys), each
    for heading in ("## What you need", "## What it costs", "visitor", "what not"):
        assert heading in page(name)
