"""The avatar in an emulated AI Studios room: it greets, speaks the texts it is given, and answers speech."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from app.audio.base import Sound
from tests.vendors.agent_media import AgentLook, tone
from tests.vendors.media_server import Actor, Ears, MediaServer

LOUD = 1000  # of 32767
SPEECH_S, PAUSE_S = 0.3, 0.5  # so much sound is a question, which so much silence ends


@dataclass(frozen=True)
class AvatarScript:
    """Options of the avatar (docs/vendors/aistudios.md 8).

    Attributes:
        joins: False: it never joins.
        look: The picture; None for no picture.
        appears_after_s: Seconds until it joins.
        listens: It answers speech ("server" mode); else it speaks only texts of `/talk`.
        voice_s_per_letter: Seconds of voice for each letter of a text.
        data: Messages that it sends to everybody who joins.
    """

    joins: bool = True
    look: AgentLook | None = field(default_factory=AgentLook)
    appears_after_s: float = 0.0
    listens: bool = True
    voice_s_per_letter: float = 0.02
    data: tuple[bytes, ...] = ()


class Avatar:
    """One avatar in one room.

    Attributes:
        said: Every text that it spoke, oldest first.
        answers: How often it answered speech.
    """

    def __init__(
        self,
        media_server: MediaServer,
        room: str,
        script: AvatarScript,
        greeting: str,
        left: Callable[[], None] = lambda: None,
    ) -> None:
        self.script = script
        self.said: list[str] = []
        self.answers = 0
        self.actor: Actor | None = None
        self._media_server = media_server
        self._room = room
        self._greeting = greeting
        self._left = left
        self._texts: asyncio.Queue[str] = asyncio.Queue()
        self._loud_s = self._quiet_s = 0.0
        self._speaking: asyncio.Task[None] | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self._is_over = False

    async def start(self) -> None:
        """Join under a random name and publish."""
        if not self.script.joins:
            return
        await asyncio.sleep(self.script.appears_after_s)
        ears = Ears(sound=self._hear, joined=self._welcome, left=lambda identity: self._left())
        self.actor = await self._media_server.enter(self._room, uuid.uuid4().hex[:12], ears)
        if self._is_over:
            await self.actor.leave()
            return
        await self.actor.open_voice()
        if self.script.look is not None:
            await self.actor.show(self.script.look)
        self._speaking = asyncio.create_task(self._speak(self.actor), name="aistudios-avatar")

    def say(self, text: str) -> None:
        """Speak for a time proportional to the text."""
        self.said.append(text)
        self._texts.put_nowait(text)

    async def leave(self) -> None:
        """Leave with everything; idempotent."""
        self._is_over = True
        for task in [*self._sending, *([self._speaking] if self._speaking else [])]:
            task.cancel()
        if self.actor is not None:
            await self.actor.leave()

    def _welcome(self, identity: str) -> None:
        for payload in self.script.data:
            task = asyncio.get_running_loop().create_task(self._send(payload))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        greeting, self._greeting = self._greeting, ""
        if greeting:
            self.say(greeting)

    async def _send(self, payload: bytes) -> None:
        with contextlib.suppress(Exception):  # the room is gone
            await asyncio.sleep(0.5)
            if self.actor is not None:
                await self.actor.send(payload, "avatar-events")

    def _hear(self, samples: Sound) -> None:
        seconds = len(samples) / 48_000
        if len(samples) and int(np.abs(samples.astype(np.int32)).max()) > LOUD:
            self._loud_s, self._quiet_s = self._loud_s + seconds, 0.0
            return
        self._quiet_s += seconds
        if self._loud_s >= SPEECH_S and self._quiet_s >= PAUSE_S and self.script.listens:
            self.answers += 1
            self._texts.put_nowait("x" * 50)  # nobody is told its words
        if self._quiet_s >= PAUSE_S:
            self._loud_s = 0.0

    async def _speak(self, actor: Actor) -> None:
        while True:
            text = await self._texts.get()
            with contextlib.suppress(Exception):  # the room is gone
                await actor.say(tone(max(0.2, len(text) * self.script.voice_s_per_letter)))
