"""Messages of a conversation to the service, sent one after another."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from app.visit.media_session import MediaSession

log = logging.getLogger(__name__)

Message = Callable[[MediaSession], Awaitable[None]]


class ServiceMessages:
    """Sends messages in turn: a slow answer must not hold up the next tap.

    A message that fails is logged and lost; the conversation goes on.
    """

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[Message] = asyncio.Queue()
        self._service_doubts = False  # it warned that it will end the session, because it noticed nobody

    async def send(self, media: Callable[[], MediaSession]) -> None:
        """Send until cancelled. media: returns the session of the moment, which a second join replaces."""
        while True:
            message = await self._waiting.get()
            try:
                await message(media())
            except Exception as error:
                log.warning("the service did not take a message", extra={"error": type(error).__name__})

    def ask(self, text: str) -> None:
        """Ask a typed or suggested question."""
        self._waiting.put_nowait(lambda media: media.protocol.ask(media.room, text))

    def interrupt(self) -> None:
        """Stop what the avatar says."""
        self._waiting.put_nowait(lambda media: media.protocol.interrupt(media.room))

    def finish_question(self) -> None:
        """Push-to-talk was released."""
        self._waiting.put_nowait(lambda media: media.protocol.finish_question(media.room))

    def wrap_up(self, remaining_s: Callable[[], float]) -> None:
        """Ask for closing words. remaining_s: the seconds left when the message goes out."""
        self._waiting.put_nowait(lambda media: media.protocol.wrap_up(media.room, remaining_s()))

    def doubted(self) -> None:
        """The service noticed nobody, and warned that it will end the session."""
        self._service_doubts = True

    def reassure(self) -> None:
        """The visitor is here: tell a service that doubts it, once for each warning."""
        if self._service_doubts:
            self._service_doubts = False
            self._waiting.put_nowait(lambda media: media.protocol.stay(media.room))
