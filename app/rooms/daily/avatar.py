"""The avatar of a Daily room: whose pictures go into the picture, and whose voice into the speaker."""

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
    """Follows the protocol's choice. on_first_frame: called in the loop, once."""

    def __init__(self, picture: Picture, speaker: SpeakerOut | None, on_first_frame: Callable[[], None]) -> None:
        self._picture = picture
        self._speaker = speaker
        self._on_first_frame = on_first_frame
        self._loop = asyncio.get_running_loop()
        self._call: Call | None = None
        self._eye: tuple[str, FrameReader] | None = None
        self._voice: tuple[str, AudioReader] | None = None
        self._has_seen = False

    def follow(self, call: Call, choice: Choice) -> None:
        """Take these participants' pictures and sound, if not those already; who comes back is asked for anew."""
        self._call = call
        self._follow_picture(call, choice.video)
        self._follow_voice(call, choice.audio)

    def close(self) -> None:
        """Take nothing any more; what is still on its way is dropped."""
        self._call = None
        if self._eye is not None:
            self._eye[1].is_open = False
        if self._voice is not None:
            self._voice[1].is_open = False

    def _follow_picture(self, call: Call, identity: str | None) -> None:
        if self._eye is not None and self._eye[0] == identity:
            return
        if self._eye is not None:
            self._eye[1].is_open = False
            self._eye = None
        if identity is not None:
            layout = self._picture.wanted
            eye = FrameReader(self._picture, layout, self._on_frame, self._on_other_wish)
            self._eye = (identity, eye)
            call.show(identity, LAYOUTS[layout], eye.take)

    def _follow_voice(self, call: Call, identity: str | None) -> None:
        if self._speaker is None or (self._voice is not None and self._voice[0] == identity):
            return
        if self._voice is not None:
            self._voice[1].is_open = False
            self._voice = None
        if identity is not None:
            voice = AudioReader(self._speaker)
            self._voice = (identity, voice)
            call.hear(identity, voice.take)

    def _on_frame(self) -> None:
        """On a thread of the library."""
        if not self._has_seen:
            self._has_seen = True
            post(self._loop, self._on_first_frame)

    def _on_other_wish(self) -> None:
        """On a thread of the library: the painter wants another layout."""
        post(self._loop, self._look_again)

    def _look_again(self) -> None:
        if self._call is not None and self._eye is not None:
            identity, eye = self._eye
            eye.is_open = False
            self._eye = None
            self._follow_picture(self._call, identity)
