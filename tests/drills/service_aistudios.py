"""AI Studios as drills see it; media run on a real server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from tests.drills import answers
from tests.drills.service import (
    CANARY,
    NEW_SIZE,
    WRONG_SECRET,
    Break,
    DrilledService,
    JoinFault,
    MediaFault,
    intrude,
    set_for_now,
)
from tests.rigs.livekit_server import LiveKitServer
from tests.vendors.agent_media import AgentLook
from tests.vendors.aistudios_service import APP, AVATAR, AistudiosService, App
from tests.vendors.livekit_media_server import LiveKitMediaServer


class Aistudios(DrilledService):
    """AI Studios. sole: the kiosk may take the account for its own."""

    sole = False

    name = "aistudios"
    create = "/sessions/start "
    stop = "/sessions/stop "
    handed = frozenset({"session_token", "session_id", "token", "room_name", "voice_id"})
    by_stop = frozenset({"USER_CLOSED", "TIMEOUT", "ERROR"})  # the stop call's own words
    refusals = answers.AISTUDIOS
    bad_stops = answers.AISTUDIOS_STOPS

    async def start(self, server: LiveKitServer) -> None:
        self.key = CANARY
        self._server = LiveKitMediaServer(server)
        self.emulator = self.service = AistudiosService(self._server, accounts=[App(CANARY)])
        await self.emulator.start()

    async def close(self) -> None:
        await super().close()
        await self._server.close()

    def table(self) -> Mapping[str, Any]:
        table = {"base_url": self.emulator.url, "app_id": APP, "user_key": self.key, "avatar_id": AVATAR}
        return (
            table
            | ({"duration_unit": "seconds"} if self.is_hurried else {})
            | ({"sole_key": True} if self.sole else {})
        )

    def hurry(self) -> None:
        super().hurry()
        self.service.knobs.unit, self.service.knobs.plan_max = "seconds", 40

    def linger(self) -> None:
        """They always do."""

    def expire(self) -> None:
        self.service.forget_tokens()

    def join_faults(self) -> dict[str, JoinFault]:
        def plays(**script: Any) -> Callable[[], Callable[[], object]]:
            return lambda: set_for_now(self.service, script=replace(self.service.script, **script))

        return {
            "nobody comes": JoinFault(plays(joins=False), "farewell"),
            "no picture": JoinFault(plays(look=None), "farewell", creates=1),
            "token is refused": JoinFault(
                lambda: set_for_now(self._server, secret=WRONG_SECRET), "unavailable", "auth"
            ),
            "H.264 only": JoinFault(plays(look=AgentLook(codec="h264")), "live", creates=1),
        }

    def visitor_is_in(self) -> bool:
        avatars = list(self.service.avatars.values())
        return bool(avatars) and avatars[-1].actor is not None and avatars[-1].actor.heard_s > 0

    def breaks(self) -> dict[str, Break]:
        def end(word: str) -> Callable[[], Awaitable[object]]:
            async def happens() -> None:
                self.emulator.end(self.emulator.sessions[-1], word)

            return happens

        return {
            "its longest": Break(end("MAX_DURATION"), "vendor_max_duration"),
            "stopped by somebody": Break(end("USER_CLOSED"), "room_closed"),
            "credits used up": Break(end("CREDIT_EXHAUSTED"), "out_of_credits", "credits"),
        }

    def media_faults(self) -> dict[str, MediaFault]:
        session, actor = self.emulator.sessions[-1], self.service.avatar.actor

        async def stall() -> None:
            actor.freeze(True)

        async def grow() -> None:
            actor.resize(*NEW_SIZE)

        return {
            "picture changes its size": MediaFault(grow, shows=NEW_SIZE),
            "picture stands still": MediaFault(stall, "network"),
            "agent leaves": MediaFault(actor.leave, "avatar_left"),
            "somebody takes its name": MediaFault(lambda: intrude(self._server, session, actor), "duplicate_identity"),
        }

    def avatar_says(self, text: str) -> None:
        """It sends no words."""
