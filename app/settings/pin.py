"""The staff PIN, kept only as a scrypt hash."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re

# One guess takes 32 MiB and about 0.1 s. There are only 10^4 PINs of four digits, so the real protection is the mode of
# the file: only the kiosk's user can read it.
_N, _R, _P, _BYTES = 2**15, 8, 1, 32
_MOST_MEMORY = 64 * 1024 * 1024
_FORM = re.compile(
    r"scrypt\$(\d{1,8})\$(\d{1,3})\$(\d{1,3})\$([A-Za-z0-9+/]{16,64}={0,2})\$([A-Za-z0-9+/]{16,128}={0,2})"
)


def is_pin(text: str) -> bool:
    """Tell whether this is a PIN: 4 to 12 digits."""
    return re.fullmatch(r"[0-9]{4,12}", text) is not None


def is_hash(text: str) -> bool:
    """Tell whether this is a hash made by `hash_pin`."""
    return _parts(text) is not None


def hash_pin(pin: str) -> str:
    """Return "scrypt$N$R$P$SALT$KEY" (salt and key in base64) for a PIN of 4 to 12 digits. Raises ValueError."""
    if not is_pin(pin):
        raise ValueError("a PIN has 4 to 12 digits")
    salt = os.urandom(16)
    key = hashlib.scrypt(pin.encode(), salt=salt, n=_N, r=_R, p=_P, dklen=_BYTES, maxmem=_MOST_MEMORY)
    return f"scrypt${_N}${_R}${_P}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


def check_pin(pin: str, hashed: str) -> bool:
    """Tell whether this PIN has this hash, in constant time; False for anything that is not a hash of ours.

    Takes about 0.1 s of CPU time: call it in a worker thread.
    """
    parts = _parts(hashed)
    if parts is None or not is_pin(pin):
        return False
    n, r, p, salt, key = parts
    try:
        found = hashlib.scrypt(pin.encode(), salt=salt, n=n, r=r, p=p, dklen=len(key), maxmem=_MOST_MEMORY)
    except ValueError:
        return False
    return hmac.compare_digest(found, key)


def _parts(hashed: str) -> tuple[int, int, int, bytes, bytes] | None:
    match = _FORM.fullmatch(hashed)
    if match is None:
        return None
    n, r, p = int(match[1]), int(match[2]), int(match[3])
    # Bounds, so that a settings file cannot make a PIN check take minutes or gigabytes.
    if n < 2 or n & (n - 1) or not 1 <= r <= 32 or not 1 <= p <= 16 or 128 * n * r > _MOST_MEMORY // 2:
        return None
    try:
        return n, r, p, base64.b64decode(match[4], validate=True), base64.b64decode(match[5], validate=True)
    except binascii.Error:
        return None
