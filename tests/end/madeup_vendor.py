"""A service that nobody offers, as one file: what somebody writes who adds a service to the kiosk.

`test_madeup_vendor` lays it into `app/vendors` of a copy of the program, and changes nothing else there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

from pydantic import SecretStr

from app.events import Caption, Event, Ready
from app.findings import Finding
from app.http import HttpFailure, Response
from app.rooms.base import Choice, Data, FirstFrame, Participant, Room, RoomEvent
from app.screens import EndReason, Speaker
from app.settings.service import LiveKitRoomSettings
from app.settings.types import HttpUrl
from app.system.redact import Redactor
from app.vendors.base import Capabilities, Vendor, VendorContext
from app.vendors.classify import ErrorPattern, ErrorPatterns, refused, unanswered, unusable
from app.vendors.session import SessionInfo, StopOrder, VisitRequest

NAME = "madeup"
PATTERNS = ErrorPatterns(
    busy=(ErrorPattern(text="every seat is taken"),), credits=(ErrorPattern(statuses=frozenset({402})),)
)


class MadeupSettings(LiveKitRoomSettings):
    """[service.madeup]. seat: where the avatar sits."""

    base_url: HttpUrl = "https://avatars.invalid"
    api_key: SecretStr = SecretStr("")
    seat: str = "front"


class MadeupControl:
    """Opens, closes and lists seats; see `VendorControl`."""

    def __init__(self, context: VendorContext[MadeupSettings]) -> None:
        self._settings = context.settings
        self._http = context.http
        self._clean = Redactor([self._settings.api_key.get_secret_value()])  # a refusal may repeat the key
        self._patterns = PATTERNS.with_texts(self._settings.busy_texts, self._settings.credits_texts)
        self.capabilities = Capabilities(transcripts=False, orphan_s=60.0)

    async def start(self, request: VisitRequest) -> SessionInfo:
        """See `VendorControl.start`."""
        body = {"seat": self._settings.seat, "longest": request.max_s, "name": request.name}
        answer = await self._call("open", body)
        given = answer.json()
        if not isinstance(given, dict) or not all(isinstance(given.get(key), str) for key in ("id", "url", "token")):
            raise unusable(NAME, answer, "the answer lacks id, url or token")
        return SessionInfo(NAME, given["id"], given["url"], given["token"], max_duration_s=request.max_s)

    async def stop(self, order: StopOrder) -> bool:
        """See `VendorControl.stop`."""
        if not order.session_id:
            return False
        await self._call("close", {"id": order.session_id, "why": order.reason.value})
        return True

    async def count(self) -> int | None:
        """See `VendorControl.count`."""
        given = (await self._call("count", {})).json()
        return given.get("open") if isinstance(given, dict) else None

    async def check(self) -> list[Finding]:
        """See `VendorControl.check`."""
        return [Finding("key", True, f"is accepted, {await self.count()} seats are taken")]

    async def _call(self, what: str, body: object) -> Response:
        headers = {"X-Key": self._settings.api_key.get_secret_value()}
        url = f"{self._settings.base_url}/{what}"
        try:
            answer = await self._http.request("POST", url, headers=headers, body=body, timeout_s=10.0)
        except HttpFailure as failure:
            raise unanswered(NAME, failure) from None
        if not 200 <= answer.status < 300:
            raise refused(NAME, answer, self._patterns, time.time(), self._clean)
        return answer


class MadeupProtocol:
    """Messages are plain text: what the avatar says; see `VendorProtocol`."""

    def __init__(self, control: MadeupControl, session: SessionInfo, settings: MadeupSettings) -> None:
        self._count = 0

    def choose(self, participants: Sequence[Participant]) -> Choice:
        """See `VendorProtocol.choose`."""
        avatar = next((participant.identity for participant in participants if participant.has_video), None)
        return Choice(avatar, avatar)

    def decode(self, event: RoomEvent, room: Room) -> Iterable[Event]:
        """See `VendorProtocol.decode`."""
        match event:
            case FirstFrame():
                yield Ready()
            case Data(payload=payload) if text := payload.decode(errors="replace").strip():
                self._count += 1
                yield Caption(Speaker.AVATAR, f"said-{self._count}", text, final=True)
            case _:
                pass

    async def attend(self, room: Room, emit: Callable[[Event], None]) -> None:
        """See `VendorProtocol.attend`."""

    async def ask(self, room: Room, text: str) -> None:
        """See `VendorProtocol.ask`."""
        await room.send_data(text.encode())

    async def finish_question(self, room: Room) -> None:
        """See `VendorProtocol.finish_question`."""

    async def interrupt(self, room: Room) -> None:
        """See `VendorProtocol.interrupt`."""

    async def wrap_up(self, room: Room, remaining_s: float) -> None:
        """See `VendorProtocol.wrap_up`."""

    async def stay(self, room: Room) -> None:
        """See `VendorProtocol.stay`."""

    async def why_ended(self, reason: EndReason) -> EndReason:
        """See `VendorProtocol.why_ended`."""
        return reason

    async def goodbye(self, room: Room) -> None:
        """See `VendorProtocol.goodbye`."""


VENDOR = Vendor(
    name=NAME,
    settings=MadeupSettings,
    media="livekit",
    control=MadeupControl,
    protocol=MadeupProtocol,
    required=("api_key",),
)
