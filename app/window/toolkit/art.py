"""Small flat pictures for the fact cards, painted from circles and curves in a square of 200 units."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath, QPen, QTransform

FIELD = 200.0
_STARS = ((28, 40, 3), (60, 24, 2), (36, 158, 2.5), (178, 30, 2.5), (20, 96, 1.8), (150, 182, 2))


def paint_art(painter: QPainter, name: str, box: QRectF, corner: float) -> None:
    """Paint a picture.

    Args:
        painter: Paints it.
        name: A key of `PICTURES`.
        box: The square that it fills, pixels.
        corner: Radius of its corners, pixels.

    Raises:
        KeyError: There is no such picture.
    """
    ground, paint = PICTURES[name]
    pixels = max(1, round(box.width() * painter.device().devicePixelRatioF()))
    image = QImage(pixels, pixels, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor(ground))
    with QPainter(image) as inner:
        inner.setRenderHint(QPainter.RenderHint.Antialiasing)
        inner.scale(pixels / FIELD, pixels / FIELD)
        paint(inner)
    # Painted as a brush: round corners cut out by a clip would not be smooth.
    brush = QBrush(image)
    brush.setTransform(QTransform.fromScale(box.width() / pixels, box.height() / pixels))
    painter.save()
    painter.translate(box.topLeft())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(brush)
    painter.drawRoundedRect(QRectF(0, 0, box.width(), box.height()), corner, corner)
    painter.restore()


def _disc(painter: QPainter, at: tuple[float, float], radius: float, colour: str, light: float = 1.0) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    shade = QColor(colour)
    shade.setAlphaF(light)
    painter.setBrush(shade)
    painter.drawEllipse(QPointF(*at), radius, radius)


def _stars(painter: QPainter) -> None:
    for x, y, radius in _STARS:
        _disc(painter, (x, y), radius, "#FFFFFF")


def _glow(painter: QPainter, at: tuple[float, float], radius: float, colour: str) -> None:
    _disc(painter, at, radius * 1.75, colour, 0.12)
    _disc(painter, at, radius * 1.38, colour, 0.2)


def _curve(painter: QPainter, colour: str, width: float, *points: tuple[float, float]) -> None:
    """Stroke a smooth line: start, then triples of two control points and an end."""
    path = QPainterPath(QPointF(*points[0]))
    for at in range(1, len(points), 3):
        path.cubicTo(*(QPointF(*point) for point in points[at : at + 3]))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(colour), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawPath(path)


def _shadow(painter: QPainter, at: tuple[float, float], radius: float, colour: str) -> None:
    """Darken the side of a ball that looks away from the light."""
    ball, light = QPainterPath(), QPainterPath()
    ball.addEllipse(QPointF(*at), radius, radius)
    light.addEllipse(QPointF(at[0] - radius * 0.36, at[1] - radius * 0.2), radius * 1.06, radius * 1.06)
    shade = QColor(colour)
    shade.setAlphaF(0.55)
    painter.fillPath(ball.subtracted(light), shade)


def _venus(painter: QPainter) -> None:
    _stars(painter)
    _glow(painter, (118, 110), 52, "#F7D9A0")
    _disc(painter, (118, 110), 52, "#E9A862")
    for y, left, right in ((96, 74, 158), (122, 72, 162), (146, 86, 148)):
        middle = (left + right) / 2
        _curve(painter, "#C67F42", 7, (left, y), (left + 24, y - 12), (middle, y + 10), (right, y - 4))
    _shadow(painter, (118, 110), 52, "#8E4E34")


def _moon(painter: QPainter) -> None:
    _stars(painter)
    _glow(painter, (108, 104), 54, "#DDE6E8")
    _disc(painter, (108, 104), 54, "#D6DDDC")
    for x, y, radius in ((90, 84, 12), (128, 98, 8), (100, 128, 15), (132, 132, 6), (76, 112, 6)):
        _disc(painter, (x, y), radius, "#B4C0C2")
    _shadow(painter, (108, 104), 54, "#5E7076")


def _saturn(painter: QPainter) -> None:
    _stars(painter)
    _glow(painter, (104, 104), 40, "#F2D9A8")
    painter.translate(104, 104)
    painter.rotate(-18)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor("#BFA377"), 9))
    painter.drawArc(QRectF(-80, -22, 160, 44), 0, 180 * 16)
    _disc(painter, (0, 0), 40, "#E3C08A")
    for y, half in ((-14, 34), (2, 38), (18, 33)):
        _curve(painter, "#C99F65", 5, (-half + 4, y), (-10, y + 3), (10, y + 3), (half - 4, y))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor("#F0DDB4"), 9))
    painter.drawArc(QRectF(-80, -22, 160, 44), 180 * 16, 180 * 16)


def _sun(painter: QPainter) -> None:
    for radius, light in ((150, 0.1), (112, 0.16), (78, 0.28)):
        _disc(painter, (100, 150), radius, "#FFC567", light)
    _disc(painter, (100, 150), 50, "#FFC567")
    _disc(painter, (44, 46), 9, "#7FB7E3")
    _shadow(painter, (44, 46), 9, "#2C4F70")


def _wave(painter: QPainter) -> None:
    _disc(painter, (142, 56), 22, "#FFC567")
    for top, colour in ((96, "#3E8C97"), (122, "#2F7480"), (150, "#215A66")):
        path = QPainterPath(QPointF(-10, top))
        for start in (-10, 60, 130):
            path.cubicTo(start + 20, top - 22, start + 45, top + 18, start + 70, top)
        path.lineTo(210, 210)
        path.lineTo(-10, 210)
        painter.fillPath(path, QColor(colour))


def _leaf(painter: QPainter) -> None:
    _glow(painter, (100, 84), 50, "#CFE3B0")
    _curve(painter, "#6B4A32", 16, (100, 196), (98, 160), (102, 130), (100, 96))
    _curve(painter, "#6B4A32", 8, (100, 142), (112, 130), (122, 122), (130, 112))
    for x, y, radius, colour in (
        (66, 92, 34, "#4E8C52"),
        (134, 90, 34, "#47804C"),
        (100, 62, 42, "#5FA263"),
        (100, 104, 26, "#57985B"),
    ):
        _disc(painter, (x, y), radius, colour)


def _drop(painter: QPainter) -> None:
    _stars(painter)
    path = QPainterPath(QPointF(100, 34))
    path.cubicTo(128, 76, 148, 100, 148, 126)
    path.cubicTo(148, 154, 126, 172, 100, 172)
    path.cubicTo(74, 172, 52, 154, 52, 126)
    path.cubicTo(52, 100, 72, 76, 100, 34)
    painter.fillPath(path, QColor("#5BB6D6"))
    _curve(painter, "#BFE6F2", 8, (72, 128), (74, 142), (82, 150), (94, 154))


def _star(painter: QPainter) -> None:
    _stars(painter)
    for radius, light in ((70, 0.12), (46, 0.2), (28, 0.35)):
        _disc(painter, (104, 98), radius, "#CFE0FF", light)
    cross = QPainterPath()
    for tips in (((104, 22), (110, 98), (104, 174), (98, 98)), ((28, 98), (104, 92), (180, 98), (104, 104))):
        cross.moveTo(*tips[0])
        for tip in tips[1:]:
            cross.lineTo(*tip)
        cross.closeSubpath()
    cross.setFillRule(Qt.FillRule.WindingFill)
    painter.fillPath(cross, QColor("#EAF1FF"))
    _disc(painter, (104, 98), 14, "#FFFFFF")


PICTURES: dict[str, tuple[str, Callable[[QPainter], None]]] = {
    "venus": ("#3B2A3F", _venus),
    "moon": ("#1D3350", _moon),
    "saturn": ("#2B2746", _saturn),
    "sun": ("#14304A", _sun),
    "wave": ("#8CC3CC", _wave),
    "leaf": ("#25463B", _leaf),
    "drop": ("#1B2F4A", _drop),
    "star": ("#15233F", _star),
}
