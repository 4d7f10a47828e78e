"""Tavus, Conversational Video Interface: a replica with picture, voice and captions (docs/vendors/tavus.md 1)."""

from __future__ import annotations

from app.vendors.base import Vendor
from app.vendors.tavus.control import TavusControl
from app.vendors.tavus.protocol import TavusProtocol
from app.vendors.tavus.settings import NAME, TavusSettings

VENDOR = Vendor(
    name=NAME,
    settings=TavusSettings,
    media="daily",
    control=TavusControl,
    protocol=TavusProtocol,
    required=("api_key", ("replica_id", "face_id", "persona_id", "pal_id")),
)
