"""The avatar of a Daily room: its frames go into the picture, its voice to the speaker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from app.audio.base import SpeakerOut
from app.picture import Picture
from app.rooms.base import Choice
from app.rooms.daily.call import Call
from app.rooms.daily.media import LAYOUTS, AudioReader, FrameReader
from app.rooms.daily.worker import post


class DailyAvatar:
    """Takes the video and audio of the participants that the protocol chose.

    Args:
        picture: Where the frames go.
        speaker: Where the voice goes; None: nowhere.
        on_first_frame: Called once, in the event loop.
    """

    def __init__(self, picture: Picture, speaker: SpeakerOut | None, on_first_frame: Callable[[], None]) -> None:
        self._picture = picture
        self._speaker = speaker
        self._on_first_frame = on_first_frame
        self._loop = asyncio.get_running_loop()
        self._call: Call | None = None
        self._video: tuple[str, FrameReader] | None = None
        self._audio: tuple[str, AudioReader] | None = None
        self._has_seen = False

    def follow(self, call: Call, choice: Choice) -> None:
        """Take video and audio of these participants. One who left and came back is subscribed to again."""
        self._call = call
        self._follow_video(call, choice.video)
        self._follow_audio(call, choice.audio)

    def close(self) -> None:
        """Take nothing any more; frames and sound that still come are dropped."""
        self._call = None
        if self._video is not None:
            self._video[1].is_open = False
        if self._audio is not None:
            self._audio[1].is_open = False

    def _follow_video(self, call: Call, identity: str | None) -> None:
        if self._video is not None and self._video[0] == identity:
            return
        if self._video is not None:
            self._video[1].is_open = False
            self._video = None
        if identity is not None:
            layout = self._picture.wanted
            reader = FrameReader(self._picture, layout, self._on_frame, self._on_other_layout)
            self._video = (identity, reader)
            call.show(identity, LAYOUTS[layout], reader.take)

    def _follow_audio(self, call: Call, identity: str | None) -> None:
        if self._speaker is None or (self._audio is not None and self._audio[0] == identity):
            return
        if self._audio is not None:
            self._audio[1].is_open = False
            self._audio = None
        if identity is not None:
            reader = AudioReader(self._speaker)
            self._audio = (identity, reader)
            call.hear(identity, reader.take)

    def _on_frame(self) -> None:
        """On a thread of the library."""
        if not self._has_seen:
            self._has_seen = True
            post(self._loop, self._on_first_frame)

    def _on_other_layout(self) -> None:
        """On a thread of the library: the painter wants another pixel format."""
        post(self._loop, self._restart_video)

    def _restart_video(self) -> None:
        if self._call is not None and self._video is not None:
            identity, reader = self._video
            reader.is_open = False
            self._video = None
            self._follow_video(self._call, identity)
