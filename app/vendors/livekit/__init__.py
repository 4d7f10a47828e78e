"""Any LiveKit agent behind a token endpoint of LiveKit's standard shape (docs/vendors/livekit.md)."""

from __future__ import annotations

from app.vendors.base import Vendor
from app.vendors.livekit.control import LiveKitControl
from app.vendors.livekit.protocol import LiveKitProtocol
from app.vendors.livekit.settings import NAME, LiveKitSettings

VENDOR = Vendor(
    name=NAME,
    settings=LiveKitSettings,
    media="livekit",
    control=LiveKitControl,
    protocol=LiveKitProtocol,
    required=("token_url",),
)
