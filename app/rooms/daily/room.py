"""A Daily room, for the same picture, speaker and microphone as any other room."""

from __future__ import annotations

import asyncio
import importlib.metadata
import json
import logging
import os
from collections.abc import Mapping
from contextlib import aclosing
from functools import cache
from types import ModuleType
from typing import Any

from app.aio import TaskSet, log_kind
from app.audio.base import Microphone, SpeakerOut
from app.picture import Picture
from app.rooms.base import (
    Choice,
    ChooseAvatar,
    Data,
    FirstFrame,
    Participant,
    ParticipantsChanged,
    RoomError,
    RoomEvent,
    RoomFault,
)
from app.rooms.daily.avatar import DailyAvatar
from app.rooms.daily.call import Call
from app.rooms.daily.errors import ended_by, is_final
from app.rooms.daily.participants import Participants, mapping, text_of
from app.rooms.lifecycle import Lifecycle, background_tasks, finish
from app.rooms.presence import Presence, RoomTimes

log = logging.getLogger(__name__)

MISSING = 'the package "daily-python" is missing (the extra "tavus" of this program brings it)'
FLOW_END_S = 0.2
LEFT = "leftCall"  # the library's word for a participant who has left, and is not only hidden


@cache
def load_library() -> ModuleType:
    """Return Daily's library, ready for use.

    Initialised once per process: a second `Daily.init` aborts the process (0.36, seen).

    Raises:
        ImportError: It is missing.
    """
    try:
        import daily
    except ImportError as error:
        raise ImportError(f"{MISSING}: {error}") from error
    # It writes addresses of rooms to stderr at every failure, whatever `log_level` says (0.36, seen).
    os.environ["RUST_LOG"] = "off"
    daily.Daily.init()
    return daily


def library_version() -> str:
    """Load the library and return its name and version, for the readiness report. Raises ImportError."""
    load_library()
    try:
        return f"daily-python {importlib.metadata.version('daily-python')}"
    except importlib.metadata.PackageNotFoundError:  # our packages carry the library without its metadata
        return "daily-python"


class DailyRooms:
    """Makes Daily rooms (`RoomFactory`) and keeps what outlives a visit. One for the life of a kiosk.

    Args:
        times: How long a room waits before it reports a loss.
        library: A substitute in tests; None for Daily's own.

    Attributes:
        background: Calls that are being joined, left or released.

    Raises:
        ImportError: Daily's library is missing.
    """

    def __init__(self, times: RoomTimes | None = None, library: Any = None) -> None:
        self.background = background_tasks()
        self._times = times or RoomTimes()
        self._library = library or load_library()

    def __call__(
        self, *, picture: Picture, speaker: SpeakerOut | None, microphone: Microphone | None, choose: ChooseAvatar
    ) -> DailyRoom:
        """Return a fresh room; nothing is joined yet."""
        return DailyRoom(
            picture=picture,
            speaker=speaker,
            microphone=microphone,
            choose=choose,
            library=self._library,
            background=self.background,
            times=self._times,
        )

    async def close(self, most_s: float = 2.0) -> None:
        """Wait for rooms that are still being left, `most_s` seconds at most; only at the end of the process."""
        await finish(self.background, most_s)


class DailyRoom:
    """One Daily call; see `app.rooms.base.Room`.

    Used in the event loop's thread only. Frames and sound of the avatar come on threads of the library.

    Args:
        picture: Where frames go.
        speaker: Where the avatar's voice goes; None: nowhere.
        microphone: The visitor's; None: silence is sent.
        choose: Finds the avatar.
        library: The module `daily`.
        background: Runs what outlives the visit.
        times: How long to wait before a loss is reported.
    """

    def __init__(
        self,
        *,
        picture: Picture,
        speaker: SpeakerOut | None,
        microphone: Microphone | None,
        choose: ChooseAvatar,
        library: Any,
        background: TaskSet,
        times: RoomTimes,
    ) -> None:
        self._lifecycle = Lifecycle(times, background, stop=self._stop, goodbye=self._goodbye)
        self.events: asyncio.Queue[RoomEvent] = self._lifecycle.events
        self.identity = self.sid = ""
        self._microphone = microphone
        self._choose = choose
        self._library = library
        self._background = background
        self._presence = Presence(times, self._lifecycle.tell)
        self._avatar = DailyAvatar(picture, speaker, lambda: self._lifecycle.tell(FirstFrame()))
        self._call: Call | None = None
        self._tracked = Participants()
        self._participants: tuple[Participant, ...] = ()
        self._choice = Choice()
        self._sending = TaskSet(log_kind(log, "the microphone's flow failed"))
        self._broken: set[str] = set()  # names of the connections that the library repairs now
        self._last_error = ""

    # ------------------------------------------------------------ joining

    async def join(self, url: str, token: str, deadline_s: float) -> None:
        """See `Room.join`."""
        if not url.startswith("https://"):
            raise RoomError(RoomFault.CONFIG, "the room's address is not https")
        call = Call(self._library, self._background, self._on_event)
        try:
            data = await call.join(url, token, deadline_s)
        except BaseException:
            self._lifecycle.join_failed()
            raise
        self._call = call
        if self._lifecycle.ended_early:
            self._lifecycle.join_failed()
            raise RoomError(RoomFault.TRANSIENT, "the room closed at once")
        self._lifecycle.joined()
        for key, participant in mapping(data.get("participants")).items():
            self._tracked.note(participant, is_us=key == "local")
        self.identity = self._tracked.own
        self._sending.start(self._pump_microphone(call), "room-microphone")
        self._review()

    async def _pump_microphone(self, call: Call) -> None:
        if self._microphone is None:
            return
        async with aclosing(self._microphone.frames()) as frames:
            async for sound in frames:
                await call.say(sound)

    # ------------------------------------------------------------ the library's events; in the loop

    def _on_event(self, name: str, arguments: tuple[Any, ...]) -> None:
        if self._lifecycle.is_over:
            return
        match name, arguments:
            case (("participant_joined" | "participant_updated"), (participant, *_)):
                self._tracked.note(participant)
                self._review()
            case "participant_left", (participant, *why):
                self._on_left(participant, text_of(why[0]) if why else "")
            case "app_message", (message, sender, *_):
                self._on_message(message, sender)
            case "call_state_updated", ("left", *_):
                self._lifecycle.end(ended_by(self._last_error))
            case "network_connection_status_updated", (status, *_):
                self._on_network(mapping(status))
            case "error", (text, *_):
                self._on_error(text_of(text))
            case _:
                pass

    def _on_left(self, participant: object, why: str) -> None:
        is_avatar = text_of(mapping(participant).get("id")) in (self._choice.video, self._choice.audio)
        self._tracked.forget(participant)
        self._review()
        if is_avatar and why == LEFT and not self._broken:  # while the library repairs, it can look like that too
            self._presence.left()

    def _review(self) -> None:
        """Check all participants again, whatever has changed about them."""
        if self._call is None:
            return  # not joined yet: `join` calls it again
        participants = self._tracked.participants()
        if participants != self._participants:
            self._participants = participants
            self._lifecycle.tell(ParticipantsChanged(participants))
        self._choice = choice = self._choose(participants)
        self._avatar.follow(self._call, choice)
        video = self._tracked.track_state(choice.video, "camera")
        self._presence.see(video, self._tracked.track_state(choice.audio, "microphone"))

    def _on_message(self, message: object, sender: object) -> None:
        try:
            payload = json.dumps(message).encode()
        except (TypeError, ValueError, RecursionError):
            return
        self._lifecycle.tell(Data(payload, "", text_of(sender)))

    def _on_network(self, status: Mapping[str, Any]) -> None:
        connection, event = text_of(status.get("connection")), status.get("event")
        if event == "interrupted" and connection not in self._broken:
            self._broken.add(connection)
            if len(self._broken) == 1:
                self._lifecycle.repair_began()
                self._presence.repairing(True)
        elif event == "connected" and connection in self._broken:
            self._broken.discard(connection)
            if not self._broken:
                self._lifecycle.repair_done()
                self._presence.repairing(False)

    def _on_error(self, text: str) -> None:
        log.info("the media library told an error", extra={"final": is_final(text)})
        self._last_error = text
        if is_final(text):
            self._lifecycle.end(ended_by(text))

    # ------------------------------------------------------------ leaving

    async def leave(self) -> None:
        """See `Room.leave`."""
        await self._lifecycle.leave()

    def _stop(self) -> None:
        self._presence.stop()
        self._sending.cancel()
        self._avatar.close()

    async def _goodbye(self) -> None:
        call, self._call = self._call, None
        await self._sending.settled(FLOW_END_S)
        if call is not None:
            await call.leave()

    # ------------------------------------------------------------ sending

    async def send_data(self, payload: bytes, topic: str = "") -> bool:
        """See `Room.send_data`. Sends an app message, which has to be JSON; the topic is not sent."""
        if self._call is None or self._lifecycle.is_over:
            log.info("not in the room: a message was not sent")
            return False
        try:
            message = json.loads(payload)
        except ValueError:
            log.warning("a message that is not JSON was not sent")
            return False
        was_sent = await self._call.send(message)
        if was_sent is not True:
            log.warning("a message was not sent" if was_sent is False else "nobody told whether a message was sent")
        return was_sent is not False

    async def send_text(self, text: str, topic: str) -> None:
        """See `Room.send_text`. These rooms have no text streams, so nothing is sent."""
        log.info("these rooms have no text streams: a message was not sent")

    async def call(self, identity: str, method: str, payload: str) -> None:
        """See `Room.call`. These rooms have no remote procedures, so nothing is sent."""
        log.info("these rooms have no remote procedures: a call was not made")
