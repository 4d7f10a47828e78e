"""Messages of a Convai session in its room: received as common events, and sent (docs/vendors/convai.md 4 and 5)."""

from __future__ import annotations

import asyncio
import logging
import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from app.aio import run_within
from app.events import Ended, Event, QuestionRefused, Ready
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
from app.vendors.convai.bot import Bot
from app.vendors.convai.ending import Endings
from app.vendors.convai.messages import Message, read, written
from app.vendors.convai.settings import ConvaiSettings
from app.vendors.convai.turns import Handler, Turns
from app.vendors.session import SessionInfo

log = logging.getLogger(__name__)

READY = {"version": "1.2.0", "about": {"library": "kiosk", "library_version": "1.0", "platform": "python"}}
LOOK_S = 0.25  # how often it is looked whether something is overdue
GONE_S = 10.0  # a bot that is away for this long does not come back (docs/vendors/convai.md 4.2)
QUESTION = "user_text_message"
_USED_UP = "usage limit exceeded"  # in the refusal of a question (docs/vendors/convai.md 3)
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
        self._clock = clock = clock or asyncio.get_running_loop().time
        self._settings = settings
        self._new_id = new_id
        self._turns = Turns(clock, follows_face=settings.face == "visemes", face_fps=settings.face_fps)
        self._endings = Endings(clock)
        self._bot = Bot()
        self._is_ready = False
        self._is_over = False
        self._is_alive = asyncio.Event()  # the bot gave a first sign of life
        self._has_participants = False
        self._is_connected = True
        self._empty_since: float | None = None  # nobody is in the room any more
        self._unanswered = 0  # questions that the service has neither taken nor refused
        self._handlers: Mapping[str, Handler] = {
            **self._turns.handlers,
            **self._endings.handlers,
            "interaction-created": self._on_interaction,
            "server-response": self._on_response,
        }

    # ------------------------------------------------------------ who is the avatar

    def choose(self, participants: Sequence[Participant]) -> Choice:
        """See `VendorProtocol.choose`."""
        return self._bot.choose(participants)

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
            case Data():
                message = self._read(event)
                if message is not None:
                    yield from self._on_message(message)
            case ActiveSpeakers(identities=identities) if self._bot.is_one_of(identities):
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

    def _read(self, event: Data) -> Message | None:
        message = read(event.payload)
        return message if message is not None and self._bot.sent(event.identity) else None

    def _note_presence(self) -> None:
        # The library restores a connection by rebuilding the room: everybody seems to leave, and to come back.
        is_empty = self._is_connected and not self._has_participants
        if not is_empty:
            self._empty_since = None
        elif self._empty_since is None:
            self._empty_since = self._clock()

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
            # It names the conversation that the service keeps, so it is written into detailed logs only.
            log.debug("interaction", extra={"interaction_id": message.text("interaction_id")})
        return ()

    def _on_response(self, message: Message) -> Iterator[Event]:
        asked, is_refused = message.text("event_type"), message.text("status") == "error"
        if is_refused:
            log.info("the service refuses a message", extra={"message_type": asked if _ID.fullmatch(asked) else ""})
        if asked != QUESTION or not (is_refused or message.text("status") == "success"):
            return
        is_first, self._unanswered = self._unanswered > 0, max(0, self._unanswered - 1)
        if is_refused and _USED_UP in message.text("message").lower():
            yield Ended(EndReason.OUT_OF_CREDITS)
        elif is_refused and is_first:  # an answer may come twice, in two forms
            yield QuestionRefused()

    # ------------------------------------------------------------ sent

    async def attend(self, room: Room, emit: Callable[[Event], None]) -> None:
        """See `VendorProtocol.attend`; docs/vendors/convai.md 4.2, 4.4, 4.5.

        Sends "client-ready" until the first sign of life of the bot. Then ends turns that the service leaves open, and
        watches that the bot stays in the room.
        """
        await self._shake_hands(room)
        while True:
            await asyncio.sleep(LOOK_S)
            for event in self._turns.overdue():
                emit(event)
            if self._empty_since is not None and self._clock() - self._empty_since >= GONE_S:
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
        self._unanswered += 1
        self._turns.typed()
        await self._send(room, QUESTION, {"text": text[:MOST]})

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
        self._bot.sum_up()
        if self._is_over or not room.identity:
            return
        await self._send(room, "kill-pipeline", {})
        if not await run_within(self._confirmed(room), most_s=self._settings.goodbye_s):
            log.info("the end was not confirmed in the room")

    async def _confirmed(self, room: Room) -> None:
        while not self._is_confirmed(await room.events.get()):
            pass

    def _is_confirmed(self, event: RoomEvent) -> bool:
        if isinstance(event, Disconnected):
            return True
        message = self._read(event) if isinstance(event, Data) else None
        kind = "server-response", "kill-pipeline"
        return message is not None and (message.type, message.text("event_type")) == kind

    async def _send(self, room: Room, kind: str, data: Mapping[str, Any]) -> None:
        # Which of label, id and our own sid the service looks for is contradictory (docs/vendors/convai.md 4.3).
        payload = written(kind, {**data, "participant_sid": room.sid}, self._new_id())
        await room.send_data(payload, self._settings.data_topic)
