"""The one place that removes secrets from text: for every log handler, and for error texts that are kept or shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

HIDDEN = "***"

# A word that names a secret, as header, key or query parameter, in any spelling: X-Api-Key, apiKey, access_token.
_NAMES = r"[\w.-]*(?:authorization|api[_-]?key|key|token|secret|passw(?:or)?d|credential|signature|cookie|pin)"
# A LiveKit server repeats the whole token in the text of its refusal; a log may have cut it off.
_JWT = re.compile(r"eyJ[\w-]{4,}(?:\.[\w-]*){0,2}")
_URL_USER = re.compile(r"(?<=://)[^\s/?#@\"'<>]+@")
_HEADER = re.compile(r"\b((?:proxy-)?authorization|(?:set-)?cookie)(\s*:\s*)[^\r\n\"']+", re.IGNORECASE)
_SCHEME = re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{4,}", re.IGNORECASE)
_QUERY = re.compile(rf"([?&;]{_NAMES}=)[^\s&;#\"'<>]+", re.IGNORECASE)
_QUOTED = re.compile(rf"((?<![\w.-]){_NAMES}[\"']?\s*[:=]\s*(?:b?SecretStr\()?)([\"'])(?:(?!\2).)+\2", re.IGNORECASE)
_PLAIN = re.compile(rf"((?<![\w.-]){_NAMES}\s*[:=]\s*)(?![\"'{{\[(*])[^\s,;)}}\]]+", re.IGNORECASE)

_SHORTEST = 4  # characters; hiding a shorter secret would hide ordinary words


def redact(text: str) -> str:
    """Return the text without the tokens, keys, passwords and credentials in addresses that their form reveals."""
    text = _JWT.sub(HIDDEN, text)
    text = _URL_USER.sub(f"{HIDDEN}@", text)
    text = _HEADER.sub(rf"\1\2{HIDDEN}", text)
    text = _SCHEME.sub(rf"\1 {HIDDEN}", text)
    text = _QUERY.sub(rf"\1{HIDDEN}", text)
    text = _QUOTED.sub(rf"\1\2{HIDDEN}\2", text)
    return _PLAIN.sub(rf"\1{HIDDEN}", text)


class Redactor:
    """Redacts by form and by known values. Call `learn` whenever settings were read. Safe on any thread."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._known: re.Pattern[str] | None = None
        self._values: frozenset[str] = frozenset()
        self.learn(values)

    def learn(self, values: Iterable[str]) -> None:
        """Add secret values; those added before stay."""
        new = {value for value in values if len(value) >= _SHORTEST}
        self._values |= new | {quote(value, safe="") for value in new}
        longest_first = sorted(self._values, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def __call__(self, text: str) -> str:
        """Return the text without any secret."""
        known = self._known
        return redact(known.sub(HIDDEN, text) if known else text)
