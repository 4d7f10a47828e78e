"""Follows the avatar in a LiveKit room: takes the tracks it has now, and tells when it is really gone."""

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
    """One kind of track of the avatar: what is taken now, and what was told."""

    kind: rtc.TrackKind.ValueType
    publication: rtc.RemoteTrackPublication | None = None
    track: rtc.RemoteTrack | None = None
    pump: asyncio.Task[None] | None = None

    def sight(self) -> TrackState:
        """Return what there is of it now."""
        if self.track is None or self.publication is None:
            return TrackState()
        return TrackState(exists=True, delivers=not self.publication.muted, codec=self.publication.mime_type)


def _log_failure(name: str, error: BaseException) -> None:
    # The SDK asserts where a track went before its stream was made; that is told as an event as well.
    level = logging.INFO if isinstance(error, AssertionError) else logging.WARNING
    log.log(level, "a media flow failed", extra={"task": name, "error": type(error).__name__})


def participants_of(participants: Mapping[str, rtc.RemoteParticipant]) -> tuple[Participant, ...]:
    """Return the room's participants in our words."""
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
    """The avatar's tracks in one room. `tell` receives AvatarVideo, AvatarAudio, FirstFrame and AvatarGone."""

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
        """Whether a picture of it has come."""
        return self._seen_frame

    def follow(self, participants: Mapping[str, rtc.RemoteParticipant], choice: Choice) -> None:
        """Take the chosen tracks as they are now; drop those that went. Cheap when nothing changed."""
        self._take(self._video, participants.get(choice.video or ""))
        self._take(self._audio, participants.get(choice.audio or ""))
        self._presence.see(self._video.sight(), self._audio.sight())

    def repairing(self, under_way: bool) -> None:
        """The library began (True) or ended to repair the connection."""
        self._presence.repairing(under_way)

    def stop(self) -> None:
        """Stop every flow; nothing is told any more. `stopped` waits for it."""
        self._presence.stop()
        for taken in (self._video, self._audio):
            self._drop(taken)

    async def stopped(self, most_s: float) -> None:
        """Wait until the flows have ended, `most_s` seconds at most."""
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
    # Right after a republication the old one may still be listed: the one that delivers counts.
    return next((p for p in found if p.track is not None), found[0] if found else None)
