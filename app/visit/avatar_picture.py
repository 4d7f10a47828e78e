"""What is seen of the avatar in a conversation: the room's picture, or the drawn character where that shows nothing."""

from __future__ import annotations

import logging
from dataclasses import replace

from app.character.base import Figure
from app.picture import Frame, Picture
from app.visit.black_frame import is_black
from app.visit.live_scene import LiveScene
from app.visit.media_watch import MediaWatch
from app.vitals import VideoVitals, Vitals

log = logging.getLogger(__name__)

LOOK_S = 0.5  # between two looks at a frame
BLACK_S = 4.0  # black for so long is no dark beginning any more; with a look more it is found within 5 s
REAL_LOOKS = 2  # looks in a row that see something show the room's picture again: one spot of light does not
NOTE = "avatar picture"  # what staff are told is known by this name
NOTHING_SEEN = (
    "The avatar's picture cannot be shown: it is black, or needs its provider's own player."
    " The drawn character is shown instead."
)
DRAWN = "the drawn character stands in for the avatar's picture"


class AvatarPicture:
    """Looks at a frame twice a second, and shows the drawn character on the voice while there is nothing to see.

    Some providers send their avatar's movements in black frames, to be drawn by a player of theirs
    (docs/vendors/livekit.md 4.1): such frames arrive like any others.

    Args:
        picture: Where the frames of room and character go.
        figure: The drawn character.
        vitals: Staff and the status page are told here.
        watch: Told which of the two it has to watch.
        scene: Told who is the avatar.
        is_promised: The service is one that sends a picture.
        is_there: It has come.
    """

    def __init__(
        self,
        picture: Picture,
        figure: Figure,
        vitals: Vitals,
        watch: MediaWatch,
        scene: LiveScene,
        *,
        is_promised: bool,
        is_there: bool,
    ) -> None:
        self._picture = picture
        self._figure = figure
        self._vitals = vitals
        self._watch = watch
        self._scene = scene
        self._is_promised = is_promised
        self._is_drawn = not is_there
        self._look_at = 0.0
        self._looks = 0
        self._found: bool | None = None  # whether the frame was black; set on the thread that made it
        self._black_since: float | None = None
        self._real_looks = 0

    def begin(self) -> None:
        """Show what there is; until now it was the drawn character."""
        source = "character" if self._is_drawn else "room"
        self._vitals.video = VideoVitals(painter=self._vitals.painter, source=source)
        self._picture.withhold(self._is_drawn)
        if self._is_drawn and self._is_promised:
            self._tell()

    def end(self) -> None:
        """Look no more. What is shown stays for the farewell."""
        self._picture.inspect_next(None)
        self._vitals.degraded -= {DRAWN}

    def look(self, now: float) -> None:
        """Judge the frame that was looked at last; call it several times a second. now: the loop's clock, seconds."""
        if now >= self._look_at:
            self._look_at = now + LOOK_S
            self._picture.inspect_next(self._inspect)
        found, self._found = self._found, None
        if found is True:
            self._was_black(now)
        elif found is False:
            self._was_real()

    def _inspect(self, frame: Frame) -> None:
        """Look at a frame, on the thread that made it; the painter leaves out those that are not whole."""
        if frame.is_whole:
            self._looks += 1
            self._found = is_black(frame, self._looks)

    def _was_black(self, now: float) -> None:
        self._real_looks = 0
        if self._black_since is None:
            self._black_since = now
        if not self._is_drawn and now - self._black_since >= BLACK_S:
            log.warning("the avatar's picture is black")
            self._show(drawn=True)
            self._tell()

    def _was_real(self) -> None:
        self._black_since = None
        self._real_looks += 1
        if self._real_looks != REAL_LOOKS:
            return
        self._vitals.staff_notes.mended(NOTE)
        if self._is_drawn:
            self._figure.hide()
            self._show(drawn=False)
            self._vitals.degraded -= {DRAWN}

    def _show(self, *, drawn: bool) -> None:
        self._is_drawn = drawn
        self._picture.withhold(drawn)
        self._scene.figure = self._figure if drawn else None  # the scene shows it, in the mood of the moment
        self._watch.has_video = not drawn
        video = self._vitals.video or VideoVitals(painter=self._vitals.painter)
        self._vitals.video = replace(video, source="character" if drawn else "room")

    def _tell(self) -> None:
        self._vitals.staff_notes.report(NOTE, NOTHING_SEEN)
        self._vitals.degraded |= {DRAWN}
