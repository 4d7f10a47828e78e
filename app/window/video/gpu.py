"""The painter for machines with a GPU: uploads the three planes as they are; a shader converts, crops and darkens."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QRhi, QRhiCommandBuffer, QRhiDepthStencilClearValue, QRhiDriverInfo
from PySide6.QtWidgets import QRhiWidget, QWidget

from app.picture import Frame
from app.window.video.choice import is_software
from app.window.video.gpu_resources import GpuResources, PainterFailed
from app.window.video.place import DARK, Drawing


class GpuSurface(QRhiWidget):
    """Draws what it was last given, with the interface that Qt uses here (Direct3D, Metal, OpenGL).

    Args:
        parent: The video widget.
        painted: Called after each new frame was handed to the GPU.
        failed: Called once with the reason, outside of painting, when this painter cannot work; the caller then
            replaces it.
        force: Also work on a software rasteriser, which otherwise counts as a failure.
    """

    def __init__(
        self, parent: QWidget, painted: Callable[[], None], failed: Callable[[str], None], *, force: bool = False
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._painted = painted
        self._failed: Callable[[str], None] | None = failed
        self._force = force
        self._drawing: Drawing | None = None
        self._resources: GpuResources | None = None
        self._rhi: QRhi | None = None
        self._uploaded: Frame | None = None
        self._fresh = False
        self.renderFailed.connect(lambda: self._give_up("no graphics context"))
        self.frameSubmitted.connect(self._submitted)

    def draw(self, drawing: Drawing) -> None:
        """Draw this from now on."""
        self._drawing = drawing
        self.update()

    def initialize(self, cb: QRhiCommandBuffer) -> None:
        """Make everything that exists as long as the graphics device. Called again after the device was lost."""
        if self._rhi is self.rhi() and self._resources is not None:
            return
        try:
            self._rhi, self._uploaded, self._resources = self.rhi(), None, None
            info = self._rhi.driverInfo()
            name = bytes(info.deviceName.data()).decode("utf-8", "replace")
            kind = QRhiDriverInfo.DeviceType(info.deviceType)
            software = is_software(name) or kind is QRhiDriverInfo.DeviceType.CpuDevice
            if software and not self._force:
                raise PainterFailed(f"software rasteriser: {name}")
            self._resources = GpuResources(self._rhi, self)
        except Exception as error:  # reason: an exception that leaves here ends the process
            self._give_up(_words(error))

    def render(self, cb: QRhiCommandBuffer) -> None:  # type: ignore[override]  # reason: so does Qt's
        """Paint one picture. No exception may leave: the update batch would never return to its pool of 64."""
        batch = None
        try:
            drawing, resources = self._drawing, self._resources
            if drawing is None or resources is None or self._rhi is None:
                return
            batch = self._rhi.nextResourceUpdateBatch()
            if batch is None:
                raise PainterFailed("no update batch")
            frame, place = drawing.frame, drawing.place
            if frame is not None and place is not None:
                if frame is not self._uploaded:
                    resources.upload(batch, frame)
                    self._uploaded, self._fresh = frame, True
                resources.set_uniforms(batch, self._rhi, frame, place, DARK if drawing.dark else 1.0)
            elif frame is None:
                self._uploaded = None
            size = self.renderTarget().pixelSize()
            handed, batch = batch, None
            cb.beginPass(self.renderTarget(), drawing.background, QRhiDepthStencilClearValue(1.0, 0), handed)
            if place is not None:
                resources.draw(cb, place, size)
            cb.endPass()
        except Exception as error:  # reason: as above
            if batch is not None:
                batch.release()
            self._give_up(_words(error))

    def releaseResources(self) -> None:
        """Release everything on the device, which is about to be closed."""
        self._resources, self._rhi, self._uploaded = None, None, None

    def _submitted(self) -> None:
        if self._fresh:
            self._fresh = False
            self._painted()

    def _give_up(self, reason: str) -> None:
        failed, self._failed = self._failed, None
        if failed is not None:
            # The caller deletes this widget, which must not happen inside its own painting.
            QTimer.singleShot(0, self, lambda: failed(reason))


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, PainterFailed) else type(error).__name__
