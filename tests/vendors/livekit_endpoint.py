"""An emulator of an operator's token endpoint: tokens for a real LiveKit server, and agents on dispatch."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from aiohttp import ClientError, web
from google.protobuf.json_format import ParseDict
from livekit import api, rtc
from livekit.protocol.room import RoomConfiguration

from tests.rigs.livekit_server import KEY, SECRET, LiveKitServer, start_server
from tests.vendors.agent import Agent
from tests.vendors.agent_media import AgentLook
from tests.vendors.agent_script import AgentScript
from tests.vendors.emulator import Account, Clock, EmulatedSession, Emulator, NoSlot, refusal

ACCOUNT = "operator"
HEADER = "X-Kiosk-Key"
LOOK_S = 0.05
PATIENCE_S = 5.0


@dataclass
class EndpointKnobs:
    """Options of the operator.

    Attributes:
        status: Status of a successful answer.
        camel_case: Field names of the answer are in camelCase.
        more_fields: The answer has further fields.
        forbidden: Fields of a request that are refused.
        full: What a full service does: "silent" (gives out tokens, but no agent comes), "429", "503", or "room" (the
            room refuses).
        named: Agents come only when dispatched by this name; "": by themselves.
        never: No agent ever comes.
        twins: Each dispatch brings two agents, the second under another name.
        departure_timeout_s: Time-out that the server uses instead of the requested one; None: the requested one.
        second_release: Status of the answer when an ended session is released.
        secret: Secret that tokens are signed with.
    """

    status: int = 201
    camel_case: bool = False
    more_fields: bool = False
    forbidden: frozenset[str] = frozenset()
    full: str = "silent"
    named: str = ""
    never: bool = False
    twins: bool = False
    departure_timeout_s: int | None = None
    second_release: int = 200
    secret: str = SECRET


@dataclass
class EndpointVisit:
    """A token that was given out, and what became of it.

    Attributes:
        room: The room's name.
        identity: The visitor's identity.
        config: `room_config` of the request.
        joined: The visitor joined.
        session: The session; None before an agent is dispatched.
        agent: The agent; None while nobody joined or none is free.
        twin: The second agent of a double dispatch.
    """

    room: str
    identity: str
    config: dict[str, Any] = field(default_factory=dict)
    joined: bool = False
    session: EmulatedSession | None = None
    agent: Agent | None = None
    twin: Agent | None = None


class LiveKitEndpoint(Emulator):
    """POST /token and /release, GET /available. A slot is taken when an agent is dispatched: when the room begins.

    Args:
        server: The LiveKit server.
        slots: Agents at a time.
        script: Makes each agent's script.
        knobs: Options of the operator.
        key: Value that requests must have in the header; "": none.
        clock: The clock; None: the real one.

    Attributes:
        visits: Every token, newest last.
    """

    def __init__(
        self,
        server: LiveKitServer,
        slots: int = 1,
        script: Callable[[], AgentScript] = AgentScript,
        knobs: EndpointKnobs | None = None,
        key: str = "",
        clock: Clock | None = None,
    ) -> None:
        super().__init__([Account(ACCOUNT, slots)], clock)
        self.knobs = knobs or EndpointKnobs()
        self.visits: list[EndpointVisit] = []
        self._server = server
        self._script = script
        self._key = key
        self._fillers: list[rtc.Room] = []
        self._watching: asyncio.Task[None] | None = None
        self._starting: set[asyncio.Task[Any]] = set()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/token", self._token),
            web.post("/release", self._release),
            web.get("/available", self._available),
        ]

    async def start(self) -> None:
        await super().start()
        self._watching = asyncio.create_task(self._watch(), name="endpoint-watch")

    async def close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait({self._watching})
        await self.agents_left()
        for filler in self._fillers:
            await filler.disconnect()
        await super().close()

    async def agents_left(self) -> None:
        """Let every agent leave, also one that is only just joining, and forget it.

        In a room that was closed under an agent the library may never answer it: then it is left to itself.
        """
        if self._starting:
            _, stuck = await asyncio.wait(self._starting, timeout=PATIENCE_S)
            for task in stuck:
                task.cancel()
        agents = [agent for visit in self.visits for agent in (visit.agent, visit.twin) if agent is not None]
        leaving = [asyncio.create_task(agent.leave()) for agent in agents]
        for visit in self.visits:
            visit.agent = visit.twin = None
        if leaving:
            await asyncio.wait(leaving, timeout=PATIENCE_S)

    @property
    def agent(self) -> Agent | None:
        """The newest agent."""
        return next((visit.agent for visit in reversed(self.visits) if visit.agent is not None), None)

    # ------------------------------------------------------------ calls

    async def _token(self, request: web.Request) -> web.Response:
        if self._key and request.headers.get(HEADER) != self._key:
            return refusal(401, message="unknown kiosk")
        body = await request.json()
        for name in self.knobs.forbidden & (body.keys() | body.get("room_config", {}).keys()):
            return refusal(400, error=f"field {name} is not allowed")
        if not self.accounts[ACCOUNT].credits_left:
            return refusal(402, message="quota used up")
        is_full = self.taken(ACCOUNT) >= self.accounts[ACCOUNT].slots
        if is_full and self.knobs.full in ("429", "503"):
            return refusal(int(self.knobs.full), message="all agents are busy")
        visit = EndpointVisit(
            body.get("room_name") or f"room-{uuid4().hex}", body.get("participant_identity") or f"visitor-{uuid4().hex}"
        )
        visit.config = body.get("room_config", {})
        self.visits.append(visit)
        if is_full and self.knobs.full == "room":
            await self._fill(visit.room)
        answer = {
            "server_url": self._server.there,
            "participant_token": self._sign(visit, body),
        }
        if self.knobs.more_fields:
            answer |= {"room_name": visit.room, "participant_name": visit.identity, "region": "nowhere"}
        if self.knobs.camel_case:
            answer = {_camel(name): value for name, value in answer.items()}
        return web.json_response(answer, status=self.knobs.status)

    def _sign(self, visit: EndpointVisit, body: dict[str, Any]) -> str:
        wanted = dict(visit.config)
        wanted.pop("agents", None)  # no agent worker is registered at the server: we dispatch
        if self.knobs.departure_timeout_s is not None:
            wanted["departure_timeout"] = self.knobs.departure_timeout_s
        token = (
            api.AccessToken(KEY, self.knobs.secret)
            .with_identity(visit.identity)
            .with_name(body.get("participant_name", ""))
        )
        token = token.with_attributes(body.get("participant_attributes", {}))
        token = token.with_grants(api.VideoGrants(room_join=True, room=visit.room, can_update_own_metadata=True))
        return token.with_room_config(ParseDict(wanted, RoomConfiguration(), ignore_unknown_fields=True)).to_jwt()

    async def _fill(self, room: str) -> None:
        async with self._server.admin() as calls:
            await calls.room.create_room(api.CreateRoomRequest(name=room, max_participants=1))
        filler = rtc.Room()
        self._fillers.append(filler)
        await filler.connect(self._server.ws, self._server.token(room, "somebody"))

    async def _release(self, request: web.Request) -> web.Response:
        room = (await request.json()).get("room_name")
        visit = next((visit for visit in self.visits if visit.room == room), None)
        if visit is None:
            return refusal(404, message="no such room")
        visit.joined = True  # whoever joins now meets nobody
        if visit.session is None:
            return web.json_response({})
        if visit.session.ended_at is not None and self.knobs.second_release != 200:
            return refusal(self.knobs.second_release, message="no such room")
        self.end(visit.session, "released")
        return web.json_response({})

    async def _available(self, request: web.Request) -> web.Response:
        return web.json_response({"available": self.accounts[ACCOUNT].slots - self.taken(ACCOUNT)})

    # ------------------------------------------------------------ dispatch

    async def _watch(self) -> None:
        """See who joins which room, as the server does that dispatches agents."""
        async with self._server.admin() as calls:
            while True:
                await asyncio.sleep(LOOK_S)
                open_visits = [v for v in self.visits if not v.joined or (v.session and v.session.ended_at is None)]
                if not open_visits:
                    continue
                with contextlib.suppress(OSError, api.TwirpError, TimeoutError, ClientError):  # the server is down
                    found = await calls.room.list_rooms(api.ListRoomsRequest(names=[v.room for v in open_visits]))
                    names = {room.name for room in found.rooms}
                    for visit in open_visits:
                        self._compare(visit, exists=visit.room in names)

    def _compare(self, visit: EndpointVisit, exists: bool) -> None:
        if visit.joined and not exists and visit.session is not None:
            self.end(visit.session, "room closed")
        elif not visit.joined and exists:
            visit.joined = True
            self._dispatch(visit)

    def _dispatch(self, visit: EndpointVisit) -> None:
        names = [agent.get("agent_name") for agent in visit.config.get("agents", [])]
        if self.knobs.never or (self.knobs.named and self.knobs.named not in names):
            return
        try:
            visit.session = self.take(ACCOUNT, visit.room)
        except NoSlot:
            return
        visit.session.joined_at = self.clock.now()
        script = self._script()
        visit.agent = self._send(visit.room, script)
        if self.knobs.twins:
            visit.twin = self._send(visit.room, replace(script, identity=f"{script.identity}-twin"))

    def _send(self, room: str, script: AgentScript) -> Agent:
        agent = Agent(self._server, room, script)
        task = asyncio.create_task(agent.start(), name="agent-start")
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)
        return agent


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


async def serve(slots: int) -> None:
    """Run server, endpoint and agents until interrupted, and say which settings reach them."""
    server = start_server()
    greeting = "Welcome! Ask me anything about the exhibition."
    look = AgentLook(width=720, height=1280, fps=25)
    endpoint = LiveKitEndpoint(server, slots, lambda: AgentScript(look=look, greeting=greeting), key="demo-key")
    try:
        await endpoint.start()
        print(
            f'[service]\nvendor = "livekit"\n\n[service.livekit]\ntoken_url = "{endpoint.url}/token"\n'
            f'release_url = "{endpoint.url}/release"\ninterrupt_method = "interrupt"\n'
            f'headers = {{ "{HEADER}" = "demo-key" }}\n\n# the truth: {endpoint.url}/admin\n',
            flush=True,
        )
        await asyncio.Event().wait()
    finally:
        await endpoint.close()
        server.close()
