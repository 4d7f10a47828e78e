"""The interface of media servers for tests: rooms with scripted actors, in memory or on a real LiveKit server.

An emulator uses only `MediaServer` and `Actor`, so it runs with both. In memory nothing is encoded and no thread is
started, so a visit on a loop whose clock jumps takes milliseconds (`tests.virtual_time.HurryLoop`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from app.audio.base import Sound
from app.rooms.base import RoomFactory
from tests.vendors.agent_media import AgentLook


@dataclass(frozen=True)
class Ears:
    """Functions by which an actor is told what happens; called on the event loop."""

    sound: Callable[[Sound], None] = lambda samples: None  # the visitor's microphone: int16, 48,000 a second
    data: Callable[[bytes, str, str], None] = lambda payload, topic, identity: None
    text: Callable[[str, str, str], None] = lambda text, topic, identity: None
    joined: Callable[[str], None] = lambda identity: None
    left: Callable[[str], None] = lambda identity: None


class Actor(Protocol):
    """A scripted participant in one room.

    Attributes:
        identity: Its identity.
        heard_s: Seconds of the visitor's microphone that arrived.
    """

    identity: str
    heard_s: float

    async def show(self, look: AgentLook) -> None:
        """Publish a moving picture."""
        ...

    def freeze(self, frozen: bool) -> None:
        """Let the picture stand still, or go on."""
        ...

    def resize(self, width: int, height: int) -> None:
        """Let the picture go on in another size."""
        ...

    async def hide(self) -> None:
        """Take the picture away."""
        ...

    async def open_voice(self) -> None:
        """Publish a voice, silent until it says something."""
        ...

    async def open_ambience(self) -> None:
        """Publish another sound beside the voice, of unknown source; it never pauses."""
        ...

    async def say(self, samples: Sound) -> None:
        """Say it in real time: int16, 48,000 a second."""
        ...

    async def send(self, payload: bytes, topic: str = "") -> None:
        """Send a reliable data message to everybody."""
        ...

    async def send_text(self, text: str, topic: str, **attributes: str) -> None:
        """Send a whole text stream to everybody."""
        ...

    async def leave(self, *, on_purpose: bool = True) -> None:
        """Leave with everything; idempotent. `on_purpose` False: be lost, where the media server can tell it."""
        ...


class MediaServer(Protocol):
    """A media server.

    Attributes:
        url: The address that a service gives to its clients.
    """

    url: str

    def token(self, room: str, identity: str) -> str:
        """Return what admits `identity` to `room`."""
        ...

    async def enter(self, room: str, identity: str, ears: Ears | None = None, *, is_agent: bool = False) -> Actor:
        """Let an actor join; he is told of everybody who is there already."""
        ...

    async def present(self, room: str) -> set[str]:
        """Who is in the room; empty where it does not exist."""
        ...

    async def close_room(self, room: str) -> None:
        """Throw everybody out."""
        ...

    async def remove(self, room: str, identity: str) -> None:
        """Throw one out."""
        ...

    def rooms(self) -> RoomFactory:
        """Return what makes the kiosk's rooms here."""
        ...

    def cut(self) -> None:
        """Let nothing through, until `mend`."""
        ...

    def mend(self) -> None:
        """Let everything through again."""
        ...

    async def close(self) -> None:
        """End it with whatever is still in it."""
        ...
