"""Paints a pose with QPainter on an image: the only part of the figure that uses Qt."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage, QPainter, QTransform

from app.character.paint.face import draw_face
from app.character.paint.jar import JarLayer, draw_band, draw_handles, draw_seam, paint_jar
from app.character.paint.plant import Plant, draw_motes
from app.character.paint.room import FORMAT, Camera, RoomLight, camera, paint_room
from app.character.paint.tools import colour
from app.character.pose import Pose
from app.picture import Frame, PixelFormat

__all__ = ["Painter", "RoomLight"]

_TINT = 0.28  # opacity of the strongest feeling on the room
_FREE_STEP = 1 / 256  # the framing changes in steps, so that the room is not painted again for tiny changes


class Painter:
    """Paints frames of one size. Belongs to one thread at a time; what never changes is painted once and kept.

    Args:
        width: Pixels; portrait or landscape.
        height: Pixels.
        theme: The light of the room.
        plate: The words on the plinth; they are left out where no QGuiApplication exists.
        family: Their font.
    """

    def __init__(
        self,
        width: int = 720,
        height: int = 1280,
        theme: RoomLight = RoomLight.LIGHT,
        *,
        plate: str = "",
        family: str = "Source Sans 3",
    ) -> None:
        self.width = width
        self.height = height
        self._theme = RoomLight(theme)
        self._plate = plate
        self._family = family
        self._view: Camera | None = None
        self._room = QImage()
        self._k = camera(width, height, 1.0).k
        self._jar: tuple[JarLayer, JarLayer] | None = None  # behind the plant, and in front of it

    def __call__(self, pose: Pose) -> Frame:
        """Return the picture of one pose, in memory of its own: BGRA, uint8, no padding, alpha 255."""
        # numpy does not clear the memory, as a bytearray would.
        pixels = np.empty(self.width * self.height * 4, np.uint8)
        image = QImage(pixels.data, self.width, self.height, self.width * 4, FORMAT)
        # Ended even when something raises: Qt aborts the process if a painter is still active at its end.
        with QPainter(image) as p:
            self._draw(p, pose)
        return Frame(self.width, self.height, PixelFormat.BGRA, pixels.data)

    def _draw(self, p: QPainter, pose: Pose) -> None:
        view = camera(self.width, self.height, round(pose.free / _FREE_STEP) * _FREE_STEP)
        if view != self._view:
            self._room = paint_room((self.width, self.height), self._theme, view, self._plate, self._family)
            self._view = view
        p.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        p.drawImage(0, 0, self._room)
        p.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        p.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        if pose.tint_strength > 0.01:
            tint = colour(f"#{pose.tint:06x}", _TINT * pose.tint_strength)
            p.fillRect(0, 0, self.width, self.height, tint)
        self._draw_figure(p, pose, view)
        if pose.light < 0.99:
            p.resetTransform()
            dusk = "#3a2430" if self._theme is RoomLight.LIGHT else "#04060c"
            p.fillRect(0, 0, self.width, self.height, colour(dusk, 0.85 * (1 - pose.light)))

    def _draw_figure(self, p: QPainter, pose: Pose, view: Camera) -> None:
        base = QTransform()
        base.translate(view.foot_x + pose.lean * 0.8 * view.k, view.foot_y)
        base.rotate(pose.lean)
        near = 1 + pose.near
        base.scale(near * (1 - 0.6 * pose.rise), near * (1 + pose.rise))
        design = QTransform(base)
        design.scale(view.k, view.k)
        if self._jar is None:
            self._jar = paint_jar(self._k, self._theme)
        behind, front = self._jar
        plant = Plant(pose)
        p.setTransform(design)
        draw_handles(p, pose)
        base.scale(view.k / self._k, view.k / self._k)
        p.setTransform(base)
        p.drawImage(behind.corner, behind.image)
        p.setTransform(design)
        plant.draw_flower(p)
        p.setTransform(base)
        p.drawImage(front.corner, front.image)
        p.setTransform(design)
        draw_band(p, pose.yaw)
        draw_seam(p, pose.yaw)
        plant.draw_leaves(p)
        draw_face(p, pose)
        if pose.motes > 0.02:
            draw_motes(p, pose)
