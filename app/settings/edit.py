"""Changes single values in the text of a settings file and leaves every comment and every other key as it is."""

from __future__ import annotations

import os
import re
import tempfile
import tomllib
from pathlib import Path
from typing import Any


def set_value(text: str, table: str, key: str, value: str) -> str:
    """Return the text with `key` of `[table]` set to a text value.

    text: valid TOML. Raises ValueError where it is not, and where the change is one for an editor: a value over several
    lines, a table written in another way, a secret that lies in a file of its own.
    """
    written = f"{key} = {quoted(value)}"
    lines = text.splitlines()
    begin = next((n for n, line in enumerate(lines) if re.match(rf"\s*\[\s*{re.escape(table)}\s*\]", line)), None)
    if begin is None:
        lines += [*([""] if lines else []), f"[{table}]", written]
    else:
        end = next((n for n in range(begin + 1, len(lines)) if re.match(r"\s*\[", lines[n])), len(lines))
        place = next((n for n in range(begin + 1, end) if re.match(rf"\s*{re.escape(key)}\s*=", lines[n])), None)
        if place is None:
            lines.insert(begin + 1, written)
        else:
            lines[place] = _with_comment_of(lines[place], written)
    changed = "\n".join(lines) + "\n"
    name, before = tuple(table.split(".")), _flat(tomllib.loads(text))
    try:
        after = _flat(tomllib.loads(changed))
    except tomllib.TOMLDecodeError:
        after = {}
    if after != {**before, (*name, key): value} or before.get((*name, f"{key}_file")):
        raise ValueError(f"{table}.{key} cannot be changed in this file by itself")
    return changed


def _with_comment_of(line: str, written: str) -> str:
    """Return what was written, with the comment at the end of this line in its old column where that is free."""
    quote = ""
    for n, c in enumerate(line):
        if quote:
            is_escaped = quote == '"' and line[n - 1] == "\\"
            quote = "" if c == quote and not is_escaped else quote
        elif c in "\"'":
            quote = c
        elif c == "#":
            return f"{written:<{max(n - 1, 0)}} {line[n:]}"
    return written


def save(path: Path, text: str) -> None:
    """Write the file whole or not at all, readable for its owner alone. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix=".kiosk-", suffix=".toml", dir=path.parent)
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def quoted(value: str) -> str:
    """Return a text as TOML writes it, on one line."""
    inside = "".join(
        f"\\{c}" if c in '"\\' else c if c.isprintable() else f"\\U{ord(c):08x}" for c in value
    )  # fmt: skip
    return f'"{inside}"'


def _flat(tables: dict[str, Any], above: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Every value by its whole name; a table counts through its values alone, so that an empty one is nothing."""
    found: dict[tuple[str, ...], Any] = {}
    for key, value in tables.items():
        if isinstance(value, dict):
            found |= _flat(value, (*above, key))
        else:
            found[(*above, key)] = value
    return found
