"""Every language has every text, with the same placeholders."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from app.window.toolkit.texts import Texts, load_language, plural_form

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "resources" / "translations"
CODES = sorted(file.stem for file in FOLDER.glob("*.toml"))
ENGLISH = load_language(FOLDER / "en.toml")
FORMS = {"ar": {"zero", "one", "two", "few", "many", "other"}}
KEY = re.compile(r'"([a-z_]+\.[a-z_]+)"')


def placeholders(value) -> set[str]:
    """The names in braces of a text, of all its forms together."""
    forms = value.values() if isinstance(value, dict) else (value,)
    return {name for form in forms for _, name, _, _ in Formatter().parse(form) if name}


def forms_of(code):
    return {plural_form(code, count) for count in range(1000)}


def test_these_languages_are_there():
    assert CODES == ["ar", "de", "en", "es", "fr"]


@pytest.mark.parametrize("code", CODES)
def test_every_language_has_every_text_with_the_same_blanks(code):
    language = load_language(FOLDER / f"{code}.toml")
    assert language.texts.keys() == ENGLISH.texts.keys()
    for key, value in language.texts.items():
        wanted = placeholders(ENGLISH.texts[key])
        # A plural form may say "one visitor" without the number.
        optional = {"count"} if isinstance(value, dict) else set()
        assert placeholders(value) | optional == wanted | optional, key


@pytest.mark.parametrize("code", CODES)
def test_plurals_have_every_form_of_the_language(code):
    for key, value in load_language(FOLDER / f"{code}.toml").texts.items():
        if isinstance(ENGLISH.texts[key], dict):
            assert isinstance(value, dict), key
            assert set(value) == FORMS.get(code, forms_of(code)), key


@pytest.mark.parametrize("code", CODES)
def test_no_text_is_empty_or_left_in_english(code):
    for key, value in load_language(FOLDER / f"{code}.toml").texts.items():
        forms = list(value.values()) if isinstance(value, dict) else [value]
        assert all(form.strip() == form and form for form in forms), key
        long = isinstance(value, str) and len(value) > 20
        assert code == "en" or not long or value != ENGLISH.texts[key], key


def test_every_key_that_the_window_uses_exists():
    used = {
        key
        for file in (ROOT / "app" / "window").rglob("*.py")
        for key in KEY.findall(file.read_text(encoding="utf-8"))
        if key.split(".")[0] in {name.split(".")[0] for name in ENGLISH.texts} and not key.endswith((".toml", ".png"))
    }
    assert used and used <= ENGLISH.texts.keys()


@pytest.mark.parametrize(
    ("code", "count", "form"),
    [
        ("en", 1, "one"),
        ("en", 0, "other"),
        ("de", 2, "other"),
        ("fr", 0, "one"),
        ("ar", 0, "zero"),
        ("ar", 2, "two"),
        ("ar", 7, "few"),
        ("ar", 11, "many"),
        ("ar", 100, "other"),
        ("ar", 103, "few"),
    ],
)
def test_plural_forms(code, count, form):
    assert plural_form(code, count) == form


def test_blanks_are_filled_and_plurals_chosen(texts):
    assert texts("waiting.before", count=1) == "One visitor is before you."
    assert texts("waiting.before", count=3) == "3 visitors are before you."
    assert texts("live.left", clock=texts.clock(48)) == "0:48 left"


def test_minutes_are_rounded_up_so_that_the_promise_is_kept(texts):
    assert texts.minutes(300) == "5 minutes"
    assert texts.minutes(61) == "2 minutes"
    assert texts.minutes(5) == "1 minute"


def test_arabic_is_read_from_the_right_in_its_own_digits(texts):
    texts.use("ar")
    assert texts.rtl
    assert texts.clock(72) == "١:١٢"  # noqa: RUF001  # reason: these digits are the point
    assert texts("waiting.before", count=3) == "أمامك ٣ زوّار."


def test_a_region_falls_back_to_its_language(texts):
    texts.use("de-AT")
    assert texts.code == "de"


@pytest.mark.expect_log("a text is missing")
def test_a_missing_text_comes_in_english_and_is_logged_once(tmp_path, caplog):
    (tmp_path / "en.toml").write_text('[language]\nname = "English"\n[a]\nb = "word"\n', encoding="utf-8")
    (tmp_path / "xx.toml").write_text('[language]\nname = "X"\n', encoding="utf-8")
    texts = Texts(tmp_path, "xx")
    assert (texts("a.b"), texts("a.b")) == ("word", "word")
    assert [record.message for record in caplog.records] == ["a text is missing and is shown in English"]


def test_a_key_that_nobody_knows_is_a_fault(texts):
    with pytest.raises(KeyError):
        texts("no.such")


def test_languages_call_themselves_by_their_own_names(texts):
    assert [texts.name_of(code) for code in ("en", "de", "fr", "ar")] == ["English", "Deutsch", "Français", "العربية"]
