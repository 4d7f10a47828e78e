"""The character in an emulated Convai room: it answers every message of a client, with faults on request."""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.vendors.agent_media import RATE, AgentLook, tone
from tests.vendors.convai_face import play
from tests.vendors.media_server import Actor, Ears, MediaServer

KNOWN = (
    "client-ready", "user_text_message", "trigger-message", "context-update", "update-template-keys",
    "update-scene-metadata", "update-dynamic-info", "tts-toggle", "stt-toggle", "force-user-stopped-speaking",
    "interrupt-bot", "reset-idle-timer", "kill-pipeline",
)  # fmt: skip
SPEAKING = frozenset({"bot-started-speaking", "bot-stopped-speaking", "bot-turn-completed", "action-response"})


@dataclass(frozen=True)
class BotScript:
    """Options of the bot (docs/vendors/convai.md 8).

    Attributes:
        joins: False: it never joins.
        ready: When it says `bot-ready`: "after" some `client-ready`, "unsolicited", "twice", "never", or "speech" (only
            a spoken turn shows that it is ready).
        ready_after: Number of `client-ready` messages that "after" waits for.
        envelope: Form of speaking events: "A", "B" or "both".
        acks: Form of acknowledgements: "flat" or "wrapped".
        transcripts: The visitor's final texts: "pair", "twice", "blank" or "interim".
        turn: "normal", "interrupted", "aborted", "silent" (no answer), "text" only or "audio" only.
        face: "none", "visemes", or the width of a frame.
        fps: Frames per second of the animation stream.
        late_frames: Frames that come after the statistics of the turn.
        cancel: Send a cancel message at an interruption.
        fields: Optional fields: "full", "missing" or "null".
        emotion: Name of the emotion that it sends; "" for none.
        look: The picture; None for no picture.
        greeting: Said at the beginning.
        voice_s: Length of its voice in seconds.
        silence_s: Seconds of silence before the voice, in the same sound.
        shape: Shape of the mouth while it speaks.
        answer: Returns the answer to a question.
    """

    joins: bool = True
    ready: str = "after"
    ready_after: int = 1
    envelope: str = "B"
    acks: str = "flat"
    transcripts: str = "pair"
    turn: str = "normal"
    face: str = "visemes"
    fps: float = 60.0
    late_frames: int = 0
    cancel: bool = False
    fields: str = "missing"
    emotion: str = ""
    look: AgentLook | None = None
    greeting: str = ""
    voice_s: float = 0.3
    silence_s: float = 0.0
    shape: str = "aa"
    answer: Callable[[str], str] = field(default=lambda question: f"You asked: {question}")


@dataclass(frozen=True)
class Host:
    """Functions by which the bot reports to its service."""

    joined: Callable[[], None]
    left: Callable[[], None]
    active: Callable[[], None]
    killed: Callable[[], None]


class ConvaiBot:
    """One bot in one room.

    Attributes:
        received: What the client sent, as (type, data, topic), oldest first.
    """

    def __init__(self, media_server: MediaServer, room: str, script: BotScript, host: Host) -> None:
        self.script = script
        self.received: list[tuple[str, dict[str, Any], str]] = []
        self.rejected: list[bytes] = []
        self.actor: Actor | None = None
        self._media_server = media_server
        self._room = room
        self._host = host
        self._turn: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._outbox: asyncio.Queue[tuple[bytes, str]] = asyncio.Queue()
        self._turns = 0
        self._readies = 0
        self._has_greeted = False

    def asked(self, kind: str) -> list[dict[str, Any]]:
        """Return the data of every message of a type."""
        return [data for got, data, _ in self.received if got == kind]

    async def start(self) -> None:
        """Join, publish the voice, and be ready as the script says."""
        if not self.script.joins:
            return
        await self.enter()
        self.spawn(self._post())
        if self.script.ready == "unsolicited":
            self._ready("")

    async def enter(self) -> None:
        """Join the room, under a fresh identity."""
        ears = Ears(data=self._on_data, joined=lambda who: self._host.joined(), left=lambda who: self._host.left())
        self.actor = await self._media_server.enter(self._room, uuid.uuid4().hex, ears)
        await self.actor.open_voice()
        if self.script.look is not None:
            await self.actor.show(self.script.look)

    async def step_out(self) -> None:
        """Leave the room without ending the session."""
        if self.actor is not None:
            await self.actor.leave()

    async def leave(self) -> None:
        """End with everything."""
        current = asyncio.current_task()
        for task in list(self._tasks):
            if task is not current:
                task.cancel()
        await asyncio.gather(*(task for task in self._tasks if task is not current), return_exceptions=True)
        await self.step_out()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work, name="convai-bot")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # ------------------------------------------------------------ what it says

    def raw(self, payload: bytes, topic: str = "") -> None:
        """Send any bytes; everything that is sent keeps its order."""
        self._outbox.put_nowait((payload, topic))

    def tell(self, kind: str, form: str = "A", **data: object) -> None:
        """Send a message in form A, B or C ("flat")."""
        if form == "B":
            outer: dict[str, Any] = {"label": "rtvi-ai", "type": "server-message", "data": {"type": kind, **data}}
        elif form == "flat":
            outer = {"type": kind, **data}
        else:
            outer = {"label": "rtvi-ai", "type": kind, "data": data}
        self.raw(json.dumps(outer).encode())

    async def _post(self) -> None:
        while True:
            payload, topic = await self._outbox.get()
            with contextlib.suppress(Exception):  # the room is gone
                assert self.actor is not None
                await self.actor.send(payload, topic)

    def _speech(self, kind: str, **data: object) -> None:
        if self.script.fields == "full":
            data |= {"response_id": f"x:r{self._turns}", "epoch": 1, "sequence": self._turns}
        elif self.script.fields == "null":
            data |= {"response_id": None, "epoch": None, "sequence": None, "error_reason": None}
        for form in ("A", "B") if self.script.envelope == "both" else (self.script.envelope,):
            self.tell(kind, form, **data)

    # ------------------------------------------------------------ what it hears

    def _on_data(self, payload: bytes, topic: str, identity: str) -> None:
        try:
            message = json.loads(payload)
            kind, data = message["type"], message.get("data") or {}
        except (ValueError, KeyError, TypeError):
            self.rejected.append(payload)
            self._acknowledge("parse-error", "error", message="Failed to parse message: invalid JSON or UTF-8 encoding")
            return
        self.received.append((kind, data, topic))
        if kind not in KNOWN:
            extras = {"supported_types": list(KNOWN)[1:]}
            self._acknowledge(kind, "error", message=f"Unknown message type: {kind}", extras=extras)
            return
        self._obey(kind, data, message.get("id", ""))

    def _obey(self, kind: str, data: dict[str, Any], message_id: str) -> None:
        if kind == "client-ready":
            self._count_ready(message_id)
            return
        if kind == "kill-pipeline":
            self._acknowledge(kind, message="Pipeline killed successfully", extras={"room_name": self._room})
            self.spawn(self._die())
            return
        self._acknowledge(kind)
        self._host.active()
        if kind == "user_text_message":
            self.answer(str(data.get("text", "")))
        elif kind == "context-update" and data.get("run_llm") == "true":
            self.answer("", said="Goodbye, it was nice to meet you.")
        elif kind == "interrupt-bot":
            self.stop_talking()

    def _acknowledge(self, kind: str, status: str = "success", **more: object) -> None:
        form = "B" if self.script.acks == "wrapped" else "flat"
        nothing = {"message": None, "extras": None} if self.script.fields == "null" else {}
        self.tell("server-response", form, event_type=kind, status=status, **(nothing | more))

    def _count_ready(self, message_id: str) -> None:
        self._readies += 1
        if self._readies < self.script.ready_after:
            return
        if self.script.ready == "speech" and self._turns == 0:
            self.answer("", said="Hello.")
        elif self.script.ready in ("after", "twice") and self._readies == self.script.ready_after:
            for _ in range(2 if self.script.ready == "twice" else 1):
                self._ready(message_id)
        if self.script.greeting and not self._has_greeted:
            self._has_greeted = True
            self.answer("", said=self.script.greeting)

    def _ready(self, message_id: str) -> None:
        self.tell("interaction-created", "B", interaction_id="int_7f3a", character_session_id="cs_1")
        message = {"label": "rtvi-ai", "type": "bot-ready", "id": message_id, "data": {"version": "1.2.0", "about": {}}}
        self.raw(json.dumps(message).encode())

    async def _die(self) -> None:
        await asyncio.sleep(0.05)  # the acknowledgement goes out first
        self._host.killed()

    # ------------------------------------------------------------ turns

    def hear(self, *interims: str, final: str) -> None:
        """The visitor said something aloud; the bot answers."""
        self._host.active()
        self.tell("user-started-speaking")
        for text in interims:
            self.tell("user-transcription", text=text, user_id="u", timestamp="t", final=False)
        self.tell("user-stopped-speaking")
        self.answer(final, announce=False)

    def answer(self, question: str, said: str = "", announce: bool = True) -> None:
        """Take a turn; one under way is interrupted."""
        self.stop_talking()
        self._turn = self.spawn(self._take_turn(question, said or self.script.answer(question), announce))

    def stop_talking(self) -> None:
        """The turn under way ends as interrupted."""
        if self._turn is not None and not self._turn.done():
            self._turn.cancel()
            if self.script.cancel:
                self.tell("neurosync-blendshapes-cancel", "B", valid_through_frame_index=None, reason="interrupted")
            self._speech("bot-turn-completed", was_interrupted=True)

    def _transcribe(self, question: str) -> None:
        kind = self.script.transcripts
        if kind == "blank":
            self.tell("user-transcription", text="  ", final=True)
            self.tell("final-user-transcription", "B", text="[BLANK_AUDIO]")
        elif kind == "interim":
            self.tell("user-transcription", text=question, final=False)
        else:
            self.tell("user-transcription", text=question, user_id="u", timestamp="t", final=True)
            for _ in range(2 if kind == "twice" else 1):
                self.tell("final-user-transcription", "B", text=question)

    async def _take_turn(self, question: str, said: str, announce: bool) -> None:
        script = self.script
        self._turns += 1
        if question:
            if announce:
                self.tell("user-started-speaking")
            self._transcribe(question)
        if script.turn == "silent":
            self.tell("bot-llm-started")
            self.tell("llm-no-response", "B", reason="abstain")
            return
        if script.turn != "audio":
            self.tell("bot-llm-started")
            for number, word in enumerate(said.split(" ")):
                self.tell("bot-llm-text", text=word if number == 0 else f" {word}")
                self.tell("bot-output", text=said, spoken=False, aggregated_by="sentence", segment_id=number)
            self.tell("bot-llm-stopped")
        if script.emotion:
            self.tell("bot-emotion", "B", emotion=script.emotion, scale=2)
        if script.turn != "text":
            await self._speak()
        ends = {"interrupted": {"was_interrupted": True}, "aborted": {"was_aborted": True}}
        self._speech("bot-turn-completed", **({"was_interrupted": False} | ends.get(script.turn, {})))

    async def _speak(self) -> None:
        self.tell("bot-tts-started")
        self._speech("bot-started-speaking")
        assert self.actor is not None
        face = self.spawn(play(self.script, self.tell))
        silence = np.zeros(int(self.script.silence_s * RATE), np.int16)
        await self.actor.say(np.concatenate([silence, tone(self.script.voice_s)]))
        await face
        self._speech("bot-stopped-speaking")
