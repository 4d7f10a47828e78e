"""What every media room offers: frames, sound and messages behind one interface, and the events it tells."""

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
    """Why a join failed, told apart as the service's own refusals are."""

    AUTH = "auth"
    BUSY = "busy"
    CONFIG = "config"
    TRANSIENT = "transient"


class RoomError(Exception):
    """A join failed. `hint` is for staff: bounded, no token in it."""

    def __init__(self, fault: RoomFault, hint: str) -> None:
        super().__init__(hint)
        self.fault = fault
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Participant:
    """A remote participant of the room."""

    identity: str
    is_agent: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)
    has_video: bool = False
    has_audio: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose picture and whose voice are the avatar's (identities; None: nobody yet)."""

    video: str | None = None
    audio: str | None = None


@dataclass(frozen=True, slots=True)
class ParticipantsChanged:
    """Somebody joined, left, published or changed attributes; the whole list as it is now."""

    participants: tuple[Participant, ...]


@dataclass(frozen=True, slots=True)
class AvatarVideo:
    """The avatar's picture track came (True) or went (False). codec: its MIME type, "" where nobody tells."""

    present: bool
    codec: str = ""


@dataclass(frozen=True, slots=True)
class AvatarAudio:
    """The avatar's voice track came (True) or went (False)."""

    present: bool


@dataclass(frozen=True, slots=True)
class FirstFrame:
    """The first picture of the avatar was decoded."""


@dataclass(frozen=True, slots=True)
class Text:
    """Part of a text stream. `text` is the newly arrived piece; `closed` marks the stream's end (text is then "")."""

    topic: str
    identity: str
    stream: str
    text: str
    closed: bool
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Data:
    """A data message, undecoded. identity is "" when the server itself sent it."""

    payload: bytes
    topic: str
    identity: str


@dataclass(frozen=True, slots=True)
class ActiveSpeakers:
    """Who is speaking, by the room's own measure; `own` is us."""

    identities: tuple[str, ...]
    own: bool


@dataclass(frozen=True, slots=True)
class MicrophoneHeard:
    """Somebody in the room subscribed to our microphone."""


@dataclass(frozen=True, slots=True)
class Reconnecting:
    """The connection is being repaired by the library."""


@dataclass(frozen=True, slots=True)
class Reconnected:
    """It was repaired."""


@dataclass(frozen=True, slots=True)
class Arriving:
    """Something arrived over the network since the last one of these: told every second, before any picture came, by
    rooms that can tell."""


@dataclass(frozen=True, slots=True)
class AvatarGone:
    """The avatar left and did not come back in time."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The room is over; may_rejoin: a fresh join can repair it (docs/vendors/livekit.md 5)."""

    reason: EndReason
    may_rejoin: bool = False


RoomEvent = (
    ParticipantsChanged | AvatarVideo | AvatarAudio | FirstFrame | Text | Data | ActiveSpeakers | MicrophoneHeard
    | Reconnecting | Reconnected | Arriving | AvatarGone | Disconnected
)  # fmt: skip


class ChooseAvatar(Protocol):
    """Picks the avatar among the participants; the service's protocol provides it."""

    def __call__(self, participants: Sequence[Participant]) -> Choice:
        """Return whose picture and voice to take."""
        ...


class Room(Protocol):
    """One media session: used once, joined once, left once.

    The room pushes frames into the picture, the avatar's voice into the speaker, and the microphone's frames to the
    service. It tells everything else as `RoomEvent`s in `events`.
    """

    events: asyncio.Queue[RoomEvent]
    identity: str  # ours in the room, "" before the join

    async def join(self, url: str, token: str, deadline_s: float) -> None:
        """Join within `deadline_s` seconds. Raises RoomError. A late success is left again by the room itself."""
        ...

    async def send_text(self, text: str, topic: str) -> None:
        """Send a text stream; a failure is logged, never raised: the visit does not end over a lost message."""
        ...

    async def send_data(self, payload: bytes, topic: str = "") -> None:
        """Send a reliable data message; failures as in `send_text`."""
        ...

    async def call(self, identity: str, method: str, payload: str) -> None:
        """Call a remote procedure of a participant; failures as in `send_text`."""
        ...

    async def leave(self) -> None:
        """Leave and free everything; idempotent, bounded to about 2 s."""
        ...


class RoomFactory(Protocol):
    """Makes the room for one join."""

    def __call__(
        self, *, picture: Picture, speaker: SpeakerOut | None, microphone: Microphone | None, choose: ChooseAvatar
    ) -> Room:
        """Return a fresh room; nothing is joined yet."""
        ...
