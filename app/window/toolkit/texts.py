"""All texts of the window, by key and language, read from resources/translations."""

from __future__ import annotations

import logging
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FALLBACK = "en"
_log = logging.getLogger(__name__)

_ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_Value = str | dict[str, str]


@dataclass(frozen=True, slots=True)
class Language:
    """One language.

    Attributes:
        code: For example "de".
        name: Its own name.
        rtl: It is read from right to left.
        digits: "latin" or "arabic".
        texts: Every text by "table.key"; one with plural forms is a dict of forms.
    """

    code: str
    name: str
    rtl: bool
    digits: str
    texts: dict[str, _Value]


def load_language(file: Path) -> Language:
    """Read one translation.

    Args:
        file: Its table `language` has name, rtl and digits; every key of another table is the text "table.key".

    Raises:
        OSError: The package's own file cannot be read.
        KeyError: It is damaged.
        tomllib.TOMLDecodeError: Likewise.
    """
    data: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    about = data.pop("language")
    texts: dict[str, _Value] = {}
    for table, entries in data.items():
        for key, value in entries.items():
            texts[f"{table}.{key}"] = value
    return Language(file.stem, about["name"], bool(about.get("rtl", False)), about.get("digits", "latin"), texts)


def plural_form(language: str, count: int) -> str:
    """Return the plural category of a whole number (Unicode CLDR 46, cardinal, for the languages on offer)."""
    if language == "ar":
        if count in (0, 1, 2):
            return ("zero", "one", "two")[count]
        rest = count % 100
        return "few" if 3 <= rest <= 10 else "many" if rest >= 11 else "other"
    if language == "fr":
        return "one" if count in (0, 1) else "other"
    return "one" if count == 1 else "other"


class Texts:
    """The texts of the language in use; `use` changes it for everything that is drawn afterwards.

    A text that the language lacks is given in English and logged once; a key that does not exist raises KeyError.

    Args:
        folder: Holds a file for each language, CODE.toml.
        language: The first language.
    """

    def __init__(self, folder: Path, language: str = FALLBACK) -> None:
        self._files = {file.stem: file for file in sorted(folder.glob("*.toml"))}
        self._read: dict[str, Language] = {}  # read at first use: reading one takes longer than painting a screen
        self._missed: set[tuple[str, str]] = set()
        self.use(language)

    def use(self, language: str) -> None:
        """Use this language from now on; one without a translation becomes English and is logged once."""
        found = self._get(language)
        if found is None:
            self._miss(language, "")
            found = self._language(FALLBACK)
        self._now = found

    @property
    def code(self) -> str:
        """The language in use."""
        return self._now.code

    @property
    def rtl(self) -> bool:
        """Whether it is read from right to left."""
        return self._now.rtl

    def known(self) -> tuple[str, ...]:
        """Return the codes of all translations."""
        return tuple(self._files)

    def name_of(self, language: str) -> str:
        """Return a language's own name; its code where there is no translation."""
        found = self._get(language)
        return found.name if found else language

    def __call__(self, key: str, **values: object) -> str:
        """Return a text.

        Args:
            key: "table.key".
            **values: Fill its placeholders; whole numbers are written in the language's digits. `count` also chooses
                the plural form.

        Raises:
            KeyError: There is no such text, or it has plural forms and `count` is missing.
        """
        code, value = self._find(key)
        if isinstance(value, dict):
            count = values.get("count")
            if not isinstance(count, int):
                raise KeyError(f"{key} has plural forms: count=NUMBER is needed")
            value = value.get(plural_form(code, count), value["other"])
        filled = {name: self.number(part) if isinstance(part, int) else part for name, part in values.items()}
        return value.format(**filled)

    def number(self, value: int) -> str:
        """Return a whole number in the language's digits."""
        return self.digits(str(value))

    def clock(self, seconds: int) -> str:
        """Return a duration in seconds as "1:12" in the language's digits; a negative one as "0:00"."""
        seconds = max(0, seconds)
        return self.digits(f"{seconds // 60}:{seconds % 60:02}")

    def minutes(self, seconds: int) -> str:
        """Return a duration in seconds as "5 minutes", rounded up, so that it never takes longer than was said."""
        return self("unit.minutes", count=max(1, -(-seconds // 60)))

    def questions(self) -> tuple[str, ...]:
        """Return the three neutral questions that are suggested where the site has none of its own."""
        return tuple(self(f"question.{number}") for number in ("one", "two", "three"))

    def _get(self, language: str) -> Language | None:
        # "de-AT" gets the texts of "de".
        return next(
            (self._language(code) for code in (language, language.partition("-")[0]) if code in self._files), None
        )

    def _language(self, code: str) -> Language:
        found = self._read.get(code)
        if found is None:
            found = self._read[code] = load_language(self._files[code])
        return found

    def digits(self, text: str) -> str:
        """Return a text with its digits in the language's own."""
        return text.translate(_ARABIC_DIGITS) if self._now.digits == "arabic" else text

    def _find(self, key: str) -> tuple[str, _Value]:
        value = self._now.texts.get(key)
        if value is not None:
            return self._now.code, value
        english = self._language(FALLBACK).texts[key]
        self._miss(self._now.code, key)
        return FALLBACK, english

    def _miss(self, language: str, key: str) -> None:
        if (language, key) not in self._missed:
            self._missed.add((language, key))
            _log.warning("a text is missing and is shown in English", extra={"language": language, "key": key})
