"""The services as drills see them: one class each around its emulator; a new service is one class here.

Media run on a real LiveKit server, or on the stand-in of Daily's library.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tests.drills.service import CANARY, MediaFault, Refusal, Service
from tests.end.conftest import ROOT
from tests.rigs.livekit_server import LiveKitServer
from tests.vendors.emulator import Account


class LiveKit(Service):
    """Any LiveKit agent behind a token endpoint. Steer it by `emulator.agent` and `emulator.next_script`."""

    name = "livekit"
    create = "/token"
    stop = "/release"
    knows_orphans = True
    absence = "waiting"  # silence is how a full service looks
    handed = frozenset({"participant_token"})
    by_stop = frozenset({"released"})
    means_stopped = frozenset({200, 404, 410})
    takes_slot_at_create = False
    refusals = (
        Refusal(429, {"message": "all agents are busy"}, "waiting"),
        Refusal(503, {"message": "all agents are busy"}, "waiting"),
        Refusal(402, {"message": "quota"}, "unavailable", "credits"),
        Refusal(401, {"message": "unknown kiosk"}, "unavailable", "auth"),
        Refusal(403, "<html>Forbidden</html>", "unavailable", "auth"),
        Refusal(400, {"error": "field room_config is not allowed"}, "unavailable", "config"),
        Refusal(404, None, "unavailable", "config"),
        Refusal(500, "<html>Bad gateway</html>", "farewell"),
        Refusal(200, "<html>Welcome to the museum's WLAN</html>", "farewell"),
        Refusal(200, {}, "farewell"),
    )

    async def start(self, server: LiveKitServer) -> None:
        from tests.vendors.agent import Script
        from tests.vendors.livekit_endpoint import ACCOUNT, Knobs, LiveKitEndpoint

        self.key = ACCOUNT
        self._server = server
        self.script = Script(greeting="Hello, I am the guide.")
        # With "silent" a full service would be known by an empty room only, after half a minute.
        knobs = Knobs(full="429")
        self.emulator = self.endpoint = LiveKitEndpoint(server, script=lambda: self.script, knobs=knobs, key=CANARY)
        await self.emulator.start()

    def table(self) -> Mapping[str, Any]:
        url = self.emulator.url
        return {
            "token_url": f"{url}/token", "release_url": f"{url}/release", "headers": {"X-Kiosk-Key": CANARY},
            "interrupt_method": "interrupt",
        }  # fmt: skip

    def linger(self) -> None:
        self.script = replace(self.script, leaves_after_visitor=False)
        self.endpoint.knobs.departure_timeout_s = 300

    def keep_away(self) -> None:
        self.endpoint.knobs.never = True

    def visitor_is_in(self) -> bool:
        return self.emulator.agent is not None and bool(self.emulator.agent.linked)

    async def break_off(self) -> None:
        await self._server.delete(self.emulator.visits[-1].room)

    def media_faults(self) -> dict[str, MediaFault]:
        agent = self.emulator.agent

        async def stall() -> None:
            agent.camera.frozen = True

        return {
            "picture stands still": MediaFault(stall, frozenset({"network"})),
            "voice is dead": MediaFault(lambda: agent.state("speaking"), frozenset()),
            "agent leaves": MediaFault(agent.leave, frozenset({"avatar_left", "room_closed"})),
        }

    def avatar_says(self, text: str) -> None:
        self.script = replace(self.script, greeting=text)

    def revoke(self) -> Callable[[], None]:
        self.endpoint._key = "another"
        return lambda: setattr(self.endpoint, "_key", CANARY)


class Convai(Service):
    """Convai: a voice and mouth shapes, no picture."""

    name = "convai"
    create = "POST /connect "
    stop = "/disconnect"
    handed = frozenset({"session_id", "token", "room_name", "character_session_id", "apiAuthToken"})
    by_stop = frozenset({"disconnect"})
    means_stopped = frozenset({200, 404, 405})
    refusals = (
        Refusal(429, {"detail": "Too many live sessions for this plan"}, "waiting"),
        Refusal(401, {"detail": "Invalid API key"}, "unavailable", "auth"),
        Refusal(400, {"detail": "Invalid character_id"}, "unavailable", "config"),
        Refusal(500, "<html>Internal Server Error</html>", "farewell"),
        Refusal(503, {"detail": "no capacity"}, "farewell"),
        Refusal(200, {"session_id": "x"}, "farewell"),
    )

    async def start(self, server: LiveKitServer) -> None:
        from tests.vendors.convai_service import ConvaiService
        from tests.vendors.livekit_hall import LiveKitHall

        self.key = CANARY
        self._hall = LiveKitHall(server)
        self.emulator = self.service = ConvaiService(self._hall)
        self.emulator.accounts = {CANARY: Account(CANARY)}
        await self.emulator.start()

    async def close(self) -> None:
        await super().close()
        await self._hall.close()

    def table(self) -> Mapping[str, Any]:
        from tests.vendors.convai_service import CHARACTER

        url = self.emulator.url
        table = {"base_url": url, "api_url": url, "api_key": self.key, "character_id": CHARACTER}
        return table | ({"orphan_s": 6, "ready_timeout_s": 4} if self.is_hurried else {})

    def hurry(self) -> None:
        super().hurry()
        self.service.knobs.join_timeout_s = 6.0

    def linger(self) -> None:
        self.service.knobs.lingers = True

    def keep_away(self) -> None:
        self.service.script = replace(self.service.script, joins=False)

    def visitor_is_in(self) -> bool:
        return bool(self.emulator.sessions) and self.emulator.sessions[-1].joined_at is not None

    async def break_off(self) -> None:
        self.service.bot.tell("usage-limit-reached")
        self.emulator.end(self.emulator.sessions[-1], "usage limit")

    def media_faults(self) -> dict[str, MediaFault]:
        bot = self.service.bot

        async def be_silent() -> None:
            bot.tell("bot-started-speaking", "B")

        return {
            "voice is dead": MediaFault(be_silent, frozenset()),
            "agent leaves": MediaFault(bot.step_out, frozenset({"avatar_left"})),
        }

    def avatar_says(self, text: str) -> None:
        self.service.script = replace(self.service.script, greeting=text)


class Aistudios(Service):
    """AI Studios. sole: the kiosk may take the account for its own."""

    sole = False

    name = "aistudios"
    create = "/sessions/start "
    stop = "/sessions/stop "
    handed = frozenset({"session_token", "session_id", "token", "room_name", "voice_id"})
    by_stop = frozenset({"USER_CLOSED", "TIMEOUT", "ERROR"})  # the stop call's own words
    refusals = (
        Refusal(429, {"code": 4290, "data": None, "message": "Rate limited"}, "waiting"),
        Refusal(402, {"code": 4020, "data": None, "message": "Payment required"}, "unavailable", "credits"),
        Refusal(403, {"code": 4030, "data": None, "message": "Not enough credits"}, "unavailable", "credits"),
        Refusal(400, {"code": 4000, "data": None, "message": "Invalid avatar"}, "unavailable", "config"),
        Refusal(404, {"code": 4040, "data": None, "message": "Avatar not found"}, "unavailable", "config"),
        Refusal(500, {"code": 5000, "data": None, "message": "Server error"}, "farewell"),
        Refusal(200, "<html>maintenance</html>", "farewell"),
    )

    async def start(self, server: LiveKitServer) -> None:
        from tests.vendors.aistudios_service import AistudiosService, App
        from tests.vendors.livekit_hall import LiveKitHall

        self.key = CANARY
        self._hall = LiveKitHall(server)
        self.emulator = self.service = AistudiosService(self._hall, accounts=[App(CANARY)])
        await self.emulator.start()

    async def close(self) -> None:
        await super().close()
        await self._hall.close()

    def table(self) -> Mapping[str, Any]:
        from tests.vendors.aistudios_service import APP, AVATAR

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

    def keep_away(self) -> None:
        self.service.script = replace(self.service.script, joins=False)

    def visitor_is_in(self) -> bool:
        avatars = list(self.service.avatars.values())
        return bool(avatars) and avatars[-1].actor is not None and avatars[-1].actor.heard_s > 0

    async def break_off(self) -> None:
        self.emulator.end(self.emulator.sessions[-1], "MAX_DURATION")

    def media_faults(self) -> dict[str, MediaFault]:
        actor = self.service.avatar.actor

        async def stall() -> None:
            actor.freeze(True)

        return {
            "picture stands still": MediaFault(stall, frozenset({"network"})),
            "agent leaves": MediaFault(actor.leave, frozenset({"avatar_left"})),
        }

    def avatar_says(self, text: str) -> None:
        """It sends no words."""


class Tavus(Service):
    """Tavus: everything but Daily's network, whose library is stood in for."""

    name = "tavus"
    create = "POST /v2/conversations "
    stop = "/end "
    knows_orphans = True
    handed = frozenset({"conversation_id", "conversation_url", "meeting_token"})
    by_stop = frozenset({"end_conversation_endpoint_hit"})
    means_stopped = frozenset({404})
    first = (ROOT / "tests" / "fakes",)
    refusals = (
        Refusal(400, {"error": "User has reached maximum concurrent conversations"}, "waiting"),
        Refusal(429, {"message": "User has reached maximum concurrent conversations"}, "waiting"),
        Refusal(402, {"error": "The user is out of conversational credits"}, "unavailable", "credits"),
        Refusal(401, {"message": "Invalid access token"}, "unavailable", "auth"),
        Refusal(403, {"message": "Forbidden"}, "unavailable", "auth"),
        Refusal(400, {"error": "Invalid replica_uuid"}, "unavailable", "config"),
        Refusal(400, {"message": "Invalid persona_id"}, "unavailable", "config"),
        Refusal(429, {"message": "Too many requests"}, "farewell"),
        Refusal(500, "<html>Internal Server Error</html>", "farewell"),
        Refusal(200, {"conversation_id": "c-without-a-room"}, "farewell"),
    )

    async def start(self, server: LiveKitServer) -> None:
        from tests.vendors.tavus_replica import Script
        from tests.vendors.tavus_service import TavusService

        self.key = CANARY
        self.script = Script(greeting="Hello, I am the guide.", word_s=0.05)
        self.emulator = self.service = TavusService(script=lambda: self.script)
        self.emulator.accounts = {CANARY: Account(CANARY)}
        await self.emulator.start()

    def table(self) -> Mapping[str, Any]:
        from tests.vendors.tavus_service import PERSONA, REPLICA

        table = {
            "base_url": self.emulator.url, "api_key": self.key, "replica_id": REPLICA, "persona_id": PERSONA,
            "rate_limit_s": 1,
        }  # fmt: skip
        hurried = {"participant_absent_timeout_s": 6, "participant_left_timeout_s": 6}
        return table | (hurried if self.is_hurried else {})

    def hurry(self) -> None:
        super().hurry()
        self.service.knobs.absent_s = 300.0  # what is found by its name must be ended by the kiosk, not by time

    def linger(self) -> None:
        self.service.knobs.lingers = True

    def keep_away(self) -> None:
        self.script = replace(self.script, joins_after_s=None)

    def visitor_is_in(self) -> bool:
        return bool(self.service.talks) and self.service.talk.room.is_joined

    async def break_off(self) -> None:
        self.emulator.end(self.service.talk.session, "max_call_duration")

    def media_faults(self) -> dict[str, MediaFault]:
        talk = self.service.talk

        async def stall() -> None:
            talk.room.show(frozen=True)

        async def be_silent() -> None:
            talk.replica.speaking(self.script.role, "started_speaking")

        async def leave() -> None:
            talk.replica.leave()

        return {
            "picture stands still": MediaFault(stall, frozenset({"network"})),
            "voice is dead": MediaFault(be_silent, frozenset()),
            "agent leaves": MediaFault(leave, frozenset({"avatar_left"})),
        }

    def avatar_says(self, text: str) -> None:
        self.script = replace(self.script, greeting=text)


SERVICES: dict[str, type[Service]] = {service.name: service for service in (LiveKit, Convai, Aistudios, Tavus)}
