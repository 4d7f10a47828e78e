"""Settings of Convai (docs/vendors/convai.md 9)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, SecretStr

from app.settings.service import LiveKitRoomSettings
from app.settings.types import Duration, DurationOrZero, HttpUrl

NAME = "convai"
_WRAP_UP = "The visitor's time is nearly over. Say goodbye now, in one short and friendly sentence, and ask nothing."


class ConvaiSettings(LiveKitRoomSettings):
    """Table [service.convai]. Numbers in brackets are sections of docs/vendors/convai.md.

    Attributes:
        base_url: Host for sessions (2.1).
        api_url: Host for tokens and characters (2.1).
        api_key: Key of the account; a secret.
        character_id: The character that speaks.
        face: "visemes": the mouth follows the service's face data. "loudness": it follows the voice (4.7).
        face_provider: Which part of the service makes the face data (2.3, 4.7).
        face_fps: Frames per second of the animation stream of "neurosync" (4.7).
        emotion_provider: Which part of the service tells emotions; "" for none (2.3).
        auth: Credential of the create call: "key", or "token" for a short-lived token fetched with the key (2.2).
        llm_provider: Passed on as it is (2.3).
        vad_params: Passed on as it is (2.3).
        turn_detection_config: Passed on as it is (2.3).
        end_user: "random" sends a new random id for each visit, for characters with Long Term Memory (2.3, 7).
        client_ready_s: Seconds between two "client-ready" messages; 0 for never (4.4).
        ready_timeout_s: Seconds that the bot may need to come, and then to be ready (4.4); `visit.avatar_timeout_s`
            counts instead where it is not at its default.
        goodbye_s: Seconds to wait for the confirmation of the end in the room (5).
        orphan_s: Seconds by which the service itself has ended an abandoned session (5).
        data_topic: Topic of our messages; "" for none (4.3).
        wrap_up_text: Told to the character near the end of the visit; "" for nothing (4.6).
    """

    base_url: HttpUrl = "https://live.convai.com"
    api_url: HttpUrl = "https://api.convai.com"
    api_key: SecretStr = SecretStr("")
    character_id: str = ""
    face: Literal["visemes", "loudness"] = "visemes"
    face_provider: Literal["ovr", "neurosync"] = "ovr"
    face_fps: Duration = 60.0
    emotion_provider: Literal["", "nrclex", "llm"] = ""
    auth: Literal["key", "token"] = "key"
    llm_provider: str = "dynamic"
    vad_params: dict[str, Any] = Field(default_factory=dict)
    turn_detection_config: dict[str, Any] = Field(default_factory=dict)
    end_user: Literal["none", "random"] = "none"
    client_ready_s: DurationOrZero = 0.75
    ready_timeout_s: Duration = 45.0
    goodbye_s: DurationOrZero = 0.7
    orphan_s: Duration = 600.0
    data_topic: str = ""
    wrap_up_text: str = _WRAP_UP
