"""Every language on offer is whole; where it is not, the test names each place that lacks it. See CONTRIBUTING.md."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QRawFont

from app.resources import resource
from app.settings.not_yet import languages
from app.vendors.tavus.languages import CLOSING, language_name
from app.visit.farewell_words import load_farewells
from app.window.screens.facts import load_facts
from app.window.toolkit.keyboard_layout import Layer, load_layout
from app.window.toolkit.look import FONT_FILES
from app.window.toolkit.texts import FALLBACK, load_language, plural_form

PIXELS = 40.0
CONTRACT = Path(__file__).parents[2] / "docs/contract.md"
BLANK = re.compile(r"\{\w+\}")


def lacking(code: str) -> Iterator[str]:
    """Yield each place that has nothing, or not enough, for a language."""
    text = ""
    translation = resource("translations", f"{code}.toml")
    if translation.is_file():
        yield from _texts_lacking(code)
        text = BLANK.sub("", "".join(_strings(tomllib.loads(translation.read_text(encoding="utf-8")))))
        if missing := [sign for sign in sorted(set(text)) if not _is_drawn(sign)]:
            yield f"resources/fonts: {' '.join(missing)}"
    else:
        yield f"resources/translations/{code}.toml"
    keyboard = resource("keyboards", f"{code}.toml")
    if not keyboard.is_file():
        yield f"resources/keyboards/{code}.toml"
    elif missing := sorted(_letters(text) - _keys(code)):
        yield f"resources/keyboards/{code}.toml: {' '.join(missing)}"
    if not load_farewells(resource("farewells"), [code]).farewells:
        yield f"resources/farewells/{code}.toml"
    facts = [fact.art for fact in load_facts(resource("facts"), FALLBACK)]
    own = resource("facts", f"{code}.toml")
    if not own.is_file() or [fact.art for fact in load_facts(resource("facts"), code)] != facts:
        yield f"resources/facts/{code}.toml"
    offered = re.search(r"those offered to visitors: ([a-z, -]+)", resource("kiosk.toml").read_text(encoding="utf-8"))
    if offered is None or code not in offered[1].split(", "):
        yield "resources/kiosk.toml: the comment of kiosk.languages"
    spoken = re.search(r"spoken by the screens: ([a-z, -]+)", CONTRACT.read_text(encoding="utf-8"))
    if spoken is None or code not in spoken[1].strip().split(", "):
        yield "docs/contract.md: the comment of kiosk.languages"
    if language_name(code) == language_name(""):
        yield "app/vendors/tavus/languages.py: its name"
    if code not in CLOSING:
        yield "app/vendors/tavus/languages.py: the closing words"


def _texts_lacking(code: str) -> Iterator[str]:
    own, english = (load_language(resource("translations", f"{each}.toml")).texts for each in (code, FALLBACK))
    yield from (f"resources/translations/{code}.toml: {key}" for key in english.keys() - own.keys())
    forms = {plural_form(code, count) for count in range(1000)}
    for key, value in own.items():
        if isinstance(value, dict) and set(value) != forms:
            yield f"app/window/toolkit/texts.py: plural_form knows {sorted(forms)}, {key} has {sorted(value)}"


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)


def _letters(text: str) -> set[str]:
    """The letters of the script that a text is written in; a foreign name in it does not count."""
    letters = [sign for sign in text.casefold() if unicodedata.category(sign).startswith("L")]
    scripts = Counter(_script(letter) for letter in letters)
    return {letter for letter in letters if _script(letter) == scripts.most_common(1)[0][0]}


def _script(letter: str) -> str:
    return unicodedata.name(letter).partition(" ")[0]


def _keys(code: str) -> set[str]:
    layout = load_layout(resource("keyboards"), code)
    layers = (Layer.LETTERS, Layer.SHIFTED)
    return set("".join(key.text.casefold() for layer in layers for row in layout.rows(layer, False) for key in row))


def _is_drawn(sign: str) -> bool:
    return any(QRawFont(str(resource("fonts", name)), PIXELS).supportsCharacter(ord(sign)) for name in FONT_FILES)


@pytest.mark.parametrize("code", languages())
def test_a_language_on_offer_is_whole(code, qapp):
    places = list(lacking(code))
    assert not places, "\n".join([f"{code} is missing in", *places])


def test_of_a_language_that_nobody_has_added_each_place_is_named(qapp):
    assert list(lacking("zz")) == [
        "resources/translations/zz.toml",
        "resources/keyboards/zz.toml",
        "resources/farewells/zz.toml",
        "resources/facts/zz.toml",
        "resources/kiosk.toml: the comment of kiosk.languages",
        "docs/contract.md: the comment of kiosk.languages",
        "app/vendors/tavus/languages.py: its name",
        "app/vendors/tavus/languages.py: the closing words",
    ]
