"""The conventions of LiveKit Agents 1.x in a room: agent state, transcription and chat (docs/vendors/livekit.md 4)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from app.events import Event, Ready, Speaking, Thinking
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
from app.vendors.agents_captions import CHAT, LEGACY, TRANSCRIPTION, AgentCaptions
from app.vendors.agents_members import STATE, Members
from app.vendors.own_player import needs_own_player, without_their_pictures

log = logging.getLogger(__name__)

_READY_STATES = frozenset({"listening", "thinking", "speaking"})  # docs/vendors/livekit.md 4.2


class AgentsProtocol:
    """Decodes one session with a LiveKit agent; see `VendorProtocol`.

    Args:
        expect_video: The avatar is not ready before its first picture, unless that needs a player of its provider's.
        interrupt_method: Remote procedure that makes the operator's agent stop speaking; "" for none, because there is
            no standard one (docs/vendors/livekit.md 4.5).
        codec: The only MIME type that the picture should have, "" for any; another one is logged for staff.
        agent_hint: Identity of the agent, where the service tells it.
        worker_identity: Identity of an avatar worker that is not of kind AGENT; "" for none.
    """

    def __init__(
        self,
        *,
        expect_video: bool = True,
        interrupt_method: str = "",
        codec: str = "",
        agent_hint: str | None = None,
        worker_identity: str = "",
    ) -> None:
        self._expect_video = expect_video
        self._interrupt_method = interrupt_method
        self._codec = codec.lower()
        self._members = Members(agent_hint, worker_identity)
        self._captions = AgentCaptions()
        self._ignored = 0  # pieces of text from members that are not the avatar
        self._state: str | None = None
        self._has_frame = False
        self._has_no_picture = False
        self._has_audio = False
        self._is_ready = False
        self._own_speaks = False
        self._avatar_speaks = False
        self._thinks = False

    # ------------------------------------------------------------ who is the avatar

    def choose(self, participants: Sequence[Participant]) -> Choice:
        """See `VendorProtocol.choose`; the rules are those of docs/vendors/livekit.md 4.1."""
        return self._members.look(without_their_pictures(participants)).choice

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
                yield from self._on_text(event, room.identity)
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
        avatar = self._members.look(without_their_pictures(participants))
        agent = avatar.agent
        self._has_no_picture = any(needs_own_player(m) for m in participants if m.identity in avatar.names)
        attributes: Mapping[str, str] = agent.attributes if agent is not None else {}
        self._state = attributes.get(STATE)
        if self._state is not None:
            yield from self._thinking(self._state == "thinking")
            yield from self._speaking(self._state == "speaking")
        else:
            yield from self._thinking(False)
            if agent is None or avatar.has_ambience:
                yield from self._speaking(False)

    def _on_text(self, event: Text, own: str) -> Iterator[Event]:
        speaker = self._speaker_of(event, own)
        if speaker is not None:
            yield from self._captions.take(event, speaker)
            return
        self._ignored += 1
        if self._ignored == 1:
            log.info("words of somebody else in the room are ignored")

    def _speaker_of(self, event: Text, own: str) -> Speaker | None:
        """Return whose words these are; None: nobody's who belongs to this conversation (docs/vendors/livekit.md 4.4).

        The sender must belong to it. Then the track decides that the words were recognised from, else the sender; a
        hidden agent has no name.
        """
        for identity in (event.identity, event.voice):
            if identity and identity != own and not self._members.knows(identity):
                return None
        return Speaker.VISITOR if own and (event.voice or event.identity) == own else Speaker.AVATAR

    def _on_speakers(self, event: ActiveSpeakers) -> Iterator[Event]:
        if event.own != self._own_speaks:
            self._own_speaks = event.own
            yield Speaking(Speaker.VISITOR, event.own, by_room=True)
        # Without the state attribute only the room's active speakers tell (docs/vendors/livekit.md 4.2).
        if self._state is None:
            avatar = self._members.avatar
            yield from self._speaking(avatar.choice.audio in event.identities and not avatar.has_ambience)

    def _speaking(self, active: bool) -> Iterator[Event]:
        if active != self._avatar_speaks:
            self._avatar_speaks = active
            yield Speaking(Speaker.AVATAR, active)

    def _thinking(self, active: bool) -> Iterator[Event]:
        if active != self._thinks:
            self._thinks = active
            yield Thinking(active)

    def _can_be_ready(self) -> bool:
        if self._expect_video and not (self._has_frame or self._has_no_picture):
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
        agent = self._members.avatar.agent
        if self._interrupt_method and agent is not None:
            await room.call(agent.identity, self._interrupt_method, "")

    async def wrap_up(self, room: Room, remaining_s: float) -> None:
        """See `VendorProtocol.wrap_up`: nothing; the agent would answer a chat message aloud as the visitor's words."""

    async def stay(self, room: Room) -> None:
        """See `VendorProtocol.stay`: agents give no idle warning."""

    async def why_ended(self, reason: EndReason) -> EndReason:
        """See `VendorProtocol.why_ended`: there is no call that tells more."""
        return reason

    async def goodbye(self, room: Room) -> None:
        """See `VendorProtocol.goodbye`: nothing is said; the agent closes its session when we leave the room."""
        if self._ignored > 1:
            log.info("words of others in the room were ignored", extra={"pieces": self._ignored})
