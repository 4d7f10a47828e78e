"""The body of a create call, with whatever a site adds to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def merged(body: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return `body` with the setting `extra` laid over it; tables are merged, everything else is replaced."""
    result = dict(body)
    for key, value in extra.items():
        own = result.get(key)
        result[key] = merged(own, value) if isinstance(own, dict) and isinstance(value, Mapping) else value
    return result
