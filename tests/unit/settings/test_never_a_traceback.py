"""Whatever the file and the environment contain, the result is settings and messages, never an exception."""

import json
import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.settings.load import load
from app.settings.model import Settings
from app.settings.planned import PLANNED
from app.settings.shape import key_names
from tests.unit.settings.givens import VENDORS, ShopSettings

NAMES = key_names({**PLANNED, "shop": ShopSettings})
SECRET = "s3cr3t-V4lue"
LINE = re.compile(r"(.*kiosk\.toml|environment): .*: .+|.*kiosk\.toml: .+")

keys = st.one_of(st.sampled_from(sorted({part for name in NAMES for part in name.split(".")})), st.text(max_size=12))
leaves = st.one_of(
    st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.sampled_from(["", "https://x", "en", SECRET])
)
values = st.recursive(
    leaves, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=3)), max_leaves=8
)
documents = st.dictionaries(keys, st.one_of(values, st.dictionaries(keys, values, max_size=5)), max_size=5)
aimed = st.dictionaries(st.sampled_from(NAMES), values, max_size=6)
variables = st.dictionaries(
    st.one_of(
        st.sampled_from(["KIOSK_" + name.replace(".", "__").upper() for name in NAMES]),
        st.text(st.characters(exclude_characters="\0="), max_size=12).map(lambda text: f"KIOSK_{text}"),
    ),
    st.one_of(
        st.text(st.characters(exclude_characters="\0", exclude_categories=()), max_size=20),
        values.map(lambda value: json.dumps(value, ensure_ascii=False)),
    ),
    max_size=5,
)


def as_toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{as_toml(key)} = {as_toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(as_toml(each) for each in value) + "]"
    if isinstance(value, str):
        return '"' + "".join(c if c.isalnum() and c.isascii() else f"\\U{ord(c):08x}" for c in value) + '"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return repr(value)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("any") / "kiosk.toml"


def answer(file, content, environ):
    file.write_bytes(content)
    loaded = load(file, environ=environ, vendors=VENDORS)
    assert isinstance(loaded.settings, Settings)
    for remark in loaded.mistakes + loaded.warnings:
        assert LINE.fullmatch(str(remark))
        assert str(remark).isprintable()
    return loaded


@given(st.binary(max_size=200), variables)
@settings(deadline=None)
def test_from_any_bytes(file, content, environ):
    answer(file, content, environ)


@given(documents, variables)
@settings(deadline=None)
def test_from_any_toml(file, document, environ):
    text = "".join(f"{as_toml(key)} = {as_toml(value)}\n" for key, value in document.items())
    answer(file, text.encode(), environ)


@given(aimed, st.dictionaries(st.sampled_from(NAMES), leaves.map(str), max_size=3))
@settings(deadline=None)
def test_from_any_value_of_a_known_key(file, given_values, environ):
    text = "".join(f"{name} = {as_toml(value)}\n" for name, value in given_values.items())
    environ = {"KIOSK_" + name.replace(".", "__").upper(): value.replace("\0", "") for name, value in environ.items()}
    answer(file, text.encode(), environ)


@given(st.sampled_from([name for name in NAMES if name.endswith(("key", "token", "pin", "headers"))]), values)
@settings(deadline=None)
def test_no_secret_is_ever_shown(file, name, wrapping):
    hidden = [SECRET, wrapping] if isinstance(wrapping, list) else {"a": SECRET} if wrapping else SECRET
    loaded = answer(file, f"{name} = {as_toml(hidden)}\n".encode(), {})
    assert all(SECRET not in str(remark) for remark in loaded.mistakes + loaded.warnings)
    assert SECRET not in repr(loaded)


@given(aimed)
@settings(deadline=None)
def test_without_mistakes_every_number_is_finite(file, given_values):
    text = "".join(f"{name} = {as_toml(value)}\n" for name, value in given_values.items())
    loaded = answer(file, text.encode(), {})
    for _, table in loaded.settings:
        for _, value in table:
            assert not isinstance(value, float) or math.isfinite(value)
