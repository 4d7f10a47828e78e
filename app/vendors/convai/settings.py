"""Settings of Convai (docs/vendors/convai.md 9)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, SecretStr

from app.settings.service import LiveKitRoomSettings
from app.settings.types import Duration, DurationOrZero, HttpUrl

NAME = "convai"
_WRAP_UP = "The visitor's time is nearly over. Say goodbye now, in one short and friendly sentence, and ask nothing."


class ConvaiSettings(LiveKitRoomSettings):
    """[service.convai].

    face: "visemes" where the mouth follows the service's face data, "loudness" where it follows the voice.
    face_provider: who makes that data. face_fps: frames a second of the animation stream. emotion_provider: "" for
    none. auth: "key", or "token" for a short-lived one fetched with the key. end_user: "random" names each visitor
    anew, for characters that demand it. client_ready_s: how often "client-ready" is said; 0 for never.
    ready_timeout_s: no sign of life after the join for so long is a failed start. goodbye_s: wait for the end's
    confirmation in the room. orphan_s: the service itself has ended an abandoned session by then. data_topic: of our
    messages. wrap_up_text: told to the character near the end, "" for nothing. vad_params, turn_detection_config:
    passed on as they are.
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
    ready_timeout_s: Duration = 25.0
    goodbye_s: DurationOrZero = 0.7
    orphan_s: Duration = 600.0
    data_topic: str = ""
    wrap_up_text: str = _WRAP_UP
