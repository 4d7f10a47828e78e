"""Takes secrets out of text that a log, a report or a staff hint may show."""

from __future__ import annotations

import re
from collections.abc import Iterable

# A LiveKit server repeats the whole token in the text of its refusal.
_TOKEN = re.compile(r"eyJ[\w-]{4,}(\.[\w-]*){0,2}")
_CREDENTIALS = re.compile(r"(?<=://)[^/\s@\"']+@")


def redact(text: str, secrets: Iterable[str] = (), most: int = 300) -> str:
    """Return `text` without tokens, passwords in addresses, or any of `secrets`; `most` characters, one line."""
    for secret in secrets:
        if len(secret) > 3:  # shorter ones would blank out ordinary words
            text = text.replace(secret, "***")
    text = _CREDENTIALS.sub("***@", _TOKEN.sub("***", text))
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
