"""Sessions of AI Studios: started, stopped, confirmed, counted (docs/vendors/aistudios.md 2, 5 and 6)."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.findings import Finding
from app.http import Response
from app.screens import EndReason
from app.vendors.aistudios.errors import end_reason, stop_reason
from app.vendors.aistudios.rest import Api, is_gone
from app.vendors.aistudios.settings import NAME, AistudiosSettings
from app.vendors.base import Answers, Capabilities, VendorContext
from app.vendors.body import merged
from app.vendors.classify import unusable
from app.vendors.errors import AuthError, ConfigError, OutOfCredits, TransientError, VendorError
from app.vendors.session import SessionInfo, StopOrder, VisitRequest

ROUNDING_S = 120.0  # the maximum is sent in whole minutes, rounded up; and the service may end a little later
LATE_S = 90.0  # a start whose answer was lost has taken effect by then, or never will (docs/vendors/aistudios.md 5)


@dataclass(slots=True)
class _Lost:
    """A start whose answer could not be used.

    Attributes:
        at: When it was sent, on the event loop's clock in seconds.
        before: Ids of the sessions that ran before it; None where that is not known.
        session_id: The session's id, where the answer had it.
    """

    at: float
    before: set[str] | None
    session_id: str = ""


class AistudiosControl:
    """Calls to the service; see `VendorControl`.

    Args:
        context: Settings, HTTP client and the rest.
        epoch: Returns the seconds since the epoch.
    """

    def __init__(self, context: VendorContext[AistudiosSettings], epoch: Callable[[], float] = time.time) -> None:
        self._context = context
        self._settings = settings = context.settings
        self._credits = context.credits
        self._epoch = epoch
        self._unit_s = 60.0 if settings.duration_unit == "minutes" else 1.0
        self._lost: dict[str, _Lost] = {}
        self._ours: set[str] = set()
        self._is_starting = False
        self.api = Api(settings, context.http, epoch)
        self.capabilities = Capabilities(
            stop=True,
            captions=False,
            transcripts=False,
            answers_prove=True,  # local voice detection followed by the avatar's voice
            orphan_s=ROUNDING_S,
        )

    # ------------------------------------------------------------ start

    async def start(self, request: VisitRequest) -> SessionInfo:
        """See `VendorControl.start`: fetches a session token where there is none, then starts the session."""
        if self._credits is not None and self._credits.is_used_up:
            raise OutOfCredits(NAME, "the credits of [budget] are used up")
        self._is_starting = True
        try:
            return await self._start(request)
        finally:
            self._is_starting = False

    async def _start(self, request: VisitRequest) -> SessionInfo:
        lost = _Lost(asyncio.get_running_loop().time(), await self._running())
        body, at = self._body(request), self._epoch()
        most_s = self._seconds(body.get("max_session_duration")) or request.max_s
        try:
            response, data = await self.api.start(body, self._context.create_timeout_s)
            session = self._session(response, data, request, most_s, lost)
        except VendorError as error:
            if error.ambiguous:
                self._lost[request.name] = lost
                await self._count_from(request.name, at, most_s)
            raise
        self._ours.add(session.session_id)
        await self._count_from(request.name, at, most_s)
        return session

    async def _running(self) -> set[str] | None:
        """Return what runs before a start, where a lost answer may be looked for afterwards (`sole_key`)."""
        if not self._settings.sole_key:
            return None
        try:
            return await self.api.active()
        except VendorError:
            return None

    def _body(self, request: VisitRequest) -> dict[str, Any]:
        """Return the body of the start call (docs/vendors/aistudios.md 2.2)."""
        settings = self._settings
        persona: dict[str, Any] = {"language": self._language(request)}
        if settings.system_prompt:
            persona["llm_configurations"] = {"custom_settings": {"system_prompt": settings.system_prompt}}
        body = {
            "avatar_id": settings.avatar_id,
            "avatar_persona": persona,
            "max_session_duration": math.ceil(round(request.max_s / self._unit_s, 6)),
        }
        if settings.greeting:
            body["greeting_text"] = settings.greeting
        return merged(body, settings.extra)

    def _language(self, request: VisitRequest) -> str:
        keeps_first = request.language == self._context.language and "language" in self._settings.model_fields_set
        return self._settings.language if keeps_first else request.language

    def _session(
        self, response: Response, data: Any, request: VisitRequest, asked_s: float, lost: _Lost
    ) -> SessionInfo:
        given = data if isinstance(data, dict) else {}
        livekit = given.get("livekit")
        room = livekit if isinstance(livekit, dict) else {}
        session_id, url, token = _text(given, "session_id"), _text(room, "url"), _text(room, "token")
        lost.session_id = session_id
        if not (session_id and url and token):
            missing = "session_id" if not session_id else "livekit.url" if not url else "livekit.token"
            what = f"the start call answered without {missing}"
            raise unusable(NAME, response, what) if given else self.api.unusable(response, what)
        told_s = self._seconds(given.get("max_session_duration"))
        return SessionInfo(
            provider=NAME,
            session_id=session_id,
            media_url=url,
            media_token=token,
            # Whole minutes, rounded up, may be more than the plan allows.
            max_duration_s=min(asked_s if told_s is None else told_s, asked_s, self._settings.plan_max_s),
            avatar_identity_hint=self._settings.avatar_identity or None,
            language=request.language,
        )

    def _seconds(self, duration: object) -> float | None:
        """Return the service's duration in seconds; None where the value is no duration."""
        if isinstance(duration, bool) or not isinstance(duration, int | float) or not 0 < duration < 1e9:
            return None
        return duration * self._unit_s

    # ------------------------------------------------------------ stop

    async def stop(self, order: StopOrder) -> bool:
        """See `VendorControl.stop`: the end is confirmed by the session's detail, or by its absence from the list."""
        session_id = order.session_id
        if not session_id:
            lost = self._lost.get(order.name)
            if lost is None:
                return False  # of an earlier process; rows of the list do not tell which sessions are ours
            session_id = lost.session_id
            if not session_id:
                return await self._stop_lost(order, lost)
        await self._end(session_id, order.reason)
        self._ours.discard(session_id)
        self._lost.pop(order.name, None)
        if self._credits is not None:
            await self._credits.end(order.name)
        return True

    async def _end(self, session_id: str, reason: EndReason) -> None:
        """End one session and confirm it. Raises VendorError where it may still run."""
        try:
            await self.api.stop(session_id, stop_reason(reason))
        except VendorError as error:
            if is_gone(error):
                return
            if error.http_status is None or not await self._has_ended(session_id):
                raise
            return
        try:
            has_ended = await self._has_ended(session_id)
        except (AuthError, ConfigError):
            return  # the stop call succeeded; only the question after it is refused
        if not has_ended:
            raise TransientError(NAME, "a session runs on after its stop")

    async def _has_ended(self, session_id: str) -> bool:
        detail = await self.api.detail(session_id)
        return detail.has_ended or session_id not in await self.api.active()

    async def _stop_lost(self, order: StopOrder, lost: _Lost) -> bool:
        """Stop a session that a start with a lost answer may have begun; only where nothing else uses the key."""
        if lost.before is None:
            del self._lost[order.name]
            return False
        running = await self.api.active()
        if self._is_starting:
            raise TransientError(NAME, "another session begins just now")
        found = running - lost.before - self._ours
        for session_id in found:
            await self._end(session_id, order.reason)
        if not found and asyncio.get_running_loop().time() - lost.at < LATE_S:
            raise TransientError(NAME, "a session may still begin")
        del self._lost[order.name]
        if self._credits is not None:
            await (self._credits.end(order.name) if found else self._credits.forget(order.name))
        return True

    # ------------------------------------------------------------ questions to the service

    async def count(self) -> int | None:
        """See `VendorControl.count`."""
        return await self.api.count()

    async def check(self) -> list[Finding]:
        """See `VendorControl.check`: asks for a token and the list; only a session could test the avatar's id."""
        await self.api.new_token()
        running = await self.api.count()
        of = f" of {self._context.slots}" if self._context.slots else ""
        found = [
            Finding("key", True, "app_id and user_key are accepted"),
            Finding("avatar", None, "avatar_id can be tried by a visit only: the service has no other call for it"),
            Finding("sessions", None, "the service does not tell how many run")
            if running is None
            else Finding("sessions", True, f"{running}{of} run now on this account"),
            *self._credit_findings(),
        ]
        if self._settings.conversation == "bridge":
            found.append(Finding("conversation", None, '"bridge" has no effect yet: the service itself listens'))
        return found

    def _credit_findings(self) -> list[Finding]:
        if self._credits is None:
            return []
        used, bought = self._credits.used(), self._credits.bought
        if not bought:
            return [Finding("credits", True, f"{used:.1f} used by this kiosk's count; budget.credits sets a limit")]
        text = f"{used:.1f} of {bought:g} used by this kiosk's count"
        if self._credits.is_used_up:
            return [Finding("credits", False, f"{text}: none left; buy more, and raise budget.credits by as many")]
        if self._credits.is_low:
            return [Finding("credits", None, f"{text}: {used / bought:.0%}, time to buy more")]
        return [Finding("credits", True, text)]

    async def why_ended(self, session_id: str) -> EndReason | None:
        """Return why the service says that a session ended; None where it says that the session runs."""
        detail = await self.api.detail(session_id)
        return end_reason(detail.reason, self._settings.end_reasons) if detail.has_ended else None

    # ------------------------------------------------------------ credits and answers

    def credits_left_s(self) -> float | None:
        """Return for how many seconds of a session the credits last; None: no limit."""
        return None if self._credits is None else self._credits.left_s()

    def answers(self, language: str) -> Answers | None:
        """Return the answers of the site's file in a language, for one visit; None where there is no file."""
        return None if self._context.answers is None else self._context.answers(language)

    async def _count_from(self, name: str, at: float, most_s: float) -> None:
        if self._credits is not None:
            await self._credits.begin(name, at, most_s)


def _text(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    return value if isinstance(value, str) and value.strip() else ""
