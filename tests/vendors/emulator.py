"""The base of every emulated service: accounts with slots, sessions, recorded requests, faults, and its true state.

The test can control the clock: `Clock(manual=True)` stands still until `advance`. Effects of time on a session (a slot
freed with a delay, an abandoned session ended by the service) happen when the emulator is asked the next time.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from functools import reduce
from typing import Any, Self

from aiohttp import web
from aiohttp.typedefs import Handler


class Clock:
    """A clock in seconds; real, or standing still until `advance`."""

    def __init__(self, manual: bool = False) -> None:
        self._manual = manual
        self._ahead = 0.0

    def now(self) -> float:
        return self._ahead + (0.0 if self._manual else time.monotonic())

    def advance(self, seconds: float) -> None:
        self._ahead += seconds


@dataclass
class Account:
    """A key and how many sessions it may run at a time; `slots` may be changed at any time."""

    key: str
    slots: int = 1
    credits_left: bool = True


@dataclass
class EmulatedSession:
    """One session and its history; times are seconds on the emulator's clock.

    Attributes:
        id: The service's id.
        account: Key of its account.
        name: The name that the client gave it.
        freed_at: When its slot becomes free.
        ends_at: When the service ends it by itself.
        ends_because: Why it does so.
        end_reason: Why it ended.
        facts: Whatever else a service stores.
    """

    id: str
    account: str
    name: str = ""
    created_at: float = 0.0
    joined_at: float | None = None
    ended_at: float | None = None
    freed_at: float | None = None
    ends_at: float | None = None  # when the service ends it by itself
    ends_because: str = ""
    end_reason: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Recorded:
    """A request as it came; `json` is None where the body was not JSON."""

    method: str
    path: str
    headers: dict[str, str]
    text: str
    at: float

    @property
    def line(self) -> str:
        """Method and path with a space after each: "POST /x " is no part of "POST /x/end "."""
        return f"{self.method} {self.path} "

    @property
    def json(self) -> Any:
        try:
            return json.loads(self.text)
        except ValueError:
            return None


@dataclass
class EmulatedFault:
    """A fault of the next requests whose line (see `Recorded.line`) contains `path`.

    Attributes:
        path: Part of the line; "": every request.
        times: How many requests are affected.
        delay_s: Wait, seconds, before the service does anything.
        reset: Then cut the connection.
        status: Or answer with this status.
        body: Its body: text as it is, anything else as JSON.
        headers: Its headers.
        lose: After the service has done its work: cut the connection instead of answering. This and the following
            faults do not change refusals.
        late_s: Delay the answer by these seconds.
        without: Fields removed from the answer; "data.url": from the object in `data`.
        malformed: Send half of the JSON.
    """

    path: str = ""
    times: int = 1
    delay_s: float = 0.0
    reset: bool = False
    status: int | None = None
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    lose: bool = False
    late_s: float = 0.0
    without: tuple[str, ...] = ()
    malformed: bool = False


class NoSlot(Exception):
    """Every slot of the account is taken."""


class Emulator:
    """An HTTP service on loopback. A subclass has `routes`, and calls `take` and `end` where its service would.

    Args:
        accounts: The accounts.
        clock: The clock; None: the real one.
        release_lag_s: Seconds between the end of a session and its free slot.

    Attributes:
        requests: Every request, in order.
        answers: The answers, in the same order, without those of faults.
    """

    def __init__(
        self, accounts: Iterable[Account] = (), clock: Clock | None = None, release_lag_s: float = 0.0
    ) -> None:
        self.accounts = {account.key: account for account in accounts}
        self.clock = clock or Clock()
        self.release_lag_s = release_lag_s
        self.requests: list[Recorded] = []
        self.answers: list[str] = []
        self.sessions: list[EmulatedSession] = []
        self.url = ""
        self._faults: list[EmulatedFault] = []
        self._runner: web.AppRunner | None = None
        self._port = 0

    # ------------------------------------------------------------ life

    def routes(self) -> list[web.RouteDef]:
        """Return the service's own calls."""
        raise NotImplementedError

    async def start(self) -> None:
        """Listen on a free port of loopback; the same one again after `stop_listening`."""
        app = web.Application(middlewares=[self._middleware])
        app.add_routes([web.get("/admin", self._admin), *self.routes()])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self._port}"

    async def stop_listening(self) -> None:
        """Refuse connections, as a host that is down."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def close(self) -> None:
        """End it for good."""
        await self.stop_listening()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    # ------------------------------------------------------------ slots

    def take(self, key: str, session_id: str, **facts: Any) -> EmulatedSession:
        """Take a slot of the account for a new session. Raises NoSlot."""
        self.settle()
        if self.taken(key) >= self.accounts[key].slots:
            raise NoSlot
        session = EmulatedSession(session_id, key, created_at=self.clock.now(), facts=facts)
        self.sessions.append(session)
        return session

    def end(self, session: EmulatedSession, reason: str) -> None:
        """End a session; its slot comes free after the lag. The first end counts."""
        if session.ended_at is None:
            session.ended_at = self.clock.now()
            session.freed_at = session.ended_at + self.release_lag_s
            session.end_reason = reason

    def settle(self) -> None:
        """Let happen what time has brought."""
        now = self.clock.now()
        for session in self.sessions:
            if session.ended_at is None and session.ends_at is not None and session.ends_at <= now:
                at, reason = session.ends_at, session.ends_because
                self.end(session, reason)
                session.ended_at, session.freed_at = at, at + self.release_lag_s

    def taken(self, key: str) -> int:
        """How many slots of the account are held now."""
        self.settle()
        now = self.clock.now()
        return sum(s.account == key and (s.freed_at is None or s.freed_at > now) for s in self.sessions)

    def active(self) -> list[EmulatedSession]:
        """Sessions that run now."""
        self.settle()
        return [session for session in self.sessions if session.ended_at is None]

    def session(self, session_id: str) -> EmulatedSession | None:
        """Return a session by its id."""
        self.settle()
        return next((session for session in self.sessions if session.id == session_id), None)

    # ------------------------------------------------------------ faults and truth

    def fail(self, **what: Any) -> None:
        """Plan a fault; see `EmulatedFault` for its words. Several for one path happen one after another."""
        self._faults.append(EmulatedFault(**what))

    def heal(self) -> None:
        """Forget the faults that were planned."""
        self._faults.clear()

    def asked(self, path: str) -> list[Recorded]:
        """Return the requests whose line contains `path`."""
        return [request for request in self.requests if path in request.line]

    def truth(self) -> dict[str, Any]:
        """Everything that an outside view may show."""
        self.settle()
        return {
            "accounts": [asdict(account) | {"taken": self.taken(key)} for key, account in self.accounts.items()],
            "sessions": [asdict(session) for session in self.sessions],
            "requests": len(self.requests),
        }

    async def _admin(self, request: web.Request) -> web.Response:
        return web.json_response(self.truth())

    def _next_fault(self, line: str) -> EmulatedFault | None:
        for fault in self._faults:
            if fault.path in line and fault.times > 0:
                fault.times -= 1
                return fault
        return None

    @web.middleware
    async def _middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path == "/admin":
            return await handler(request)
        text = (await request.read()).decode("utf-8", "replace")
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = Recorded(request.method, request.path, headers, text, self.clock.now())
        self.requests.append(asked)
        fault = self._next_fault(asked.line)
        if fault is None:
            return self._noted(await handler(request))
        await asyncio.sleep(fault.delay_s)
        if fault.reset:
            return _cut(request)
        if fault.status is not None:
            body = fault.body if isinstance(fault.body, str) else json.dumps(fault.body)
            kind = "text/html" if body.lstrip().startswith("<") else "application/json"
            headers = {"Content-Type": kind} | fault.headers
            return web.Response(status=fault.status, text="" if fault.body is None else body, headers=headers)
        response = self._noted(await handler(request))
        await asyncio.sleep(fault.late_s)
        return _cut(request) if fault.lose else _spoilt(response, fault)

    def _noted(self, response: web.StreamResponse) -> web.StreamResponse:
        self.answers.append((response.text or "") if isinstance(response, web.Response) else "")
        return response


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _spoilt(response: web.StreamResponse, fault: EmulatedFault) -> web.StreamResponse:
    spoils = (fault.without or fault.malformed) and response.status < 400
    if not spoils or not isinstance(response, web.Response):
        return response
    body = response.text or ""
    if fault.without:
        given = json.loads(body)
        for name in fault.without:
            *outer, last = name.split(".")
            reduce(lambda place, key: place.get(key, {}), outer, given).pop(last, None)
        body = json.dumps(given)
    if fault.malformed:
        body = body[: len(body) // 2]
    return web.Response(status=response.status, text=body, content_type=response.content_type)


def bearer(request: web.Request) -> str:
    """Return the key of an `Authorization: Bearer` header, or ""."""
    return request.headers.get("Authorization", "").removeprefix("Bearer ")


def refusal(status: int, **body: Any) -> web.Response:
    """Return an error answer."""
    return web.json_response(body, status=status)
