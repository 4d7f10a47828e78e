"""Whether the avatar's picture and voice are there. A short loss is not reported."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from app.rooms.base import AvatarAudio, AvatarGone, AvatarLeft, AvatarVideo, RoomEvent


@dataclass(frozen=True, slots=True)
class RoomTimes:
    """How long a room waits before it reports a loss, seconds.

    Attributes:
        reconnect_s: How long the library may repair the connection; by itself it tries up to two minutes.
        absent_s: A track that is gone for a shorter time is not reported.
        gone_s: An avatar that is gone for so long counts as one that does not come back.
        left_s: The same for an avatar that left on purpose.
        still_s: A picture track that delivered nothing for so long is left for another one that delivers.
    """

    reconnect_s: float = 18.0
    absent_s: float = 2.5
    gone_s: float = 10.0
    left_s: float = 4.0
    still_s: float = 2.0


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
    """Reports AvatarVideo, AvatarAudio, AvatarLeft and AvatarGone.

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
        self._has_left = False
        self._timer: asyncio.TimerHandle | None = None

    def see(self, video: TrackState, audio: TrackState) -> None:
        """Take the state of both tracks now. Cheap when nothing changed."""
        self._video, self._audio = video, audio
        self._had_video = self._had_video or video.exists
        self._had_audio = self._had_audio or audio.exists
        self._update()

    def left(self) -> None:
        """Note, after `see`, that one who was the avatar left on purpose. If it is missing now, that is reported."""
        if self.is_gone and not self._has_left:
            self._has_left = True
            self.stop()
            self._tell(AvatarLeft())
            self._tell_losses()
            self._timer = asyncio.get_running_loop().call_later(self._times.left_s, self._tell, AvatarGone())

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
        self._has_left = self._has_left and self.is_gone
        if self._repairing or not (lost or self.is_gone):
            self.stop()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._times.absent_s, self._absent)

    @property
    def is_gone(self) -> bool:
        """Whether the avatar was there and is not there now."""
        return not self._video.exists if self._had_video else self._had_audio and not self._audio.exists

    def _absent(self) -> None:
        self._tell_losses()
        self._timer = None
        if self.is_gone:
            rest_s = self._times.gone_s - self._times.absent_s
            self._timer = asyncio.get_running_loop().call_later(rest_s, self._tell, AvatarGone())

    def _tell_losses(self) -> None:
        if self._told_video and not self._video.delivers:
            self._tell_video(False)
        if self._told_audio and not self._audio.delivers:
            self._tell_audio(False)

    def _tell_video(self, present: bool) -> None:
        self._told_video = present
        self._tell(AvatarVideo(present, self._video.codec if present else ""))

    def _tell_audio(self, present: bool) -> None:
        self._told_audio = present
        self._tell(AvatarAudio(present))
