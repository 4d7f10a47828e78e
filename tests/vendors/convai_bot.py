"""The character in an emulated Convai room: it answers every message of a client, with faults on request."""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from tests.vendors.agent_media import RATE, AgentLook, tone
from tests.vendors.convai_face import play
from tests.vendors.convai_words import transcribe
from tests.vendors.media_server import Actor, Ears, MediaServer

KNOWN = (
    "client-ready", "user_text_message", "trigger-message", "context-update", "update-template-keys",
    "update-scene-metadata", "update-dynamic-info", "tts-toggle", "stt-toggle", "force-user-stopped-speaking",
    "interrupt-bot", "reset-idle-timer", "kill-pipeline",
)  # fmt: skip


@dataclass(frozen=True)
class BotScript:
    """Options of the bot (docs/vendors/convai.md 8).

    Attributes:
        joins: False: it never joins.
        ready: When it says `bot-ready`: "unasked" or "twice", `ready_s` after the visitor has joined; "after" some
            `client-ready`; "never"; or "speech" (only a spoken turn shows that it is ready).
        ready_s: Seconds from the visitor's join until it is ready, unless "after".
        ready_after: Number of `client-ready` messages that "after" waits for.
        envelope: Form of speaking events: "A", "B" or "both".
        acks: Form of acknowledgements: "flat", "A" or "wrapped".
        refusal: Text with which it refuses a typed question; "": it answers.
        needs_label: It ignores messages without `label`.
        transcripts: The visitor's final texts: "pair", "twice", "blank", "interim", or "vad": a final text alone,
            after `vad-stt-started` and `vad-stt-stopped`, and no other message about the visitor.
        ends_typed: `user-stopped-speaking` follows the text of a typed question; else the web SDK says for good that
            the visitor speaks.
        turn: "normal", "interrupted", "aborted", "silent" (no answer), "text" only or "audio" only.
        completes: It tells the end of a turn by `bot-turn-completed`.
        cut: What tells that an answer is cut short, in this order, before the end of the turn.
        face: "asked" (as the client asked for it), "none", "visemes", or the width of a frame.
        fps: Frames per second of the animation stream.
        late_frames: Frames that come after the statistics of the turn.
        cancel: Send a cancel message at an interruption.
        fields: Optional fields: "full", "missing" or "null".
        emotion: Name of the emotion that it sends; "" for none.
        look: The picture; None for no picture.
        greeting: Said once it is ready.
        voice_s: Length of its voice in seconds.
        silence_s: Seconds of silence before the voice, in the same sound.
        shape: Shape of the mouth while it speaks.
        answer: Returns the answer to a question.
    """

    joins: bool = True
    ready: str = "unasked"
    ready_s: float = 0.5
    ready_after: int = 1
    envelope: str = "A"
    acks: str = "flat"
    refusal: str = ""
    needs_label: bool = False
    transcripts: str = "pair"
    ends_typed: bool = True
    turn: str = "normal"
    completes: bool = True
    cut: tuple[str, ...] = ("bot-stopped-speaking",)
    face: str = "asked"
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
        rejected: What it ignored: no JSON, or without a label where it needs one.
        starting: The task that lets it join.
        asked_face: The face data that the client asked for, as in `BotScript.face`.
    """

    def __init__(self, media_server: MediaServer, room: str, script: BotScript, host: Host) -> None:
        self.script = script
        self.received: list[tuple[str, dict[str, Any], str]] = []
        self.rejected: list[bytes] = []
        self.starting: asyncio.Task[None] | None = None
        self.asked_face = "none"
        self.actor: Actor | None = None
        self._media_server = media_server
        self._room = room
        self._host = host
        self._turn: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._outbox: asyncio.Queue[tuple[bytes, str]] = asyncio.Queue()
        self._turns = 0
        self._readies = 0
        self._is_getting_ready = False
        self._speaks = False

    def asked(self, kind: str) -> list[dict[str, Any]]:
        """Return the data of every message of a type."""
        return [data for got, data, _ in self.received if got == kind]

    async def start(self) -> None:
        """Join and publish the voice."""
        if self.script.joins:
            self.spawn(self._post())
            await self.enter()

    async def enter(self) -> None:
        """Join the room, under a fresh identity."""
        ears = Ears(data=self._on_data, joined=self._on_joined, left=lambda who: self._host.left())
        self.actor = await self._media_server.enter(self._room, uuid.uuid4().hex, ears)
        await self.actor.open_voice()
        if self.script.look is not None:
            await self.actor.show(self.script.look)

    async def step_out(self) -> None:
        """Be lost to the room without ending the session."""
        if self.actor is not None:
            await self.actor.leave(on_purpose=False)

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

    def _on_joined(self, who: str) -> None:
        self._host.joined()
        if not self._is_getting_ready and self.script.ready != "after":
            self._is_getting_ready = True
            self.spawn(self._get_ready())

    def _on_data(self, payload: bytes, topic: str, identity: str) -> None:
        try:
            message = json.loads(payload)
            kind, data = message["type"], message.get("data") or {}
        except (ValueError, KeyError, TypeError):
            self.rejected.append(payload)
            self._acknowledge("parse-error", "error", message="Failed to parse message: invalid JSON or UTF-8 encoding")
            return
        if self.script.needs_label and message.get("label") != "rtvi-ai":
            self.rejected.append(payload)
            return
        self.received.append((kind, data, topic))
        if kind not in KNOWN:
            extras = {"supported_types": list(KNOWN)[1:]}
            self._acknowledge(kind, "error", message=f"Unknown message type: {kind}", extras=extras)
            return
        self._obey(kind, data, message.get("id", ""))

    def _obey(self, kind: str, data: dict[str, Any], message_id: str) -> None:
        if kind == "client-ready":
            self._readies += 1
            if self.script.ready == "after" and self._readies == self.script.ready_after:
                self._ready(message_id)
            return
        if kind == "kill-pipeline":
            self._acknowledge(kind, message="Pipeline killed successfully", extras={"room_name": self._room})
            self.spawn(self._die())
            return
        if kind == "user_text_message" and self.script.refusal:
            self._acknowledge(kind, "error", message=self.script.refusal)
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
        form = "B" if self.script.acks == "wrapped" else self.script.acks
        nothing = {"message": None, "extras": None} if self.script.fields == "null" else {}
        self.tell("server-response", form, event_type=kind, status=status, **(nothing | more))

    async def _get_ready(self) -> None:
        await asyncio.sleep(self.script.ready_s)
        if self.script.ready == "speech":
            self.answer("", said=self.script.greeting or "Hello.")
        elif self.script.ready != "never":
            self._ready("")

    def _ready(self, message_id: str) -> None:
        self.tell("interaction-created", "B", interaction_id="int_7f3a", character_session_id="cs_1")
        message = {"label": "rtvi-ai", "type": "bot-ready", "id": message_id, "data": {"version": "1.2.0", "about": {}}}
        for _ in range(2 if self.script.ready == "twice" else 1):
            self.raw(json.dumps(message).encode())
        if self.script.greeting:
            self.answer("", said=self.script.greeting)

    async def _die(self) -> None:
        await asyncio.sleep(0.05)  # the acknowledgement goes out first
        self._host.killed()

    # ------------------------------------------------------------ turns

    def hear(self, *interims: str, final: str) -> None:
        """The visitor said something aloud; the bot answers."""
        self._host.active()
        if self.script.transcripts != "vad":
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
            for kind in self.script.cut:
                if kind != "bot-stopped-speaking":
                    self.tell(kind)
                elif self._speaks:
                    self._speech(kind)
            self._speaks = False
            self._complete(was_interrupted=True)

    def _complete(self, **how: bool) -> None:
        if self.script.completes:
            self._speech("bot-turn-completed", **how)

    async def _take_turn(self, question: str, said: str, announce: bool) -> None:
        script = self.script
        self._turns += 1
        if question:
            is_announced = announce and script.transcripts != "vad"
            if is_announced:
                self.tell("user-started-speaking")
            transcribe(script.transcripts, question, self.tell)
            if is_announced and script.ends_typed:
                self.tell("user-stopped-speaking")
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
        self._complete(**({"was_interrupted": False} | ends.get(script.turn, {})))

    async def _speak(self) -> None:
        self.tell("bot-tts-started")
        self._speech("bot-started-speaking")
        self._speaks = True
        assert self.actor is not None
        shown = self.asked_face if self.script.face == "asked" else self.script.face
        face = self.spawn(play(replace(self.script, face=shown), self.tell))
        silence = np.zeros(int(self.script.silence_s * RATE), np.int16)
        await self.actor.say(np.concatenate([silence, tone(self.script.voice_s)]))
        await face
        self._speaks = False
        self._speech("bot-stopped-speaking")
