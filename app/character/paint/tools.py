"""Colours, pens, brushes and paths, each made once and kept.

Drawing calls hold Python's interpreter lock (GIL), but creating and freeing Qt objects releases it each time: beside a
busy Python thread a frame takes twice as long when they are not kept.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QLinearGradient, QPainterPath, QPen, QRadialGradient

PALETTE = {
    "glaze": "#3f9c93", "glaze_mid": "#5db5a8", "glaze_hi": "#86cdbd", "glaze_lo": "#1d6068", "glaze_deep": "#123f4a",
    "clay": "#c9714c", "clay_hi": "#e59a70", "clay_lo": "#8f4330", "gold": "#e8b64c", "gold_hi": "#fff0c0",
    "slip": "#f4e6cc", "eye": "#fffaf0", "eye_shade": "#b9cfc8", "ink": "#20262e", "iris": "#5a3422",
    "iris_hi": "#a5673a", "iris_lo": "#2c1a14", "lip": "#14444c", "lip_soft": "#74c6b6", "soil": "#4a2f22",
    "soil_hi": "#6b4630", "mouth": "#4a1220", "mouth_lo": "#35101c", "teeth": "#fff8ec", "teeth_lo": "#efe3d2",
    "tongue": "#e2685f", "tongue_hi": "#f08c7f", "cheek": "#f58f6c", "leaf": "#4f9a56", "leaf_hi": "#8cc267",
    "leaf_lo": "#2d6b48", "stem": "#4a8a4c", "stem_hi": "#79b25c", "petal": "#f2735a", "petal_hi": "#ffb08a",
    "petal_lo": "#cf4a44", "heart": "#ffd56b", "heart_hi": "#fff0b0", "white": "#ffffff",
}  # fmt: skip

Stop = tuple[float, str] | tuple[float, str, float]  # place 0 to 1, colour, alpha


@lru_cache(4096)
def _colour(name: str, alpha: float) -> QColor:
    colour = QColor(PALETTE.get(name, name))
    colour.setAlphaF(max(0.0, min(1.0, alpha)))
    return colour


def colour(name: str, alpha: float = 1.0) -> QColor:
    """Return a colour of the palette, or "#rrggbb", with alpha 0 to 1 (rounded to hundredths)."""
    return _colour(name, round(alpha, 2))


@lru_cache(256)
def fill(name: str) -> QBrush:
    """Return a brush of one colour."""
    return QBrush(_colour(name, 1.0))


@lru_cache(2048)
def _pen(name: str, width: float, alpha: float) -> QPen:
    round_cap, round_join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    return QPen(_colour(name, alpha), width, Qt.PenStyle.SolidLine, round_cap, round_join)


def pen(name: str, width: float, alpha: float = 1.0) -> QPen:
    """Return a round pen (width rounded to half pixels, alpha to hundredths)."""
    return _pen(name, round(width * 2) / 2, round(alpha, 2))


@lru_cache(4096)
def _linear(where: tuple[int, int, int, int], stops: tuple[Stop, ...]) -> QBrush:
    gradient = QLinearGradient(*where)
    for stop in stops:
        gradient.setColorAt(stop[0], _colour(*_named(stop)))
    return QBrush(gradient)


@lru_cache(4096)
def _radial(where: tuple[int, int, int], stops: tuple[Stop, ...]) -> QBrush:
    gradient = QRadialGradient(*where)
    for stop in stops:
        gradient.setColorAt(stop[0], _colour(*_named(stop)))
    return QBrush(gradient)


def _named(stop: Stop) -> tuple[str, float]:
    return (stop[1], stop[2]) if len(stop) == 3 else (stop[1], 1.0)


def linear(line: tuple[float, float, float, float], *stops: Stop) -> QBrush:
    """Return a linear gradient along (x0, y0, x1, y1)."""
    x0, y0, x1, y1 = line
    return _linear((round(x0), round(y0), round(x1), round(y1)), stops)


def radial(circle: tuple[float, float, float], *stops: Stop) -> QBrush:
    """Return a radial gradient in the circle (x, y, radius)."""
    x, y, r = circle
    return _radial((round(x), round(y), max(1, round(r))), stops)


@lru_cache(64)
def outline(brush_line: tuple[float, float, float, float], stops: tuple[Stop, ...], width: float) -> QPen:
    """Return a round pen that paints a linear gradient."""
    brush = linear(brush_line, *stops)
    return QPen(brush, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def path(*segments: tuple[float, ...]) -> QPainterPath:
    """Return a path: the first pair is where it begins; then (x, y) is a line, six numbers a curve, () closes it."""
    out = QPainterPath()
    for index, segment in enumerate(segments):
        if not segment:
            out.closeSubpath()
        elif len(segment) == 6:
            out.cubicTo(*segment)
        elif index == 0:
            out.moveTo(*segment)
        else:
            out.lineTo(*segment)
    return out
