"""Adds the setting `extra` of a site to the body of a create call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def merged(body: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return `body` with `extra` merged into it: tables are merged key by key, every other value is replaced."""
    result = dict(body)
    for key, value in extra.items():
        own = result.get(key)
        result[key] = merged(own, value) if isinstance(own, dict) and isinstance(value, Mapping) else value
    return result
