"""Whether the avatar's picture and voice are there: a loss is told only when it is one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from app.rooms.base import AvatarAudio, AvatarGone, AvatarVideo, RoomEvent


@dataclass(frozen=True, slots=True)
class RoomTimes:
    """How patient a room is, seconds.

    reconnect_s: the library may repair the connection for so long; by itself it tries up to two minutes.
    absent_s: a track that is gone for less is not told. gone_s: an avatar gone for so long does not come back.
    """

    reconnect_s: float = 18.0
    absent_s: float = 2.5
    gone_s: float = 10.0


@dataclass(frozen=True, slots=True)
class TrackState:
    """The avatar's picture, or its voice, as it is now.

    exists: there is a track. delivers: and it may deliver; a muted one is paused on purpose. codec: its MIME type.
    """

    exists: bool = False
    delivers: bool = False
    codec: str = ""


class Presence:
    """Tells AvatarVideo, AvatarAudio and AvatarGone.

    A reconnect looks like an avatar that leaves and comes back with new tracks, so a loss is told only after
    `times.absent_s`, and while the library repairs the connection not at all.
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
        """Take what there is now. Cheap when nothing changed."""
        self._video, self._audio = video, audio
        self._had_video = self._had_video or video.exists
        self._had_audio = self._had_audio or audio.exists
        self._weigh()

    def repairing(self, under_way: bool) -> None:
        """The library began (True) or ended to repair the connection."""
        self._repairing = under_way
        self._weigh()

    def stop(self) -> None:
        """Nothing is told any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _weigh(self) -> None:
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
