"""The interface of every media room: frames, sound and messages, and the events that a room reports."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from app.audio.base import Microphone, SpeakerOut
from app.picture import Picture
from app.screens import EndReason


class RoomFault(StrEnum):
    """Why a join failed; the same kinds as for refusals by a service."""

    AUTH = "auth"
    BUSY = "busy"
    CONFIG = "config"
    TRANSIENT = "transient"


class RoomError(Exception):
    """A join failed.

    Attributes:
        fault: Why.
        hint: For staff: short, and without a token.
    """

    def __init__(self, fault: RoomFault, hint: str) -> None:
        super().__init__(hint)
        self.fault = fault
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Participant:
    """A remote participant of the room.

    Attributes:
        identity: Names it in the room.
        is_agent: It is an agent, by the word of the server.
        attributes: As the participant set them.
        has_video: It has a camera track, which may be muted.
        has_audio: It has a voice: a microphone track, which may be muted.
        has_sound: It has another sound besides, such as music; that is never the voice.
    """

    identity: str
    is_agent: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)
    has_video: bool = False
    has_audio: bool = False
    has_sound: bool = False

    @property
    def is_audible(self) -> bool:
        """Whether it has any sound: one that is not called a voice is one where the member has no other."""
        return self.has_audio or self.has_sound

    @property
    def has_ambience(self) -> bool:
        """Whether it has another sound beside its voice: the room's level meter cannot tell which one it is."""
        return self.has_audio and self.has_sound


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose picture and whose voice are the avatar's: identities of participants; None: nobody yet."""

    video: str | None = None
    audio: str | None = None


@dataclass(frozen=True, slots=True)
class ParticipantsChanged:
    """Somebody joined, left, published or changed attributes. `participants` is the whole list as it is now."""

    participants: tuple[Participant, ...]


@dataclass(frozen=True, slots=True)
class AvatarVideo:
    """The avatar's video track came or went.

    Attributes:
        present: True: it came.
        codec: MIME type of the track, "" where it is not known.
    """

    present: bool
    codec: str = ""


@dataclass(frozen=True, slots=True)
class AvatarAudio:
    """The avatar's audio track came (`present`) or went."""

    present: bool


@dataclass(frozen=True, slots=True)
class FirstFrame:
    """The first picture of the avatar was decoded."""


@dataclass(frozen=True, slots=True)
class Text:
    """Part of a text stream.

    Attributes:
        topic: Of the stream.
        identity: Who sent it.
        stream: Id of the stream.
        text: The piece that has just arrived; "" at the end.
        closed: The stream has ended.
        attributes: Of the stream.
        voice: Identity of the participant whose sound the words were recognised from, where the stream names a track of
            the room; else "".
    """

    topic: str
    identity: str
    stream: str
    text: str
    closed: bool
    attributes: Mapping[str, str]
    voice: str = ""


@dataclass(frozen=True, slots=True)
class Data:
    """A data message, undecoded. `identity` is the sender's, "" when the server itself sent it."""

    payload: bytes
    topic: str
    identity: str


@dataclass(frozen=True, slots=True)
class ActiveSpeakers:
    """Who is speaking, as the room measures it: identities of the others; `own`: the visitor."""

    identities: tuple[str, ...]
    own: bool


@dataclass(frozen=True, slots=True)
class MicrophoneHeard:
    """Somebody in the room subscribed to our microphone."""


@dataclass(frozen=True, slots=True)
class Reconnecting:
    """The library repairs the connection."""


@dataclass(frozen=True, slots=True)
class Reconnected:
    """The connection was repaired."""


@dataclass(frozen=True, slots=True)
class Arriving:
    """Something has arrived over the network since the last event of this kind.

    Rooms that can measure it report it every second until the first picture has come.
    """


@dataclass(frozen=True, slots=True)
class AvatarLeft:
    """The avatar left by its own decision, not by a lost connection; AvatarGone follows unless it comes back."""


@dataclass(frozen=True, slots=True)
class AvatarGone:
    """The avatar left and did not come back in time."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The room is over. `may_rejoin`: joining again can help (docs/vendors/livekit.md 5)."""

    reason: EndReason
    may_rejoin: bool = False


RoomEvent = (
    ParticipantsChanged | AvatarVideo | AvatarAudio | FirstFrame | Text | Data | ActiveSpeakers | MicrophoneHeard
    | Reconnecting | Reconnected | Arriving | AvatarLeft | AvatarGone | Disconnected
)  # fmt: skip


class ChooseAvatar(Protocol):
    """Finds the avatar among the participants; the service's protocol provides it."""

    def __call__(self, participants: Sequence[Participant]) -> Choice:
        """Return whose picture and voice are the avatar's."""
        ...


class Room(Protocol):
    """One media session: used once, joined once, left once.

    The room pushes frames into the picture, writes the avatar's voice to the speaker, and sends the microphone's
    frames to the service. Everything else it reports as `RoomEvent`s.

    Attributes:
        events: What happened in the room.
        identity: Ours in the room, "" before the join.
        sid: The server's id of us in the room, "" before the join and where a room has none.
    """

    events: asyncio.Queue[RoomEvent]
    identity: str
    sid: str

    async def join(self, url: str, token: str, deadline_s: float) -> None:
        """Join within `deadline_s` seconds. If the join succeeds only later, the room is left again by itself.

        Raises:
            RoomError: It failed, or took too long.
        """
        ...

    async def send_text(self, text: str, topic: str) -> None:
        """Send a text stream. A failure is logged, never raised: a lost message must not end the visit."""
        ...

    async def send_data(self, payload: bytes, topic: str = "") -> bool:
        """Send a reliable data message; failures as in `send_text`.

        Returns:
            False where it certainly was not sent, so that it may go another way. True also where nobody can tell.
        """
        ...

    async def call(self, identity: str, method: str, payload: str) -> None:
        """Call a remote procedure of a participant; failures as in `send_text`."""
        ...

    async def leave(self) -> None:
        """Leave and free everything; idempotent; takes about 2 s at most."""
        ...


class RoomFactory(Protocol):
    """Makes the room for one join."""

    def __call__(
        self, *, picture: Picture, speaker: SpeakerOut | None, microphone: Microphone | None, choose: ChooseAvatar
    ) -> Room:
        """Return a fresh room; nothing is joined yet."""
        ...
