"""Messages in a room with a LiveKit agent (docs/vendors/livekit.md 4)."""

from __future__ import annotations

from app.vendors.agents_protocol import AgentsProtocol
from app.vendors.base import VendorControl
from app.vendors.livekit.settings import LiveKitSettings
from app.vendors.session import SessionInfo


class LiveKitProtocol(AgentsProtocol):
    """The conventions of LiveKit Agents, with the options of [service.livekit]."""

    def __init__(self, control: VendorControl, session: SessionInfo, settings: LiveKitSettings) -> None:
        super().__init__(
            expect_video=settings.expect_video,
            interrupt_method=settings.interrupt_method,
            codec="video/vp8" if settings.require_vp8 else "",
            agent_hint=session.avatar_identity_hint,
            worker_identity=settings.avatar_identity,
        )
