"""Checks each table by its model: a right value is kept, a wrong one is replaced by its default."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any, TypeVar

from pydantic import BaseModel, SecretStr, ValidationError

from app.settings.document import Document, unusable
from app.settings.files import Files
from app.settings.model import ServiceSettings, StatusSettings
from app.settings.remarks import Fault, KeyPath, in_plain_words, is_like, nearest, show
from app.settings.secret_files import fill_in, unusable_secrets
from app.settings.service import KnownServices
from app.settings.shape import Services, is_secret, key_names, known_keys, secret_keys, sounds_secret, tables
from app.settings.types import KeyFault

M = TypeVar("M", bound=BaseModel)


def check_tables(document: Document, files: Files, services: Services) -> tuple[dict[str, BaseModel], list[Fault]]:
    """Return the models of every table but [service], and what is wrong in them."""
    models = tables()
    names = key_names(services)
    faults = [
        _unknown_table(name, value, list(models), names)
        for name, value in document.tables.items()
        if name not in models
    ]
    checked: dict[str, BaseModel] = {}
    for name, model in models.items():
        if name != "service":
            checked[name], found = _check_table(document, files, model, (name,), names)
            faults += found
    return checked, faults


def check_service(
    document: Document, files: Files, services: Services, vendors: KnownServices
) -> tuple[ServiceSettings, list[Fault]]:
    """Return the [service] table with the tables of all services, and what is wrong in them."""
    given = document.tables.get("service", {})
    if not isinstance(given, dict):
        wrong = "not a table, allowed: [service] with its keys below"
        return _without_services(services), [Fault(("service",), show(given, secret=True), wrong)]
    names = key_names(services)
    own = ["vendor", *services]
    faults = [_unknown_key(("service", name), value, own, names) for name, value in given.items() if name not in own]
    checked = {}
    for name, model in services.items():
        checked[name], found = _check_table(document, files, model, ("service", name), names)
        faults += found
    chosen = given.get("vendor", "demo")
    if refusal := _wrong_vendor(chosen, services, vendors):
        return ServiceSettings(tables=checked), [*faults, Fault(("service", "vendor"), show(chosen), refusal)]
    blamed = {fault.path for fault in faults}
    for required in vendors[chosen].required if chosen in vendors else ():
        keys = (required,) if isinstance(required, str) else required
        paths = [("service", chosen, *key.split(".")) for key in keys]
        is_told = any({path, (*path[:-1], f"{path[-1]}_file")} & blamed for path in paths)
        if all(_is_empty(checked[chosen], key) for key in keys) and not is_told:
            others = f" (or {', '.join(keys[1:])})" if keys[1:] else ""
            wrong = f"required for the service {chosen}{others}, allowed: what its account shows"
            faults.append(Fault(paths[0], '""', wrong))
    return ServiceSettings(vendor=chosen, tables=checked), faults


def _without_services(services: Services) -> ServiceSettings:
    return ServiceSettings(tables={name: model() for name, model in services.items()})


def _wrong_vendor(chosen: object, services: Services, vendors: KnownServices) -> str | None:
    allowed = "allowed: " + ", ".join(["demo", *(name for name in sorted(vendors) if name != "demo")])
    if not isinstance(chosen, str):
        return f"not text, {allowed}"
    if chosen == "demo" or chosen in vendors:
        return None
    if chosen in services:
        return f"not built yet, {allowed}"
    near = nearest(chosen, ["demo", *vendors])
    return f"unknown service, {f'nearest known: {near}, ' if is_like(chosen, near) else ''}{allowed}"


def _check_table(
    document: Document, files: Files, model: type[M], path: tuple[str, ...], names: list[str]
) -> tuple[M, list[Fault]]:
    given: Any = document.tables
    for part in path:
        given = given.get(part, {})
    if not isinstance(given, dict):
        wrong = f"not a table, allowed: [{'.'.join(path)}] with its keys below"
        return model(), [Fault(path, show(given, secret=bool(secret_keys(model))), wrong)]
    filled, file_faults = fill_in(model, given, files, lambda key: document.folder_of((*path, key)))
    known = known_keys(model)
    strange = [_unknown_key((*path, key), value, known, names) for key, value in filled.items() if key not in known]
    table, faults = check(model, {key: value for key, value in filled.items() if key in known})
    return table, [*strange, *(fault.under(*path) for fault in (*file_faults, *faults))]


def check(model: type[M], given: dict[str, Any]) -> tuple[M, list[Fault]]:
    """Return the checked table and its faults; a key with a fault has its default, the others are kept.

    Exception: a [status] with a fault has all its defaults, because without its token the page would be open to all.
    """
    faults = list(unusable(given))
    faults += unusable_secrets(model, _without(given, faults))
    try:
        table, wrong = _built(model, _without(given, faults)), False
    except ValidationError as error:
        table, wrong = model(), True
        faults += [_fault(model, given, each) for each in error.errors()]
    if wrong and model is not StatusSettings:
        with suppress(ValidationError):
            table = _built(model, _without(given, faults))
    return table, list({fault.path: fault for fault in reversed(faults)}.values())[::-1]


def _built(model: type[M], given: dict[str, Any]) -> M:
    # Through JSON, because strict mode for JSON is what a settings file needs: a list may become a tuple, and text an
    # enumeration or a date, but text never becomes a number, nor a number a flag.
    return model.model_validate_json(json.dumps(given, default=str), strict=True)


def _without(given: dict[str, Any], faults: list[Fault]) -> dict[str, Any]:
    bad = {fault.path[0] for fault in faults}
    return {key: value for key, value in given.items() if key not in bad}


def _fault(model: type[BaseModel], given: dict[str, Any], error: Any) -> Fault:
    cause = error.get("ctx", {}).get("error")
    path: KeyPath = (cause.key,) if isinstance(cause, KeyFault) else error["loc"]
    if path[-1:] == ("[key]",):  # pydantic's mark: the key is wrong, not the value
        path = path[:-1]
    value: Any = given
    for part in path:
        try:
            value = value[part]
        except (LookupError, TypeError):
            value = None
    secret = bool(path) and is_secret(model, str(path[0]))
    return Fault(path, show(value, secret=secret), in_plain_words(error))


def _unknown_table(name: str, value: object, known: list[str], names: list[str]) -> Fault:
    # The usual mistake is a key at the top of the file, outside its table.
    elsewhere = [full for full in names if full.rpartition(".")[2] == name]
    best = elsewhere[0] if elsewhere else nearest(name, known)
    what = "table" if isinstance(value, dict) else "key"
    return Fault((name,), show(value, secret=sounds_secret(name)), f"unknown {what}, nearest known name: {best}")


def _unknown_key(path: tuple[str, ...], value: object, known: list[str], names: list[str]) -> Fault:
    key, table = path[-1], ".".join(path[:-1])
    near = nearest(key, known)
    # The same key of another table is a surer guess than a similar one of this table; but not another service's.
    elsewhere = next((full for full in names if full.rpartition(".")[2] == key), "")
    is_surer = elsewhere and not elsewhere.startswith("service.")
    best = elsewhere if is_surer or (elsewhere and not is_like(key, near)) else f"{table}.{near}"
    secret = sounds_secret(key) or sounds_secret(best)
    what = "table" if isinstance(value, dict) else "key"
    return Fault(path, show(value, secret=secret), f"unknown {what}, nearest known name: {best}")


def _is_empty(table: BaseModel, key: str) -> bool:
    value: Any = table
    for part in key.split("."):
        value = value.get(part) if isinstance(value, dict) else getattr(value, part, None)
    return not (value.get_secret_value() if isinstance(value, SecretStr) else value)
