"""LiveKit agents behind a token endpoint, as drills see them; media run on a real server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from livekit import rtc

from tests.drills import answers
from tests.drills.service import (
    CANARY,
    NEW_SIZE,
    WRONG_SECRET,
    Break,
    DrilledService,
    JoinFault,
    MediaFault,
    set_for_now,
)
from tests.rigs.livekit_server import LiveKitServer
from tests.vendors.agent_media import AgentLook
from tests.vendors.agent_script import AgentScript
from tests.vendors.livekit_endpoint import ACCOUNT, EndpointKnobs, LiveKitEndpoint


class LiveKit(DrilledService):
    """Any LiveKit agent behind a token endpoint. Steer it by `emulator.agent`."""

    name = "livekit"
    create = "/token"
    stop = "/release"
    knows_orphans = True
    handed = frozenset({"participant_token"})
    by_stop = frozenset({"released"})
    takes_slot_at_create = False
    refusals = answers.LIVEKIT
    bad_stops = answers.LIVEKIT_STOPS

    async def start(self, server: LiveKitServer) -> None:
        self.key = ACCOUNT
        self._server = server
        self.script = AgentScript(greeting="Hello, I am the guide.")
        # With "silent" a full service would be known by an empty room only, after half a minute.
        knobs = EndpointKnobs(full="429", second_release=404)
        self._intruders: list[Any] = []
        self.emulator = self.endpoint = LiveKitEndpoint(server, script=lambda: self.script, knobs=knobs, key=CANARY)
        await self.emulator.start()

    async def close(self) -> None:
        for room in self._intruders:
            await room.disconnect()
        await super().close()

    def table(self) -> Mapping[str, Any]:
        url = self.emulator.url
        return {
            "token_url": f"{url}/token", "release_url": f"{url}/release", "headers": {"X-Kiosk-Key": CANARY},
            "interrupt_method": "interrupt",
        }  # fmt: skip

    def linger(self) -> None:
        self.script = replace(self.script, leaves_after_visitor=False)
        self.endpoint.knobs.departure_timeout_s = 300

    def join_faults(self) -> dict[str, JoinFault]:
        knobs = self.endpoint.knobs

        def fill() -> Callable[[], object]:
            knobs.full, other = "room", self.occupy()
            return lambda: (setattr(knobs, "full", "429"), self.emulator.end(other, "its own visitor left"))

        def plays(**script: Any) -> Callable[[], Callable[[], object]]:
            return lambda: set_for_now(self, script=replace(self.script, **script))

        return {
            # Silence is how a full service looks.
            "nobody comes": JoinFault(lambda: set_for_now(knobs, never=True), "waiting", creates=1),
            "room is full": JoinFault(fill, "waiting", creates=1),
            "token is refused": JoinFault(lambda: set_for_now(knobs, secret=WRONG_SECRET), "unavailable", "auth"),
            "agent never ready": JoinFault(plays(states=("initializing",), greeting=""), "farewell", via="waiting"),
            "no picture": JoinFault(plays(look=None), "farewell", via="waiting"),
            "H.264 only": JoinFault(plays(look=AgentLook(codec="h264")), "live", creates=1),
        }

    def visitor_is_in(self) -> bool:
        return self.emulator.agent is not None and bool(self.emulator.agent.linked)

    def breaks(self) -> dict[str, Break]:
        visit = self.emulator.visits[-1]
        return {
            "room is closed": Break(lambda: self._server.delete(visit.room), "room_closed"),
            "visitor is put out": Break(lambda: self._server.remove(visit.room, visit.identity), "room_closed"),
        }

    def media_faults(self) -> dict[str, MediaFault]:
        agent = self.emulator.agent

        async def stall() -> None:
            agent.camera.frozen = True

        async def grow() -> None:
            agent.camera.resize(*NEW_SIZE)

        return {
            "picture changes its size": MediaFault(grow, shows=NEW_SIZE),
            "picture stands still": MediaFault(stall, "network"),
            "voice is dead": MediaFault(lambda: agent.state("speaking")),
            "agent leaves": MediaFault(agent.leave, "avatar_left"),
            "somebody takes its name": MediaFault(self._intrude, "duplicate_identity"),
        }

    async def _intrude(self) -> None:
        visit = self.emulator.visits[-1]
        self._intruders.append(rtc.Room())
        with suppress(rtc.ConnectError):  # the room was closed meanwhile, because the visitor left
            await self._intruders[-1].connect(self._server.ws, self._server.token(visit.room, visit.identity))

    def avatar_says(self, text: str) -> None:
        self.script = replace(self.script, greeting=text)

    def revoke(self) -> Callable[[], None]:
        self.endpoint._key = "another"
        return lambda: setattr(self.endpoint, "_key", CANARY)
