"""Settings of any LiveKit agent behind a token endpoint (docs/vendors/livekit.md 9)."""

from __future__ import annotations

from pydantic import Field, SecretStr

from app.settings.service import LiveKitRoomSettings
from app.settings.types import Count, Duration, DurationOrZero, OptionalHttpUrl

NAME = "livekit"


class LiveKitSettings(LiveKitRoomSettings):
    """Table [service.livekit]. Numbers in brackets are sections of docs/vendors/livekit.md.

    Attributes:
        token_url: POST, LiveKit's standard shape (2.1).
        release_url: POST {"room_name"} when the visit ends; "" for none (2.3).
        availability_url: GET, JSON with the number `available`; 0 or less means busy, anything else means nothing
            certain; "" for none (2.3).
        headers: HTTP headers for all three calls; secrets.
        agent_name: Name of the agent for explicit dispatch; "" where an unnamed agent comes by itself (2.2).
        expect_video: The agent sends a picture (4.2).
        avatar_identity: Identity of an avatar worker that is not of kind AGENT; "" for none (4.1).
        interrupt_method: Remote procedure of the agent that interrupts it; "" for none (4.5).
        busy_statuses: HTTP statuses with which the endpoint says that it is full (3).
        credits_statuses: HTTP statuses with which the endpoint says that its quota is used up (3).
        departure_timeout_s: Seconds that the room stays open after everybody left; sent in `room_config` (2.1, 5).
        empty_timeout_s: Seconds that the room stays open while nobody came; sent in `room_config` (2.1).
        max_participants: Sent in `room_config`; agents are not counted, an avatar's worker may be (2.1).
            Of these three, 0 leaves the field out.
        require_vp8: Log a line for staff when the picture comes in another codec (4.3).
        plan_max_s: Longest session of the plan, seconds (6).
    """

    token_url: OptionalHttpUrl = ""
    release_url: OptionalHttpUrl = ""
    availability_url: OptionalHttpUrl = ""
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    agent_name: str = ""
    expect_video: bool = True
    avatar_identity: str = ""
    interrupt_method: str = ""
    busy_statuses: list[int] = Field(default=[429, 503])
    credits_statuses: list[int] = Field(default=[402])
    departure_timeout_s: DurationOrZero = 10.0
    empty_timeout_s: DurationOrZero = 30.0
    max_participants: Count = 2
    require_vp8: bool = False
    plan_max_s: Duration = 3600.0
