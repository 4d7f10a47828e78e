"""One `CallClient` of Daily's library: made, joined, left and released once, never on the event loop's thread."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

from app.aio import TaskSet, wait_done, wait_or_abandon
from app.audio.base import RATE, Sound
from app.rooms.base import RoomError, RoomFault
from app.rooms.daily.errors import join_error
from app.rooms.daily.worker import Worker, post

log = logging.getLogger(__name__)

# Together less than 2 s, the time that giving a session back allows for leaving.
GOODBYE_S = 1.2
RELEASE_S = 0.6
SEND_S = 5.0
JOIN_MOST_S = 60.0  # the library answers every join within 20 s or so (0.36, measured without a network)
LEAVE_MOST_S = 30.0

Tell = Callable[[str, tuple[Any, ...]], None]

_EVENTS = (
    "participant_joined",
    "participant_updated",
    "participant_left",
    "app_message",
    "call_state_updated",
    "network_connection_status_updated",
    "error",
)


class Call:
    """One call.

    No method of the client is called inside its callbacks, and its getters are never used: both can wait for the
    thread that is blocked by them.

    Args:
        library: The module `daily`, or a substitute in tests.
        background: Runs what outlives the visit; none of it is ever cancelled.
        tell: Receives the library's events by name, in the loop.
    """

    def __init__(self, library: Any, background: TaskSet, tell: Tell) -> None:
        self._library = library
        self._background = background
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._worker = Worker("daily-call")
        self._sound = Worker("daily-microphone")
        self._client: Any = None
        self._source: Any = None

    # ------------------------------------------------------------ joining

    async def join(self, url: str, token: str, deadline_s: float) -> Mapping[str, Any]:
        """Join within `deadline_s` seconds and return what the library reports about the room.

        A join that is given up goes on in the background: neither leaving nor releasing would end it sooner (the
        release of a pending join blocks its thread for 18 s).

        Raises:
            RoomError: It failed, or took too long.
        """
        joining = self._background.start(self._join(url, token), "daily-join")
        if not await wait_or_abandon(joining, lambda: self._give_up(joining), most_s=deadline_s):
            raise RoomError(RoomFault.TRANSIENT, "no answer from the room")
        data, error = joining.result()
        if error is None and isinstance(data, Mapping):
            return data
        self._background.start(self._release(), "daily-release")
        raise join_error(error if isinstance(error, str) else "")

    def _give_up(self, joining: asyncio.Task[tuple[Any, Any]]) -> None:
        self._background.start(self._reap(joining), "daily-reap")

    async def _join(self, url: str, token: str) -> tuple[Any, Any]:
        answer: asyncio.Future[tuple[Any, Any]] = self._loop.create_future()
        try:
            await self._worker.do(partial(self._open, url, token, answer))
        except Exception as error:
            log.info("the media library refused", extra={"error": type(error).__name__})
            return None, type(error).__name__
        return await answer

    def _open(self, url: str, token: str, answer: asyncio.Future[tuple[Any, Any]]) -> None:
        """Make the client and begin to join; in the worker's thread."""
        library = self._library
        self._client = client = library.CallClient(event_handler=self._handler())
        # The library sends silence while nothing is written, so that the avatar always finds a track.
        self._source = library.CustomAudioSource(RATE, 1)
        track = library.CustomAudioTrack(self._source)
        microphone = {"isEnabled": True, "settings": {"customTrack": {"id": track.id}}}
        settings = {
            "inputs": {"camera": {"isEnabled": False}, "microphone": microphone},
            "publishing": {
                "camera": {"isPublishing": False},
                "microphone": {"isPublishing": True, "sendSettings": {"channelConfig": "mono"}},
            },
        }

        def joined(data: Any, error: Any) -> None:
            post(self._loop, lambda: None if answer.done() else answer.set_result((data, error)))

        client.join(url, token or None, client_settings=settings, completion=joined)

    def _handler(self) -> Any:
        handler = _handlers(self._library)()
        handler.relay = lambda name, arguments: post(self._loop, lambda: self._tell(name, arguments))
        return handler

    async def _reap(self, joining: asyncio.Task[tuple[Any, Any]]) -> None:
        await wait_done(joining, most_s=JOIN_MOST_S)
        joining.cancel()  # our waiting; the library's join goes on, and the release waits for it
        succeeded = joining.done() and not joining.cancelled() and joining.result()[1] is None
        if succeeded:
            await wait_done(self._ask_to_leave(), most_s=LEAVE_MOST_S)
        log.info("a join that was given up is over", extra={"succeeded": succeeded})
        await self._release()

    # ------------------------------------------------------------ while joined

    def show(self, participant: str, layout: str, take: Callable[[str, Any, str], None]) -> None:
        """Call `take` with the participant's frames as "BGRA" or "I420"; a second call changes the format."""
        self._do(lambda client: client.set_video_renderer(participant, take, "camera", layout))

    def hear(self, participant: str, take: Callable[[str, Any, str], None]) -> None:
        """Call `take` with the participant's sound, 20 ms at a time."""
        self._do(lambda client: client.set_audio_renderer(participant, take, "microphone", RATE, 20))

    async def say(self, sound: Sound) -> None:
        """Send a piece of the microphone's sound (int16, shape (n,)); takes as long as the sound lasts."""
        source, data = self._source, sound.tobytes()
        await self._sound.do(lambda: source.write_frames(data))

    async def send(self, message: object) -> bool | None:
        """Send an app message to everybody; return whether it was sent, None where the library does not answer."""
        asked = self._ask(lambda client, told: client.send_app_message(message, completion=told))
        return asked.result() is None if await wait_done(asked, most_s=SEND_S) else None

    def _do(self, call: Callable[[Any], None]) -> None:
        self._ask(lambda client, _told: call(client))  # nobody waits for the answer

    def _ask(self, call: Callable[[Any, Callable[[str | None], None]], object]) -> asyncio.Future[str | None]:
        """Queue a call of the client that answers by its completion; the future has the error text, or None."""
        answer: asyncio.Future[str | None] = self._loop.create_future()

        def told(complaint: str | None) -> None:
            post(self._loop, lambda: None if answer.done() else answer.set_result(complaint))

        def ask() -> None:
            try:
                call(self._client, told)
            except Exception as error:
                log.warning("the media library refused", extra={"error": type(error).__name__})
                told(type(error).__name__)

        self._worker.do(ask)
        return answer

    # ------------------------------------------------------------ leaving

    async def leave(self) -> None:
        """Leave, wait, then release. Takes 2 s at most; what is not done by then goes on in the background."""
        left = self._ask_to_leave()
        await wait_done(left, most_s=GOODBYE_S)
        releasing = self._background.start(self._release(after=left), "daily-release")
        await wait_done(releasing, most_s=RELEASE_S)

    def _ask_to_leave(self) -> asyncio.Future[str | None]:
        return self._ask(lambda client, told: client.leave(completion=told))

    async def _release(self, after: asyncio.Future[str | None] | None = None) -> None:
        if after is not None:
            await wait_done(after, most_s=LEAVE_MOST_S)
        client = self._client
        if client is not None:
            await self._worker.do(client.release)
        self._client = self._source = None
        self._worker.close()
        self._sound.close()


@cache
def _handlers(library: Any) -> Any:
    """Return the class of event handlers; its base is the library's own, not known before that is loaded."""

    def method(name: str) -> Callable[..., None]:
        def on_event(handler: Any, *arguments: Any) -> None:
            handler.relay(name, arguments)

        return on_event

    return type("Handler", (library.EventHandler,), {f"on_{name}": method(name) for name in _EVENTS})
