"""Settings of AI Studios (docs/vendors/aistudios.md 9)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from app.screens import EndReason
from app.settings.service import LiveKitRoomSettings
from app.settings.types import Duration, HttpUrl, Language, UrlPath

NAME = "aistudios"


class AistudiosSettings(LiveKitRoomSettings):
    """[service.aistudios]. plan_max_s: the plan's longest session.

    language: what the avatar speaks with visitors who keep the kiosk's first language. conversation: who listens to the
    visitor; "server" is the service, and so is "auto". sole_key: no other kiosk or program uses this key, so a session
    that began although its answer was lost may be looked for, and stopped. busy_codes, credits_codes: of the service's
    answers. end_reasons: what the service's words for an end mean, in ours. avatar_identity: of the participant whose
    picture to take, "": whoever has one. *_path: below base_url; {session_id} stands for the session's.
    """

    base_url: HttpUrl = "https://ai-streamer.deepbrain.io"
    app_id: str = ""
    user_key: SecretStr = SecretStr("")
    avatar_id: str = ""
    language: Language = "en"
    system_prompt: str = ""
    greeting: str = ""
    conversation: Literal["server", "bridge", "auto"] = "auto"
    duration_unit: Literal["minutes", "seconds"] = "minutes"
    plan_max_s: Duration = 1200.0
    sole_key: bool = False
    use_max_session_numbers: bool = True
    avatar_identity: str = ""
    busy_codes: list[str] = Field(default=["4290"])
    credits_codes: list[str] = Field(default=[])
    end_reasons: dict[str, EndReason] = Field(default={})
    token_path: UrlPath = "/api/v2/sessions/token"  # noqa: S105  # reason: an address
    start_path: UrlPath = "/api/v2/sessions/start"
    stop_path: UrlPath = "/api/v2/sessions/stop"
    talk_path: UrlPath = "/api/v2/sessions/{session_id}/talk"
    list_path: UrlPath = "/api/v2/sessions"
    detail_path: UrlPath = "/api/v2/sessions/{session_id}"
