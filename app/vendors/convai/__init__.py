"""Convai's live API: voice and face data in a LiveKit room, no picture (docs/vendors/convai.md 1)."""

from __future__ import annotations

from app.vendors.base import Vendor
from app.vendors.convai.control import ConvaiControl
from app.vendors.convai.protocol import ConvaiProtocol
from app.vendors.convai.settings import NAME, ConvaiSettings

VENDOR = Vendor(
    name=NAME,
    settings=ConvaiSettings,
    media="livekit",
    control=ConvaiControl,
    protocol=ConvaiProtocol,
    required=("api_key", "character_id"),
)
