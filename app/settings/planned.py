"""Settings of the services that have no package in `app.vendors` yet; each moves into its package when that is built.

Their tables are already read and checked, so that a settings file can be prepared. Choosing one is a mistake.
"""

from __future__ import annotations

from pydantic import SecretStr

from app.settings.service import VendorSettings
from app.settings.types import HttpUrl, Language


class LiveavatarSettings(VendorSettings):
    """Table [service.liveavatar].

    Attributes:
        base_url: Host of all calls.
        api_key: Key of the account; a secret.
        avatar_id: The avatar that appears.
        voice_id: Its voice.
        context_id: What it knows and how it speaks.
        language: Code of its language.
    """

    base_url: HttpUrl = "https://api.liveavatar.com"
    api_key: SecretStr = SecretStr("")
    avatar_id: str = ""
    voice_id: str = ""
    context_id: str = ""
    language: Language = "en"


class BeySettings(VendorSettings):
    """Table [service.bey]: Beyond Presence.

    Attributes:
        base_url: Host of all calls.
        api_key: Key of the account; a secret.
        agent_id: The agent that appears.
    """

    base_url: HttpUrl = "https://api.bey.dev"
    api_key: SecretStr = SecretStr("")
    agent_id: str = ""


PLANNED: dict[str, type[VendorSettings]] = {
    "liveavatar": LiveavatarSettings,
    "bey": BeySettings,
}
