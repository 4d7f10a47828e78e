"""A LiveKit room: joined once, left once, everything freed afterwards."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

from livekit import rtc

from app.aio import TaskSet, log_kind, wait_done, wait_or_abandon
from app.audio.base import Microphone, SpeakerOut
from app.picture import Picture
from app.rooms.base import (
    ActiveSpeakers,
    Arriving,
    ChooseAvatar,
    Data,
    MicrophoneHeard,
    Participant,
    ParticipantsChanged,
    RoomError,
    RoomEvent,
    RoomFault,
)
from app.rooms.lifecycle import Lifecycle, background_tasks, finish
from app.rooms.livekit.avatar import LiveKitAvatar, participants_of
from app.rooms.livekit.end import disconnected, reap
from app.rooms.livekit.errors import classify
from app.rooms.livekit.log import LibraryLog
from app.rooms.livekit.relays import Relays
from app.rooms.livekit.texts import TextStreams
from app.rooms.livekit.tracks import pump_microphone
from app.rooms.livekit.traffic import TrafficMonitor
from app.rooms.presence import RoomTimes

log = logging.getLogger(__name__)

# Together less than 2 s, the time that giving a session back allows for leaving.
FLOWS_END_S = 0.6
GOODBYE_S = 1.2
SEND_S = 5.0

# The library's default is one peer connection for both directions. Publishing and subscribing can then disturb each
# other: of 96 joins on an overloaded machine, 14 had no picture or were never heard; with two connections, none.
_OPTIONS = rtc.RoomOptions(single_peer_connection=False)
_RELAYED = replace(_OPTIONS, rtc_config=rtc.RtcConfiguration(ice_transport_type=rtc.IceTransportType.TRANSPORT_RELAY))


class LiveKitRooms:
    """Makes LiveKit rooms (`RoomFactory`) and keeps what outlives a visit. One for the life of the process.

    Args:
        times: How long a room waits before it reports a loss.
        library_log: The filter of the library's log. None: one is installed and never removed, because records of the
            library can come late.
        relays: Whether sound and picture go through the service's relays. None: only where nothing else gets through.

    Attributes:
        background: Rooms that are being left, and joins that were given up.
    """

    def __init__(
        self, times: RoomTimes | None = None, library_log: LibraryLog | None = None, relays: Relays | None = None
    ) -> None:
        self.background = background_tasks()
        self._relays = relays or Relays()
        self._times = times or RoomTimes()
        if library_log is None:
            library_log = LibraryLog()
            library_log.install()
        self._log = library_log

    def __call__(
        self, *, picture: Picture, speaker: SpeakerOut | None, microphone: Microphone | None, choose: ChooseAvatar
    ) -> LiveKitRoom:
        """Return a fresh room; nothing is joined yet."""
        return LiveKitRoom(
            picture=picture,
            speaker=speaker,
            microphone=microphone,
            choose=choose,
            background=self.background,
            library_log=self._log,
            times=self._times,
            relays=self._relays,
        )

    async def close(self, most_s: float = 2.0) -> None:
        """Wait for rooms that are still being left, `most_s` seconds at most; only at the end of the process."""
        await finish(self.background, most_s)


class LiveKitRoom:
    """One LiveKit session; see `app.rooms.base.Room`.

    Made and used in the event loop's thread only. Frames are pushed from that thread too; the SDK decodes and converts
    them on its own threads.

    Args:
        picture: Where frames go.
        speaker: Where the avatar's voice goes; None: nowhere.
        microphone: The visitor's; None: a silent track is published.
        choose: Finds the avatar.
        background: Runs what outlives the visit.
        library_log: Tells why a join failed.
        times: How long to wait before a loss is reported.
        relays: Says whether the join goes through relays, and is told how it went.
    """

    def __init__(
        self,
        *,
        picture: Picture,
        speaker: SpeakerOut | None,
        microphone: Microphone | None,
        choose: ChooseAvatar,
        background: TaskSet,
        library_log: LibraryLog,
        times: RoomTimes,
        relays: Relays,
    ) -> None:
        self._lifecycle = Lifecycle(times, background, stop=self._stop, goodbye=self._goodbye)
        self.events: asyncio.Queue[RoomEvent] = self._lifecycle.events
        self.identity = self.sid = ""
        self._picture = picture
        self._microphone = microphone
        self._choose = choose
        self._background = background
        self._library_log = library_log
        self._relays = relays
        self._avatar = LiveKitAvatar(picture, speaker, times, self._lifecycle.tell)
        self._texts = TextStreams(self._lifecycle.tell)
        self._traffic = TrafficMonitor(lambda: self._lifecycle.tell(Arriving()))
        self._room: rtc.Room | None = None
        self._participants: tuple[Participant, ...] = ()
        self._sending = TaskSet(log_kind(log, "the microphone's flow failed"))

    # ------------------------------------------------------------ joining

    async def join(self, url: str, token: str, deadline_s: float) -> None:
        """See `Room.join`. The pending connect is never cancelled: if it is given up, it goes on in the background."""
        room = rtc.Room()  # single use: a second connect would find participants of the first one and fail
        self._listen(room)
        began = time.monotonic()
        relayed = self._relays.in_use
        connecting = room.connect(url, token, _RELAYED if relayed else _OPTIONS)
        joining = asyncio.get_running_loop().create_task(connecting, name="room-connect")
        if not await wait_or_abandon(joining, lambda: self._give_up(joining, room), most_s=deadline_s):
            raise self._failed("", began, relayed)
        error = joining.exception()
        if error is not None:
            self._lifecycle.join_failed()
            raise self._failed(str(error), began, relayed) from None  # the cause's text may hold the token
        self._relays.joined(relayed)
        if not room.isconnected():
            self._lifecycle.join_failed()
            raise RoomError(RoomFault.TRANSIENT, "the room closed at once")
        self._room = room
        self._lifecycle.joined()
        self.identity, self.sid = room.local_participant.identity, room.local_participant.sid
        self._open_microphone(room)
        # Not needed once frames come that are shown: others may cease, and the voice goes on.
        self._traffic.follow(room, lambda: self._picture.withheld or not self._avatar.is_seen)
        self._review()

    def _failed(self, text: str, began: float, relayed: bool) -> RoomError:
        """Return the error for the library's text of a failed join that began at `began`; "": it took too long."""
        blocked = self._library_log.media_blocked_since(began)
        if blocked:
            self._relays.blocked(relayed)
        if text:
            return classify(text)
        return RoomError(RoomFault.TRANSIENT, "media ports blocked" if blocked else "no answer from the room")

    def _give_up(self, joining: asyncio.Task[None], room: rtc.Room) -> None:
        self._lifecycle.join_failed()
        self._background.start(reap(joining, room), "room-reap")

    def _listen(self, room: rtc.Room) -> None:
        self._texts.listen(room)
        for name in (
            "participant_connected",
            "participant_attributes_changed",
            "track_published",
            "track_unpublished",
            "track_subscribed",
            "track_unsubscribed",
            "track_muted",
            "track_unmuted",
        ):
            room.on(name, self._review)
        room.on("participant_disconnected", self._on_left)
        room.on("track_subscription_failed", self._on_subscription_failed)
        room.on("active_speakers_changed", self._on_speakers)
        room.on("data_received", self._on_data)
        room.on("transcription_received", self._texts.transcription)
        room.on("local_track_subscribed", self._on_heard)
        room.on("reconnecting", self._on_reconnecting)
        room.on("reconnected", self._on_reconnected)
        room.on("disconnected", self._on_disconnected)

    def _open_microphone(self, room: rtc.Room) -> None:
        self._sending.start(pump_microphone(room.local_participant, self._microphone), "room-microphone")

    # ------------------------------------------------------------ the SDK's events: plain functions, in the loop

    def _review(self) -> None:
        """Check all participants again, whatever has changed about them."""
        if self._lifecycle.is_over or self._room is None:
            return
        remote = self._room.remote_participants
        participants = participants_of(remote)
        if participants != self._participants:
            self._participants = participants
            self._lifecycle.tell(ParticipantsChanged(participants))
        self._avatar.follow(remote, self._choose(participants))

    def _on_left(self, participant: rtc.RemoteParticipant) -> None:
        if not self._lifecycle.is_over:
            self._avatar.goes(participant, self._review)

    def _on_subscription_failed(self, _participant: rtc.RemoteParticipant, _track_sid: str, _error: str) -> None:
        log.warning("a track of the room could not be taken")

    def _on_speakers(self, speakers: list[rtc.Participant]) -> None:
        identities = tuple(speaker.identity for speaker in speakers)
        others = tuple(identity for identity in identities if identity != self.identity)
        self._lifecycle.tell(ActiveSpeakers(others, own=len(others) < len(identities)))

    def _on_data(self, packet: rtc.DataPacket) -> None:
        identity = packet.participant.identity if packet.participant is not None else ""
        self._lifecycle.tell(Data(packet.data, packet.topic or "", identity))

    def _on_heard(self) -> None:
        self._lifecycle.tell(MicrophoneHeard())

    def _on_reconnecting(self) -> None:
        self._lifecycle.repair_began()
        self._avatar.repairing(True)

    def _on_reconnected(self) -> None:
        self._lifecycle.repair_done()
        self._review()
        self._avatar.repairing(False)
        self._verify_microphone()

    def _verify_microphone(self) -> None:
        """Publish the microphone again after a full reconnect, if the SDK has not done so itself."""
        if self._lifecycle.is_over or self._room is None:
            return
        if not self._room.local_participant.track_publications:
            log.info("publishing the microphone again")
            self._sending.cancel()
            self._open_microphone(self._room)

    def _on_disconnected(self, reason: int) -> None:
        # When the server ends the session, only this event says so, and the avatar is still listed.
        self._lifecycle.end(disconnected(reason))

    # ------------------------------------------------------------ sending

    async def send_text(self, text: str, topic: str) -> None:
        """See `Room.send_text`."""
        await self._send(lambda us: us.send_text(text, topic=topic))

    async def send_data(self, payload: bytes, topic: str = "") -> bool:
        """See `Room.send_data`; 64,000 bytes at most."""
        return await self._send(lambda us: us.publish_data(payload, topic=topic))

    async def call(self, identity: str, method: str, payload: str) -> None:
        """See `Room.call`."""
        await self._send(
            lambda us: us.perform_rpc(
                destination_identity=identity, method=method, payload=payload, response_timeout=SEND_S
            )
        )

    async def _send(self, work: Callable[[rtc.LocalParticipant], Awaitable[object]]) -> bool:
        """Do the work; return False where it certainly sent nothing."""
        if self._room is None or self._lifecycle.is_over:
            log.info("not in the room: a message was not sent")
            return False
        try:
            async with asyncio.timeout(SEND_S):
                await work(self._room.local_participant)
        except Exception as error:
            log.warning("a message was not sent", extra={"error": type(error).__name__})
            return isinstance(error, TimeoutError)  # it may still go
        return True

    # ------------------------------------------------------------ leaving

    async def leave(self) -> None:
        """See `Room.leave`."""
        await self._lifecycle.leave()

    def _stop(self) -> None:
        self._sending.cancel()
        self._avatar.stop()
        self._texts.stop()
        self._traffic.stop()

    async def _goodbye(self) -> None:
        room, self._room = self._room, None
        flows = [part.stopped(FLOWS_END_S) for part in (self._avatar, self._texts, self._traffic)]
        await asyncio.gather(*flows, self._sending.settled(FLOWS_END_S))
        if room is not None:
            # It first waits for remote calls that are running, and must not be cancelled.
            goodbye = self._background.start(room.disconnect(), "room-goodbye")
            await wait_done(goodbye, most_s=GOODBYE_S)
