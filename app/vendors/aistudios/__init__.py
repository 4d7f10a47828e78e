"""AI Studios by DeepBrain AI: the Interactive Avatar's v2 session API (docs/vendors/aistudios.md 1)."""

from __future__ import annotations

from app.vendors.aistudios.control import AistudiosControl
from app.vendors.aistudios.protocol import AistudiosProtocol
from app.vendors.aistudios.settings import NAME, AistudiosSettings
from app.vendors.base import Vendor

VENDOR = Vendor(
    name=NAME,
    settings=AistudiosSettings,
    media="livekit",
    control=AistudiosControl,
    protocol=AistudiosProtocol,
    required=("app_id", "user_key", "avatar_id"),
    answers_from_file=True,
    sells_credits=True,
)
