"""The avatar's picture: of several tracks of one participant the one that delivers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from livekit import rtc

from app.aio import TaskSet
from app.picture import Picture
from app.rooms.livekit.tracks import pump_video
from app.rooms.presence import TrackState

log = logging.getLogger(__name__)

_CAMERA = rtc.TrackSource.SOURCE_CAMERA
SOURCES = frozenset({_CAMERA, rtc.TrackSource.SOURCE_UNKNOWN})


@dataclass(slots=True)
class _Flow:
    publication: rtc.RemoteTrackPublication
    track: rtc.RemoteVideoTrack
    pump: asyncio.Task[None]


class PictureTracks:
    """Carries the avatar's picture.

    A participant that repaired its connection publishes anew while its dead track is still listed, and a track may
    stop to deliver without being taken back. So a track that has stood still for `still_s`, or is muted, is tried
    beside all others, and the first one that delivers is taken.

    Args:
        picture: Where the frames go.
        still_s: Seconds without a frame after which the other tracks are tried.
        pumps: Runs what carries the frames.
        on_frame: Called after each frame.
    """

    def __init__(self, picture: Picture, still_s: float, pumps: TaskSet, on_frame: Callable[[], None]) -> None:
        self._picture = picture
        self._still_s = still_s
        self._pumps = pumps
        self._on_frame = on_frame
        self._participant: rtc.RemoteParticipant | None = None
        self._flows: dict[rtc.RemoteVideoTrack, _Flow] = {}
        self._taken: _Flow | None = None
        self._moved_at = 0.0  # by the loop's clock, seconds
        self._timer: asyncio.TimerHandle | None = None

    @property
    def track(self) -> rtc.RemoteVideoTrack | None:
        """The track that is taken."""
        return self._taken.track if self._taken is not None else None

    def track_state(self) -> TrackState:
        """Return the state of what is taken."""
        if self._taken is None:
            return TrackState()
        publication = self._taken.publication
        return TrackState(exists=True, delivers=not publication.muted, codec=publication.mime_type)

    def follow(self, participant: rtc.RemoteParticipant | None) -> None:
        """Take the participant's picture as it is published now. Cheap when nothing changed."""
        self._participant = participant
        published = _published(participant)
        for track in [track for track in self._flows if track not in published]:
            self._drop(track)
        best = next(iter(published), None)
        if self._taken is None and best is not None:
            self._taken = self._start(best, published[best])
            log.info("taking the picture", extra={"mime_type": self._taken.publication.mime_type})
        if len(published) > 1 and self._stands_still():
            for track, publication in published.items():
                if track not in self._flows:
                    self._start(track, publication)
        self._look_again(len(published) > 1)

    def stop(self) -> None:
        """Carry nothing any more."""
        self.follow(None)

    def _stands_still(self) -> bool:
        return self._taken is not None and (
            self._taken.publication.muted or asyncio.get_running_loop().time() - self._moved_at >= self._still_s
        )

    def _look_again(self, needed: bool) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if needed:
            again_s = self._still_s / 4
            self._timer = asyncio.get_running_loop().call_later(again_s, lambda: self.follow(self._participant))

    def _start(self, track: rtc.RemoteVideoTrack, publication: rtc.RemoteTrackPublication) -> _Flow:
        self._moved_at = asyncio.get_running_loop().time()  # it gets its time to begin
        pump = pump_video(track, publication, self._picture, lambda: self._moved(track))
        self._flows[track] = _Flow(publication, track, self._pumps.start(pump, "room-video"))
        return self._flows[track]

    def _drop(self, track: rtc.RemoteVideoTrack) -> None:
        flow = self._flows.pop(track)
        flow.pump.cancel()
        if flow is self._taken:
            self._taken = None

    def _moved(self, track: rtc.RemoteVideoTrack) -> None:
        flow = self._flows.get(track)
        if flow is None:
            return  # it was dropped, and its last frame was under way
        self._moved_at = asyncio.get_running_loop().time()
        if flow is not self._taken:
            log.info("another track of the avatar delivers the picture")
        self._taken = flow
        for other in [other for other in self._flows if other is not track]:
            self._drop(other)
        self._on_frame()


def publications(participant: rtc.RemoteParticipant) -> list[rtc.RemoteTrackPublication]:
    """Return its publications that may be the avatar's picture, also those that are not subscribed to yet."""
    video = rtc.TrackKind.KIND_VIDEO
    return [p for p in participant.track_publications.values() if p.kind == video and p.source in SOURCES]


def _published(
    participant: rtc.RemoteParticipant | None,
) -> dict[rtc.RemoteVideoTrack, rtc.RemoteTrackPublication]:
    """Return the tracks that can be taken, the best first: what is not muted, cameras, the newest."""
    found = publications(participant) if participant is not None else []
    found = sorted(reversed(found), key=lambda p: (p.muted, p.source != _CAMERA))
    return {p.track: p for p in found if isinstance(p.track, rtc.RemoteVideoTrack)}
