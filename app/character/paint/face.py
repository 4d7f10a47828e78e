"""The face: eyes, brows and cheeks, on the curved belly of the jar."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from app.character.paint.jar import TURN
from app.character.paint.lips import draw_mouth
from app.character.paint.tools import colour, fill, linear, path, pen, radial
from app.character.pose import Pose

_BELLY_R = 228.0  # the face lies on a cylinder of this radius
_EYE_X, _EYE_Y, _EYE_RX, _EYE_RY = 71.0, -308.0, 45.0, 56.0
_CHEEK_X, _CHEEK_Y = 138.0, -222.0
_MOUTH_Y, _MOUTH_SCALE = -188.0, 1.24


def draw_face(p: QPainter, pose: Pose) -> None:
    """Draw cheeks, eyes, brows and mouth."""
    frame = p.transform()
    p.setPen(Qt.PenStyle.NoPen)
    warm = 0.50 + 0.22 * max(0.0, pose.smile)
    for x in (-_CHEEK_X, _CHEEK_X):
        p.setTransform(frame)
        _move_onto_belly(p, pose, x, _CHEEK_Y - 6 * pose.squint - 3 * max(0.0, pose.smile))
        p.setBrush(radial((0, 0, 44), (0, "cheek", warm), (0.5, "cheek", warm * 0.55), (1, "cheek", 0.0)))
        p.scale(1, 0.76)
        p.drawEllipse(QPointF(0, 0), 44, 44)
    for side, lid, brow in ((-1, pose.lid_l, pose.brow_l), (1, pose.lid_r, pose.brow_r)):
        p.setTransform(frame)
        _move_onto_belly(p, pose, side * _EYE_X, _EYE_Y)
        _draw_eye(p, pose, max(0.0, lid), side)
        _draw_brow(p, pose.worry, brow, side)
    p.setTransform(frame)
    _move_onto_belly(p, pose, pose.skew, _MOUTH_Y)
    p.scale(_MOUTH_SCALE, _MOUTH_SCALE)
    draw_mouth(p, pose.mouth, pose.smile)
    p.setTransform(frame)


def _move_onto_belly(p: QPainter, pose: Pose, x: float, y: float) -> None:
    """Move to a place on the turned cylinder; features get narrower towards its side."""
    flat = math.asin(max(-1.0, min(1.0, x / _BELLY_R)))
    turned = flat + pose.yaw * TURN
    p.translate(_BELLY_R * math.sin(turned), y - pose.pitch * 26)
    p.scale(max(0.3, math.cos(turned) / math.cos(flat) ** 0.5), 1 - 0.04 * abs(pose.pitch))


def _draw_eye(p: QPainter, pose: Pose, lid: float, side: int) -> None:
    """Draw an eye. The open eye is one shape whose edges are the lids: the glaze around it looks like the lid."""
    rx, ry = _EYE_RX, _EYE_RY
    open_ = min(1.0, lid)
    shut = 1 - open_
    yc = 16 * shut + 44 * shut * (1 - shut)  # the corners sink a little as it closes
    low = ry * (1 - 0.72 * pose.squint * open_) * (0.62 + 0.38 * open_)
    top = low + (-ry * 0.78 - low) * lid if lid > 0.02 else low
    c = 0.56 if lid > 0.9 else 0.62
    hx = rx - rx * 0.34 * shut  # control points of the curve move inwards when shut: an arc, not a bracket
    upper = path(
        (-rx, yc),
        (-hx, yc + (top - yc) * c, -rx * 0.60, top, 0, top),
        (rx * 0.60, top, hx, yc + (top - yc) * c, rx, yc),
    )
    p.setBrush(Qt.BrushStyle.NoBrush)
    if low - top <= 6:
        p.setPen(pen("lip", 9))
        p.drawPath(upper)
        p.setPen(Qt.PenStyle.NoPen)
        return
    eye = QPainterPath(upper)
    eye.cubicTo(rx, yc + (low - yc) * 0.56, rx * 0.58, low, 0, low)
    eye.cubicTo(-rx * 0.58, low, -rx, yc + (low - yc) * 0.56, -rx, yc)
    p.save()
    p.setClipPath(eye)
    p.translate(0, top)
    p.fillRect(QRectF(-rx, 0, 2 * rx, low - top), linear((0, 0, 0, 46), (0, "eye_shade"), (1, "eye")))
    p.translate(0, -top)
    _draw_iris(p, pose, side)
    p.restore()
    p.setBrush(Qt.BrushStyle.NoBrush)
    p.setPen(pen("glaze_lo", 4.5))
    p.drawPath(eye)
    lash = QPainterPath(upper)  # thick in the middle, nothing at the corners
    t2 = top - 10
    lash.cubicTo(hx + 2, yc + (t2 - yc) * c, rx * 0.62, t2, 0, t2)
    lash.cubicTo(-rx * 0.62, t2, -hx - 2, yc + (t2 - yc) * c, -rx, yc)
    p.setPen(Qt.PenStyle.NoPen)
    p.setBrush(fill("lip"))
    p.drawPath(lash)


def _draw_iris(p: QPainter, pose: Pose, side: int) -> None:
    x, y = pose.gaze_x * 16 - side * 3, 3 - pose.gaze_y * 18
    p.translate(x, y)
    p.setPen(Qt.PenStyle.NoPen)
    p.setBrush(radial((0, 14, 40), (0, "iris_hi"), (0.6, "iris"), (1, "iris_lo")))
    p.drawEllipse(QPointF(0, 0), 34, 38)
    p.setBrush(radial((0, 24, 20), (0, "#d39257", 0.55), (1, "iris_hi", 0.0)))  # light caught in the lower iris
    p.drawEllipse(QPointF(0, 22), 20, 13)
    p.setBrush(fill("ink"))
    p.drawEllipse(QPointF(0, 0), 21 * pose.pupil, 24 * pose.pupil)
    p.setBrush(fill("eye"))
    p.drawEllipse(QPointF(-11, -13), 10.5, 11.5)
    p.setBrush(colour("eye", 0.65))
    p.drawEllipse(QPointF(12, 14), 5, 5.5)


def _draw_brow(p: QPainter, worry: float, up: float, side: int) -> None:
    """Draw a brow as a tapered brush stroke; `worry` lifts its inner end."""
    y = -78 - up * 0.9
    inner, outer = y - 12 * worry, y + 9 + 12 * worry
    p.setBrush(fill("glaze_deep"))
    p.scale(side, 1)  # + x is outside
    p.drawPath(
        path(
            (-32, inner),
            (-20, inner - 15, 14, outer - 27, 42, outer),
            (44, outer + 5, 40, outer + 6, 37, outer + 3),
            (12, outer - 15, -14, inner - 1, -29, inner + 9),
            (-37, inner + 11, -39, inner + 3, -32, inner),
            (),
        )
    )
