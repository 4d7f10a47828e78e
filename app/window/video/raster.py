"""The painter for machines without a GPU: draws BGRA smoothly scaled, or copies it where the sizes are equal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QWidget

from app.picture import Frame, PixelFormat
from app.window.video.place import DARK, Drawing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DARKENING = QColor.fromRgbF(0, 0, 0, 1 - DARK)


class RasterSurface(QWidget):
    """Draws what it was last given.

    Args:
        parent: The video widget.
        painted: Called after each new frame was drawn into the window's memory.
    """

    def __init__(self, parent: QWidget, painted: Callable[[], None]) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._painted = painted
        self._drawing: Drawing | None = None
        self._image = QImage()
        self._fresh = False

    def draw(self, drawing: Drawing) -> None:
        """Draw this from now on. For a new frame in the same place only that place is repainted."""
        old, self._drawing = self._drawing, drawing
        frame, place = drawing.frame, drawing.place
        if old is not None and old.frame is frame:
            self.update()
            return
        # The image only borrows the bytes; the drawing keeps their owner alive beside it.
        self._image = QImage() if frame is None else image_of(frame)
        self._fresh = place is not None
        same = old is not None and old.place == place and old.dark == drawing.dark
        if same and place is not None:
            self.update(_logical(place.target, self.devicePixelRatioF()).toAlignedRect())
        else:
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the picture, and the background where no picture is."""
        drawing = self._drawing
        if drawing is None:
            return
        with QPainter(self) as painter:
            self._paint(painter, event.region(), drawing)
        if self._fresh:
            self._fresh = False
            self._painted()

    def _paint(self, painter: QPainter, bare: QRegion, drawing: Drawing) -> None:
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        place, ratio = drawing.place, self.devicePixelRatioF()
        if place is not None:
            inner = _logical(place.target, ratio)
            # An edge between whole device pixels belongs to both: the background is drawn first, the picture over it.
            bare = bare.subtracted(QRegion((inner if ratio == 1.0 else inner.adjusted(1, 1, -1, -1)).toRect()))
        if not bare.isEmpty():
            painter.setClipRegion(bare)
            painter.fillRect(self.rect(), drawing.background)
            painter.setClipping(False)
        if place is None:
            return
        painter.scale(1 / ratio, 1 / ratio)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, place.scale != 1.0)
        painter.drawImage(QRectF(place.target), self._image, place.crop)
        if drawing.dark:
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
            painter.fillRect(place.target, DARKENING)


def image_of(frame: Frame) -> QImage:
    """Return the frame as an image. BGRA is not copied: keep the frame as long as the image."""
    if frame.format is PixelFormat.I420:
        # Happens only while the format changes; too slow for every frame.
        rgb = _rgb_of(frame)
        return QImage(rgb.tobytes(), frame.width, frame.height, 3 * frame.width, QImage.Format.Format_RGB888).copy()
    # Alpha is always 255, so "premultiplied" is true; Qt scales this format fastest.
    kind = QImage.Format.Format_ARGB32_Premultiplied
    return QImage(frame.data, frame.width, frame.height, 4 * frame.width, kind)


def _rgb_of(frame: Frame) -> NDArray[np.uint8]:
    """Convert I420 (BT.601, limited range) to RGB, shape (height, width, 3), uint8."""
    import numpy as np  # rarely needed here; loading it takes longer than painting the first picture

    width, height = frame.width, frame.height
    half_w, half_h = (width + 1) // 2, (height + 1) // 2
    data = np.frombuffer(frame.data, np.uint8)
    luma, chroma = data[: width * height], data[width * height :].reshape(2, half_h, half_w)
    y = (luma.reshape(height, width).astype(np.float32) - 16) * (255 / 219)
    wide = chroma.repeat(2, axis=1).repeat(2, axis=2)[:, :height, :width].astype(np.float32) - 128
    u, v = wide * (255 / 112)
    rgb = np.stack([y + 0.701 * v, y - 0.172068 * u - 0.357068 * v, y + 0.886 * u], axis=-1)
    bytes_of_rgb: NDArray[np.uint8] = np.clip(np.rint(rgb), 0, 255).astype(np.uint8)
    return bytes_of_rgb


def _logical(target: QRect, ratio: float) -> QRectF:
    """Convert device pixels to the widget's own."""
    return QRectF(target.x() / ratio, target.y() / ratio, target.width() / ratio, target.height() / ratio)
