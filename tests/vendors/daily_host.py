"""The server side of the fake Daily library: rooms on loopback, their participants, and faults."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

UNANSWERED_S = 19.0  # how long the library tries to join without a network (0.36, observed)
US = "11111111-aaaa-4aaa-8aaa-000000000001"


@dataclass
class Manners:
    """How the library and the room behave for the next join.

    Attributes:
        join_s: Seconds until the join is answered.
        join_error: The answer; "" for success.
        leave_s: Seconds that leaving takes.
        release_s: Seconds that releasing takes.
    """

    join_s: float = 0.05
    join_error: str = ""
    leave_s: float = 0.0
    release_s: float = 0.0


@dataclass
class ReplicaLook:
    """Picture and sound of the avatar.

    Attributes:
        participant: Its id in the room.
        width: Pixels.
        height: Pixels.
        fps: Pictures per second.
        pattern: What it shows: "moving", or one of `tests.fakes.pictures.DARK`.
        frozen: The picture stands still.
        voice: It has sound.
        channels: Channels of the sound.
        cut: Bytes of each picture that arrive; None for all.
        layout: Pixel format of the pictures; None for the one that the client asked for.
    """

    participant: str = ""
    width: int = 360
    height: int = 640
    fps: float = 20.0
    pattern: str = "moving"
    frozen: bool = False
    voice: bool = True
    channels: int = 1
    cut: int | None = None
    layout: str | None = None

    def as_told(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value is not None}


def participant(identity: str, camera: str = "playable", microphone: str = "playable") -> dict[str, Any]:
    """Return a participant as the library tells it."""
    return {
        "id": identity,
        "info": {"isLocal": False, "isOwner": False, "userName": "", "userId": ""},
        "media": {
            "camera": {"state": camera, "subscribed": "subscribed", "offReasons": []},
            "microphone": {"state": microphone, "subscribed": "subscribed", "offReasons": []},
        },
    }


@dataclass
class HostedRoom:
    """One room, controlled from the test's event loop; only one client can be in it at a time.

    Attributes:
        messages: App messages that the client sent.
        peaks: Peak of each block of its microphone.
        joins: How often it joined.
        leaves: How often it left.
    """

    name: str
    token: str = ""
    manners: Manners = field(default_factory=Manners)
    look: ReplicaLook = field(default_factory=ReplicaLook)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    messages: list[Any] = field(default_factory=list)
    peaks: list[int] = field(default_factory=list)
    joins: int = 0
    leaves: int = 0
    is_open: bool = True
    on_join: Callable[[], None] = lambda: None
    on_leave: Callable[[], None] = lambda: None
    on_message: Callable[[Any], None] = lambda message: None
    _writer: asyncio.StreamWriter | None = None

    @property
    def is_joined(self) -> bool:
        """Whether the visitor's side is in."""
        return self.joins > self.leaves

    def enter(self, identity: str, **media: str) -> None:
        """Somebody joins; the first one is whose pictures are made."""
        self.people[identity] = participant(identity, **media)
        if not self.look.participant:
            self.show(participant=identity)
        self.tell("participant_joined", self.people[identity])

    def change(self, identity: str, **media: str) -> None:
        """Somebody's camera or microphone changes its state."""
        self.people[identity] = participant(identity, **media)
        self.tell("participant_updated", self.people[identity])

    def exit(self, identity: str, reason: str = "leftCall") -> None:
        """Somebody leaves."""
        gone = self.people.pop(identity, None)
        if gone is not None:
            if self.look.participant == identity:
                self.show(participant="")
            self.tell("participant_left", gone, reason)

    def show(self, **look: Any) -> None:
        """Change what the avatar shows."""
        for key, value in look.items():
            setattr(self.look, key, value)
        self._send({"is": "media", "media": self.look.as_told()})

    def speak(self, seconds: float) -> None:
        """Sound for so long."""
        self._send({"is": "say", "seconds": seconds})

    def say(self, message: Any, sender: str = "replica") -> None:
        """Send an app message."""
        self.tell("app_message", message, sender)

    def tell(self, name: str, *arguments: Any) -> None:
        """Let the library tell anything, in its own words, to who has joined."""
        if self.is_joined:
            self._send({"is": "event", "name": name, "arguments": arguments})

    def channel(self, state: str) -> None:
        """What happens to the next app messages of the client: "open", "broken" (refused), "silent" (no answer)."""
        self._send({"is": "knobs", "knobs": {"channel": state}})

    def close(self, how: str = "left", text: str = "") -> None:
        """Close the room: "left" (the call's state says so), "error" (an error, then the state), "silent"."""
        self.is_open = False
        if self.is_joined and how == "error":
            self.tell("error", text or "Meeting has ended: ejected")
        if self.is_joined and how in ("left", "error"):
            self._send({"is": "closed"})

    def _send(self, message: dict[str, Any]) -> None:
        if self._writer is not None:
            self._writer.write(json.dumps(message).encode() + b"\n")

    def cut(self) -> None:
        """Cut the connection for good, as a network that dies does."""
        if self._writer is not None:
            self._writer.transport.abort()

    def interrupt(self, interrupted: bool) -> None:
        """Let nothing through for a while: pictures stand still, and the library tells what it repairs."""
        self.show(frozen=interrupted, voice=not interrupted)
        event = "interrupted" if interrupted else "connected"
        self.tell("network_connection_status_updated", {"connection": "signalling", "event": event})

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str, network: asyncio.Event
    ) -> None:
        self._writer = writer
        manners = self.manners
        self._send({"is": "knobs", "knobs": {"leave_s": manners.leave_s, "release_s": manners.release_s}})
        await asyncio.sleep(manners.join_s)
        with suppress(TimeoutError):
            async with asyncio.timeout(UNANSWERED_S):
                await network.wait()
        if not network.is_set():
            self._send({"is": "refused", "text": "dns error: failed to lookup address information"})
        elif refusal := self._refusal(token):
            self._send({"is": "refused", "text": refusal})
        else:
            self._let_in()
        try:
            while line := await reader.readline():
                self._on_line(json.loads(line))
        finally:
            if self.is_joined:
                self._out()

    def _refusal(self, token: str) -> str:
        if self.manners.join_error:
            return self.manners.join_error
        if not self.is_open:
            return "This room is not available: exp-room"
        if token != self.token:
            return "You are not authorized to join this meeting."
        return "meeting-full" if self.is_joined else ""

    def _let_in(self) -> None:
        local = participant(US, "off", "playable")
        local["info"]["isLocal"] = True
        data = {"meetingSession": {"id": "session"}, "participants": {"local": local, **self.people}}
        self.joins += 1
        self._send({"is": "joined", "data": data, "media": self.look.as_told()})
        self.on_join()

    def _on_line(self, line: dict[str, Any]) -> None:
        match line["do"]:
            case "app":
                self.messages.append(line["message"])
                self.on_message(line["message"])
            case "heard":
                self.peaks.append(line["peak"])
            case "leave" if self.is_joined:
                self._out()

    def _out(self) -> None:
        self.leaves += 1
        self.on_leave()


class DailyHost:
    """Rooms for clients of the fake library; a service gives out `address` as the room's address."""

    def __init__(self) -> None:
        self.rooms: dict[str, HostedRoom] = {}
        self._server: asyncio.Server | None = None
        self._port = 0
        self._serving: set[asyncio.Task[None]] = set()
        self._network = asyncio.Event()
        self._network.set()

    async def start(self) -> None:
        """Listen on a free port of loopback."""
        self._server = await asyncio.start_server(self._on_client, "127.0.0.1", 0)
        self._port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Let everybody go."""
        for room in self.rooms.values():
            room.cut()
        if self._server is not None:
            self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    def cut(self) -> None:
        """Let nothing through, until `mend`."""
        self._network.clear()
        for room in self.rooms.values():
            room.interrupt(True)

    def mend(self) -> None:
        """Let everything through again."""
        self._network.set()
        for room in self.rooms.values():
            room.interrupt(False)

    def open(self, name: str, token: str = "") -> HostedRoom:
        """Return a fresh room."""
        self.rooms[name] = HostedRoom(name, token)
        return self.rooms[name]

    def address(self, room: HostedRoom) -> str:
        """Return the room's address."""
        return f"https://127.0.0.1:{self._port}/{room.name}"

    async def _on_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        try:
            with suppress(ConnectionError, asyncio.CancelledError):
                hello = json.loads(await reader.readline())
                room = self.rooms.get(hello["room"])
                if room is None:
                    writer.write(
                        json.dumps({"is": "refused", "text": "The room does not exist: no-room"}).encode() + b"\n"
                    )
                    await reader.read()
                else:
                    await room._serve(reader, writer, hello["token"] or "", self._network)
        finally:
            self._serving.discard(task)
            writer.close()
