"""The jar: glaze over clay, handles, gold seam. It is round, so turning it moves only what is painted on it."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from app.character.paint.room import FORMAT, RoomLight
from app.character.paint.tools import colour, fill, linear, outline, path, pen, radial
from app.character.pose import Pose

TURN = 0.32  # radians that a yaw of 1 turns the jar
_NECK_R = 140.0
_SPECKLES = 120

_BODY = path(
    (-112, -6), (-116, -16, -118, -22, -118, -30), (-186, -84, -234, -168, -229, -262),
    (-224, -356, -140, -384, -128, -446), (-125, -470, -152, -482, -158, -500), (-150, -466, 150, -466, 158, -500),
    (152, -482, 125, -470, 128, -446), (140, -384, 224, -356, 229, -262), (234, -168, 186, -84, 118, -30),
    (118, -22, 116, -16, 112, -6), (80, 10, -80, 10, -112, -6), (),
)  # fmt: skip
_DRIP = path(
    (-260, -560), (260, -560), (260, -108), (215, -84, 190, -112, 160, -96), (132, -80, 128, -44, 104, -50),
    (82, -56, 74, -92, 40, -84), (8, -76, -4, -62, -30, -66), (-66, -72, -78, -98, -112, -88),
    (-146, -76, -200, -80, -260, -112), (),
)  # fmt: skip
_SHINE = path(
    (-186, -330), (-206, -290, -208, -250, -200, -212), (-192, -206, -184, -212, -186, -222),
    (-192, -262, -186, -296, -170, -326), (-168, -340, -180, -342, -186, -330), (),
)  # fmt: skip
_RIM = path((-156, -498), (-148, -466, 148, -466, 156, -498))
_SEAM = path((-3, -28), (-14, -8, 8, 4, -5, 22), (-10, 32, 2, 40, 12, 44))
_SEAM.addPath(path((-4, 17), (6, 16, 14, 12, 22, 2)))
_BOX = QRectF(-236, -510, 472, 520)
_OPENING_BOX = QRectF(-160, -526, 320, 54)


@dataclass(frozen=True, slots=True)
class JarLayer:
    """Something painted once, and where its upper left corner is, pixels from the foot."""

    image: QImage
    corner: QPointF


def _paint_layer(box: QRectF, k: float, paint: Callable[[QPainter], None]) -> JarLayer:
    margin = 4
    image = QImage(math.ceil(box.width() * k) + 2 * margin, math.ceil(box.height() * k) + 2 * margin, FORMAT)
    image.fill(0)
    with QPainter(image) as p:
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.translate(margin - box.x() * k, margin - box.y() * k)
        p.scale(k, k)
        p.setPen(Qt.PenStyle.NoPen)
        paint(p)
    return JarLayer(image, QPointF(box.x() * k - margin, box.y() * k - margin))


def paint_jar(k: float, theme: RoomLight) -> tuple[JarLayer, JarLayer]:
    """Return what is behind the plant (opening and soil) and what is in front, at `k` pixels for a design pixel."""

    def front(p: QPainter) -> None:
        _paint_glaze(p)
        _paint_speckles(p)
        _paint_edges(p, theme)

    return _paint_layer(_OPENING_BOX, k, _paint_opening), _paint_layer(_BOX, k, front)


def _paint_opening(p: QPainter) -> None:
    p.setBrush(fill("clay_lo"))
    p.drawEllipse(QRectF(-158, -524, 316, 48))
    p.setBrush(linear((0, -520, 0, -480), (0, "#0c1c22"), (1, "#24464a")))
    p.drawEllipse(QRectF(-150, -519, 300, 40))
    p.setBrush(linear((-120, 0, 120, 0), (0, "soil"), (0.4, "soil_hi"), (1, "soil")))
    p.drawEllipse(QRectF(-136, -505, 272, 30))


def _paint_glaze(p: QPainter) -> None:
    p.setBrush(linear((-130, 0, 130, 0), (0, "clay_lo"), (0.32, "clay_hi"), (0.6, "clay"), (1, "clay_lo")))
    p.drawPath(_BODY)
    p.setBrush(linear((0, -60, 0, 4), (0, "clay_lo", 0.0), (0.7, "clay_lo", 0.3), (1, "clay_hi", 0.35)))
    p.drawPath(_BODY)
    glaze = _BODY.intersected(_DRIP)
    p.setBrush(colour("glaze_deep", 0.35))
    p.drawPath(_BODY.intersected(_DRIP.translated(0, 7)))
    across = linear(
        (-229, 0, 229, 0), (0, "glaze_lo"), (0.12, "glaze"), (0.36, "glaze_mid"), (0.62, "glaze"), (0.88, "#2a7a7c"),
        (1, "glaze_deep"),
    )  # fmt: skip
    p.setBrush(across)
    p.drawPath(glaze)
    p.setBrush(radial((-70, -330, 260), (0, "glaze_hi", 0.75), (0.5, "glaze_hi", 0.28), (1, "glaze_hi", 0.0)))
    p.drawPath(glaze)
    p.setBrush(linear((0, -250, 0, -60), (0, "glaze_deep", 0.0), (1, "glaze_deep", 0.5)))
    p.drawPath(glaze)
    p.setBrush(linear((0, -500, 0, -410), (0, "glaze_deep", 0.0), (0.45, "glaze_deep", 0.34), (1, "glaze_deep", 0.0)))
    p.drawPath(glaze)
    # the glaze is thick where it has run: a light lip along its lower edge
    p.setClipPath(glaze)
    p.setBrush(Qt.BrushStyle.NoBrush)
    p.setPen(outline((-200, 0, 200, 0), ((0, "glaze_hi", 0.15), (0.35, "glaze_hi", 0.55), (1, "glaze_hi", 0.05)), 7))
    p.drawPath(_DRIP.translated(0, -5))
    p.setClipping(False)
    p.setPen(Qt.PenStyle.NoPen)


def _paint_speckles(p: QPainter) -> None:
    """Paint the dark specks that iron makes in clay; the same ones each time."""
    chance = random.Random(5)
    p.setClipPath(_BODY)
    for _ in range(_SPECKLES):
        x, y, r = chance.uniform(-220, 220), chance.uniform(-470, -20), chance.uniform(0.8, 2.3)
        p.setBrush(colour("glaze_deep" if y < -90 else "clay_lo", chance.uniform(0.15, 0.42)))
        p.drawEllipse(QPointF(x, y), r, r)
    p.setClipping(False)


def _paint_edges(p: QPainter, theme: RoomLight) -> None:
    p.setBrush(Qt.BrushStyle.NoBrush)
    clay = ((0.0, "clay_lo"), (0.35, "clay_hi"), (0.7, "clay"), (1.0, "clay_lo"))
    p.setPen(outline((-158, 0, 158, 0), clay, 9))  # the glaze breaks to clay at the rim
    p.drawPath(_RIM)
    p.setPen(outline((-120, 0, 60, 0), ((0, "white", 0.0), (0.5, "white", 0.5), (1, "white", 0.0)), 2.5))
    p.drawPath(_RIM.translated(0, -2))
    p.setClipPath(_BODY)
    if theme is RoomLight.DARK:  # the room's light on the shadow side
        p.setPen(outline((120, 0, 232, 0), ((0, "#9fd8e8", 0.0), (1, "#9fd8e8", 0.55)), 9))
    else:
        p.setPen(outline((150, 0, 232, 0), ((0, "#ffe9c9", 0.0), (1, "#ffe9c9", 0.32)), 7))
    p.drawPath(_BODY)
    p.setClipping(False)
    p.setPen(Qt.PenStyle.NoPen)
    p.setBrush(linear((0, -400, 0, -180), (0, "white", 0.55), (1, "white", 0.05)))  # a window in the glaze
    p.drawPath(_SHINE)
    p.drawEllipse(QPointF(-160, -358), 9, 7)


def draw_handles(p: QPainter, pose: Pose) -> None:
    """Draw the two handles, which are the figure's ears."""
    p.setBrush(Qt.BrushStyle.NoBrush)
    for side in (-1, 1):
        e = pose.ears
        x = side * (1 - 0.10 * side * pose.yaw)
        lit = side < 0
        stops = ((0.0, "glaze_lo"), (0.45, "glaze_mid" if lit else "glaze"), (1.0, "glaze_lo" if lit else "glaze_deep"))
        p.setPen(outline((side * 120, -500, side * 290, -300), stops, 36))
        p.drawPath(
            path(
                (x * 118, -436),
                (x * (196 + 8 * e), -500 - 40 * e, x * (292 + 14 * e), -452 - 40 * e, x * 272, -372 - 14 * e),
                (x * 258, -318, x * 230, -300, x * 196, -296),
            )
        )
        p.setPen(pen("glaze_hi", 7, 0.6 if lit else 0.3))
        p.drawPath(
            path(
                (x * 176, -474 - 19 * e),
                (x * 222, -484 - 33 * e, x * 262, -456 - 31 * e, x * 266, -402 - 16 * e),
            )
        )


def draw_band(p: QPainter, yaw: float) -> None:
    """Draw dots of pale slip (liquid clay) around the neck: they show that the jar turns."""
    p.setPen(Qt.PenStyle.NoPen)
    for index in range(-5, 6):
        angle = index * 0.36 + 0.12 + yaw * TURN
        depth = math.cos(angle)
        if depth < 0.12:
            continue
        p.setBrush(colour("slip", 0.25 + 0.55 * depth))
        p.drawEllipse(QPointF(131 * math.sin(angle), -455 + 15 * depth), 5.5 * depth, 5.5)


def draw_seam(p: QPainter, yaw: float) -> None:
    """Draw the crack that was mended with gold. The neck is a thinner cylinder than the belly."""
    turned = math.asin(108 / _NECK_R) + yaw * TURN
    p.save()
    p.translate(_NECK_R * math.sin(turned), -442)
    p.scale(math.cos(turned) / 0.636, 1)
    p.setBrush(Qt.BrushStyle.NoBrush)
    for name, width, alpha in (("clay_lo", 7.0, 0.5), ("gold", 4.5, 1.0), ("gold_hi", 1.5, 0.9)):
        p.setPen(pen(name, width, alpha))
        p.drawPath(_SEAM)
    p.restore()
