"""What the GPU painter keeps on the graphics device: shaders, buffers, and a texture for each plane of a frame."""

from __future__ import annotations

import struct
from typing import TypeVar

from PySide6.QtCore import QSize
from PySide6.QtGui import (
    QRhi,
    QRhiBuffer,
    QRhiCommandBuffer,
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
from PySide6.QtWidgets import QRhiWidget

from app.picture import Frame, PixelFormat
from app.resources import resource
from app.window.video.place import Place

CORNERS = struct.pack("8f", 0, 0, 0, 1, 1, 0, 1, 1)  # a triangle strip: top left, bottom left, top right, bottom right
UNIFORM_BYTES = 96  # `Drawing` in the shaders: a matrix, crop, chroma, packed_bgra, light


_Resource = TypeVar("_Resource", QRhiBuffer, QRhiGraphicsPipeline, QRhiSampler, QRhiShaderResourceBindings, QRhiTexture)


class PainterFailed(Exception):
    """The graphics stack cannot paint; the text says what failed, for staff."""


class GpuResources:
    """Everything on the graphics device: pipeline, buffers, and the three textures of the present frame size.

    Args:
        rhi: The device.
        surface: What is painted on.

    Raises:
        PainterFailed: The device refused something.
    """

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
        """Copy the frame's bytes into the textures, which are made anew when the frame size changes."""
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
        """Tell the shader what to show of the frame.

        Args:
            batch: Takes the update.
            rhi: The device.
            frame: The frame that was uploaded.
            place: What of it is shown.
            light: How bright, 0 to 1.
        """
        width, height, crop = frame.width, frame.height, place.crop
        values = (
            *rhi.clipSpaceCorrMatrix().data(),
            *(crop.x() / width, crop.y() / height, crop.width() / width, crop.height() / height),
            *(width / (width + width % 2), height / (height + height % 2)),
            *(float(frame.format is PixelFormat.BGRA), light),
        )
        batch.updateDynamicBuffer(self._uniforms, 0, struct.pack("24f", *values))

    def draw(self, cb: QRhiCommandBuffer, place: Place, size: QSize) -> None:
        """Draw the picture's rectangle; the rest keeps the background colour."""
        target = place.target
        cb.setGraphicsPipeline(self._pipeline)
        # A viewport starts at the bottom left with every interface.
        below = size.height() - target.y() - target.height()
        cb.setViewport(QRhiViewport(target.x(), below, target.width(), target.height()))
        cb.setShaderResources(self._bindings)
        cb.setVertexInput(0, [(self._corners, 0)])
        cb.draw(4)


def planes_of(frame: Frame) -> list[tuple[QRhiTexture.Format, int, int]]:
    """Return format, width and height of the frame's textures, in the order of its bytes; odd chroma sizes round up."""
    width, height = frame.width, frame.height
    if frame.format is PixelFormat.BGRA:
        # Not BGRA8, which some drivers lack: the shader swaps the channels.
        return [(QRhiTexture.Format.RGBA8, width, height)]
    chroma = (QRhiTexture.Format.R8, (width + 1) // 2, (height + 1) // 2)
    return [(QRhiTexture.Format.R8, width, height), chroma, chroma]


def load_shader(name: str) -> QShader:
    """Load a compiled shader of `resources/shaders` (made by packaging/shaders.py).

    Raises:
        PainterFailed: It is missing or cannot be read.
    """
    try:
        shader = QShader.fromSerialized(resource("shaders", f"{name}.qsb").read_bytes())
    except OSError as error:
        raise PainterFailed(f"shader {name} is missing") from error
    if not shader.isValid():
        raise PainterFailed(f"shader {name} cannot be read")
    return shader


def _made(resource: _Resource) -> _Resource:
    """Create the resource on the device, and return it; raise PainterFailed where the device refuses."""
    if not resource.create():
        raise PainterFailed(f"{type(resource).__name__} refused")
    return resource
