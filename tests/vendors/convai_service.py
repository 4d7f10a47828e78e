"""An emulator of Convai's live API: slots, tokens, refusals, idle timer, and a bot in each room.

See docs/vendors/convai.md 8.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.vendors import convai_face
from tests.vendors.convai_bot import BotScript, ConvaiBot, Host
from tests.vendors.emulator import Account, Clock, EmulatedSession, Emulator, NoSlot, refusal
from tests.vendors.media_server import MediaServer

KEY = "convai-demo-key"
CHARACTER = "3f2b5d6c-0000-4000-8000-00000000c0de"
LOOK_S = 0.1
START_S = 5.0  # a bot has joined by then
TOKEN_S = 3600.0
MEMORY = (
    "Missing end_user_id. end_user_id is required when the character has Long Term Memory enabled. "
    "Provide end_user_id or disable Long Term Memory."
)
QUOTA = "You have exceeded your monthly quota"


@dataclass
class ConvaiKnobs:
    """Options of the account and the host. Times are seconds on the emulator's clock.

    Attributes:
        characters: Known ids of characters.
        busy: Text of the refusal of a full account; the real one is not published.
        used_up: Text of the refusal when the quota is used up.
        has_memory: The character has Long Term Memory.
        speaker_limit: Long Term Memory remembers no more people.
        has_live_access: The plan includes live sessions.
        tells_sheets: The plan has the call for a character's data.
        has_disconnect: The host has the call `/disconnect`.
        http_style: `room_url` begins with http.
        resumes: "yes", or the status with which an old conversation is refused.
        idle_s: Idle timeout.
        idle_warning_s: The warning comes this long before it.
        join_timeout_s: A session that nobody joins ends after this time.
        empty_grace_s: A session whose room is empty ends after this time.
        lingers: An empty room does not end the session.
    """

    characters: set[str] = field(default_factory=lambda: {CHARACTER})
    busy: str = "Too many live sessions for this plan"
    used_up: str = QUOTA
    has_memory: bool = False
    speaker_limit: bool = False
    has_live_access: bool = True
    tells_sheets: bool = True
    has_disconnect: bool = True
    http_style: bool = False
    resumes: str = "yes"
    idle_s: float = 360.0
    idle_warning_s: float = 60.0
    join_timeout_s: float = 60.0
    empty_grace_s: float = 0.5
    lingers: bool = False


class ConvaiService(Emulator):
    """Live host and REST host in one.

    Attributes:
        script: Script of the next bots.
        bots: By session id, newest last.
    """

    def __init__(
        self, media_server: MediaServer, slots: int = 1, script: BotScript | None = None, clock: Clock | None = None
    ) -> None:
        super().__init__([Account(KEY, slots)], clock)
        self.media_server = media_server
        self.script = script or BotScript()
        self.knobs = ConvaiKnobs()
        self.bots: dict[str, ConvaiBot] = {}
        self._tokens: dict[str, tuple[str, float]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._watching: asyncio.Task[None] | None = None

    @property
    def bot(self) -> ConvaiBot:
        """The newest bot."""
        return list(self.bots.values())[-1]

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/connect", self._connect),
            web.post("/disconnect", self._disconnect),
            web.post("/user/connect", self._make_token),
            web.post("/user/revoke-token", self._revoke_token),
            web.post("/character/get", self._sheet),
        ]

    async def start(self) -> None:
        await super().start()
        self._watching = asyncio.create_task(self._watch(), name="convai-watch")

    async def close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait({self._watching})
        for session in self.active():
            self.end(session, "emulator closed")
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await super().close()

    def end(self, session: EmulatedSession, reason: str) -> None:
        if session.ended_at is None:
            bot = self.bots.get(session.id)
            if bot is not None:
                self._spawn(self._clear(bot, session.facts["room"]))
        super().end(session, reason)

    # ------------------------------------------------------------ calls

    async def _connect(self, request: web.Request) -> web.Response:
        account, text = self._account(request)
        if account is None:
            return refusal(401, detail=text)
        body = await _json(request)
        refused = self._refuse(account, body)
        if refused is not None:
            return refused
        room = f"room-{uuid.uuid4().hex}"
        try:
            session = self.take(account.key, str(uuid.uuid4()), room=room)
        except NoSlot:
            return refusal(429, detail=self.knobs.busy)
        session.ends_at, session.ends_because = self.clock.now() + self.knobs.join_timeout_s, "nobody joined"
        bot = ConvaiBot(self.media_server, room, self.script, self._host(session))
        bot.asked_face = convai_face.asked(body)
        self.bots[session.id] = bot
        bot.starting = self._spawn(bot.start())
        url = self.media_server.url.replace("ws", "http", 1) if self.knobs.http_style else self.media_server.url
        return web.json_response(
            {
                "session_id": session.id,
                "request_trace_id": f"req_{uuid.uuid4().hex}",
                "character_session_id": body.get("character_session_id") or str(uuid.uuid4()),
                "room_url": url,
                "room_name": room,
                "token": self.media_server.token(room, f"user-{uuid.uuid4().hex[:8]}"),
                "end_user_id": body.get("end_user_id"),
                "end_user_metadata": None,
            }
        )

    def _account(self, request: web.Request) -> tuple[Account | None, str]:
        key, token = request.headers.get("X-API-Key"), request.headers.get("API-AUTH-TOKEN")
        if key:
            return self.accounts.get(key), "Invalid API key"
        if token:
            owner, until = self._tokens.get(token, ("", 0.0))
            return (self.accounts.get(owner) if until > self.clock.now() else None), "Invalid API key"
        return None, "Authentication required: provide X-API-Key or API-AUTH-TOKEN"

    def _refuse(self, account: Account, body: Any) -> web.Response | None:
        knobs = self.knobs
        if not isinstance(body, dict) or not isinstance(body.get("character_id"), str):
            missing = {"type": "missing", "loc": ["body", "character_id"], "msg": "Field required", "input": None}
            return refusal(422, detail=[missing])
        if body.get("transport", "livekit") not in ("livekit", "internal", "external"):
            wrong = {"type": "literal_error", "loc": ["body", "transport"], "msg": "not supported here", "input": None}
            return refusal(422, detail=[wrong])
        face = body.get("blendshape_config")
        if isinstance(face, dict) and face.get("format", "mha") not in convai_face.WIDTHS:
            return refusal(422, detail=[{"type": "enum", "loc": ["body", "blendshape_config"], "msg": "format"}])
        if not knobs.has_live_access:
            return refusal(403, detail="Realtime access denied")
        if body["character_id"] not in knobs.characters:
            return refusal(404, detail="Character not found or doesn't belong to user")
        if body.get("character_session_id") and knobs.resumes != "yes":
            return refusal(int(knobs.resumes), detail="Invalid character_session_id")
        if knobs.has_memory and not body.get("end_user_id"):
            return refusal(400, detail=MEMORY)
        if knobs.speaker_limit:
            return refusal(429, detail="LTM speaker limit reached")
        if not account.credits_left:
            return refusal(403, detail=knobs.used_up)
        return None

    async def _disconnect(self, request: web.Request) -> web.Response:
        if not self.knobs.has_disconnect:
            return web.Response(status=404, text="404: Not Found")
        session_id = request.query.get("session_id", "")
        try:
            uuid.UUID(session_id)
        except ValueError:
            return refusal(400, detail="Invalid session ID format")
        session = self.session(session_id)
        if session is not None:
            self.end(session, "disconnect")
        return web.json_response({"status": "success", "message": "Session disconnected successfully"})

    async def _make_token(self, request: web.Request) -> web.Response:
        key = request.headers.get("CONVAI-API-KEY", "")
        if key not in self.accounts:
            return refusal(401, API_ERROR="Invalid API key provided.")
        token = uuid.uuid4().hex
        self._tokens[token] = (key, self.clock.now() + TOKEN_S)
        return web.json_response({"apiAuthToken": token, "expirationTime": "2027-01-01T00:00:00Z"})

    async def _revoke_token(self, request: web.Request) -> web.Response:
        self._tokens.pop((await _json(request) or {}).get("apiAuthToken", ""), None)
        return web.json_response({"status": "success"})

    async def _sheet(self, request: web.Request) -> web.Response:
        if request.headers.get("CONVAI-API-KEY", "") not in self.accounts:
            return refusal(401, API_ERROR="Invalid API key provided.")
        if not self.knobs.tells_sheets:
            return refusal(403, API_ERROR="Not part of your plan.")
        if (await _json(request) or {}).get("charID") not in self.knobs.characters:
            return refusal(400, ERROR="INTERNAL SERVER ERROR, one or more database calls failed!")
        return web.json_response({"character_id": CHARACTER, "character_name": "Ada", "backstory": "A guide."})

    # ------------------------------------------------------------ what time and bots do

    def _host(self, session: EmulatedSession) -> Host:
        def joined() -> None:
            session.joined_at = session.joined_at or self.clock.now()
            session.ends_at = None
            active()

        def left() -> None:
            if not self.knobs.lingers:
                session.ends_at, session.ends_because = self.clock.now() + self.knobs.empty_grace_s, "room empty"

        def active() -> None:
            session.facts |= {"active_at": self.clock.now(), "warned": False}

        return Host(joined, left, active, lambda: self.end(session, "kill-pipeline"))

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            for session in self.active():
                if session.joined_at is not None and session.id in self.bots:
                    self._look_at_idle(session, self.bots[session.id])

    def _look_at_idle(self, session: EmulatedSession, bot: ConvaiBot) -> None:
        left_s = session.facts["active_at"] + self.knobs.idle_s - self.clock.now()
        if left_s <= 0:
            for _ in range(2):
                bot.tell("session-ending", "B", reason="idle_timeout")
            self.end(session, "idle")
        elif left_s <= self.knobs.idle_warning_s and not session.facts["warned"]:
            session.facts["warned"] = True
            bot.tell("user-idle-warning", "B", remaining_seconds=round(left_s), message="You've been idle.")

    async def _clear(self, bot: ConvaiBot, room: str) -> None:
        if bot.starting is not None:  # the library waits for ever where a room is closed under a join
            await asyncio.wait({bot.starting}, timeout=START_S)
        await asyncio.sleep(0.1)  # what was just sent arrives before the room closes
        with contextlib.suppress(Exception):  # the media server may be down
            await self.media_server.close_room(room)
        await bot.leave()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work, name="convai-service")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


async def _json(request: web.Request) -> Any:
    try:
        return json.loads(await request.text())
    except ValueError:
        return None


async def serve(slots: int) -> None:
    """Run the service on a real media server until interrupted, and say which settings reach it."""
    from tests.rigs.livekit_server import start_server
    from tests.vendors.livekit_media_server import LiveKitMediaServer

    server = start_server()
    media_server = LiveKitMediaServer(server)
    greeting = "Hello! I am the guide of this house. Ask me anything."
    service = ConvaiService(media_server, slots, BotScript(greeting=greeting, voice_s=3.0))
    try:
        await service.start()
        print(
            f'[service]\nvendor = "convai"\n\n[service.convai]\nbase_url = "{service.url}"\napi_url = "{service.url}"\n'
            f'api_key = "{KEY}"\ncharacter_id = "{CHARACTER}"\n\n# the truth: {service.url}/admin\n',
            flush=True,
        )
        await asyncio.Event().wait()
    finally:
        await service.close()
        await media_server.close()
        server.close()
