"""The settings as given: the file's tables, overridden by the environment, and the source of each value."""

from __future__ import annotations

import copy
import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.settings.files import FileFault, Files, decode
from app.settings.remarks import Fault, KeyPath, Remark, show
from app.settings.shape import Services, from_text, key_names, sounds_secret

ENVIRONMENT = "environment"
_DEEPEST = 50  # levels of lists and tables; real files have five at most


@dataclass
class Document:
    """Everything that was given, unchecked.

    Attributes:
        source: Name of the settings file, or "environment" where there is none.
        folder: Folder of the file.
        tables: Values of the file and the environment.
        mistakes: What makes the file unusable.
        warnings: What has no effect or is ignored.
    """

    source: str = ENVIRONMENT
    folder: Path = field(default_factory=Path)
    tables: dict[str, Any] = field(default_factory=dict)
    mistakes: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    _from_environment: set[tuple[str, ...]] = field(default_factory=set)

    def read(self, path: Path, files: Files, *, may_be_absent: bool) -> bool:
        """Read the settings file; return whether there is one."""
        self.source, self.folder = str(path), path.parent
        try:
            text, marked = decode(files.read(path))
            self.tables = tomllib.loads(text)
        except FileFault as fault:
            if fault.absent and may_be_absent:
                self.source = ENVIRONMENT
                return False
            self.mistakes.append(Remark(self.source, "", "", str(fault)))
        except tomllib.TOMLDecodeError as error:
            self.mistakes.append(Remark(self.source, "", "", _syntax(str(error), text)))
        except (ValueError, RecursionError):
            wrong = "a number with too many digits or lists in lists without end, allowed: TOML of ordinary size"
            self.mistakes.append(Remark(self.source, "", "", wrong))
        else:
            if marked:
                wrong = "begins with a byte order mark, which is ignored, allowed: UTF-8 without one"
                self.warnings.append(Remark(self.source, "", "", wrong))
        return True

    def overlay(self, environ: Mapping[str, str], services: Services) -> None:
        """Override the file's values by every KIOSK_TABLE__KEY of the environment."""
        file_tables, self.tables = self.tables, copy.deepcopy(self.tables)
        singles = {name.replace(".", "_"): name for name in key_names(services)}
        for name in sorted(environ):
            if not name.startswith("KIOSK_"):
                continue
            path = tuple(name.removeprefix("KIOSK_").lower().split("__"))
            if len(path) == 1:
                if meant := singles.get(path[0]):
                    right = "KIOSK_" + meant.replace(".", "__").upper()
                    wrong = f"has no effect, allowed: {right}, with two underscores"
                    self.warnings.append(
                        Remark(ENVIRONMENT, name, show(environ[name], secret=sounds_secret(name)), wrong)
                    )
                continue
            self._set(path, from_text(environ[name], path, services), file_tables)

    def _set(self, path: tuple[str, ...], value: Any, file_tables: dict[str, Any]) -> None:
        table = self.tables
        for part in path[:-1]:
            if not isinstance(table.get(part), dict):
                table[part] = {}
            table = table[part]
        key = path[-1]
        # A secret has two names, x and x_file; either one in the environment overrides both in the file.
        for twin in (f"{key}_file", key.removesuffix("_file")):
            if twin != key and (*path[:-1], twin) not in self._from_environment:
                table.pop(twin, None)
        table[key] = value
        self._from_environment.add(path)

    def source_of(self, path: KeyPath) -> str:
        """Return where the value at this path came from: the file's name, or "environment"."""
        for given in self._from_environment:
            shared = min(len(given), len(path))
            if given[:shared] == path[:shared]:
                return ENVIRONMENT
        return self.source

    def folder_of(self, path: KeyPath) -> Path:
        """Return the folder that a relative path given here starts at: the file's, or the working directory."""
        return Path() if self.source_of(path) == ENVIRONMENT else self.folder


_LIKE_THIS = 'idle_s = 45 or id = "lobby-1"'
# The library's messages about common mistakes, in words for people who do not know TOML.
_PLAIN = {
    "Cannot overwrite a value": "this key stands in the file twice",
    "Invalid value": "no value that can be read; text needs quotes",
    "Expected ']' at the end of a table declaration": 'a "]" is missing',
    "Expected '=' after a key in a key/value pair": 'a "=" is missing',
    "Expected newline or end of document after a statement": "something stands behind the value",
    "Unclosed array": 'a "]" is missing',
    "Unterminated string": "a quote is missing at the end",
}


def _syntax(message: str, text: str) -> str:
    place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    line = (place[1] if place else None) or str(max(text.rstrip().count("\n") + 1, 1))
    what = message[: place.start()] if place else message
    return f"line {line}: {_PLAIN.get(what, what)}, allowed: TOML, such as {_LIKE_THIS}"


def unusable(value: object, path: KeyPath = ()) -> Iterator[Fault]:
    """Yield values that no setting can have: nan, infinity, huge numbers, broken text, lists nested too deep."""
    if isinstance(value, float) and not math.isfinite(value):
        yield Fault(path, show(value), "not a finite number, allowed: a finite number")
    elif isinstance(value, int) and abs(value) >= 2**63:
        yield Fault(path, show(value), "too large, allowed: a number of ordinary size")
    elif isinstance(value, str) and _is_broken(value):
        yield Fault(path, show(value), "not UTF-8, allowed: text in UTF-8")
    elif isinstance(value, dict | list):
        if len(path) > _DEEPEST:
            yield Fault(path[:2], "[...]", "nested too deep, allowed: a few levels")
            return
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(key, str) and _is_broken(key):
                yield Fault((*path, key), "", "not UTF-8, allowed: text in UTF-8")
            yield from unusable(each, (*path, key))


def _is_broken(text: str) -> bool:
    return any("\ud800" <= c <= "\udfff" for c in text)
