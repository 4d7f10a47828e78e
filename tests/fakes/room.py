"""A room without a network that may not be used; a test allows what it expects by overriding it."""

from __future__ import annotations

import asyncio

from app.rooms.base import Room, RoomEvent


class QuietRoom(Room):
    """Nothing may be asked of it, and nothing comes from it by itself."""

    def __init__(self, identity: str = "kiosk") -> None:
        self.events: asyncio.Queue[RoomEvent] = asyncio.Queue()
        self.identity, self.sid = identity, f"PA_{identity}"

    async def join(self, url: str, token: str, deadline_s: float) -> None:
        raise AssertionError("nobody joins this room")

    async def send_text(self, text: str, topic: str) -> None:
        raise AssertionError(f"no text is expected here: {text}")

    async def send_data(self, payload: bytes, topic: str = "") -> bool:
        raise AssertionError(f"no data is expected here: {payload!r}")

    async def call(self, identity: str, method: str, payload: str) -> None:
        raise AssertionError(f"no call is expected here: {method}")

    async def leave(self) -> None:
        raise AssertionError("nobody leaves this room")
