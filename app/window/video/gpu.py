"""The painter for machines with a GPU: the three planes go up as they are, a shader converts, crops and darkens."""

from __future__ import annotations

import logging
import struct
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import (
    QRhi,
    QRhiBuffer,
    QRhiCommandBuffer,
    QRhiDepthStencilClearValue,
    QRhiDriverInfo,
    QRhiGraphicsPipeline,
    QRhiResourceUpdateBatch,
    QRhiSampler,
    QRhiShaderResourceBinding,
    QRhiShaderResourceBindings,
    QRhiShaderStage,
    QRhiTexture,
    QRhiTextureSubresourceUploadDescription,
    QRhiTextureUploadDescription,
    QRhiTextureUploadEntry,
    QRhiVertexInputAttribute,
    QRhiVertexInputBinding,
    QRhiVertexInputLayout,
    QRhiViewport,
    QShader,
)
from PySide6.QtWidgets import QRhiWidget, QWidget

from app.picture import Frame, PixelFormat
from app.resources import resource
from app.window.video.choice import is_software
from app.window.video.place import DARK, Drawing, Place

log = logging.getLogger(__name__)

CORNERS = struct.pack("8f", 0, 0, 0, 1, 1, 0, 1, 1)  # a strip: top left, bottom left, top right, bottom right
UNIFORM_BYTES = 96  # `Drawing` in the shaders: a matrix, crop, chroma, packed_bgra, light


_Resource = TypeVar("_Resource", QRhiBuffer, QRhiGraphicsPipeline, QRhiSampler, QRhiShaderResourceBindings, QRhiTexture)


class PainterFailed(Exception):
    """The graphics stack cannot paint; the text says what it refused, for staff."""


class GpuSurface(QRhiWidget):
    """Draws what it was last given, over whatever interface Qt uses here (Direct3D, Metal, OpenGL).

    `painted` is called after each new frame was handed to the GPU. `failed` is called once, outside of painting, with
    the reason, when this painter cannot do its work; the caller then replaces it. force: work on a software rasteriser
    as well, which otherwise counts as a failure.
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
        self._parts: _Parts | None = None
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
        """Make everything that lives as long as the graphics device. Called again after the device was lost."""
        if self._rhi is self.rhi() and self._parts is not None:
            return
        try:
            self._rhi, self._uploaded, self._parts = self.rhi(), None, None
            info = self._rhi.driverInfo()
            name = bytes(info.deviceName.data()).decode("utf-8", "replace")
            kind = QRhiDriverInfo.DeviceType(info.deviceType)
            software = is_software(name) or kind is QRhiDriverInfo.DeviceType.CpuDevice
            if software and not self._force:
                raise PainterFailed(f"software rasteriser: {name}")
            self._parts = _Parts(self._rhi, self)
        except Exception as error:  # reason: an exception that leaves here ends the process
            self._give_up(_words(error))

    def render(self, cb: QRhiCommandBuffer) -> None:  # type: ignore[override]  # reason: so does Qt's
        """Paint one picture. No exception leaves: the update batch would never return to its pool of 64."""
        batch = None
        try:
            drawing, parts = self._drawing, self._parts
            if drawing is None or parts is None or self._rhi is None:
                return
            batch = self._rhi.nextResourceUpdateBatch()
            if batch is None:
                raise PainterFailed("no update batch")
            frame, place = drawing.frame, drawing.place
            if frame is not None and place is not None:
                if frame is not self._uploaded:
                    parts.upload(batch, frame)
                    self._uploaded, self._fresh = frame, True
                parts.set_uniforms(batch, self._rhi, frame, place, DARK if drawing.dark else 1.0)
            elif frame is None:
                self._uploaded = None
            size = self.renderTarget().pixelSize()
            handed, batch = batch, None
            cb.beginPass(self.renderTarget(), drawing.background, QRhiDepthStencilClearValue(1.0, 0), handed)
            if place is not None:
                parts.draw(cb, place, size)
            cb.endPass()
        except Exception as error:  # reason: as above
            if batch is not None:
                batch.release()
            self._give_up(_words(error))

    def releaseResources(self) -> None:
        """Let go of everything on the device: it is about to be closed."""
        self._parts, self._rhi, self._uploaded = None, None, None

    def _submitted(self) -> None:
        if self._fresh:
            self._fresh = False
            self._painted()

    def _give_up(self, reason: str) -> None:
        failed, self._failed = self._failed, None
        if failed is not None:
            # The caller deletes this widget, which must not happen inside its own painting.
            QTimer.singleShot(0, self, lambda: failed(reason))


class _Parts:
    """What lives on the device: pipeline, buffers, and the three textures of the present frame size."""

    def __init__(self, rhi: QRhi, surface: QRhiWidget) -> None:
        if not rhi.isTextureFormatSupported(QRhiTexture.Format.R8):
            raise PainterFailed("no one-channel textures")
        self._corners_up = False
        buffer = QRhiBuffer.UsageFlag
        self._corners = _made(rhi.newBuffer(QRhiBuffer.Type.Immutable, buffer.VertexBuffer, len(CORNERS)))
        self._uniforms = _made(rhi.newBuffer(QRhiBuffer.Type.Dynamic, buffer.UniformBuffer, UNIFORM_BYTES))
        linear, none, edge = QRhiSampler.Filter.Linear, QRhiSampler.Filter.None_, QRhiSampler.AddressMode.ClampToEdge
        self._sampler = _made(rhi.newSampler(linear, linear, none, edge, edge))
        one = QSize(1, 1)
        self._planes = [_made(rhi.newTexture(QRhiTexture.Format.R8, one)) for _ in range(3)]
        stage = QRhiShaderResourceBinding.StageFlag
        both, late = stage.VertexStage | stage.FragmentStage, stage.FragmentStage
        self._bindings = rhi.newShaderResourceBindings()
        self._bindings.setBindings(
            [QRhiShaderResourceBinding.uniformBuffer(0, both, self._uniforms)]
            + [
                QRhiShaderResourceBinding.sampledTexture(1 + i, late, plane, self._sampler)
                for i, plane in enumerate(self._planes)
            ]
        )
        _made(self._bindings)
        self._pipeline = rhi.newGraphicsPipeline()
        self._pipeline.setShaderStages(
            [
                QRhiShaderStage(QRhiShaderStage.Type.Vertex, load_shader("picture.vert")),
                QRhiShaderStage(QRhiShaderStage.Type.Fragment, load_shader("picture.frag")),
            ]
        )
        layout = QRhiVertexInputLayout()
        layout.setBindings([QRhiVertexInputBinding(8)])
        layout.setAttributes([QRhiVertexInputAttribute(0, 0, QRhiVertexInputAttribute.Format.Float2, 0)])
        self._pipeline.setTopology(QRhiGraphicsPipeline.Topology.TriangleStrip)
        self._pipeline.setVertexInputLayout(layout)
        self._pipeline.setShaderResourceBindings(self._bindings)
        self._pipeline.setRenderPassDescriptor(surface.renderTarget().renderPassDescriptor())
        _made(self._pipeline)

    def upload(self, batch: QRhiResourceUpdateBatch, frame: Frame) -> None:
        """Put the frame's bytes into the textures, which are made anew when the size changes."""
        if not self._corners_up:
            batch.uploadStaticBuffer(self._corners, CORNERS)
            self._corners_up = True
        data = memoryview(frame.data)
        start = 0
        for texture, (kind, width, height) in zip(self._planes, planes_of(frame), strict=False):
            size = QSize(width, height)
            if texture.pixelSize() != size or texture.format() != kind:
                texture.setPixelSize(size)
                texture.setFormat(kind)
                _made(texture)
            stride = width * (4 if kind == QRhiTexture.Format.RGBA8 else 1)
            part = QRhiTextureSubresourceUploadDescription(bytes(data[start : start + stride * height]))
            part.setDataStride(stride)
            batch.uploadTexture(texture, QRhiTextureUploadDescription(QRhiTextureUploadEntry(0, 0, part)))
            start += stride * height

    def set_uniforms(self, batch: QRhiResourceUpdateBatch, rhi: QRhi, frame: Frame, place: Place, light: float) -> None:
        """Tell the shader what to show of the frame, and how bright."""
        width, height, crop = frame.width, frame.height, place.crop
        values = (
            *rhi.clipSpaceCorrMatrix().data(),
            *(crop.x() / width, crop.y() / height, crop.width() / width, crop.height() / height),
            *(width / (width + width % 2), height / (height + height % 2)),
            *(float(frame.format is PixelFormat.BGRA), light),
        )
        batch.updateDynamicBuffer(self._uniforms, 0, struct.pack("24f", *values))

    def draw(self, cb: QRhiCommandBuffer, place: Place, size: QSize) -> None:
        """Draw the picture's rectangle; the rest keeps the colour that the pass began with."""
        target = place.target
        cb.setGraphicsPipeline(self._pipeline)
        # Viewports count from the bottom left, whatever the interface.
        below = size.height() - target.y() - target.height()
        cb.setViewport(QRhiViewport(target.x(), below, target.width(), target.height()))
        cb.setShaderResources(self._bindings)
        cb.setVertexInput(0, [(self._corners, 0)])
        cb.draw(4)


def planes_of(frame: Frame) -> list[tuple[QRhiTexture.Format, int, int]]:
    """Format, width and height of the frame's textures, in the order of its bytes; odd chroma sizes are rounded up."""
    width, height = frame.width, frame.height
    if frame.format is PixelFormat.BGRA:
        # Not BGRA8, which some drivers lack: the shader swaps the channels.
        return [(QRhiTexture.Format.RGBA8, width, height)]
    chroma = (QRhiTexture.Format.R8, (width + 1) // 2, (height + 1) // 2)
    return [(QRhiTexture.Format.R8, width, height), chroma, chroma]


def load_shader(name: str) -> QShader:
    """Load a compiled shader of `resources/shaders` (made by packaging/shaders.py). Raises PainterFailed."""
    try:
        shader = QShader.fromSerialized(resource("shaders", f"{name}.qsb").read_bytes())
    except OSError as error:
        raise PainterFailed(f"shader {name} is missing") from error
    if not shader.isValid():
        raise PainterFailed(f"shader {name} cannot be read")
    return shader


def _made(resource: _Resource) -> _Resource:
    """Create the resource on the device. Raises PainterFailed."""
    if not resource.create():
        raise PainterFailed(f"{type(resource).__name__} refused")
    return resource


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, PainterFailed) else type(error).__name__
