"""The kiosk's side of one session in live tests: the room, its events, picture, sound and captions."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from app.events import Caption
from app.picture import Frame, Picture, PixelFormat
from app.rooms.base import Data, FirstFrame, Text
from app.rooms.livekit.room import LiveKitRoom, LiveKitRooms
from app.vendors.agents_protocol import AgentsProtocol
from tests.fakes.audio import FakeMicrophone, FakeSpeaker
from tests.rigs.livekit_server import LiveKitServer

IDENTITY = "kiosk"


class PictureRecorder(Picture):
    """A picture that records sizes and times of all frames, and the last frame itself."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[tuple[int, int]] = []
        self.times: list[float] = []
        self.last: Frame | None = None

    def push(self, frame: Frame) -> None:
        super().push(frame)
        self.sizes.append((frame.width, frame.height))
        self.times.append(time.monotonic())
        self.last = frame

    def longest_gap_s(self) -> float:
        """Return the longest time between two frames."""
        return max((after - before for before, after in itertools.pairwise(self.times)), default=0.0)


class Guest:
    """Joins a room as the kiosk would.

    Args:
        rooms: Makes the room.
        server: Where it is.
        name: Of the room.
        identity: Ours in it.
        protocol: Arguments of the protocol.

    Attributes:
        events: All room events so far.
        told: The common events decoded from them.
    """

    def __init__(
        self, rooms: LiveKitRooms, server: LiveKitServer, name: str, identity: str = IDENTITY, **protocol: Any
    ) -> None:
        self.server = server
        self.name = name
        self.picture = PictureRecorder()
        self.speaker = FakeSpeaker()
        self.microphone = FakeMicrophone()
        self.protocol = AgentsProtocol(**protocol)
        self.events: list[Any] = []
        self.told: list[Any] = []
        self._identity = identity
        self.room: LiveKitRoom = rooms(
            picture=self.picture, speaker=self.speaker, microphone=self.microphone, choose=self.protocol.choose
        )
        self._news = asyncio.Event()
        self._following: asyncio.Task[None] | None = None

    async def join(self, url: str = "", token: str = "", deadline_s: float = 10.0) -> Guest:
        """Join; raises RoomError."""
        token = token or self.server.token(self.name, self._identity)
        await self.room.join(url or self.server.ws, token, deadline_s)
        self._following = asyncio.create_task(self._follow(), name="guest")
        return self

    async def seen(self, most_s: float = 10.0) -> Guest:
        """Wait for the first picture."""
        await self.until(FirstFrame, most_s)
        return self

    async def until(self, what: type | Any, most_s: float = 10.0) -> Any:
        """Wait for an event, by type or value, and return it. Raises TimeoutError with what came instead."""

        def found() -> Any:
            for event in [*self.events, *self.told]:
                if isinstance(event, what) if isinstance(what, type) else event == what:
                    return event
            return None

        await self.wait(lambda: found() is not None, most_s)
        return found()

    async def wait(self, condition: Callable[[], bool], most_s: float = 10.0) -> None:
        """Wait until the condition holds. Raises TimeoutError with what came instead."""
        try:
            async with asyncio.timeout(most_s):
                while not condition():
                    self._news.clear()
                    try:
                        await asyncio.wait_for(self._news.wait(), 0.05)
                    except TimeoutError:
                        continue
        except TimeoutError:
            known = [event for event in self.events if not isinstance(event, Text | Data)]
            raise TimeoutError(f"not within {most_s} s; told were {known[-8:]}") from None

    async def frames(self, count: int, most_s: float = 10.0) -> None:
        """Wait for so many more frames."""
        goal = self.picture.pushed + count
        await self.wait(lambda: self.picture.pushed >= goal, most_s)

    def count(self, kind: type) -> int:
        """Return how many events of this kind have come so far."""
        return sum(isinstance(event, kind) for event in [*self.events, *self.told])

    async def counted(self, kind: type, least: int, most_s: float) -> None:
        """Wait until so many events of this kind have come. Raises TimeoutError."""
        async with asyncio.timeout(most_s):
            while self.count(kind) < least:
                self._news.clear()
                await self._news.wait()

    def captions(self) -> dict[tuple[str, str], Caption]:
        """Return what the screen would show: the latest caption of each segment."""
        return {(c.speaker.value, c.segment): c for c in self.told if isinstance(c, Caption)}

    async def leave(self) -> None:
        """Leave and stop following."""
        await self.room.leave()
        if self._following is not None:
            self._following.cancel()
            await asyncio.wait({self._following})

    async def _follow(self) -> None:
        while True:
            event = await self.room.events.get()
            self.events.append(event)
            self.told += self.protocol.decode(event, self.room)
            self._news.set()


def luma(frame: Frame) -> np.ndarray:
    """Return the brightness of a frame, (height, width)."""
    data = np.frombuffer(frame.data, np.uint8)
    if frame.format is PixelFormat.I420:
        return data[: frame.width * frame.height].reshape(frame.height, frame.width)
    return data.reshape(frame.height, frame.width, 4)[..., 1]


def rgb(frame: Frame) -> np.ndarray:
    """Return the colours of a BGRA frame, (height, width, 3)."""
    assert frame.format is PixelFormat.BGRA
    return np.frombuffer(frame.data, np.uint8).reshape(frame.height, frame.width, 4)[..., 2::-1]
