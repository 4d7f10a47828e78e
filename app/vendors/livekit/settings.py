"""Settings of any LiveKit agent behind a token endpoint (docs/vendors/livekit.md 9)."""

from __future__ import annotations

from pydantic import Field, SecretStr

from app.settings.service import LiveKitRoomSettings
from app.settings.types import Count, Duration, DurationOrZero, OptionalHttpUrl

NAME = "livekit"


class LiveKitSettings(LiveKitRoomSettings):
    """[service.livekit].

    token_url: POST, standard shape. release_url: POST {"room_name"} when the visit ends, "" for none.
    availability_url: GET, JSON with the number `available`; 0 is taken for busy, anything else for a maybe. headers go
    with all three. agent_name: explicit dispatch. interrupt_method: a remote procedure of the agent, "" for none.
    busy_statuses, credits_statuses: what the operator's endpoint answers when it is full, or out of quota.
    departure_timeout_s, empty_timeout_s, max_participants: asked for in `room_config`; 0 leaves the field out.
    require_vp8: the staff are told when the picture comes in another codec.
    """

    token_url: OptionalHttpUrl = ""
    release_url: OptionalHttpUrl = ""
    availability_url: OptionalHttpUrl = ""
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    agent_name: str = ""
    expect_video: bool = True
    interrupt_method: str = ""
    busy_statuses: list[int] = Field(default=[429, 503])
    credits_statuses: list[int] = Field(default=[402])
    departure_timeout_s: DurationOrZero = 10.0
    empty_timeout_s: DurationOrZero = 30.0
    max_participants: Count = 2  # agents are not counted; an avatar's worker may be
    require_vp8: bool = False
    plan_max_s: Duration = 3600.0
