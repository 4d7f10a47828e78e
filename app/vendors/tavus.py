"""Tavus, Conversational Video Interface: a replica with picture, voice and words in a Daily room (vendors/tavus.md)."""

from __future__ import annotations

from typing import cast

from app.vendors.base import Control, SessionInfo, Vendor, VendorContext, VendorProtocol
from app.vendors.tavus_control import NAME, TavusControl
from app.vendors.tavus_protocol import TavusProtocol
from app.vendors.tavus_settings import TavusSettings


def _build(context: VendorContext) -> Control:
    return TavusControl(context)


def _protocol(control: Control, session: SessionInfo, settings: TavusSettings) -> VendorProtocol:
    return TavusProtocol(cast("TavusControl", control), session, settings)


VENDOR = Vendor(
    name=NAME,
    settings=TavusSettings,
    media="daily",
    build=_build,
    protocol=_protocol,
    required=("api_key", ("replica_id", "face_id", "persona_id", "pal_id")),
)
