"""Messages about mistakes and warnings in the settings, each on one line."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.system.redact import HIDDEN, redact

KeyPath = tuple[str | int, ...]

_LONGEST = 80  # characters of a shown value


@dataclass(frozen=True, slots=True)
class Remark:
    """A message about the settings, as one line.

    Attributes:
        source: Name of the file, or "environment".
        key: Dotted name of the key; "": the message is about the whole source.
        value: The value as it is shown, free of secrets; "": the key itself is wrong.
        text: What is wrong, and what is allowed.
    """

    source: str
    key: str
    value: str
    text: str

    def __str__(self) -> str:
        about = f"{self.key} = {self.value}" if self.value else self.key
        return ": ".join(filter(None, (printable(self.source), about, printable(self.text))))


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a value.

    Attributes:
        path: Keys and indexes that lead to the value.
        value: The value as it is shown, free of secrets.
        text: What is wrong, and what is allowed.
    """

    path: KeyPath
    value: str
    text: str

    @property
    def name(self) -> str:
        """The dotted name of the key."""
        return dotted(self.path)

    def under(self, *parents: str) -> Fault:
        """Return the same fault with a path that begins further out."""
        return Fault((*parents, *self.path), self.value, self.text)


def printable(text: str) -> str:
    """Return the text with every unprintable character escaped, so that it stays on one line."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text)


def show(value: object, *, secret: bool = False) -> str:
    """Return a value as the settings file would have it, shortened, on one line; a secret that is set is `***`."""
    if value is None or value == "":
        return '""'
    if secret and value not in ({}, []):
        return HIDDEN
    shown = _written(value)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return printable('"' + redact(value[: 4 * _LONGEST]).replace("\\", "\\\\").replace('"', '\\"') + '"')
    if isinstance(value, dict):
        return "{...}" if value else "{}"
    if isinstance(value, list):
        return "[" + ", ".join(_written(each) for each in value[:_LONGEST]) + "]"
    if isinstance(value, int) and abs(value) >= 2**63:
        return "a very large number"
    return printable(str(value))


def dotted(path: Iterable[str | int]) -> str:
    """Return "table.key[0]" for ("table", "key", 0), on one line."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return printable(text)


def nearest(name: str, known: Sequence[str]) -> str:
    """Return the known name that is most similar to this one; "" if none is known."""
    found = difflib.get_close_matches(name.lower()[:_LONGEST], known, n=1, cutoff=0.0)
    return found[0] if found else ""


def is_like(name: str, other: str) -> bool:
    """Tell whether one name is probably a misspelling of the other."""
    return difflib.SequenceMatcher(None, name.lower()[:_LONGEST], other).ratio() >= 0.6


_TEXTS = {
    "string_type": "not text, allowed: text in quotes",
    "bool_type": "neither true nor false, allowed: true, false",
    "int_type": "not a whole number, allowed: a whole number",
    "float_type": "not a number, allowed: a number",
    "list_type": "not a list, allowed: a list in [ ]",
    "tuple_type": "not a list, allowed: a list in [ ]",
    "dict_type": "not a table, allowed: names with values",
    "model_type": "not a table, allowed: keys with values",
    "model_attributes_type": "not a table, allowed: keys with values",
}


def in_plain_words(error: dict[str, Any]) -> str:
    """Return what is wrong and what is allowed, for one error of pydantic."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind in ("literal_error", "enum"):
        return "not one of its values, allowed: " + str(context["expected"]).replace("'", "").replace(" or ", ", ")
    if kind.startswith("date"):
        return 'not a date, allowed: a date such as "2027-12-25"'
    if kind in _TEXTS:
        return _TEXTS[kind]
    if kind == "missing":
        return "missing, allowed: any value"
    limits = {"greater_than": "above", "greater_than_equal": "from", "less_than": "below", "less_than_equal": "up to"}
    if kind in limits:
        bound = next(iter(context.values()))
        return f"out of range, allowed: {limits[kind]} {bound}"
    return f"wrong, allowed: {json.dumps(error['msg'], ensure_ascii=False)}"
