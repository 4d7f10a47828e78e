"""A scripted Tavus replica in one room: it sends both families of events, with faults on request."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from tests.vendors.daily_host import HostedRoom, ReplicaLook

ID = "22222222-bbbb-4bbb-8bbb-000000000002"


@dataclass(frozen=True)
class ReplicaScript:
    """What a replica does by itself.

    Attributes:
        joins_after_s: Seconds until it joins; None for never.
        role: "replica", or the newer "pal".
        families: Which families of speaking events it sends.
        streams: Also send the text of a turn while it grows.
        heartbeat_s: Seconds between two `system.replica_present`.
        greeting: Said to the first visitor.
        word_s: Seconds for each word of its speech.
        has_video: False: it only speaks.
        look: Its picture and sound.
    """

    joins_after_s: float | None = 0.05
    role: str = "replica"
    families: tuple[str, ...] = ("plain", "role")
    streams: bool = True
    heartbeat_s: float = 5.0
    greeting: str = ""
    word_s: float = 0.02
    has_video: bool = True
    look: ReplicaLook = field(default_factory=ReplicaLook)


class Replica:
    """One replica in one room.

    Attributes:
        asked: Questions that the visitor's side sent.
        said_verbatim: Texts that it was told to speak word by word.
        interrupts: How often it was interrupted.
    """

    def __init__(self, room: HostedRoom, conversation_id: str, script: ReplicaScript, greeting: str = "") -> None:
        self.script = script
        self.asked: list[str] = []
        self.said_verbatim: list[str] = []
        self.interrupts = 0
        self.is_there = False
        self._room = room
        self._conversation = conversation_id
        self._greeting = greeting or script.greeting
        self._seq = itertools.count(1)
        self._turn = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._talking: asyncio.Task[None] | None = None
        room.on_message = self._on_message
        if script.joins_after_s is not None:
            self._spawn(self._live(script.joins_after_s))

    # ------------------------------------------------------------ its life

    async def _live(self, after_s: float) -> None:
        await asyncio.sleep(after_s)
        look = {key: value for key, value in vars(self.script.look).items() if key != "participant"}
        self._room.show(**look)
        self._room.enter(ID, camera="playable" if self.script.has_video else "off")
        self.is_there = True
        for name in ("pal_joined", "replica_joined"):  # the legacy name comes as a duplicate
            self.send(f"system.{name}", message_type="system")
        while not self._room.is_joined:  # noqa: ASYNC110 - the room is asked as the service would ask its own
            await asyncio.sleep(0.02)
        if self._greeting:
            self.begin(self._greeting)
        for attempt in itertools.count(1):
            self.send("system.replica_present", message_type="system", attempt=attempt)
            await asyncio.sleep(self.script.heartbeat_s)

    def leave(self) -> None:
        """Leave; nothing is said any more."""
        for task in self._tasks:
            task.cancel()
        if self.is_there:
            self.is_there = False
            self._room.exit(ID)

    async def gone(self) -> None:
        """Wait until whatever it does has stopped."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work, name="replica")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # ------------------------------------------------------------ what it hears

    def _on_message(self, message: Any) -> None:
        if not self.is_there:
            return
        properties = message.get("properties", {})
        match message.get("event_type"):
            case "conversation.respond":
                self.asked.append(properties["text"])
                self.begin(f"You asked: {properties['text']}")
            case "conversation.echo":
                self.said_verbatim.append(properties["text"])
                self.begin(properties["text"])
            case "conversation.interrupt":
                self.interrupts += 1
                self.stop_talking()

    # ------------------------------------------------------------ what it says

    def send(self, event: str, message_type: str = "conversation", **properties: Any) -> None:
        """Send one message in the service's envelope."""
        self.raw(self.message(event, message_type, **properties))

    def message(self, event: str, message_type: str = "conversation", **properties: Any) -> dict[str, Any]:
        """Return a message in the service's envelope."""
        made: dict[str, Any] = {
            "message_type": message_type,
            "event_type": event,
            "conversation_id": self._conversation,
            "seq": next(self._seq),
            "timestamp": 1.5,
            "turn_idx": self._turn,
        }
        return made | ({"properties": properties} if properties else {})

    def raw(self, message: Any) -> None:
        """Send anything at all."""
        self._room.say(message, ID)

    def begin(self, text: str) -> None:
        """Begin to speak; what it said before ends there."""
        self.stop_talking()
        self._talking = self._spawn(self.speak(text))

    def stop_talking(self) -> None:
        """Fall silent in the middle."""
        if self._talking is not None:
            self._talking.cancel()

    async def speak(self, text: str) -> None:
        """Say it: speaking events, voice, and the words as they come."""
        self._turn += 1
        inference, role = str(uuid.uuid4()), self.script.role
        said, words = "", text.split(" ")
        self.speaking(role, "started_speaking")
        self._room.speak(self.script.word_s * len(words) + 0.2)
        interrupted = True
        try:
            for index, word in enumerate(words):
                said = f"{said} {word}".strip()
                if self.script.streams:
                    self.utter(role, said, inference, stream=index)
                await asyncio.sleep(self.script.word_s)
            interrupted = False
        finally:
            if self.is_there:
                if self.script.streams:
                    self.utter(role, said, inference, stream=len(words), final=True, interrupted=interrupted)
                self.utter(role, text, inference, interrupted=interrupted)
                self.speaking(role, "stopped_speaking", interrupted=interrupted)

    def hear(self, text: str, *, by_pieces: bool = True) -> None:
        """The visitor said something."""
        self._turn += 1
        self.speaking("user", "started_speaking")
        inference = str(uuid.uuid4())
        words = text.split(" ")
        if by_pieces and self.script.streams:
            for index in range(len(words)):
                self.utter("user", " ".join(words[: index + 1]), inference, stream=index)
        self.speaking("user", "stopped_speaking")
        self.utter("user", text, inference)

    def speaking(self, role: str, what: str, **more: Any) -> None:
        """Tell who starts or stops, in the families of the script."""
        if "plain" in self.script.families:
            self.send(f"conversation.{what}", role=role, **more)
        if "role" in self.script.families:
            self.send(f"conversation.{role}.{what}", **more)

    def utter(
        self,
        role: str,
        text: str,
        inference: str,
        stream: int | None = None,
        final: bool = False,
        interrupted: bool = False,
    ) -> None:
        """Tell words: a growing text (`stream`: its index), or a whole turn."""
        name = "conversation.utterance"
        properties: dict[str, Any] = {"role": role, "speech": text}
        if stream is not None:
            name += ".streaming"
            properties |= {"content_index": stream, "final": final, "is_interrupted": interrupted}
        elif interrupted:
            properties["interrupted"] = True
        self.raw(self.message(name, **properties) | {"inference_id": inference})
