"""Settings of AI Studios (docs/vendors/aistudios.md 9)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from app.screens import EndReason
from app.settings.service import LiveKitRoomSettings
from app.settings.types import Duration, HttpUrl, Language, UrlPath

NAME = "aistudios"


class AistudiosSettings(LiveKitRoomSettings):
    """Table [service.aistudios]. Numbers in brackets are sections of docs/vendors/aistudios.md.

    Attributes:
        base_url: Host of all calls (2).
        app_id: Id of the app that the key belongs to (2.1).
        user_key: Key of the account; a secret (7).
        avatar_id: The avatar that appears (2.2).
        language: Language of the avatar for visitors who keep the kiosk's first language (2.2).
        system_prompt: Sent with the start call; "" for none (2.2).
        greeting: Spoken when the avatar appears; "" for none (2.2).
        conversation: Who listens to the visitor: "server" and "auto" are the service; "bridge" has no effect yet (4.3).
        duration_unit: Unit of the session's maximum in calls and answers (2.2).
        plan_max_s: Longest session of the plan, seconds (6).
        sole_key: No other kiosk or program uses this key, so a session that began although its answer was lost may be
            looked for in the list, and stopped (5).
        use_max_session_numbers: Has no effect yet (2.2).
        avatar_identity: Identity of the participant whose picture is taken; "": whoever has one (4.2).
        busy_codes: Codes of answers that mean "full" (3).
        credits_codes: Codes of answers that mean "used up" (3).
        end_reasons: What the service's words for an end mean (2.6, 5).
        token_path: Below base_url, like all paths; "{session_id}" is replaced by the session's id (2).
        start_path: See token_path.
        stop_path: See token_path.
        talk_path: See token_path.
        list_path: See token_path.
        detail_path: See token_path.
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
