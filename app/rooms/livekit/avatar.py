"""The avatar of a LiveKit room: takes the tracks that it has now, and reports when it is really gone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from livekit import rtc

from app.aio import TaskSet
from app.audio.base import SpeakerOut
from app.picture import Picture
from app.rooms.base import Choice, FirstFrame, Participant, RoomEvent
from app.rooms.livekit.tracks import pump_video, pump_voice
from app.rooms.presence import Presence, RoomTimes, TrackState

log = logging.getLogger(__name__)

_ACCEPTED = {
    rtc.TrackKind.KIND_VIDEO: {rtc.TrackSource.SOURCE_CAMERA, rtc.TrackSource.SOURCE_UNKNOWN},
    rtc.TrackKind.KIND_AUDIO: {rtc.TrackSource.SOURCE_MICROPHONE, rtc.TrackSource.SOURCE_UNKNOWN},
}


@dataclass(slots=True)
class _Subscription:
    """The avatar's track of one kind that is taken now.

    Attributes:
        kind: Video or audio.
        publication: None: the avatar has none.
        track: None: nothing is taken.
        pump: The task that carries it.
    """

    kind: rtc.TrackKind.ValueType
    publication: rtc.RemoteTrackPublication | None = None
    track: rtc.RemoteTrack | None = None
    pump: asyncio.Task[None] | None = None

    def track_state(self) -> TrackState:
        """Return its state now."""
        if self.track is None or self.publication is None:
            return TrackState()
        return TrackState(exists=True, delivers=not self.publication.muted, codec=self.publication.mime_type)


def _log_failure(name: str, error: BaseException) -> None:
    # The SDK fails an assertion when a track goes before its stream was made; an event reports that as well.
    level = logging.INFO if isinstance(error, AssertionError) else logging.WARNING
    log.log(level, "a media flow failed", extra={"task": name, "error": type(error).__name__})


def participants_of(participants: Mapping[str, rtc.RemoteParticipant]) -> tuple[Participant, ...]:
    """Return the SDK's participants as ours."""
    return tuple(
        Participant(
            identity=participant.identity,
            is_agent=participant.kind == rtc.ParticipantKind.PARTICIPANT_KIND_AGENT,
            attributes=dict(participant.attributes),
            has_video=_publication(participant, rtc.TrackKind.KIND_VIDEO) is not None,
            has_audio=_publication(participant, rtc.TrackKind.KIND_AUDIO) is not None,
        )
        for participant in participants.values()
    )


class LiveKitAvatar:
    """The avatar's tracks in one room.

    Args:
        picture: Where frames go.
        speaker: Where the voice goes; None: nowhere.
        times: How long to wait before a loss is reported.
        tell: Receives AvatarVideo, AvatarAudio, FirstFrame and AvatarGone.
    """

    def __init__(
        self, picture: Picture, speaker: SpeakerOut | None, times: RoomTimes, tell: Callable[[RoomEvent], None]
    ) -> None:
        self._picture = picture
        self._speaker = speaker
        self._tell = tell
        self._presence = Presence(times, tell)
        self._video = _Subscription(rtc.TrackKind.KIND_VIDEO)
        self._audio = _Subscription(rtc.TrackKind.KIND_AUDIO)
        self._pumps = TaskSet(_log_failure)
        self._seen_frame = False

    @property
    def is_seen(self) -> bool:
        """Whether a frame of it has come."""
        return self._seen_frame

    def follow(self, participants: Mapping[str, rtc.RemoteParticipant], choice: Choice) -> None:
        """Take the tracks of the chosen participants as they are now. Cheap when nothing changed."""
        self._take(self._video, participants.get(choice.video or ""))
        self._take(self._audio, participants.get(choice.audio or ""))
        self._presence.see(self._video.track_state(), self._audio.track_state())

    def repairing(self, under_way: bool) -> None:
        """Note that the library began (True) or ended (False) to repair the connection."""
        self._presence.repairing(under_way)

    def stop(self) -> None:
        """Stop taking the tracks; nothing is reported any more. `stopped` waits for it."""
        self._presence.stop()
        for taken in (self._video, self._audio):
            self._drop(taken)

    async def stopped(self, most_s: float) -> None:
        """Wait until the tasks have ended, `most_s` seconds at most."""
        await self._pumps.settled(most_s)

    def _take(self, taken: _Subscription, participant: rtc.RemoteParticipant | None) -> None:
        publication = _publication(participant, taken.kind) if participant is not None else None
        track = publication.track if publication is not None else None
        taken.publication = publication
        if track is taken.track:
            return
        self._drop(taken)
        taken.publication, taken.track = publication, track
        if track is None or publication is None:
            return
        if isinstance(track, rtc.RemoteVideoTrack):
            log.info("taking the picture", extra={"mime_type": publication.mime_type})
            pump = pump_video(track, publication, self._picture, self._on_frame)
            taken.pump = self._pumps.start(pump, "room-video")
        elif isinstance(track, rtc.RemoteAudioTrack) and self._speaker is not None:
            taken.pump = self._pumps.start(pump_voice(track, self._speaker), "room-voice")

    def _drop(self, taken: _Subscription) -> None:
        if taken.pump is not None:
            taken.pump.cancel()
        taken.publication = taken.track = taken.pump = None

    def _on_frame(self) -> None:
        if not self._seen_frame:
            self._seen_frame = True
            self._tell(FirstFrame())


def _publication(
    participant: rtc.RemoteParticipant, kind: rtc.TrackKind.ValueType
) -> rtc.RemoteTrackPublication | None:
    found = [p for p in participant.track_publications.values() if p.kind == kind and p.source in _ACCEPTED[kind]]
    # Right after a track was published again, the old publication may still be listed: the one with a track counts.
    return next((p for p in found if p.track is not None), found[0] if found else None)
