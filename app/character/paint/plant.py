"""The plant: its leaves are the figure's hands; its flower shows from a distance whose turn it is to speak."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QTransform

from app.character.paint.tools import colour, fill, linear, path, pen, radial
from app.character.pose import Pose

_REST = (7, -1, -9)  # a stem is never straight
_PETAL = path((0, 4), (-30, -18, -34, -66, 0, -98), (34, -66, 30, -18, 0, 4), ())
_PETAL_LIGHT = path((0, -92), (-17, -66, -17, -34, -3, -12), (-6, -38, -5, -66, 0, -92), ())
_CALYX = path(
    (-9, 10), (-24, -2, -22, -18, -16, -22), (-10, -14, -5, -10, 0, -14), (5, -10, 10, -14, 16, -22),
    (22, -18, 24, -2, 9, 10), (),
)  # fmt: skip
_BACK_PETALS = (-0.62, 0.62, 0.0)
_FRONT_PETALS = (-1.0, 1.0, -0.42, 0.42)


class Plant:
    """One instant of the plant: the stem and flower are drawn behind the jar's rim, the leaves in front of it."""

    def __init__(self, pose: Pose) -> None:
        self._pose = pose
        points, angle = [QPointF(4 + 26 * pose.yaw, -484)], 0.0
        for third in range(3):
            angle = pose.stem[third] + _REST[third]
            length = 74 if third else 80
            step = QPointF(math.sin(math.radians(angle)) * length, -math.cos(math.radians(angle)) * length)
            points.append(points[-1] + step)
        self._tip = points[3]
        self._curve = QPainterPath(points[0])
        self._curve.cubicTo(*points[1:])

    def draw_flower(self, p: QPainter) -> None:
        """Draw the stem and the flower."""
        frame = p.transform()
        p.setBrush(Qt.BrushStyle.NoBrush)
        for name, width, shift in (("leaf_lo", 15, 0.0), ("stem", 10, -1.5), ("stem_hi", 3, -4.0)):
            p.setPen(pen(name, width, 0.7 if width == 3 else 1.0))
            p.drawPath(self._curve.translated(shift, 0))
        p.setPen(Qt.PenStyle.NoPen)
        p.translate(self._tip)
        p.rotate(self._pose.stem[2] - 7)
        _draw_bloom(p, self._pose.bloom)
        p.setTransform(frame)

    def draw_leaves(self, p: QPainter) -> None:
        """Draw the leaves, which can hang over the rim."""
        frame, pose = p.transform(), self._pose
        p.setPen(Qt.PenStyle.NoPen)
        for side, place, angle, curl, size in (
            (-1, 0.44, pose.leaf_l, pose.curl_l, 156),
            (1, 0.32, pose.leaf_r, pose.curl_r, 172),
        ):
            p.setTransform(frame)
            p.translate(self._curve.pointAtPercent(place))
            p.scale(side, 1)
            p.rotate(-angle + side * pose.stem[1] * 0.5)
            _draw_leaf(p, size, curl)
        p.setTransform(frame)


def _draw_leaf(p: QPainter, n: float, curl: float) -> None:
    d = curl * n * 0.34
    back = (n * 0.66, d * 0.5, n * 0.3, -n * 0.02, 0.0, 0.0)
    p.setBrush(linear((0, 0, n, d), (0, "leaf_lo"), (0.45, "leaf"), (1, "leaf_hi")))
    p.drawPath(path((0, 0), (n * 0.14, -n * 0.36, n * 0.66, -n * 0.38 + d * 0.2, n, d), back, ()))
    p.setBrush(linear((0, 0, n, d), (0, "leaf_lo"), (1, "leaf")))
    p.drawPath(path((0, 0), (n * 0.24, n * 0.2, n * 0.72, n * 0.2 + d * 0.8, n, d), back, ()))
    p.setPen(pen("leaf_hi", 2.5, 0.75))
    p.setBrush(Qt.BrushStyle.NoBrush)
    p.drawPath(path((n * 0.05, -n * 0.005), (n * 0.3, -n * 0.02, n * 0.62, d * 0.42, n * 0.9, d * 0.86)))
    p.setPen(Qt.PenStyle.NoPen)


def _draw_bloom(p: QPainter, b: float) -> None:
    p.scale(1 + 0.22 * b, 1 + 0.22 * b)
    frame = p.transform()
    for f in _BACK_PETALS:
        _draw_petal(p, frame, f * (13 + 74 * b), 1.0 - 0.10 * b, front=False)
    if b > 0.25:
        p.setTransform(frame)
        _draw_heart(p, b)
    for f in _FRONT_PETALS:
        _draw_petal(p, frame, f * (13 + 74 * b), 0.92 - 0.34 * b * (1 - 0.55 * abs(f)), front=True)
    p.setTransform(frame)
    p.setBrush(fill("leaf_lo"))
    p.drawPath(_CALYX)


def _draw_petal(p: QPainter, frame: QTransform, spread: float, tall: float, *, front: bool) -> None:
    p.setTransform(frame)
    p.rotate(spread)
    p.scale(0.96 if front else 1.0, tall)
    middle, top = ("petal", "petal_hi") if front else ("petal_lo", "petal")
    p.setBrush(linear((0, 0, 0, -98), (0, "petal_lo"), (0.5, middle), (1, top)))
    p.drawPath(_PETAL)
    if front:
        p.setBrush(colour("petal_hi", 0.45))
        p.drawPath(_PETAL_LIGHT)


def _draw_heart(p: QPainter, b: float) -> None:
    p.setPen(pen("petal_lo", 2.5, 0.8))
    for i in range(-2, 3):
        p.drawLine(QPointF(i * 4.0 * b, -20), QPointF(i * 11 * b, -44 - 14 * b + 3.2 * i * i * b))
    p.setPen(Qt.PenStyle.NoPen)
    p.setBrush(radial((0, -48, 30), (0, "heart_hi"), (1, "heart")))
    for i in range(-2, 3):
        p.drawEllipse(QPointF(i * 11 * b, -44 - 14 * b + 3.2 * i * i * b), 7, 7)


def draw_motes(p: QPainter, pose: Pose) -> None:
    """Draw three lights that rise beside the flower while the figure thinks."""
    shown = min(1.0, pose.motes)
    p.setPen(Qt.PenStyle.NoPen)
    for i in range(3):
        u = 0.5 + 0.5 * math.sin(pose.mote_t * 3.4 - i * 0.9)
        x, y, r = 46 + i * 44, -700 - 14 * i - 14 * u, (10 + 4 * u) * shown
        p.save()
        p.translate(x, y)
        p.setBrush(radial((0, 0, 30), (0, "heart", 0.55), (1, "heart", 0.0)))
        p.setOpacity(shown)
        p.drawEllipse(QPointF(0, 0), r * 2.4, r * 2.4)
        p.setBrush(fill("#f7b733"))
        p.drawEllipse(QPointF(0, 0), r, r)
        p.restore()
