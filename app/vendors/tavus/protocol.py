"""App messages of a Tavus conversation: received as common events, and sent (docs/vendors/tavus.md 4.4 to 4.6)."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence

from app.events import AvatarEnds, Ended, Event, Ready, Speaking
from app.rooms.base import (
    AvatarVideo,
    Choice,
    Data,
    Disconnected,
    FirstFrame,
    Participant,
    ParticipantsChanged,
    Reconnected,
    Reconnecting,
    Room,
    RoomEvent,
)
from app.screens import EndReason, Speaker
from app.vendors.errors import VendorError
from app.vendors.session import SessionInfo
from app.vendors.tavus.captions import AvatarCaptions, VisitorCaptions
from app.vendors.tavus.control import TavusControl
from app.vendors.tavus.delivery import Delivery
from app.vendors.tavus.errors import end_reason
from app.vendors.tavus.languages import CLOSING
from app.vendors.tavus.messages import Count, Message, read, speaker_of
from app.vendors.tavus.settings import TavusSettings

log = logging.getLogger(__name__)

WHY_S = 2.0
SILENT_S = 3.0  # a visitor who says nothing for so long has finished; pauses in a turn are shorter
STILL_SPEAKING_S = 10.0  # the same where the service says that he speaks, and no words come
QUESTION_S = 6.0  # to send it by HTTP
INTERRUPT_S = 2.0  # a later one would cut the next answer


class TavusProtocol:
    """Decodes one conversation and sends our messages; see `VendorProtocol`."""

    def __init__(self, control: TavusControl, session: SessionInfo, settings: TavusSettings) -> None:
        self._control = control
        self._session = session
        self._settings = settings
        self._visitor, self._avatar = VisitorCaptions(), AvatarCaptions()
        self._count, self._restarts = Count(), 0
        self._speaks = {Speaker.VISITOR: False, Speaker.AVATAR: False}
        self._is_ready = self._had_avatar = self._has_asked_to_end = self._is_over = False
        self._emit: Callable[[Event], None] = _nobody
        self._turn_ends: asyncio.TimerHandle | None = None
        self._is_repairing = self._is_avatar_away = False
        self._is_refused = False  # the service refused a message as if the conversation had ended
        self._may_be_over = asyncio.Event()  # one of the two: ask the service

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
            case Reconnecting() | Reconnected():
                self._is_repairing = isinstance(event, Reconnecting)
            case Data(payload=payload, identity=identity) if not self._is_over and identity != room.identity:
                yield from self._message(payload)
            case _:
                pass

    def _note_away(self, is_away: bool) -> None:
        self._is_avatar_away = is_away
        if is_away:
            self._may_be_over.set()
        elif not self._is_refused:
            self._may_be_over.clear()

    def _message(self, payload: bytes) -> Iterator[Event]:
        message = read(payload)
        if message is None:
            return
        if self._count.begins_anew(message):
            yield from self._number_anew()
        match message.name:
            case ["system", "shutdown"]:
                yield self._ended(end_reason(message.shutdown))
            case ["conversation", "utterance", *more] if not more or more == ["streaming"]:
                yield from self._words(message, is_whole=not more)
            case ["conversation", "tool_call"]:
                yield from self._called(message.tool)
            case ["conversation", ("started_speaking" | "stopped_speaking") as what]:
                yield from self._speaking(message.speaker, what, message.was_interrupted)
            case ["conversation", role, ("started_speaking" | "stopped_speaking") as what]:
                yield from self._speaking(speaker_of(role), what, message.was_interrupted)
            case _:
                pass  # heartbeats, perception, participants: a visit needs none of them

    def _number_anew(self) -> Iterator[Event]:
        """Turns have the numbers of earlier ones now, which are not meant."""
        yield from self._visitor.close()
        yield from self._avatar.close()
        self._restarts += 1
        prefix = f"{self._restarts}-"
        self._visitor, self._avatar = VisitorCaptions(prefix), AvatarCaptions(prefix)

    def _words(self, message: Message, is_whole: bool) -> Iterator[Event]:
        if message.speaker is Speaker.AVATAR:
            self._visitor.answer()
            yield from self._avatar.whole(message) if is_whole else self._avatar.piece(message)
        elif message.speaker is Speaker.VISITOR:
            yield from self._visitor.whole(message) if is_whole else self._visitor.piece(message)
            self._wait_for_end_of_turn()

    def _called(self, tool: str) -> Iterator[Event]:
        """The service runs no tool itself: those that mean the end are obeyed, once; others are nobody's."""
        names = {name.strip().casefold() for name in self._settings.end_call_names}
        if tool and tool.strip().casefold() in names and not self._has_asked_to_end:
            self._has_asked_to_end = True
            yield AvatarEnds()

    def _speaking(self, speaker: Speaker | None, what: str, was_interrupted: bool) -> Iterator[Event]:
        """Two families of these events may come together, so only a change counts."""
        if speaker is None:
            return
        active = what == "started_speaking"
        if active and speaker is Speaker.VISITOR:
            yield from self._visitor.begin()
        elif active:
            self._visitor.answer()
            self._avatar.begin()
        elif speaker is Speaker.AVATAR and was_interrupted:
            yield from self._avatar.close()
        if active != self._speaks[speaker]:
            self._speaks[speaker] = active
            yield Speaking(speaker, active)
            if speaker is Speaker.VISITOR:
                self._wait_for_end_of_turn()

    def _wait_for_end_of_turn(self) -> None:
        """A visitor's turn is told whole when the avatar begins to answer; where it does not, time ends the turn."""
        self._stop_waiting()
        wait_s = STILL_SPEAKING_S if self._speaks[Speaker.VISITOR] else SILENT_S
        self._turn_ends = asyncio.get_running_loop().call_later(wait_s, self._settle)

    def _stop_waiting(self) -> None:
        if self._turn_ends is not None:
            self._turn_ends.cancel()

    def _settle(self) -> None:
        for caption in self._visitor.settle():
            self._emit(caption)

    def _ended(self, reason: EndReason) -> Ended:
        self._is_over = True
        self._stop_waiting()
        return Ended(reason)

    async def attend(self, room: Room, emit: Callable[[Event], None]) -> None:
        """See `VendorProtocol.attend`: whenever the conversation may have ended, ask whether it has."""
        self._emit = emit
        try:
            await self._watch_end(emit)
        finally:
            self._stop_waiting()

    async def _watch_end(self, emit: Callable[[Event], None]) -> None:
        while not self._is_over:
            await self._may_be_over.wait()
            was_refused, self._is_refused = self._is_refused, False
            try:
                reason = await self._ask_why()
            except (VendorError, TimeoutError):
                reason = EndReason.ROOM_CLOSED if was_refused else None
            if reason is not None and not self._is_over:
                emit(self._ended(EndReason.ROOM_CLOSED if reason is EndReason.UNKNOWN else reason))
            self._note_away(self._is_avatar_away)
            await asyncio.sleep(self._settings.end_poll_s)

    async def why_ended(self, reason: EndReason) -> EndReason:
        """See `VendorProtocol.why_ended`."""
        try:
            told = await self._ask_why()
        except (VendorError, TimeoutError):
            return reason
        return reason if told in (None, EndReason.UNKNOWN) else told

    async def _ask_why(self) -> EndReason | None:
        async with asyncio.timeout(WHY_S):
            return await self._control.why_ended(self._session.session_id)

    # ------------------------------------------------------------ sent

    async def ask(self, room: Room, text: str) -> None:
        """See `VendorProtocol.ask`: the service treats it as the visitor's speech."""
        await self._send(room, self._message_of("respond", text=text), most_s=QUESTION_S, may_repeat=False)

    async def finish_question(self, room: Room) -> None:
        """See `VendorProtocol.finish_question`: nothing; the service detects the silence."""

    async def interrupt(self, room: Room) -> None:
        """See `VendorProtocol.interrupt`."""
        await self._send(room, self._message_of("interrupt"), most_s=INTERRUPT_S, may_repeat=True)

    async def wrap_up(self, room: Room, remaining_s: float) -> None:
        """See `VendorProtocol.wrap_up`: the avatar speaks the closing sentence in the visitor's language."""
        language = self._session.language
        words = (CLOSING | self._settings.closing_words).get(language)
        if words is None:
            words = (CLOSING | self._settings.closing_words).get(language.partition("-")[0])
        if words:
            await self._send_in_room(room, self._message_of("echo", modality="text", text=words, done=True))

    async def stay(self, room: Room) -> None:
        """See `VendorProtocol.stay`: nothing; this service gives no idle warning."""

    async def goodbye(self, room: Room) -> None:
        """See `VendorProtocol.goodbye`: the avatar stops speaking; only the end call ends the conversation."""
        if not self._is_over:
            await self._send_in_room(room, self._message_of("interrupt"))

    def _message_of(self, event: str, **properties: object) -> dict[str, object]:
        message: dict[str, object] = {
            "message_type": "conversation",
            "event_type": f"conversation.{event}",
            "conversation_id": self._session.session_id,
        }
        return message | ({"properties": properties} if properties else {})

    async def _send_in_room(self, room: Room, message: dict[str, object]) -> bool:
        return await room.send_data(json.dumps(message).encode())

    async def _send(self, room: Room, message: dict[str, object], *, most_s: float, may_repeat: bool) -> None:
        """Send in the room, or by HTTP where the room cannot; while its connection is repaired, first by HTTP."""
        if not self._is_repairing and await self._send_in_room(room, message):
            return
        delivery = await self._control.send(self._session.session_id, message, most_s=most_s, may_repeat=may_repeat)
        if delivery is Delivery.OVER:
            self._is_refused = True
            self._may_be_over.set()
        elif delivery is Delivery.LOST and not (self._is_repairing and await self._send_in_room(room, message)):
            log.info("a message could be sent neither in the room nor by HTTP")


def _nobody(event: Event) -> None:
    """Nobody listens yet."""
