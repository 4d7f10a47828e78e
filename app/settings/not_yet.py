"""Keys that are read and checked but have no effect yet. A release that makes one work removes it from this list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from app.resources import resource
from app.settings.document import Document
from app.settings.model import Settings
from app.settings.planned import PLANNED
from app.settings.remarks import Remark, show
from app.settings.shape import is_secret

NOT_YET: tuple[tuple[tuple[str, ...], str], ...] = (
    (("line",), "redis_url"),
    (("budget",), "daily_minutes"),
    (("budget",), "monthly_minutes"),
    (("mqtt",), ""),
    (("service", "aistudios"), "use_max_session_numbers"),
)
"""Path of a table, and one of its keys; "": all of them."""


def languages() -> tuple[str, ...]:
    """Return the codes of the languages of the screens: those that have a translation."""
    return tuple(sorted(file.stem for file in resource("translations").glob("*.toml")))


def without_effect(settings: Settings, document: Document, built: frozenset[str]) -> Iterator[Remark]:
    """Yield a warning for each key that has no effect yet and is set to something else than its default.

    Args:
        settings: The checked settings.
        document: The settings as given.
        built: Names of the services that are built.
    """
    planned = [(("service", vendor), "") for vendor in PLANNED if vendor not in built]
    for path, key in (*NOT_YET, *planned):
        table = settings.service.tables.get(path[1]) if path[0] == "service" else getattr(settings, path[0])
        if table is not None:  # the services that are not known here have no table
            yield from _changed(document, path, table, only=key)
    known = languages()
    for language in settings.kiosk.languages:
        if language not in known:
            text = f"has no effect yet, the screens speak: {', '.join(known)}"
            yield Remark(document.source_of(("kiosk", "languages")), "kiosk.languages", show(language), text)


def _changed(document: Document, path: tuple[str, ...], table: BaseModel, only: str = "") -> Iterator[Remark]:
    for key, value in table:
        if key in table.model_fields_set and (not only or key == only):
            default = type(table).model_fields[key].get_default(call_default_factory=True)
            if value != default:
                given = _given(document.tables, (*path, key))
                shown = show(given, secret=is_secret(type(table), key))
                yield Remark(document.source_of((*path, key)), ".".join((*path, key)), shown, "has no effect yet")


def _given(tables: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        tables = tables.get(part, tables.get(f"{part}_file"))
    return tables
