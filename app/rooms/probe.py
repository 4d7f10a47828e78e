"""The self-test's question whether the media library really works here; needs no network, device or event loop."""

from __future__ import annotations


def media_library() -> str:
    """Load the native library, convert a picture with it, and return its version. Raises ImportError or RuntimeError.

    Importing the SDK alone proves nothing: it loads its native part at first use.
    """
    from livekit import rtc

    side = 16
    white = rtc.VideoFrame(side, side, rtc.VideoBufferType.I420, bytes([235]) * side**2 + bytes([128]) * (side**2 // 2))
    shown = bytes(white.convert(rtc.VideoBufferType.BGRA).data[:4])
    if min(shown) < 250:
        raise RuntimeError("the media library converts colours wrongly")
    return f"livekit {rtc.__version__}"
