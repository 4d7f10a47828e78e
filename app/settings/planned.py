"""Settings of the services that have no file in `app.vendors` yet; each moves into its vendor's file with it.

Their tables are read and checked already, so that a settings file can be written ahead. Choosing one is a mistake.
"""

from __future__ import annotations

from pydantic import SecretStr

from app.settings.service import VendorSettings
from app.settings.types import HttpUrl, Language


class LiveavatarSettings(VendorSettings):
    """[service.liveavatar]."""

    base_url: HttpUrl = "https://api.liveavatar.com"
    api_key: SecretStr = SecretStr("")
    avatar_id: str = ""
    voice_id: str = ""
    context_id: str = ""
    language: Language = "en"


class BeySettings(VendorSettings):
    """[service.bey]: Beyond Presence."""

    base_url: HttpUrl = "https://api.bey.dev"
    api_key: SecretStr = SecretStr("")
    agent_id: str = ""


PLANNED: dict[str, type[VendorSettings]] = {
    "liveavatar": LiveavatarSettings,
    "bey": BeySettings,
}
