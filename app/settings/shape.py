"""Questions about the settings model: its tables, keys and secrets, and how text becomes a value."""

from __future__ import annotations

import json
import tomllib
import types
import typing
from collections.abc import Mapping
from typing import Any, get_args, get_origin

from pydantic import BaseModel, SecretStr

from app.settings.model import Settings
from app.settings.service import VendorSettings

Services = Mapping[str, type[VendorSettings]]

_TRUE, _FALSE = frozenset({"true", "1", "yes", "on"}), frozenset({"false", "0", "no", "off"})
_SECRET_NAMES = ("key", "token", "secret", "password", "passwd", "credential", "header", "pin")


def tables() -> dict[str, type[BaseModel]]:
    """Return the model of each top-level table by name."""
    return {name: typing.cast("type[BaseModel]", field.annotation) for name, field in Settings.model_fields.items()}


def annotation(model: type[BaseModel], key: str) -> Any:
    """Return the declared type of a key, without its annotations; None for an unknown key."""
    field = model.model_fields.get(key)
    return None if field is None else _bare(field.annotation)


def is_secret(model: type[BaseModel], key: str) -> bool:
    """Tell whether a key holds a secret, or a table of secrets."""
    return _holds_secret(annotation(model, key))


def is_secret_table(model: type[BaseModel], key: str) -> bool:
    """Tell whether a key holds a table whose values are secrets, such as HTTP headers."""
    kind = annotation(model, key)
    return get_origin(kind) is dict and _holds_secret(kind)


def secret_keys(model: type[BaseModel]) -> list[str]:
    """Return the keys that hold secrets."""
    return [key for key in model.model_fields if is_secret(model, key)]


def known_keys(model: type[BaseModel]) -> list[str]:
    """Return every key that a table may have, `x_file` for each secret x included."""
    return [*model.model_fields, *(f"{key}_file" for key in secret_keys(model))]


def sounds_secret(name: str) -> bool:
    """Tell whether an unknown key may hold a secret, judged by its name."""
    return any(word in name.lower() for word in _SECRET_NAMES)


def key_names(services: Services) -> list[str]:
    """Return every "table.key" that a settings file may have."""
    names = [f"{table}.{key}" for table, model in tables().items() if table != "service" for key in known_keys(model)]
    names += [f"service.{vendor}.{key}" for vendor, model in services.items() for key in known_keys(model)]
    return ["service.vendor", *names]


def from_text(text: str, path: tuple[str, ...], services: Services) -> Any:
    """Return the value that a text from the environment means, by the type of its key.

    Text that cannot be such a value is returned as it is: the check then tells what is wrong.
    """
    kind = _kind_at(path, services)
    if kind is bool:
        word = text.strip().lower()
        return True if word in _TRUE else False if word in _FALSE else text
    if kind in (int, float):
        return _number(text)
    if get_origin(kind) in (list, dict, tuple) or kind in (list, dict, tuple) or kind is Any:
        return _structure(text)
    return text


def _kind_at(path: tuple[str, ...], services: Services) -> Any:
    model: type[BaseModel] | None = tables().get(path[0])
    if path[0] == "service":
        if path[1:] == ("vendor",) or len(path) < 3:
            return str
        model, path = services.get(path[1]), path[1:]
    if model is None or len(path) < 2:
        return str
    kind = annotation(model, path[1])
    for _ in path[2:]:
        kind = get_args(kind)[1] if get_origin(kind) is dict else Any
    return _bare(kind)


def _number(text: str) -> Any:
    for convert in (int, float):
        try:
            return convert(text)
        except ValueError:
            continue
    return text


def _structure(text: str) -> Any:
    """Read a list or table written as JSON or TOML."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        read = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return read["value"] if len(read) == 1 else text


def _bare(kind: Any) -> Any:
    """Return X for Annotated[X, ...], and for "X or None"."""
    if get_origin(kind) is typing.Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in (typing.Union, types.UnionType):
        some = [each for each in get_args(kind) if each is not type(None)]
        return _bare(some[0]) if len(some) == 1 else Any
    return kind


def _holds_secret(kind: Any) -> bool:
    return kind is SecretStr or any(_holds_secret(each) for each in get_args(kind))


def secret_values(value: object) -> list[str]:
    """Return every secret in the settings or in a part of them; logs must never show one."""
    if isinstance(value, SecretStr):
        return [value.get_secret_value()] if value.get_secret_value() else []
    if isinstance(value, BaseModel):
        return [secret for _, each in value for secret in secret_values(each)]
    if isinstance(value, dict):
        return [secret for each in value.values() for secret in secret_values(each)]
    return []
