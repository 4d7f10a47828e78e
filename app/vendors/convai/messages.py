"""Convai's message format in the room: three inbound forms, one outbound (docs/vendors/convai.md 4.3)."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LABEL = "rtvi-ai"
MOST_BYTES = 400_000  # a chunk of the widest face frames takes about a tenth of this
_WRAPPER = "server-message"


@dataclass(frozen=True, slots=True)
class Message:
    """One inbound message, whatever form it came in.

    Attributes:
        type: The effective type, such as "bot-ready".
        data: The fields of the message.
    """

    type: str
    data: Mapping[str, Any]

    def text(self, name: str) -> str:
        """Return a text field; "" for anything else."""
        value = self.data.get(name)
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> float | None:
        """Return a numeric field; None for anything that is not a finite number."""
        return number(self.data.get(name))

    def is_true(self, name: str) -> bool:
        """Tell whether a field is exactly true."""
        return self.data.get(name) is True


def number(value: object) -> float | None:
    """Return a finite number as float; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        result = float(value)
    except OverflowError:
        return None
    return result if math.isfinite(result) else None


def read(payload: bytes) -> Message | None:
    """Return the message in a data packet; None where there is none (not JSON, another shape, far too large)."""
    if len(payload) > MOST_BYTES:
        return None
    try:
        outer = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    if not isinstance(outer, dict):
        return None
    inner = outer.get("data")
    fields = inner if isinstance(inner, dict) else outer
    kind = outer.get("type")
    if kind == _WRAPPER:
        kind = fields.get("type")
    return Message(kind, fields) if isinstance(kind, str) and kind != _WRAPPER else None


def written(kind: str, data: Mapping[str, Any], message_id: str) -> bytes:
    """Return an outbound message of type `kind`; `message_id` is a new UUID."""
    return json.dumps({"label": LABEL, "type": kind, "id": message_id, "data": data}, ensure_ascii=False).encode()
