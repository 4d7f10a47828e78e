"""Changes single values in the text of a settings file and leaves every comment and every other key as it is."""

from __future__ import annotations

import os
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.container import OutOfOrderTableProxy
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Comment, Item, Table, Whitespace


def set_value(text: str, table: str, key: str, value: str) -> str:
    """Set `key` of `[table]` to a text value.

    Args:
        text: Valid TOML.
        table: Its name, with dots in it for a table in a table.
        key: Its name; it is added where it is missing, and so is the table.
        value: Any text; written on one line.

    Returns:
        The changed text, with "\\n" at the end of each line.

    Raises:
        ValueError: The text is not TOML, or the change is one for an editor: a value over several lines, an inline
            table, a secret that lies in a file of its own.
    """
    name = tuple(table.split("."))
    try:
        before = _flat(tomllib.loads(text))
        document = tomlkit.parse(text.replace("\r\n", "\n"))
        _set(_table(document, name), key, value)
        changed = document.as_string()
        # Nobody checks the file before the kiosk reads it, so make sure that only this value has changed.
        after = _flat(tomllib.loads(changed.encode().decode()))
    except (ValueError, TOMLKitError, RecursionError):
        before = after = {}
    if after != {**before, (*name, key): value} or before.get((*name, f"{key}_file")):
        raise ValueError(f"{table}.{key} cannot be changed in this file by itself")
    return changed


def _table(document: tomlkit.TOMLDocument, name: tuple[str, ...]) -> Table:
    """Return the table of this name; it is created where it is missing."""
    place: Any = document
    for depth, part in enumerate(name, 1):
        if part not in place:
            new = tomlkit.table(is_super_table=depth < len(name))
            if place is not document:
                _add(place, part, new)
            else:
                if document.body:
                    document.add(tomlkit.nl())
                document.add(part, new)
        place = place[part]
        if not isinstance(place, Table | OutOfOrderTableProxy):
            raise ValueError("an inline table, or none")
    found: Table = place
    return found


def _set(table: Table, key: str, value: str) -> None:
    item, old = tomlkit.item(value), table.get(key)
    if old is None:
        _add(table, key, item)
        return
    if "\n" in old.as_string():
        raise ValueError("a value over several lines")
    if old.trivia.comment:  # it stays in its column where there is space
        room = len(old.as_string()) + len(old.trivia.comment_ws) - len(item.as_string())
        item.trivia.comment_ws = " " * max(room, 1)
    table[key] = item


def _add(table: Table, key: str, item: Item) -> None:
    """Add a key after the last one of its table: comments below it usually belong to the next table."""
    body: list[Any] = table.value.body if isinstance(table, Table) else []
    behind = []
    while body and isinstance(body[-1][1], Comment | Whitespace):
        behind.append(body.pop())
    table[key] = item
    body.extend(reversed(behind))


def save(path: Path, text: str) -> None:
    """Write the file completely or not at all, readable by its owner only. Raises OSError."""
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


def _flat(tables: dict[str, Any], above: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Return every value by its full name; empty tables are left out."""
    found: dict[tuple[str, ...], Any] = {}
    for key, value in tables.items():
        if isinstance(value, dict):
            found |= _flat(value, (*above, key))
        else:
            found[(*above, key)] = value
    return found
