"""Messages of a Convai session in its room: received as common events, and sent (docs/vendors/convai.md 4 and 5)."""

from __future__ import annotations

import asyncio
import logging
import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from app.aio import run_within
from app.events import Ended, Event, Ready
from app.rooms.base import (
    ActiveSpeakers,
    AvatarGone,
    Choice,
    Data,
    Disconnected,
    Participant,
    ParticipantsChanged,
    Reconnected,
    Reconnecting,
    Room,
    RoomEvent,
)
from app.screens import EndReason
from app.vendors.base import VendorControl
from app.vendors.captions import MOST
from app.vendors.convai.ending import Endings
from app.vendors.convai.messages import Message, read, written
from app.vendors.convai.settings import ConvaiSettings
from app.vendors.convai.turns import Handler, Turns
from app.vendors.session import SessionInfo

log = logging.getLogger(__name__)

READY = {"version": "1.2.0", "about": {"library": "kiosk", "library_version": "1.0", "platform": "python"}}
GONE_S = 10.0  # a bot that is away for this long does not come back (docs/vendors/convai.md 4.2)
_ID = re.compile(r"[\w-]{1,80}", re.ASCII)
# The first of these counts as readiness where no "bot-ready" comes (docs/vendors/convai.md 4.4).
_SIGNS_OF_LIFE = frozenset(
    {"bot-ready", "bot-llm-started", "bot-llm-text", "bot-tts-started", "bot-started-speaking", "bot-transcription"}
)


class ConvaiProtocol:
    """Decodes one session and sends our messages; see `VendorProtocol`.

    Args:
        control: Not used: the room tells everything.
        session: Not used.
        settings: Table [service.convai].
        clock: Returns a monotonic time in seconds; None: the event loop's clock.
        new_id: Returns a new UUID for each message.
    """

    def __init__(
        self,
        control: VendorControl,
        session: SessionInfo,
        settings: ConvaiSettings,
        clock: Callable[[], float] | None = None,
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        clock = clock or asyncio.get_running_loop().time
        self._settings = settings
        self._new_id = new_id
        self._turns = Turns(clock, follows_face=settings.face == "visemes", face_fps=settings.face_fps)
        self._endings = Endings(clock)
        self._bot: str | None = None
        self._is_ready = False
        self._is_over = False
        self._is_alive = asyncio.Event()  # the bot gave a first sign of life
        self._has_participants = False
        self._is_connected = True
        self._empty = asyncio.Event()  # nobody is in the room any more
        self._filled = asyncio.Event()
        self._handlers: Mapping[str, Handler] = {
            **self._turns.handlers,
            **self._endings.handlers,
            "interaction-created": self._on_interaction,
            "server-response": self._on_response,
        }

    # ------------------------------------------------------------ who is the avatar

    def choose(self, participants: Sequence[Participant]) -> Choice:
        """See `VendorProtocol.choose`: the first one with a voice stays the bot (docs/vendors/convai.md 4.2)."""
        known = next((m for m in participants if m.identity == self._bot), None)
        bot = known or next((m for m in participants if m.has_audio), None) or next(iter(participants), None)
        if bot is None:
            return Choice()
        self._bot = bot.identity
        seen = bot if bot.has_video else next((m for m in participants if m.has_video), None)
        return Choice(seen.identity if seen else None, bot.identity if bot.has_audio else None)

    # ------------------------------------------------------------ received

    def decode(self, event: RoomEvent, room: Room) -> Iterable[Event]:
        """See `VendorProtocol.decode`."""
        try:
            return tuple(self._decode(event))
        except Exception as error:
            log.warning("a room event could not be read", extra={"error": type(error).__name__})
            return ()

    def _decode(self, event: RoomEvent) -> Iterator[Event]:
        match event:
            case Data(payload=payload):
                message = read(payload)
                if message is not None:
                    yield from self._on_message(message)
            case ActiveSpeakers(identities=identities) if identities:
                yield from self._alive()
            case ParticipantsChanged(participants=participants):
                self._has_participants = bool(participants)
                self._note_presence()
            case Reconnecting() | Reconnected():
                self._is_connected = isinstance(event, Reconnected)
                self._note_presence()
            case AvatarGone():
                yield from self._endings.explained(EndReason.AVATAR_LEFT)
            case Disconnected(reason=reason):
                self._is_over = True
                yield from self._endings.explained(reason)
            case _:
                pass

    def _note_presence(self) -> None:
        # The library restores a connection by rebuilding the room: everybody seems to leave, and to come back.
        is_empty = self._is_connected and not self._has_participants
        (self._empty if is_empty else self._filled).set()
        (self._filled if is_empty else self._empty).clear()

    def _on_message(self, message: Message) -> Iterator[Event]:
        if message.type in _SIGNS_OF_LIFE:
            yield from self._alive()
        handler = self._handlers.get(message.type)
        if handler is not None:
            yield from handler(message)

    def _alive(self) -> Iterator[Event]:
        self._is_alive.set()
        if not self._is_ready:
            self._is_ready = True
            yield Ready()

    def _on_interaction(self, message: Message) -> Iterable[Event]:
        if _ID.fullmatch(message.text("interaction_id")):
            log.info("interaction", extra={"interaction_id": message.text("interaction_id")})
        return ()

    def _on_response(self, message: Message) -> Iterable[Event]:
        if message.text("status") == "error":
            asked = message.text("event_type")
            log.info("the service refuses a message", extra={"message_type": asked if _ID.fullmatch(asked) else ""})
        return ()

    # ------------------------------------------------------------ sent

    async def attend(self, room: Room, emit: Callable[[Event], None]) -> None:
        """See `VendorProtocol.attend`; docs/vendors/convai.md 4.2, 4.4.

        Sends "client-ready" until the first sign of life of the bot, then watches that the bot stays in the room.
        """
        if not await run_within(self._shake_hands(room), most_s=self._settings.ready_timeout_s):
            log.info("the character gives no sign of life")
            emit(Ended(EndReason.ERROR))
            return
        while True:
            await self._empty.wait()
            if not await run_within(self._filled.wait(), most_s=GONE_S):
                emit(Ended(self._endings.true_reason(EndReason.AVATAR_LEFT)))
                return

    async def _shake_hands(self, room: Room) -> None:
        while not self._is_alive.is_set():
            if self._settings.client_ready_s <= 0:
                await self._is_alive.wait()
                return
            await self._send(room, "client-ready", READY)
            await run_within(self._is_alive.wait(), most_s=self._settings.client_ready_s)

    async def ask(self, room: Room, text: str) -> None:
        """See `VendorProtocol.ask`."""
        await self._send(room, "user_text_message", {"text": text[:MOST]})

    async def finish_question(self, room: Room) -> None:
        """See `VendorProtocol.finish_question`."""
        await self._send(room, "force-user-stopped-speaking", {})

    async def interrupt(self, room: Room) -> None:
        """See `VendorProtocol.interrupt`; the rest of this turn is not shown, whatever the service does."""
        self._turns.drop()
        await self._send(room, "interrupt-bot", {})

    async def wrap_up(self, room: Room, remaining_s: float) -> None:
        """See `VendorProtocol.wrap_up`: sends `wrap_up_text` as context and asks the character to speak."""
        if self._settings.wrap_up_text:
            context = {"text": self._settings.wrap_up_text, "mode": "append", "run_llm": "true"}
            await self._send(room, "context-update", context)

    async def stay(self, room: Room) -> None:
        """See `VendorProtocol.stay`."""
        self._endings.somebody_is_here()
        await self._send(room, "reset-idle-timer", {})

    async def why_ended(self, reason: EndReason) -> EndReason:
        """See `VendorProtocol.why_ended`."""
        return self._endings.true_reason(reason)

    async def goodbye(self, room: Room) -> None:
        """See `VendorProtocol.goodbye`: waits for the confirmation or the room's end. Nobody else reads events now."""
        if self._is_over or not room.identity:
            return
        await self._send(room, "kill-pipeline", {})
        if not await run_within(_confirmed(room), most_s=self._settings.goodbye_s):
            log.info("the end was not confirmed in the room")

    async def _send(self, room: Room, kind: str, data: Mapping[str, Any]) -> None:
        await room.send_data(written(kind, data, self._new_id()), self._settings.data_topic)


async def _confirmed(room: Room) -> None:
    while not _is_confirmed(await room.events.get()):
        pass


def _is_confirmed(event: RoomEvent) -> bool:
    if isinstance(event, Disconnected):
        return True
    message = read(event.payload) if isinstance(event, Data) else None
    return message is not None and message.type == "server-response" and message.text("event_type") == "kill-pipeline"
