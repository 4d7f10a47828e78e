"""Settings of the services that have no file in `app.vendors` yet; each moves into its vendor's file with it.

Their tables are read and checked already, so that a settings file can be written ahead. Choosing one is a mistake.
"""

from __future__ import annotations

from pydantic import SecretStr

from app.settings.types import Duration, DurationOrZero, HttpUrl, Language
from app.vendors.base import VendorSettings


class TavusSettings(VendorSettings):
    """[service.tavus]. face_id and pal_id are its newer words for replica_id and persona_id."""

    base_url: HttpUrl = "https://tavusapi.com"
    api_key: SecretStr = SecretStr("")
    replica_id: str = ""
    face_id: str = ""
    persona_id: str = ""
    pal_id: str = ""
    conversational_context: str = ""
    custom_greeting: str = ""
    max_call_duration_s: DurationOrZero = 0.0
    participant_left_timeout_s: Duration = 15.0
    participant_absent_timeout_s: Duration = 45.0
    private_room: bool = True
    plan_max_s: Duration = 3600.0


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
    "tavus": TavusSettings,
    "liveavatar": LiveavatarSettings,
    "bey": BeySettings,
}
