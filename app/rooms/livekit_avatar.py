"""Follows the avatar in a LiveKit room: takes the tracks it has now, and tells when it is really gone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from livekit import rtc

from app.audio.base import SpeakerOut
from app.picture import Picture
from app.rooms.base import AvatarAudio, AvatarGone, AvatarVideo, Choice, FirstFrame, Member, RoomEvent
from app.rooms.livekit_tracks import pump_video, pump_voice

log = logging.getLogger(__name__)

_ACCEPTED = {
    rtc.TrackKind.KIND_VIDEO: {rtc.TrackSource.SOURCE_CAMERA, rtc.TrackSource.SOURCE_UNKNOWN},
    rtc.TrackKind.KIND_AUDIO: {rtc.TrackSource.SOURCE_MICROPHONE, rtc.TrackSource.SOURCE_UNKNOWN},
}


@dataclass(frozen=True, slots=True)
class RoomTimes:
    """How patient a LiveKit room is, seconds.

    reconnect_s: the library may repair the connection for so long; by itself it tries up to two minutes.
    absent_s: a track that is gone for less is not told. gone_s: an avatar gone for so long does not come back.
    """

    reconnect_s: float = 18.0
    absent_s: float = 2.5
    gone_s: float = 10.0


@dataclass(slots=True)
class _Leg:
    """One kind of track of the avatar: what is taken now, and what was told."""

    kind: rtc.TrackKind.ValueType
    publication: rtc.RemoteTrackPublication | None = None
    track: rtc.RemoteTrack | None = None
    pump: asyncio.Task[None] | None = None
    had: bool = False
    told: bool = False

    def is_there(self) -> bool:
        """Tell whether there is a track that may deliver: a muted one is paused on purpose."""
        return self.track is not None and self.publication is not None and not self.publication.muted


def members_of(participants: Mapping[str, rtc.RemoteParticipant]) -> tuple[Member, ...]:
    """Return the room's participants in our words."""
    return tuple(
        Member(
            identity=participant.identity,
            is_agent=participant.kind == rtc.ParticipantKind.PARTICIPANT_KIND_AGENT,
            attributes=dict(participant.attributes),
            has_video=_publication(participant, rtc.TrackKind.KIND_VIDEO) is not None,
            has_audio=_publication(participant, rtc.TrackKind.KIND_AUDIO) is not None,
        )
        for participant in participants.values()
    )


class Avatar:
    """The avatar's tracks in one room. `tell` receives AvatarVideo, AvatarAudio, FirstFrame and AvatarGone.

    A full reconnect looks like an avatar that leaves and comes back with new tracks, so a loss is told only after
    `times.absent_s`, and while the library repairs the connection not at all.
    """

    def __init__(
        self, picture: Picture, speaker: SpeakerOut | None, times: RoomTimes, tell: Callable[[RoomEvent], None]
    ) -> None:
        self._picture = picture
        self._speaker = speaker
        self._times = times
        self._tell = tell
        self._video = _Leg(rtc.TrackKind.KIND_VIDEO)
        self._audio = _Leg(rtc.TrackKind.KIND_AUDIO)
        self._pumps: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._repairing = False
        self._seen_frame = False

    def follow(self, participants: Mapping[str, rtc.RemoteParticipant], choice: Choice) -> None:
        """Take the chosen tracks as they are now; drop those that went. Cheap when nothing changed."""
        self._take(self._video, participants.get(choice.video or ""))
        self._take(self._audio, participants.get(choice.audio or ""))
        self._weigh()

    def repairing(self, under_way: bool) -> None:
        """The library began (True) or ended to repair the connection."""
        self._repairing = under_way
        self._weigh()

    def stop(self) -> None:
        """Stop every flow; nothing is told any more. `stopped` waits for it."""
        self._cancel_timer()
        for leg in (self._video, self._audio):
            self._drop(leg)

    async def stopped(self, most_s: float) -> None:
        """Wait until the flows have ended, `most_s` seconds at most."""
        if self._pumps:
            await asyncio.wait(self._pumps, timeout=most_s)

    def _take(self, leg: _Leg, participant: rtc.RemoteParticipant | None) -> None:
        publication = _publication(participant, leg.kind) if participant is not None else None
        track = publication.track if publication is not None else None
        leg.publication = publication
        if track is leg.track:
            return
        self._drop(leg)
        leg.publication, leg.track = publication, track
        if track is None or publication is None:
            return
        leg.had = True
        if isinstance(track, rtc.RemoteVideoTrack):
            log.info("taking the picture", extra={"mime_type": publication.mime_type})
            leg.pump = self._start(pump_video(track, publication, self._picture, self._on_frame), "room-video")
        elif isinstance(track, rtc.RemoteAudioTrack) and self._speaker is not None:
            leg.pump = self._start(pump_voice(track, self._speaker), "room-voice")

    def _drop(self, leg: _Leg) -> None:
        if leg.pump is not None:
            leg.pump.cancel()
        leg.publication = leg.track = leg.pump = None

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._pumps.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._pumps.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # The SDK asserts where a track went before its stream was made; that is told as an event as well.
            level = logging.INFO if isinstance(error, AssertionError) else logging.WARNING
            log.log(level, "a media flow failed", extra={"task": task.get_name(), "error": type(error).__name__})

    def _on_frame(self) -> None:
        if not self._seen_frame:
            self._seen_frame = True
            self._tell(FirstFrame())

    # ------------------------------------------------------------ presence

    def _weigh(self) -> None:
        for leg in (self._video, self._audio):
            if leg.is_there() and not leg.told:
                self._tell_leg(leg, present=True)
        missing = any(leg.told and not leg.is_there() for leg in (self._video, self._audio)) or self._is_gone()
        if not missing or self._repairing:
            self._cancel_timer()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._times.absent_s, self._absent)

    def _is_gone(self) -> bool:
        leg = self._video if self._video.had else self._audio
        return leg.had and leg.track is None

    def _absent(self) -> None:
        for leg in (self._video, self._audio):
            if leg.told and not leg.is_there():
                self._tell_leg(leg, present=False)
        self._timer = None
        if self._is_gone():
            rest_s = self._times.gone_s - self._times.absent_s
            self._timer = asyncio.get_running_loop().call_later(rest_s, self._tell, AvatarGone())

    def _tell_leg(self, leg: _Leg, present: bool) -> None:
        leg.told = present
        if leg is self._video:
            self._tell(AvatarVideo(present, leg.publication.mime_type if leg.publication is not None else ""))
        else:
            self._tell(AvatarAudio(present))

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _publication(
    participant: rtc.RemoteParticipant, kind: rtc.TrackKind.ValueType
) -> rtc.RemoteTrackPublication | None:
    found = [p for p in participant.track_publications.values() if p.kind == kind and p.source in _ACCEPTED[kind]]
    # Right after a republication the old one may still be listed: the one that delivers counts.
    return next((p for p in found if p.track is not None), found[0] if found else None)
