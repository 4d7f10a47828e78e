"""The services as drills see them: one class each around its emulator; a new service is one class here.

Media run on a real LiveKit server, or on the stand-in of Daily's library.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from tests.rigs.livekit_server import LiveKitServer
from tests.vendors.emulator import Emulator, Session

CANARY = "CANARYkey0123456789"


@dataclass(frozen=True)
class Refusal:
    """An answer to the create call, and what the visitor then sees: `screen`, and why, as the status page says it."""

    status: int
    body: Any
    screen: str
    why: str | None = None


class Service(ABC):
    """name: the vendor's. create, stop: parts of the paths of the two calls. key: the account's, in the emulator.

    refusals: how the service says no (section 3 of its vendor file). knows_orphans: it can stop a session whose id
    never arrived. no_stop: what its stop call must not be answered with, because it would mean success.
    """

    name: ClassVar[str]
    create: ClassVar[str]
    stop: ClassVar[str]
    refusals: ClassVar[tuple[Refusal, ...]]
    knows_orphans: ClassVar[bool] = False
    means_stopped: ClassVar[frozenset[int]] = frozenset()
    key: str
    emulator: Emulator
    first: ClassVar[tuple[Path, ...]] = ()

    @abstractmethod
    def table(self) -> Mapping[str, Any]:
        """Return the settings below [service.NAME]."""

    @abstractmethod
    async def start(self, server: LiveKitServer) -> None:
        """Begin to serve."""

    async def close(self) -> None:
        """End it."""
        await self.emulator.close()

    @abstractmethod
    def linger(self) -> None:
        """From now on sessions end by the stop call alone, not because a client went away."""

    @abstractmethod
    def keep_away(self) -> None:
        """From now on no avatar appears in new sessions."""

    def toml(self) -> str:
        """Return the settings that reach the emulator."""
        lines = [f"{key} = {_toml(value)}" for key, value in self.table().items()]
        return "\n".join([f'[service]\nvendor = "{self.name}"\n[service.{self.name}]', *lines, ""])

    def taken(self) -> int:
        """How many slots are held."""
        return self.emulator.taken(self.key)

    def running(self) -> list[Session]:
        """What runs at the service, other kiosks' sessions left out."""
        return [session for session in self.emulator.active() if not session.id.startswith("of-another-kiosk")]

    def occupy(self) -> Session:
        """Another kiosk takes a slot."""
        return self.emulator.take(self.key, f"of-another-kiosk-{len(self.emulator.sessions)}")


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{key}" = {_toml(inner)}' for key, inner in value.items()) + " }"
    return json.dumps(value)


class LiveKit(Service):
    """Any LiveKit agent behind a token endpoint. Steer it by `emulator.agent` and `emulator.next_script`."""

    name = "livekit"
    create = "/token"
    stop = "/release"
    knows_orphans = True
    means_stopped = frozenset({404, 410})
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


class Convai(Service):
    """Convai: a voice and mouth shapes, no picture."""

    name = "convai"
    create = "/connect"
    stop = "/disconnect"
    means_stopped = frozenset({404, 405})
    refusals = (
        Refusal(429, {"detail": "Too many live sessions for this plan"}, "waiting"),
        Refusal(401, {"detail": "Invalid API key"}, "unavailable", "auth"),
        Refusal(400, {"detail": "Invalid character_id"}, "unavailable", "config"),
        Refusal(500, "<html>Internal Server Error</html>", "farewell"),
        Refusal(503, {"detail": "no capacity"}, "farewell"),
        Refusal(200, {"session_id": "x"}, "farewell"),
    )

    async def start(self, server: LiveKitServer) -> None:
        from tests.vendors.convai_service import KEY, ConvaiService
        from tests.vendors.livekit_hall import LiveKitHall

        self.key = KEY
        self._hall = LiveKitHall(server)
        self.emulator = self.service = ConvaiService(self._hall)
        await self.emulator.start()

    async def close(self) -> None:
        await super().close()
        await self._hall.close()

    def table(self) -> Mapping[str, Any]:
        from tests.vendors.convai_service import CHARACTER

        url = self.emulator.url
        return {"base_url": url, "api_url": url, "api_key": self.key, "character_id": CHARACTER}

    def linger(self) -> None:
        self.service.knobs.lingers = True

    def keep_away(self) -> None:
        self.service.script = replace(self.service.script, joins=False)


class Aistudios(Service):
    """AI Studios."""

    name = "aistudios"
    create = "/start"
    stop = "/stop"
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
        from tests.vendors.aistudios_service import KEY, AistudiosService
        from tests.vendors.livekit_hall import LiveKitHall

        self.key = KEY
        self._hall = LiveKitHall(server)
        self.emulator = self.service = AistudiosService(self._hall)
        await self.emulator.start()

    async def close(self) -> None:
        await super().close()
        await self._hall.close()

    def table(self) -> Mapping[str, Any]:
        from tests.vendors.aistudios_service import APP, AVATAR

        return {"base_url": self.emulator.url, "app_id": APP, "user_key": self.key, "avatar_id": AVATAR}

    def linger(self) -> None:
        """They always do."""

    def keep_away(self) -> None:
        self.service.script = replace(self.service.script, joins=False)


SERVICES: dict[str, type[Service]] = {service.name: service for service in (LiveKit, Convai, Aistudios)}
