"""A scripted Tavus replica in one room: it sends both families of events, with faults on request."""

from __future__ import annotations

import asyncio
import itertools
import json
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
        visitor_ids: How the messages of a visitor's turn are named: "several" inference ids and one turn, "one" of
            each, "turn" alone, "several alone" (no turn), or "none".
        visitor_final: Where a piece of a visitor's turn says that it is final: "early", at the "end", or "never".
        visitor_whole: When the visitor's whole turn is told: at the "reply", at the "end" of the turn, or "never".
        late_piece: After the visitor's whole turn one more, older piece comes.
        greeting_streams: The greeting comes in pieces too, not as a whole turn alone.
        echoes: A question that was sent comes back as the visitor's words.
        tool: Name of the tool that it calls with each answer; "" for none.
        tool_when: It calls it in its "speech", or in the "silence" after it.
        shape: Messages come as an "object", or as "text" of JSON.
        words_key: Where the spoken text stands: "speech", "text", "content" or "transcript".
        flat: Fields stand beside `properties`, not in it.
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
    visitor_ids: str = "several"
    visitor_final: str = "early"
    visitor_whole: str = "reply"
    late_piece: bool = True
    greeting_streams: bool = False
    echoes: bool = True
    tool: str = ""
    tool_when: str = "speech"
    shape: str = "object"
    words_key: str = "speech"
    flat: bool = False


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
        self._untold: tuple[int, str] | None = None  # the visitor's turn that is to be told whole
        self._kept: list[Any] = []  # messages over HTTP that came before it did
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
        for message in self._kept:
            self._on_message(message)
        while not self._room.is_joined:  # noqa: ASYNC110 - the room is asked as the service would ask its own
            await asyncio.sleep(0.02)
        if self._greeting:
            self.begin(self._greeting, is_greeting=True)
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

    def told_by_http(self, message: Any) -> None:
        """Take a message that came over HTTP; before the replica is there it is kept."""
        if self.is_there:
            self._on_message(message)
        else:
            self._kept.append(message)

    def _on_message(self, message: Any) -> None:
        if not self.is_there:
            return
        properties = message.get("properties", {})
        match message.get("event_type"):
            case "conversation.respond":
                self.asked.append(properties["text"])
                if self.script.echoes:
                    self._echo(properties["text"])
                self.begin(f"You asked: {properties['text']}")
            case "conversation.echo":
                self.said_verbatim.append(properties["text"])
                self.begin(properties["text"])
            case "conversation.interrupt":
                self.interrupts += 1
                self.stop_talking()

    # ------------------------------------------------------------ what it says

    def send(self, event: str, message_type: str = "conversation", **properties: Any) -> None:
        """Send one message in the service's envelope, and in the script's shape."""
        self._say(self.message(event, message_type, **properties))

    def _say(self, message: dict[str, Any]) -> None:
        """Send a message in the script's shape."""
        properties = dict(message.get("properties", {}))
        if "speech" in properties:
            properties[self.script.words_key] = properties.pop("speech")
        shaped = {key: value for key, value in message.items() if key != "properties"}
        shaped |= properties if self.script.flat else {"properties": properties} if properties else {}
        self.raw(json.dumps(shaped) if self.script.shape == "text" else shaped)

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

    def begin(self, text: str, *, is_greeting: bool = False) -> None:
        """Begin to speak; what it said before ends there."""
        self.stop_talking()
        self._talking = self._spawn(self.speak(text, is_greeting=is_greeting))

    def stop_talking(self) -> None:
        """Fall silent in the middle."""
        if self._talking is not None:
            self._talking.cancel()

    async def speak(self, text: str, *, is_greeting: bool = False) -> None:
        """Say it: speaking events, voice, and the words as they come."""
        streams = self.script.streams and (self.script.greeting_streams or not is_greeting)
        tool = "" if is_greeting else self.script.tool
        self._tell_visitors_turn()
        self._turn += 1
        inference, role = str(uuid.uuid4()), self.script.role
        said, words = "", text.split(" ")
        self.speaking(role, "started_speaking")
        self._room.speak(self.script.word_s * len(words) + 0.2)
        interrupted = True
        if self.script.tool_when == "speech":
            self.call_tool(tool)
        try:
            for index, word in enumerate(words):
                said = f"{said} {word}".strip()
                if streams:
                    self.utter(role, said, inference, stream=index)
                await asyncio.sleep(self.script.word_s)
            interrupted = False
        finally:
            if self.is_there:
                if streams:
                    self.utter(role, said, inference, stream=len(words), final=True, interrupted=interrupted)
                self.utter(role, text, inference, interrupted=interrupted)
                self.speaking(role, "stopped_speaking", interrupted=interrupted)
                if self.script.tool_when == "silence":
                    self.call_tool(tool)

    def call_tool(self, name: str) -> None:
        """Call a tool of the persona, which the client is to run; "" for none."""
        if name:
            made = self.message("conversation.tool_call", name=name, arguments="{}", tool_call_id=str(uuid.uuid4()))
            self._say(made)

    def hear(self, text: str, *, by_pieces: bool = True) -> None:
        """The visitor said something; the service begins to answer in the middle of it, and thinks better of it."""
        self._turn += 1
        self.speaking("user", "started_speaking")
        said = text.split(" ")
        for index in range(len(said)) if by_pieces and self.script.streams else ():
            is_last = index == len(said) - 1
            final = {"early": index == len(said) // 2, "end": is_last}.get(self.script.visitor_final, False)
            self._say(self._visitors(" ".join(said[: index + 1]), self._turn, stream=index, final=final))
        self.speaking("user", "stopped_speaking")
        self._untold = (self._turn, text)
        if self.script.visitor_whole == "end":
            self._tell_visitors_turn()

    def _echo(self, text: str) -> None:
        """Tell a question that was sent as the visitor's words."""
        self._turn += 1
        self._say(self._visitors(text, self._turn, stream=0))
        self._say(self._visitors(text, self._turn))

    def _tell_visitors_turn(self) -> None:
        told, self._untold = self._untold, None
        if told is not None and self.script.visitor_whole != "never":
            turn, text = told
            self._say(self._visitors(text, turn))
            if self.script.late_piece:
                self._say(self._visitors(text.split(" ")[0], turn, stream=len(text)))

    def _visitors(self, text: str, turn: int, stream: int | None = None, final: bool = False) -> dict[str, Any]:
        """Return a message of the visitor's turn, named as the script wants it."""
        ids = self.script.visitor_ids
        inference = str(uuid.uuid4()) if ids in ("several", "several alone") else f"visitor-{turn}"
        message = self._utterance("user", text, inference, stream, final) | {"turn_idx": turn}
        for name, absent in (("inference_id", ("turn", "none")), ("turn_idx", ("several alone", "none"))):
            if ids in absent:
                del message[name]
        return message

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
        self._say(self._utterance(role, text, inference, stream, final, interrupted))

    def _utterance(
        self, role: str, text: str, inference: str, stream: int | None, final: bool = False, interrupted: bool = False
    ) -> dict[str, Any]:
        name = "conversation.utterance"
        properties: dict[str, Any] = {"role": role, "speech": text}
        if stream is not None:
            name += ".streaming"
            properties |= {"content_index": stream, "final": final, "is_interrupted": interrupted}
        elif interrupted:
            properties["interrupted"] = True
        return self.message(name, **properties) | {"inference_id": inference}
