"""The types of values in settings. A wrong value raises ValueError: what is wrong, and what is allowed."""

from __future__ import annotations

import ipaddress
import math
import re
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, SecretStr

from app.settings.pin import is_hash


class KeyFault(ValueError):
    """A mistake that only the check of a whole table finds, although one key has to change.

    Args:
        key: The key to change.
        text: What is wrong, and what is allowed.
    """

    def __init__(self, key: str, text: str) -> None:
        super().__init__(text)
        self.key = key


_LOOPBACK_NAMES = frozenset({"localhost", "localhost."})


def _number(value: object, allowed: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"not a number, allowed: {allowed}")
    if not math.isfinite(value):
        raise ValueError(f"not a finite number, allowed: {allowed}")
    return float(value)


def _positive(value: object) -> float:
    allowed = "any positive number"
    number = _number(value, allowed)
    if number <= 0:
        raise ValueError(f"not above 0, allowed: {allowed}")
    return number


def _not_negative(value: object) -> float:
    allowed = "0 or any positive number"
    number = _number(value, allowed)
    if number < 0:
        raise ValueError(f"below 0, allowed: {allowed}")
    return number


def _part(value: object) -> float:
    allowed = "a number from 0 to 1"
    number = _number(value, allowed)
    if not 0 <= number <= 1:
        raise ValueError(f"out of range, allowed: {allowed}")
    return number


def _count(value: object) -> int:
    allowed = "0 or any positive whole number"
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"not a whole number, allowed: {allowed}")
    if value < 0:
        raise ValueError(f"below 0, allowed: {allowed}")
    return value


def url_fault(text: str, schemes: tuple[str, ...]) -> str | None:
    """Return what is wrong with this address, and what is allowed; None: nothing is wrong."""
    allowed = "allowed: " + " or ".join(f"{scheme}://HOST" for scheme in schemes) + ", with port and path if needed"
    if not text.isprintable() or " " in text or "\\" in text:
        return f"not an address, {allowed}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return f"not an address, {allowed}"
    if parts.scheme not in schemes or not text.lower().startswith(f"{parts.scheme}://"):
        return f"not such an address, {allowed}"
    if not host or port == 0:
        return f"no host or a wrong port in it, {allowed}"
    if "http" in parts.scheme and "@" in parts.netloc:
        return f"a name or password in it would be shown, {allowed}; credentials go into a header or key"
    return None


def _http_url(text: str) -> str:
    if fault := url_fault(text, ("https", "http")):
        raise ValueError(fault)
    return text


def _http_url_or_empty(text: str) -> str:
    return _http_url(text) if text else text


def _redis_url(text: str) -> str:
    if text and (fault := url_fault(text, ("redis", "rediss"))):
        raise ValueError(fault)
    return text


def _mqtt_url(text: str) -> str:
    if text and (fault := url_fault(text, ("mqtt", "mqtts"))):
        raise ValueError(fault)
    return text


def is_loopback(host: str) -> bool:
    """Tell whether this host name or address is this machine, without asking the network."""
    if host.lower() in _LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def split_listen(text: str) -> tuple[str, int]:
    """Return host and port of "HOST:PORT" or "[IPV6]:PORT". Raises ValueError: what is wrong, what is allowed."""
    allowed = 'allowed: HOST:PORT, for example "127.0.0.1:9464" or "[::1]:9464", with a port from 1 to 65535'
    match = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})", text, re.ASCII)
    if match is None or not 1 <= int(match[2]) <= 65535:
        raise ValueError(f"not an address to listen on, {allowed}")
    host = match[1].strip("[]")
    if match[1].startswith("["):
        try:
            ipaddress.IPv6Address(host)
        except ValueError:
            raise ValueError(f"not an address to listen on, {allowed}") from None
    return host, int(match[2])


def _listen(text: str) -> str:
    if text:
        split_listen(text)
    return text


def _timezone(name: str) -> str:
    if name:
        try:
            ZoneInfo(name)
        except (LookupError, ValueError, OSError):
            raise ValueError('unknown time zone, allowed: an IANA name such as "Europe/Vienna", or ""') from None
    return name


def _hash_or_empty(pin: SecretStr) -> SecretStr:
    if pin.get_secret_value() and not is_hash(pin.get_secret_value()):
        raise ValueError('not a hashed PIN, allowed: the hash that "avatar-kiosk setup" makes, never the PIN itself')
    return pin


def _pattern(expression: str, wrong: str) -> AfterValidator:
    compiled = re.compile(expression, re.ASCII)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError(wrong)
        return text

    return AfterValidator(check)


Duration = Annotated[float, BeforeValidator(_positive)]
"""Seconds, any positive finite number."""

DurationOrZero = Annotated[float, BeforeValidator(_not_negative)]
"""Seconds, 0 included."""

Amount = Annotated[float, BeforeValidator(_not_negative)]
"""Minutes, credits and the like, 0 included."""

Count = Annotated[int, BeforeValidator(_count)]
"""A whole number, 0 included."""

Part = Annotated[float, BeforeValidator(_part)]
"""A number from 0 to 1."""

HttpUrl = Annotated[str, AfterValidator(_http_url)]
"""An http or https address with a host; never empty."""

OptionalHttpUrl = Annotated[str, AfterValidator(_http_url_or_empty)]
"""An http or https address with a host, or "" for none."""

UrlPath = Annotated[str, _pattern(r"/[!-~]*", 'not a path, allowed: one that begins with "/" and has no spaces')]
"""What follows the host in an address."""

OptionalRedisUrl = Annotated[str, AfterValidator(_redis_url)]
"""A redis or rediss address, or "" for none."""

OptionalMqttUrl = Annotated[str, AfterValidator(_mqtt_url)]
"""An mqtt or mqtts address, or "" for none."""

OptionalListenAddress = Annotated[str, AfterValidator(_listen)]
"""An address to listen on, "HOST:PORT" or "[IPV6]:PORT", or "" for off."""

OptionalTimeZone = Annotated[str, AfterValidator(_timezone)]
"""A time zone by its IANA name, or "" for the system's."""

OptionalPinHash = Annotated[SecretStr, AfterValidator(_hash_or_empty)]
"""A scrypt hash of a PIN, or "" for none."""

_LANGUAGE = r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*"


def is_language(given: object) -> bool:
    """Tell whether this is a language's code."""
    return isinstance(given, str) and re.fullmatch(_LANGUAGE, given, re.ASCII) is not None


Language = Annotated[str, _pattern(_LANGUAGE, 'not a language, allowed: its code, for example "en" or "pt-BR"')]
"""A language by its code."""

Identifier = Annotated[
    str, _pattern(r"[A-Za-z0-9-]{1,64}", 'not a usable name, allowed: letters, digits and "-", 64 at most')
]
"""Letters, digits and "-"."""

OptionalClockTime = Annotated[
    str, _pattern(r"(([01][0-9]|2[0-3]):[0-5][0-9])?", 'not a time, allowed: "HH:MM", or "" for off')
]
"""Time of day as "HH:MM", or "" for off."""

OpenRange = Annotated[
    str,
    _pattern(
        r"([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)",
        'not an opening time, allowed: "HH:MM-HH:MM"',
    ),
]
"""Opening time as "HH:MM-HH:MM"; one that ends before it begins continues into the next day."""
