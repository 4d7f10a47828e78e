"""AI Studios as an emulator: tokens, sessions, `/talk`, credits by the minute (docs/vendors/aistudios.md 8)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import uuid
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from tests.vendors.aistudios_avatar import Avatar, AvatarScript
from tests.vendors.emulator import Account, Clock, EmulatedSession, Emulator, NoSlot, bearer
from tests.vendors.media_server import MediaServer

KEY, APP, AVATAR = "aistudios-demo-user-key", "demo-app", "sample-avatar"
PER_MINUTE = 0.2
LOOK_S = 0.1
BASE = "/api/v2/sessions"
_BEGINNING = datetime(2026, 4, 7, tzinfo=UTC)
REASONS = ("USER_CLOSED", "TIMEOUT", "ERROR")

# Every way in which a full account, or one without credits, may refuse: status, code, text.
BUSY = {
    "429": (429, 4290, "Rate limited"),
    "403": (403, 4030, "Maximum number of concurrent sessions reached"),
    "400": (400, 4000, "Session limit exceeded for this plan"),
    "200": (200, 4290, "Rate limited"),
}
USED_UP = {
    "403": (403, 4030, "Not enough credits to start a session"),
    "402": (402, 4020, "Payment required"),
    "quota": (400, 4000, "Your monthly quota is used up"),
}


@dataclass
class App(Account):
    """An account of one `appId`; its sessions use up `credits`."""

    app_id: str = APP
    credits: float = math.inf


@dataclass
class AistudiosKnobs:
    """Options of the account and the service. Durations are in the service's own unit.

    Attributes:
        busy: Which refusal of `BUSY` a full account gives.
        used_up: Which refusal of `USED_UP` an account without credits gives.
        avatars: Known ids of avatars.
        second_stop: Answer to a second stop: "gone" (4040) or "ok".
        token_s: Seconds that a session token is valid.
        unit: Unit of durations, "minutes" or "seconds".
        plan_max: Longest session of the plan.
        code: Code of a successful start.
        drops: Fields left out of the data of a start, "livekit.token" for example.
        words: `end_reason` of an end by the maximum, and by used-up credits.
        stop_takes: False: a stop call succeeds but changes nothing.
        leaving_ends: A session ends when its visitor leaves.
        asks_numbers: `max_session_numbers` in the answer to a start.
    """

    busy: str = "429"
    used_up: str = "403"
    avatars: set[str] = field(default_factory=lambda: {AVATAR})
    second_stop: str = "gone"
    token_s: float = math.inf
    unit: str = "minutes"
    plan_max: int = 20
    code: object = 1000
    drops: tuple[str, ...] = ()
    words: dict[str, str] = field(default_factory=lambda: {"maximum": "MAX_DURATION", "credits": "CREDIT_EXHAUSTED"})
    stop_takes: bool = True
    leaving_ends: bool = False
    asks_numbers: int = 10


class AistudiosService(Emulator):
    """The service. media_server: where its avatars are, or None for calls alone. script: of the next avatars.

    avatars: by session id, newest last.
    """

    def __init__(
        self,
        media_server: MediaServer | None = None,
        slots: int = 1,
        accounts: Iterable[App] = (),
        script: AvatarScript | None = None,
        clock: Clock | None = None,
    ) -> None:
        super().__init__([*accounts] or [App(KEY, slots)], clock)
        self.media_server = media_server
        self.script = script or AvatarScript()
        self.knobs = AistudiosKnobs()
        self.avatars: dict[str, Avatar] = {}
        self._tokens: dict[str, tuple[str, float]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._watching: asyncio.Task[None] | None = None

    @property
    def avatar(self) -> Avatar:
        """The newest avatar."""
        return list(self.avatars.values())[-1]

    def app(self, key: str = KEY) -> App:
        """Return an account."""
        account = self.accounts[key]
        assert isinstance(account, App)
        return account

    def talked(self) -> list[str]:
        """Return every text that was given to an avatar, oldest first."""
        return [request.json["message"] for request in self.asked("/talk") if isinstance(request.json, dict)]

    def forget_tokens(self) -> None:
        """Every session token that was handed out expires now."""
        self._tokens.clear()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(f"{BASE}/token", self._token),
            web.post(f"{BASE}/start", self._start),
            web.post(f"{BASE}/stop", self._stop),
            web.post(f"{BASE}/{{id}}/talk", self._talk),
            web.get(BASE, self._list),
            web.get(f"{BASE}/{{id}}", self._detail),
        ]

    async def start(self) -> None:
        await super().start()
        self._watching = asyncio.create_task(self._watch(), name="aistudios-watch")

    async def close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait({self._watching})
        for session in self.active():
            self.end(session, "emulator closed")
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await super().close()

    # ------------------------------------------------------------ credits and time

    def spent(self, key: str) -> float:
        """Return the credits that an account's sessions have cost up to now."""
        return sum(self._cost(session) for session in self.sessions if session.account == key)

    def _cost(self, session: EmulatedSession) -> float:
        until = self.clock.now() if session.ended_at is None else session.ended_at
        return (until - session.created_at) / 60 * PER_MINUTE

    def settle(self) -> None:
        super().settle()
        for account in self.accounts.values():
            running = [s for s in self.sessions if s.account == account.key and s.ended_at is None]
            over = self.spent(account.key) - account.credits if isinstance(account, App) else -math.inf
            if running and over >= 0:
                at = self.clock.now() - over / (PER_MINUTE / 60 * len(running))
                account.credits_left = False
                for session in running:
                    self.end(session, self.knobs.words["credits"])
                    session.ended_at, session.freed_at = at, at + self.release_lag_s

    def end(self, session: EmulatedSession, reason: str) -> None:
        if session.ended_at is None and self.media_server is not None and "room" in session.facts:
            self._spawn(self._clear(session))
        super().end(session, reason)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            self.settle()

    async def _clear(self, session: EmulatedSession) -> None:
        assert self.media_server is not None
        with contextlib.suppress(Exception):  # the media server may be down
            await self.media_server.close_room(session.facts["room"])
        avatar = self.avatars.get(session.id)
        if avatar is not None:
            await avatar.leave()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work, name="aistudios-service")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # ------------------------------------------------------------ calls with a session token

    async def _token(self, request: web.Request) -> web.Response:
        body = await _json(request)
        account = self.accounts.get(body.get("userKey", "")) if isinstance(body, dict) else None
        if not isinstance(account, App) or account.app_id != body.get("appId"):
            return _answer(401, 4010, None, "Invalid appId or userKey")
        token = uuid.uuid4().hex
        self._tokens[token] = (account.key, self.clock.now() + self.knobs.token_s)
        return _answer(200, 1000, {"session_token": token}, "Session token has been created")

    def _bearer(self, request: web.Request) -> App | None:
        key, until = self._tokens.get(bearer(request), ("", 0.0))
        return self.app(key) if key in self.accounts and until > self.clock.now() else None

    async def _start(self, request: web.Request) -> web.Response:
        account = self._bearer(request)
        if account is None:
            return _answer(401, 4010, None, "Session token is invalid or expired")
        body = await _json(request)
        if not isinstance(body, dict) or not isinstance(body.get("avatar_id"), str):
            return _answer(422, 4000, None, "avatar_id is required")
        if body["avatar_id"] not in self.knobs.avatars:
            return _answer(404, 4040, None, "Avatar not found")
        self.settle()
        if not account.credits_left or self.spent(account.key) >= account.credits:
            status, code, text = USED_UP[self.knobs.used_up]
            return _answer(status, code, None, text)
        try:
            session = self.take(account.key, str(uuid.uuid4()), room=f"room-{uuid.uuid4().hex}")
        except NoSlot:
            status, code, text = BUSY[self.knobs.busy]
            return _answer(status, code, None, text)
        return self._started(session, body)

    def _started(self, session: EmulatedSession, body: dict[str, Any]) -> web.Response:
        unit_s = 60.0 if self.knobs.unit == "minutes" else 1.0
        asked = body.get("max_session_duration")
        granted = min(asked, self.knobs.plan_max) if isinstance(asked, int) else self.knobs.plan_max
        session.ends_at = self.clock.now() + granted * unit_s
        session.ends_because = self.knobs.words["maximum"]
        room = session.facts["room"]
        if self.media_server is not None:
            greeting = "" if body.get("lip_audio_mode") else str(body.get("greeting_text", ""))
            avatar = Avatar(self.media_server, room, self.script, greeting, lambda: self._visitor_left(session))
            self.avatars[session.id] = avatar
            self._spawn(avatar.start())
        visitor = f"user-{uuid.uuid4().hex[:8]}"
        livekit = {
            "url": self.media_server.url if self.media_server else "wss://room.invalid",
            "room_name": room,
            "token": self.media_server.token(room, visitor) if self.media_server else uuid.uuid4().hex,
        }
        data: dict[str, Any] = {
            "session_id": session.id,
            "voice_id": uuid.uuid4().hex,
            "max_session_duration": granted,
            "max_session_numbers": self.knobs.asks_numbers,
            "livekit": {name: value for name, value in livekit.items() if f"livekit.{name}" not in self.knobs.drops},
        }
        data = {name: value for name, value in data.items() if name not in self.knobs.drops}
        return _answer(200, self.knobs.code, data, "Session has been started")

    def _visitor_left(self, session: EmulatedSession) -> None:
        if self.knobs.leaving_ends:
            self.end(session, "CLIENT_LEFT")

    async def _talk(self, request: web.Request) -> web.Response:
        account = self._bearer(request)
        if account is None:
            return _answer(401, 4010, None, "Session token is invalid or expired")
        session = self.session(request.match_info["id"])
        if session is None or session.account != account.key or session.ended_at is not None:
            return _answer(404, 4040, None, "Session not found")
        body = await _json(request)
        if not isinstance(body, dict) or not isinstance(body.get("message"), str):
            return _answer(422, 4000, None, "message is required")
        if session.id in self.avatars:
            self.avatars[session.id].say(body["message"])
        return _answer(200, 1000, None, "Message has been sent")

    # ------------------------------------------------------------ calls with the account's key

    def _studio(self, request: web.Request) -> App | None:
        key = request.headers.get("STUDIO-API-KEY", "")
        return self.app(key) if key in self.accounts else None

    async def _stop(self, request: web.Request) -> web.Response:
        account = self._studio(request)
        if account is None:
            return _answer(401, 4010, None, "Invalid STUDIO-API-KEY")
        body = await _json(request)
        session_id = body.get("session_id") if isinstance(body, dict) else None
        if not isinstance(session_id, str) or body.get("reason") not in REASONS:
            return _answer(422, 4000, None, "session_id and reason are required")
        session = self.session(session_id)
        if session is None or session.account != account.key:
            return _answer(404, 4040, None, "Session not found")
        if session.ended_at is not None and self.knobs.second_stop == "gone":
            return _answer(404, 4040, None, "Session not found")
        if self.knobs.stop_takes:
            self.end(session, body["reason"])
        return _answer(200, 1000, None, "Session has been stopped")

    async def _list(self, request: web.Request) -> web.Response:
        account = self._studio(request)
        if account is None:
            return _answer(401, 4010, None, "Invalid STUDIO-API-KEY")
        self.settle()
        wanted = {"active": (True,), "historic": (False,)}.get(request.query.get("type", ""), (True, False))
        found = [s for s in self.sessions if s.account == account.key and (s.ended_at is None) in wanted]
        try:
            page, size = int(request.query.get("page", 1)), int(request.query.get("page_size", 20))
        except ValueError:
            page = size = 0
        if page < 1 or not 1 <= size <= 100:
            return _answer(400, 4000, None, "page and page_size are out of range")
        rows = [self._row(session) for session in found[(page - 1) * size : page * size]]
        following = f"{self.url}{BASE}?page={page + 1}" if page * size < len(found) else None
        data = {"count": len(found), "next": following, "previous": None, "results": rows}
        return _answer(200, 1000, data, None)

    async def _detail(self, request: web.Request) -> web.Response:
        account = self._studio(request)
        if account is None:
            return _answer(401, 4010, None, "Invalid STUDIO-API-KEY")
        session = self.session(request.match_info["id"])
        if session is None or session.account != account.key:
            return _answer(404, 4040, None, "Session not found")
        ended = session.ended_at
        more = {"end_at": None if ended is None else _time(ended), "end_reason": session.end_reason or None}
        return _answer(200, 1000, self._row(session) | more, None)

    def _row(self, session: EmulatedSession) -> dict[str, Any]:
        until = self.clock.now() if session.ended_at is None else session.ended_at
        return {
            "sessionId": session.id,
            "created_at": _time(session.created_at),
            "updated_at": _time(until),
            "duration": round(until - session.created_at),
            "source": "API",
            "credits_consumed": round(self._cost(session), 2),
        }


def _answer(status: int, code: object, data: object, message: str | None) -> web.Response:
    return web.json_response({"code": code, "data": data, "message": message}, status=status)


def _time(seconds: float) -> str:
    return (_BEGINNING + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def _json(request: web.Request) -> Any:
    try:
        return json.loads(await request.text())
    except ValueError:
        return None


async def serve(slots: int) -> None:
    """Run the service on a real media server until interrupted, and say which settings reach it."""
    from tests.rigs.livekit_server import start_server
    from tests.vendors.agent_media import AgentLook
    from tests.vendors.livekit_media_server import LiveKitMediaServer

    server = start_server()
    media_server = LiveKitMediaServer(server)
    service = AistudiosService(media_server, slots, script=AvatarScript(look=AgentLook(width=720, height=1280, fps=25)))
    try:
        await service.start()
        print(
            f'[service]\nvendor = "aistudios"\n\n[service.aistudios]\nbase_url = "{service.url}"\napp_id = "{APP}"\n'
            f'user_key = "{KEY}"\navatar_id = "{AVATAR}"\ngreeting = "Hello! Ask me anything."\n\n'
            f"# the truth: {service.url}/admin\n",
            flush=True,
        )
        await asyncio.Event().wait()
    finally:
        await service.close()
        await media_server.close()
        server.close()
