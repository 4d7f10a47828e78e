"""Convai as drills see it; media run on a real server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tests.drills import answers
from tests.drills.service import (
    CANARY,
    WRONG_SECRET,
    Break,
    DrilledService,
    JoinFault,
    MediaFault,
    intrude,
    set_for_now,
)
from tests.rigs.livekit_server import LiveKitServer
from tests.vendors.convai_service import CHARACTER, ConvaiService
from tests.vendors.emulator import Account
from tests.vendors.livekit_media_server import LiveKitMediaServer


class Convai(DrilledService):
    """Convai: a voice and mouth shapes, no picture."""

    name = "convai"
    create = "POST /connect "
    stop = "/disconnect"
    handed = frozenset({"session_id", "token", "room_name", "character_session_id", "apiAuthToken"})
    by_stop = frozenset({"disconnect", "kill-pipeline"})  # the stop call, and the word in the room before it
    refusals = answers.CONVAI
    bad_stops = answers.CONVAI_STOPS

    async def start(self, server: LiveKitServer) -> None:
        self.key = CANARY
        self._server = LiveKitMediaServer(server)
        self.emulator = self.service = ConvaiService(self._server)
        self.emulator.accounts = {CANARY: Account(CANARY)}
        await self.emulator.start()

    async def close(self) -> None:
        await super().close()
        await self._server.close()

    def table(self) -> Mapping[str, Any]:
        url = self.emulator.url
        table = {"base_url": url, "api_url": url, "api_key": self.key, "character_id": CHARACTER}
        return table | ({"orphan_s": 6} if self.is_hurried else {})

    def hurry(self) -> None:
        super().hurry()
        self.service.knobs.join_timeout_s = 6.0

    def linger(self) -> None:
        self.service.knobs.lingers = True

    def join_faults(self) -> dict[str, JoinFault]:
        def plays(**script: Any) -> Callable[[], Callable[[], object]]:
            return lambda: set_for_now(self.service, script=replace(self.service.script, **script))

        return {
            "nobody comes": JoinFault(plays(joins=False), "farewell"),
            "never ready": JoinFault(plays(ready="never", greeting=""), "farewell", creates=1),
            "token is refused": JoinFault(
                lambda: set_for_now(self._server, secret=WRONG_SECRET), "unavailable", "auth"
            ),
        }

    def visitor_is_in(self) -> bool:
        return bool(self.emulator.sessions) and self.emulator.sessions[-1].joined_at is not None

    def breaks(self) -> dict[str, Break]:
        bot, session = self.service.bot, self.emulator.sessions[-1]

        async def close(kind: str = "", form: str = "A", **data: Any) -> None:
            if kind:
                bot.tell(kind, form, **data)
            self.emulator.end(session, "by the service")

        idle = {"kind": "session-ending", "form": "B", "reason": "idle_timeout"}
        return {
            "room is closed": Break(close, "room_closed"),
            "idle": Break(lambda: close(**idle), "vendor_idle"),
            "fatal error": Break(lambda: close("error", error="text", fatal=True), "error"),
            "usage limit": Break(
                lambda: close("usage-limit-reached", "B", quota_type="minutes"), "out_of_credits", "credits"
            ),
        }

    def media_faults(self) -> dict[str, MediaFault]:
        bot, session = self.service.bot, self.emulator.sessions[-1]

        async def be_silent() -> None:
            bot.tell("bot-started-speaking", "B")

        return {
            "voice is dead": MediaFault(be_silent),
            "agent leaves": MediaFault(bot.step_out, "avatar_left"),
            "somebody takes its name": MediaFault(
                lambda: intrude(self._server, session, bot.actor), "duplicate_identity"
            ),
        }

    def avatar_says(self, text: str) -> None:
        self.service.script = replace(self.service.script, greeting=text)
