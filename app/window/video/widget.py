"""The video widget: takes the latest frame from the mailbox, places it, and lets a painter draw it."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.picture import Frame, Picture, PixelFormat
from app.vitals import Vitals
from app.window.video.choice import Pace, choose
from app.window.video.place import Drawing, place_picture
from app.window.video.raster import RasterSurface

if TYPE_CHECKING:
    from app.window.video.gpu import GpuSurface

log = logging.getLogger(__name__)

DEGRADED = "the picture is painted without the graphics card"


class VideoWidget(QWidget):
    """Shows the frames of `picture`; other widgets may lie above it. The last picture stays until `clear`.

    Painted frames are counted in `vitals.video` while that is set, which a visit does.

    Attributes:
        painted: Called with each new frame after it was painted; None: nobody wants to know.

    Args:
        picture: The mailbox that frames come from.
        vitals: Painter and painted frames are written here.
        wake: Runs a function soon on the GUI thread; can be called from any thread (`loop.call_soon_threadsafe`).
        painter: "auto" asks the machine; "gpu" is taken even on a software rasteriser, but is still replaced when it
            fails.
        painted: The first value of the attribute.
        now: Seconds on a clock that does not go back.
        parent: The widget that it is a part of.
    """

    def __init__(
        self,
        picture: Picture,
        vitals: Vitals,
        *,
        wake: Callable[[Callable[[], None]], object],
        painter: Literal["auto", "raster", "gpu"] = "auto",
        painted: Callable[[Frame], None] | None = None,
        now: Callable[[], float] = time.monotonic,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.painted = painted
        self._picture = picture
        self._vitals = vitals
        self._wake = wake
        self._gui_thread = threading.get_ident()
        self._now = now
        self._frame: Frame | None = None
        self._area: QRect | None = None
        self._background = QColor("black")
        self._dark = False
        self._times: deque[float] = deque()
        self._pace = Pace()
        self._painted_ever = 0
        chosen, reason = choose() if painter == "auto" else (painter, "asked for")
        log.info("painter chosen", extra={"painter": chosen, "reason": reason})
        self._surface = self._make_surface(chosen, force=painter == "gpu")
        picture.on_frame = self._frame_waits

    @property
    def painter(self) -> str:
        """The painter in use: "gpu" or "raster"."""
        return "raster" if isinstance(self._surface, RasterSurface) else "gpu"

    def set_area(self, area: QRect | None) -> None:
        """Set where the picture is shown, in this widget's coordinates; None: everywhere. The rest is background."""
        if area != self._area:
            self._area = area
            self._draw()

    def set_background(self, colour: QColor) -> None:
        """Set the colour where no picture is."""
        if colour != self._background:
            self._background = colour
            self._draw()

    def darken(self, dark: bool) -> None:
        """Show the picture darkened or as it came, also the frames that come later."""
        if dark != self._dark:
            self._dark = dark
            self._draw()

    def clear(self) -> None:
        """Remove the picture: the next visitor must see nothing from this one."""
        self._picture.take()
        self._frame = None
        self._pace = Pace()
        self._draw()

    def detach(self) -> None:
        """Stop listening to the mailbox; called before the widget is deleted."""
        self._picture.on_frame = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the surface as large as this widget."""
        self._surface.setGeometry(self.rect())
        self._draw()

    def sizeHint(self) -> QSize:
        """Return half the size of a portrait screen."""
        return QSize(540, 960)

    def _make_surface(self, painter: str, *, force: bool) -> GpuSurface | RasterSurface:
        gpu = painter == "gpu"
        self._picture.wanted = PixelFormat.I420 if gpu else PixelFormat.BGRA
        self._vitals.painter = painter
        if gpu:
            from app.window.video.gpu import GpuSurface

            return GpuSurface(self, self._was_painted, self._fall_back, force=force)
        return RasterSurface(self, self._was_painted)

    def _fall_back(self, reason: str) -> None:
        """Replace the GPU painter by the raster painter until the program ends."""
        if self.painter != "gpu":
            return
        log.warning("GPU painter given up", extra={"reason": reason})
        old = self._surface
        self._surface = self._make_surface("raster", force=False)
        self._surface.setGeometry(self.rect())
        self._surface.stackUnder(old)
        self._surface.show()
        self._vitals.degraded |= {DEGRADED}
        old.hide()
        # Qt's widget keeps the window's graphics device until it is deleted: so it goes first, then the native window.
        old.destroyed.connect(self._leave_graphics_card)
        old.setParent(None)
        old.deleteLater()
        self._draw()

    def _leave_graphics_card(self) -> None:
        """Make the native window anew: otherwise Qt would still compose everything in it through the graphics card."""
        window = self.window()
        if window.isVisible():
            window.hide()
            window.destroy()
            window.show()
            window.activateWindow()

    def _frame_waits(self) -> None:
        """Fetch a frame; called on the thread that made it, once until the frame was taken."""
        if threading.get_ident() == self._gui_thread:
            # Rooms on this thread's loop: going through the loop again would cost a tenth of what painting costs.
            self._take()
            return
        try:
            self._wake(self._take)
        except RuntimeError:
            # The event loop is closed: the program is ending.
            self._picture.on_frame = None

    def _take(self) -> None:
        frame = self._picture.take()
        if frame is None or self._picture.on_frame is None:
            return
        if not frame.is_whole:
            log.warning("frame too short", extra={"width": frame.width, "height": frame.height})
            return
        self._frame = frame
        self._draw()
        if self.painter == "gpu" and self.isVisible():
            refresh = self.screen().refreshRate() or 60.0
            if self._pace.is_behind(self._now(), self._picture.pushed, self._painted_ever, refresh):
                self._fall_back("it paints too few of the frames that come")

    def _draw(self) -> None:
        ratio = self.devicePixelRatioF()
        area = self.rect() if self._area is None else self._area
        pixels = QRect(
            round(area.x() * ratio), round(area.y() * ratio), round(area.width() * ratio), round(area.height() * ratio)
        )
        frame = self._frame
        place = None if frame is None else place_picture(frame.width, frame.height, pixels)
        if frame is None or place is None:
            self._picture.shown_size = (pixels.width(), pixels.height())
            frame = None
        else:
            self._picture.shown_size = (round(frame.width * place.scale), round(frame.height * place.scale))
        self._surface.draw(Drawing(frame, place, self._background, self._dark))

    def _was_painted(self) -> None:
        frame = self._frame
        if frame is None:
            return
        now = self._now()
        self._painted_ever += 1
        self._times.append(now)
        while self._times[0] < now - 1.0:
            self._times.popleft()
        video = self._vitals.video
        if video is not None:
            self._vitals.video = replace(
                video,
                painter=self.painter,
                width=frame.width,
                height=frame.height,
                frames=video.frames + 1,
                fps=float(len(self._times)),
                painted_at=now,
            )
        if self.painted is not None:
            self.painted(frame)
