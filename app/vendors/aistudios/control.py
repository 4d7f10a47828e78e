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
from app.vendors.aistudios import errors as words
from app.vendors.aistudios.rest import Api, is_gone
from app.vendors.aistudios.settings import NAME, AistudiosSettings
from app.vendors.base import Answers, Capabilities, SessionInfo, StopOrder, VendorContext, VisitRequest
from app.vendors.body import merged
from app.vendors.classify import unusable
from app.vendors.errors import AuthError, ConfigError, OutOfCredits, TransientError, VendorError

ROUNDING_S = 120.0  # whole minutes, rounded up, and the service's own slack
LATE_S = 90.0  # a start whose answer was lost has taken effect by then, or never will


@dataclass(slots=True)
class _Lost:
    """A start whose answer could not be used: what ran before it, where that is known, and its id if it came."""

    at: float
    before: set[str] | None
    session_id: str = ""


class AistudiosControl:
    """Calls to the service; see `Control`. epoch: seconds since the epoch now."""

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
        """See `Control.start`: a session token where there is none, then the session itself."""
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
        """Return what runs before a start, where that can help afterwards."""
        if not self._settings.sole_key:
            return None
        try:
            return await self.api.active()
        except VendorError:
            return None

    def _body(self, request: VisitRequest) -> dict[str, Any]:
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
            raise unusable(NAME, response, f"the start call answered without {missing}")
        told_s = self._seconds(given.get("max_session_duration"))
        return SessionInfo(
            provider=NAME,
            session_id=session_id,
            media_url=url,
            media_token=token,
            # Whole minutes, rounded up, may be more than the plan has.
            max_duration_s=min(asked_s if told_s is None else told_s, asked_s, self._settings.plan_max_s),
            avatar_identity_hint=self._settings.avatar_identity or None,
            language=request.language,
        )

    def _seconds(self, duration: object) -> float | None:
        """Return a duration of the service's in seconds, or None where it is none."""
        if isinstance(duration, bool) or not isinstance(duration, int | float) or not 0 < duration < 1e9:
            return None
        return duration * self._unit_s

    # ------------------------------------------------------------ stop

    async def stop(self, order: StopOrder) -> bool:
        """See `Control.stop`: stopped, and confirmed by the session's detail or by its absence from the list."""
        session_id = order.session_id
        if not session_id:
            lost = self._lost.get(order.name)
            if lost is None:
                return False  # of another run; list rows carry no sign of ours
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
        """End one session and see that it ended. Raises where it may still run."""
        try:
            await self.api.stop(session_id, words.stop_reason(reason))
        except VendorError as error:
            if is_gone(error):
                return
            if error.http_status is None or not await self._has_ended(session_id):
                raise
            return
        try:
            has_ended = await self._has_ended(session_id)
        except (AuthError, ConfigError):
            return  # the stop was taken; only the looking is refused
        if not has_ended:
            raise TransientError(NAME, "a session runs on after its stop")

    async def _has_ended(self, session_id: str) -> bool:
        detail = await self.api.detail(session_id)
        return detail.has_ended or session_id not in await self.api.active()

    async def _stop_lost(self, order: StopOrder, lost: _Lost) -> bool:
        """Look for a session that a lost answer may have begun; only where nobody else uses the key."""
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

    # ------------------------------------------------------------ looking

    async def count(self) -> int | None:
        """See `Control.count`."""
        return await self.api.count()

    async def check(self) -> list[Finding]:
        """See `Control.check`: a token and the session list; the avatar's id is tried by nothing but a session."""
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
        return words.end_reason(detail.reason, self._settings.end_reasons) if detail.has_ended else None

    # ------------------------------------------------------------ credits and answers

    def credits_left_s(self) -> float | None:
        """Return how long a session may last by the credits that are left, seconds; None: they are not limited."""
        return None if self._credits is None else self._credits.left_s()

    def answers(self, language: str) -> Answers | None:
        """Return what the site's file answers in a language, for one visit; None where there is no file."""
        return None if self._context.answers is None else self._context.answers(language)

    async def _count_from(self, name: str, at: float, most_s: float) -> None:
        if self._credits is not None:
            await self._credits.begin(name, at, most_s)


def _text(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    return value if isinstance(value, str) and value.strip() else ""
