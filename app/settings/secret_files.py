"""Secrets in files of their own: `x_file = "PATH"` instead of `x`."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from app.settings.files import FileFault, Files, decode
from app.settings.remarks import Fault, show
from app.settings.shape import is_secret_table, secret_keys

_HEADERS = 'no headers in it, allowed: lines of "Name: value", or a JSON or TOML table of texts'
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def fill_in(
    model: type[BaseModel], table: dict[str, Any], files: Files, folder_of: Callable[[str], Path]
) -> tuple[dict[str, Any], list[Fault]]:
    """Return the table with every `x_file` replaced by `x`, and what is wrong with those files.

    Args:
        model: Model of the table.
        table: Its values as given.
        files: Reads the files.
        folder_of: Returns the folder at which a relative path given for a key starts.
    """
    filled, faults = dict(table), []
    for key in secret_keys(model):
        name = f"{key}_file"
        if name in model.model_fields or name not in filled:
            continue
        given = filled.pop(name)
        if given == "":
            continue
        try:
            if not isinstance(given, str):
                raise FileFault("not text, allowed: the path of a file that holds the secret")
            if filled.get(key):
                raise FileFault(f"given twice, allowed: either {key} or {name}")
            filled[key] = _content(
                folder_of(name) / Path(given).expanduser(), files, is_table=is_secret_table(model, key)
            )
        except FileFault as fault:
            faults.append(Fault((name,), show(given), str(fault)))
        except RuntimeError:  # from expanduser: no such user
            faults.append(Fault((name,), show(given), "no such home directory, allowed: the path of a text file"))
    return filled, faults


def unusable_secrets(model: type[BaseModel], table: dict[str, Any]) -> list[Fault]:
    """Return the secrets that cannot be sent in an HTTP header: it takes one line of ASCII only."""
    faults = []
    for key in secret_keys(model):
        value = table.get(key)
        if isinstance(value, str) and not _is_plain(value):
            faults.append(Fault((key,), show(value, secret=True), _NOT_PLAIN))
        elif is_secret_table(model, key) and isinstance(value, dict):
            for name, text in value.items():
                if not _NAME.fullmatch(name):
                    wrong = 'not the name of a header, allowed: letters, digits and "-"'
                    faults.append(Fault((key, name), show(text, secret=True), wrong))
                elif isinstance(text, str) and not _is_plain(text):
                    faults.append(Fault((key, name), show(text, secret=True), _NOT_PLAIN))
    return faults


_NOT_PLAIN = "a line break or a character outside ASCII in it, allowed: one line of plain characters"


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _content(path: Path, files: Files, *, is_table: bool) -> Any:
    text = decode(files.read(path))[0].strip()
    if not text:
        raise FileFault("an empty file, allowed: a file that holds the secret")
    return _headers(text) if is_table else text


def _headers(text: str) -> dict[str, str]:
    for read in (json.loads, tomllib.loads, _lines):
        try:
            found = read(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict) and found and all(isinstance(value, str) for value in found.values()):
            return found
    raise FileFault(_HEADERS)


def _lines(text: str) -> dict[str, str]:
    found = {}
    for line in filter(str.strip, text.splitlines()):
        name, colon, value = line.partition(":")
        if not colon or not _NAME.fullmatch(name.strip()):
            raise ValueError("not a header")
        found[name.strip()] = value.strip()
    return found
