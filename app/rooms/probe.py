"""Checks for the self-test whether the media libraries work here; they need no network, device or event loop."""

from __future__ import annotations

import importlib.util

from app.findings import Finding


def media_library() -> str:
    """Load the native library, convert a picture with it, and return its version.

    Importing the SDK alone proves nothing: it loads its native part at first use.

    Raises:
        ImportError: The library does not load.
        RuntimeError: It converts colours wrongly.
    """
    from livekit import rtc

    side = 16
    white = rtc.VideoFrame(side, side, rtc.VideoBufferType.I420, bytes([235]) * side**2 + bytes([128]) * (side**2 // 2))
    shown = bytes(white.convert(rtc.VideoBufferType.BGRA).data[:4])
    if min(shown) < 250:
        raise RuntimeError("the media library converts colours wrongly")
    return f"livekit {rtc.__version__}"


def daily_library() -> list[Finding]:
    """Load and start the library of Daily's rooms. That it is not installed is no fault.

    Raises:
        ImportError: It is installed and does not load.
    """
    if importlib.util.find_spec("daily") is None:
        return [Finding("Daily library", None, 'not installed: Tavus alone needs it, the extra "tavus" brings it')]
    from app.rooms.daily.room import library_version

    return [Finding("Daily library", True, library_version())]
