"""Whether the avatar's picture and voice are there. A short loss is not reported."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from app.rooms.base import AvatarAudio, AvatarGone, AvatarVideo, RoomEvent


@dataclass(frozen=True, slots=True)
class RoomTimes:
    """How long a room waits before it reports a loss, seconds.

    Attributes:
        reconnect_s: How long the library may repair the connection; by itself it tries up to two minutes.
        absent_s: A track that is gone for a shorter time is not reported.
        gone_s: An avatar that is gone for so long counts as one that does not come back.
    """

    reconnect_s: float = 18.0
    absent_s: float = 2.5
    gone_s: float = 10.0


@dataclass(frozen=True, slots=True)
class TrackState:
    """The avatar's video or audio track as it is now.

    Attributes:
        exists: There is a track.
        delivers: It may deliver; a muted track is paused on purpose.
        codec: MIME type of the track, "" where it is not known.
    """

    exists: bool = False
    delivers: bool = False
    codec: str = ""


class Presence:
    """Reports AvatarVideo, AvatarAudio and AvatarGone.

    A reconnect looks like an avatar that leaves and comes back with new tracks. So a loss is reported only after
    `times.absent_s`, and not at all while the library repairs the connection.

    Args:
        times: How long to wait.
        tell: Receives the events.
    """

    def __init__(self, times: RoomTimes, tell: Callable[[RoomEvent], None]) -> None:
        self._times = times
        self._tell = tell
        self._video = self._audio = TrackState()
        self._told_video = self._told_audio = False
        self._had_video = self._had_audio = False
        self._repairing = False
        self._timer: asyncio.TimerHandle | None = None

    def see(self, video: TrackState, audio: TrackState) -> None:
        """Take the state of both tracks now. Cheap when nothing changed."""
        self._video, self._audio = video, audio
        self._had_video = self._had_video or video.exists
        self._had_audio = self._had_audio or audio.exists
        self._update()

    def repairing(self, under_way: bool) -> None:
        """Note that the library began (True) or ended (False) to repair the connection."""
        self._repairing = under_way
        self._update()

    def stop(self) -> None:
        """Stop reporting."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _update(self) -> None:
        if self._video.delivers and not self._told_video:
            self._tell_video(True)
        if self._audio.delivers and not self._told_audio:
            self._tell_audio(True)
        lost = (self._told_video and not self._video.delivers) or (self._told_audio and not self._audio.delivers)
        if self._repairing or not (lost or self._is_gone()):
            self.stop()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._times.absent_s, self._absent)

    def _is_gone(self) -> bool:
        return not self._video.exists if self._had_video else self._had_audio and not self._audio.exists

    def _absent(self) -> None:
        if self._told_video and not self._video.delivers:
            self._tell_video(False)
        if self._told_audio and not self._audio.delivers:
            self._tell_audio(False)
        self._timer = None
        if self._is_gone():
            rest_s = self._times.gone_s - self._times.absent_s
            self._timer = asyncio.get_running_loop().call_later(rest_s, self._tell, AvatarGone())

    def _tell_video(self, present: bool) -> None:
        self._told_video = present
        self._tell(AvatarVideo(present, self._video.codec if present else ""))

    def _tell_audio(self, present: bool) -> None:
        self._told_audio = present
        self._tell(AvatarAudio(present))
