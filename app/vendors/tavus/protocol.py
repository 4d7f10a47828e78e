"""App messages of a Tavus conversation: received as common events, and sent (docs/vendors/tavus.md 4.4 to 4.6)."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from app.events import Ended, Event, Ready, Speaking
from app.rooms.base import (
    AvatarVideo,
    Choice,
    Data,
    Disconnected,
    FirstFrame,
    Participant,
    ParticipantsChanged,
    Room,
    RoomEvent,
)
from app.screens import EndReason, Speaker
from app.vendors.errors import VendorError
from app.vendors.session import SessionInfo
from app.vendors.tavus.captions import TavusCaptions
from app.vendors.tavus.control import TavusControl, shutdown_word
from app.vendors.tavus.errors import end_reason
from app.vendors.tavus.languages import CLOSING
from app.vendors.tavus.settings import TavusSettings

log = logging.getLogger(__name__)

MOST_BYTES = 65_536  # of a message; those of the service are far smaller
WHY_S = 2.0


class TavusProtocol:
    """Decodes one conversation and sends our messages; see `VendorProtocol`."""

    def __init__(self, control: TavusControl, session: SessionInfo, settings: TavusSettings) -> None:
        self._control = control
        self._session = session
        self._settings = settings
        self._captions = TavusCaptions()
        self._speaks = {Speaker.VISITOR: False, Speaker.AVATAR: False}
        self._is_ready = self._had_avatar = self._is_over = False
        self._is_avatar_away = asyncio.Event()  # the conversation may have ended: ask the service

    def choose(self, participants: Sequence[Participant]) -> Choice:
        """See `VendorProtocol.choose`: the room admits two, so whoever has a picture is the avatar."""
        seen = next((m for m in participants if m.has_video), None)
        heard = seen if seen is not None and seen.has_audio else next((m for m in participants if m.has_audio), None)
        return Choice(seen.identity if seen else None, heard.identity if heard else None)

    # ------------------------------------------------------------ received

    def decode(self, event: RoomEvent, room: Room) -> Iterable[Event]:
        """See `VendorProtocol.decode`."""
        try:
            return tuple(self._decode(event, room))
        except Exception as error:
            log.warning("a room event could not be read", extra={"error": type(error).__name__})
            return ()

    def _decode(self, event: RoomEvent, room: Room) -> Iterator[Event]:
        match event:
            case FirstFrame() if not self._is_ready:
                self._is_ready = True
                yield Ready()
            case ParticipantsChanged(participants=participants):
                self._had_avatar = self._had_avatar or bool(participants)
                self._note_away(self._had_avatar and not participants)
            case AvatarVideo(present=present):
                self._note_away(not present)
            case Disconnected():
                self._note_away(False)
            case Data(payload=payload, identity=identity) if not self._is_over and identity != room.identity:
                yield from self._message(payload)
            case _:
                pass

    def _note_away(self, is_away: bool) -> None:
        if is_away:
            self._is_avatar_away.set()
        else:
            self._is_avatar_away.clear()

    def _message(self, payload: bytes) -> Iterator[Event]:
        message = _object(payload)
        name = message.get("event_type")
        if not isinstance(name, str):
            return
        given = message.get("properties")
        properties = given if isinstance(given, dict) else {}
        match name.split("."):
            case ["system", "shutdown"]:
                yield self._ended(end_reason(shutdown_word(properties) or shutdown_word(message)))
            case ["conversation", "utterance", "streaming"] if speaker := _speaker(properties.get("role")):
                yield from self._captions.streamed(speaker, message, properties)
            case ["conversation", "utterance"] if speaker := _speaker(properties.get("role")):
                yield from self._captions.whole(speaker, message, properties)
            case ["conversation", ("started_speaking" | "stopped_speaking") as what]:
                yield from self._speaking(_speaker(properties.get("role")), what, properties)
            case ["conversation", role, ("started_speaking" | "stopped_speaking") as what]:
                yield from self._speaking(_speaker(role), what, properties)
            case _:
                pass  # heartbeats, perception, tools, participants: a visit needs none of them

    def _speaking(self, speaker: Speaker | None, what: str, properties: Mapping[str, Any]) -> Iterator[Event]:
        """Two families of these events may come together, so only a change counts."""
        if speaker is None:
            return
        active = what == "started_speaking"
        if not active and speaker is Speaker.AVATAR and properties.get("interrupted") is True:
            yield from self._captions.close(speaker)
        if active != self._speaks[speaker]:
            self._speaks[speaker] = active
            yield Speaking(speaker, active)

    def _ended(self, reason: EndReason) -> Ended:
        self._is_over = True
        return Ended(reason)

    async def attend(self, room: Room, emit: Callable[[Event], None]) -> None:
        """See `VendorProtocol.attend`: while the avatar is away, ask whether the conversation has ended."""
        while not self._is_over:
            await self._is_avatar_away.wait()
            reason = await self._why()
            if reason is not None and not self._is_over:
                emit(self._ended(EndReason.ROOM_CLOSED if reason is EndReason.UNKNOWN else reason))
            await asyncio.sleep(self._settings.end_poll_s)

    async def why_ended(self, reason: EndReason) -> EndReason:
        """See `VendorProtocol.why_ended`."""
        told = await self._why()
        return reason if told in (None, EndReason.UNKNOWN) else told

    async def _why(self) -> EndReason | None:
        try:
            async with asyncio.timeout(WHY_S):
                return await self._control.why_ended(self._session.session_id)
        except (VendorError, TimeoutError):
            return None

    # ------------------------------------------------------------ sent

    async def ask(self, room: Room, text: str) -> None:
        """See `VendorProtocol.ask`: the service treats it as the visitor's speech."""
        await self._send(room, "respond", text=text)

    async def finish_question(self, room: Room) -> None:
        """See `VendorProtocol.finish_question`: nothing; the service detects the silence."""

    async def interrupt(self, room: Room) -> None:
        """See `VendorProtocol.interrupt`."""
        await self._send(room, "interrupt")

    async def wrap_up(self, room: Room, remaining_s: float) -> None:
        """See `VendorProtocol.wrap_up`: the avatar speaks the closing sentence in the visitor's language."""
        language = self._session.language
        words = (CLOSING | self._settings.closing_words).get(language)
        if words is None:
            words = (CLOSING | self._settings.closing_words).get(language.partition("-")[0])
        if words:
            await self._send(room, "echo", modality="text", text=words, done=True)

    async def stay(self, room: Room) -> None:
        """See `VendorProtocol.stay`: nothing; this service gives no idle warning."""

    async def goodbye(self, room: Room) -> None:
        """See `VendorProtocol.goodbye`: the avatar stops speaking; only the end call ends the conversation."""
        if not self._is_over:
            await self._send(room, "interrupt")

    async def _send(self, room: Room, event: str, **properties: object) -> None:
        message: dict[str, object] = {
            "message_type": "conversation",
            "event_type": f"conversation.{event}",
            "conversation_id": self._session.session_id,
        }
        if properties:
            message["properties"] = properties
        await room.send_data(json.dumps(message).encode())


def _speaker(role: object) -> Speaker | None:
    """Return whose role this is: everybody but "user" is the avatar, whose role has several names (replica, pal)."""
    if not isinstance(role, str) or not role.strip():
        return None
    return Speaker.VISITOR if role.strip().casefold() == "user" else Speaker.AVATAR


def _object(payload: bytes) -> dict[str, Any]:
    if len(payload) > MOST_BYTES:
        return {}
    try:
        given = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return given if isinstance(given, dict) else {}
