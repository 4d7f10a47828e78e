"""The conventions of LiveKit Agents 1.x in a room: agent state, transcription and chat (docs/vendors/livekit.md 4)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.events import Caption, Event, Ready, Speaking, Thinking
from app.rooms.base import (
    ActiveSpeakers,
    AvatarAudio,
    AvatarVideo,
    Choice,
    Disconnected,
    FirstFrame,
    Participant,
    ParticipantsChanged,
    Room,
    RoomEvent,
    Text,
)
from app.screens import EndReason, Speaker
from app.vendors.captions import MOST, spoken, unpacked

log = logging.getLogger(__name__)

STATE = "lk.agent.state"
ON_BEHALF = "lk.publish_on_behalf"
CHAT = "lk.chat"
TRANSCRIPTION = "lk.transcription"
LEGACY = "lk.transcription.legacy"
SEGMENT = "lk.segment_id"
FINAL = "lk.transcription_final"

# Names and states: docs/vendors/livekit.md 4.1, 4.2, 4.4, 4.5.
_READY_STATES = frozenset({"listening", "thinking", "speaking"})
_MOST_RAW = 8 * MOST  # characters; JSON lines carry times beside each word (docs/vendors/livekit.md 4.4)
_MOST_KEPT = 64  # streams open at once, and segments remembered as closed


@dataclass(slots=True)
class _Captions:
    """Assembles segments out of pieces of text streams (docs/vendors/livekit.md 4.4, 4.5).

    Attributes:
        raw: What has come of each open stream, by its id.
        closed: The text of each closed segment.
        turn: Number of the visitor's turn; names segments that come without an id.
        has_streams: Whether any text stream ever came.
        older: What is shown from the older event, until the stream with the same words comes.
    """

    raw: dict[str, str] = field(default_factory=dict)
    closed: dict[tuple[Speaker, str], str] = field(default_factory=dict)
    turn: int = 0
    has_streams: bool = False
    older: dict[Speaker, str] = field(default_factory=dict)

    def take(self, event: Text, own: str) -> Iterator[Caption]:
        """Yield the captions that this piece changes; `own` is our identity in the room."""
        speaker = Speaker.VISITOR if event.identity == own else Speaker.AVATAR
        if event.topic == LEGACY:
            yield from self._older(event, speaker)
            return
        raw = (self.raw.pop(event.stream, "") + event.text)[:_MOST_RAW]
        if not event.closed:
            self.raw[event.stream] = raw
            _keep_newest(self.raw)
        if event.topic == CHAT:
            if speaker is Speaker.AVATAR and event.closed and not self._was_said(raw.strip()):
                yield from self._show(speaker, event.stream, unpacked(raw, closed=True), final=True)
            return
        self.has_streams = True
        if speaker is Speaker.VISITOR:
            yield from self._visitor(event, raw)
        else:
            # An interrupted stream is simply closed early.
            segment = event.attributes.get(SEGMENT) or event.stream
            yield from self._show(speaker, segment, unpacked(raw, event.closed), final=event.closed)

    def _visitor(self, event: Text, raw: str) -> Iterator[Caption]:
        """Each stream holds the whole segment so far; only the last one of a segment is final."""
        final = event.closed and event.attributes.get(FINAL) == "true"
        if event.closed and not final:
            return
        segment = event.attributes.get(SEGMENT) or f"turn-{self.turn}"
        if final:
            self.turn += 1
        yield from self._show(Speaker.VISITOR, segment, spoken(unpacked(raw, event.closed)), final)

    def _older(self, event: Text, speaker: Speaker) -> Iterator[Caption]:
        """The older event repeats every text stream: it counts only while no stream ever came."""
        if self.has_streams or not event.closed:
            return
        text = spoken(event.text) if speaker is Speaker.VISITOR else event.text.strip()[:MOST]
        self.older[speaker] = text
        yield from self._show(speaker, event.stream, text, final=True)

    def _show(self, speaker: Speaker, segment: str, text: str, final: bool) -> Iterator[Caption]:
        key = (speaker, segment)
        if not text or key in self.closed:
            return
        is_repeat = self.has_streams and self.older.get(speaker, "").startswith(text)
        if final:
            if self.has_streams:
                self.older.pop(speaker, None)
            self.closed[key] = text
            _keep_newest(self.closed)
        if not is_repeat:
            yield Caption(speaker, segment, text, final)

    def _was_said(self, text: str) -> bool:
        return any(speaker is Speaker.AVATAR and said == text for (speaker, _), said in self.closed.items())


class AgentsProtocol:
    """Decodes one session with a LiveKit agent; see `VendorProtocol`.

    Args:
        expect_video: The avatar is not ready before its first picture.
        interrupt_method: Remote procedure that makes the operator's agent stop speaking; "" for none, because there is
            no standard one (docs/vendors/livekit.md 4.5).
        codec: The only MIME type that the picture should have, "" for any; another one is logged for staff.
        agent_hint: Identity of the agent, where the service tells it.
    """

    def __init__(
        self, *, expect_video: bool = True, interrupt_method: str = "", codec: str = "", agent_hint: str | None = None
    ) -> None:
        self._expect_video = expect_video
        self._interrupt_method = interrupt_method
        self._codec = codec.lower()
        self._hint = agent_hint
        self._captions = _Captions()
        self._agent: str | None = None
        self._had_agent = False
        self._state: str | None = None
        self._has_frame = False
        self._has_audio = False
        self._is_ready = False
        self._own_speaks = False
        self._avatar_speaks = False
        self._thinks = False

    # ------------------------------------------------------------ who is the avatar

    def choose(self, participants: Sequence[Participant]) -> Choice:
        """See `VendorProtocol.choose`: the agent's tracks, else its avatar worker's, else whoever has a picture.

        The rules are those of docs/vendors/livekit.md 4.1.
        """
        agent = self._find_agent(participants)
        if agent is None:
            # A worker whose agent left is not taken. One whose agent was never seen is: a service hosts the room.
            others = [m for m in participants if not (self._had_agent and ON_BEHALF in m.attributes)]
            seen = next((m for m in others if m.has_video), None)
            heard = seen if seen and seen.has_audio else next((m for m in others if m.has_audio), None)
            return Choice(_identity(seen), _identity(heard))
        self._had_agent = True
        worker = next((m for m in participants if m.attributes.get(ON_BEHALF) == agent.identity), None)
        pair = [m for m in (agent, worker) if m is not None]
        return Choice(
            _identity(next((m for m in pair if m.has_video), None)),
            _identity(next((m for m in pair if m.has_audio), None)),
        )

    def _find_agent(self, participants: Sequence[Participant]) -> Participant | None:
        agents = [m for m in participants if m.is_agent and ON_BEHALF not in m.attributes]
        named = next((m for m in participants if self._hint is not None and m.identity == self._hint), None)
        return named or next((m for m in agents if m.identity == self._agent), None) or next(iter(agents), None)

    # ------------------------------------------------------------ received

    def decode(self, event: RoomEvent, room: Room) -> Iterable[Event]:
        """See `VendorProtocol.decode`. The room itself reports its end."""
        try:
            return tuple(self._decode(event, room))
        except Exception as error:
            log.warning("a room event could not be read", extra={"error": type(error).__name__})
            return ()

    def _decode(self, event: RoomEvent, room: Room) -> Iterator[Event]:
        match event:
            case ParticipantsChanged(participants=participants):
                yield from self._on_participants(participants)
            case AvatarVideo(present=True, codec=codec) if self._codec and codec and codec.lower() != self._codec:
                log.warning("the picture comes in another codec than required", extra={"mime_type": codec})
            case AvatarAudio(present=True):
                self._has_audio = True
            case FirstFrame():
                self._has_frame = True
            case Text(topic=topic) if topic in (TRANSCRIPTION, LEGACY, CHAT):
                yield from self._captions.take(event, room.identity)
            case ActiveSpeakers():
                yield from self._on_speakers(event)
            case Disconnected():
                # After a second join readiness counts only when the avatar is seen or heard again.
                self._is_ready = self._has_frame = self._has_audio = False
                self._state = None
                return
            case _:
                pass
        if not self._is_ready and self._can_be_ready():
            self._is_ready = True
            yield Ready()

    def _on_participants(self, participants: Sequence[Participant]) -> Iterator[Event]:
        agent = self._find_agent(participants)
        self._agent = agent.identity if agent is not None else None
        attributes: Mapping[str, str] = agent.attributes if agent is not None else {}
        self._state = attributes.get(STATE)
        if self._state is not None:
            yield from self._thinking(self._state == "thinking")
            yield from self._speaking(self._state == "speaking")
        else:
            yield from self._thinking(False)
            if agent is None:
                yield from self._speaking(False)

    def _on_speakers(self, event: ActiveSpeakers) -> Iterator[Event]:
        if event.own != self._own_speaks:
            self._own_speaks = event.own
            yield Speaking(Speaker.VISITOR, event.own, by_room=True)
        # Without the state attribute only the room's active speakers tell (docs/vendors/livekit.md 4.2).
        if self._state is None:
            yield from self._speaking(bool(event.identities))

    def _speaking(self, active: bool) -> Iterator[Event]:
        if active != self._avatar_speaks:
            self._avatar_speaks = active
            yield Speaking(Speaker.AVATAR, active)

    def _thinking(self, active: bool) -> Iterator[Event]:
        if active != self._thinks:
            self._thinks = active
            yield Thinking(active)

    def _can_be_ready(self) -> bool:
        if self._expect_video and not self._has_frame:
            return False
        if self._state is not None:
            return self._state in _READY_STATES
        return self._has_frame or self._has_audio

    # ------------------------------------------------------------ sent

    async def attend(self, room: Room, emit: Callable[[Event], None]) -> None:
        """See `VendorProtocol.attend`: agents need no background work."""

    async def ask(self, room: Room, text: str) -> None:
        """See `VendorProtocol.ask`: the agent interrupts itself and answers."""
        await room.send_text(text, CHAT)

    async def finish_question(self, room: Room) -> None:
        """See `VendorProtocol.finish_question`: nothing; the agent detects the silence."""

    async def interrupt(self, room: Room) -> None:
        """See `VendorProtocol.interrupt`; nothing without the operator's own remote procedure."""
        if self._interrupt_method and self._agent is not None:
            await room.call(self._agent, self._interrupt_method, "")

    async def wrap_up(self, room: Room, remaining_s: float) -> None:
        """See `VendorProtocol.wrap_up`: nothing; the agent would answer a chat message aloud as the visitor's words."""

    async def stay(self, room: Room) -> None:
        """See `VendorProtocol.stay`: agents give no idle warning."""

    async def why_ended(self, reason: EndReason) -> EndReason:
        """See `VendorProtocol.why_ended`: there is no call that tells more."""
        return reason

    async def goodbye(self, room: Room) -> None:
        """See `VendorProtocol.goodbye`: nothing; the agent closes its session when we leave the room."""


def _keep_newest(kept: dict[Any, str]) -> None:
    while len(kept) > _MOST_KEPT:
        del kept[next(iter(kept))]


def _identity(participant: Participant | None) -> str | None:
    return participant.identity if participant is not None else None
