"""Draws a `Mouth`: lips, teeth and tongue."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from app.character.mouth import Mouth
from app.character.paint.tools import fill, linear, path, pen, radial

_CLOSED = 5.0  # an opening below this is drawn as one line
_SMILING = 6.0  # corners lifted by more show small creases
_HANDLE = 0.5523  # distance of the control points of a cubic curve that looks like a quarter of an ellipse


def draw_mouth(p: QPainter, m: Mouth, smile: float) -> None:
    """Draw the mouth around the middle of the line between its corners, y downwards."""
    # A smile shows in the corners; lips that are round or pressed show less of it.
    w = max(12.0, m.w + 10 * smile * (1 - m.pucker) * (1 - m.press * 0.6))
    lift = 15 * smile * (1 - 0.75 * m.round) * (1 - 0.6 * m.press)
    p.setBrush(Qt.BrushStyle.NoBrush)
    if m.up + m.down < _CLOSED:
        _draw_closed(p, m, w, lift)
    else:
        _draw_open(p, m, w, lift)
    p.setPen(Qt.PenStyle.NoPen)


def _draw_closed(p: QPainter, m: Mouth, w: float, lift: float) -> None:
    """Draw one line; pressed lips are short, thick and flat."""
    line = path((-w, -lift), (-w * 0.45, lift * 0.75 + 2, w * 0.45, lift * 0.75 + 2, w, -lift))
    if m.press > 0.05:
        p.setPen(pen("lip_soft", 22 * m.press, min(1.0, m.press)))
        p.drawPath(line.translated(0, 3))
    p.setPen(pen("lip", 9 + 2 * m.press))
    p.drawPath(line)
    if lift > _SMILING and m.press < 0.3:  # the corners of a smile
        p.setPen(pen("lip", 5, min(1.0, (lift - _SMILING) / 4)))
        for side in (-1, 1):
            x = side * w
            p.drawPath(path((x - side, -lift - 6), (x + side * 3, -lift - 4, x + side * 3, -lift, x, -lift + 3)))


def _outline(m: Mouth, w: float, lift: float) -> tuple[QPainterPath, float, float]:
    """Return the opening (a lens when `round` is 0, an ellipse at 1), and how far it opens up and down."""
    r = m.round
    up, down = m.up - lift * 0.4, m.down + lift * 0.25
    cy = -lift
    kx = w * (_HANDLE + (1 - r) * 0.06)
    inset = w * (1 - r) * 0.14
    bend = _HANDLE * (0.5 + 0.5 * r)
    jaw_bend = min(0.56, bend + 0.12)
    top_y, jaw_y = cy + (-up - cy) * bend, cy + (down - cy) * jaw_bend
    shape = path(
        (-w, cy),
        (-w + inset, top_y, -kx, -up, 0, -up),
        (kx, -up, w - inset, top_y, w, cy),
        (w - inset * 0.4, jaw_y, kx, down, 0, down),
        (-kx, down, -w + inset * 0.4, jaw_y, -w, cy),
    )
    return shape, up, down


def _draw_open(p: QPainter, m: Mouth, w: float, lift: float) -> None:
    shape, up, down = _outline(m, w, lift)
    if m.pucker > 0.03:  # pushed-out lips: a soft ring
        p.setPen(pen("lip_soft", 8 + 26 * m.pucker))
        p.drawPath(shape)
    p.setPen(Qt.PenStyle.NoPen)
    p.save()
    p.setClipPath(shape)
    p.setBrush(linear((0, -up, 0, down), (0, "mouth_lo"), (1, "mouth")))
    p.drawRect(QRectF(-w, -60, 2 * w, 160))
    _draw_inside(p, m, w, up, down)
    p.restore()
    p.setPen(pen("lip", 8 + 2 * m.pucker))
    p.setBrush(Qt.BrushStyle.NoBrush)
    p.drawPath(shape)
    if m.bite > 0.05:  # f, v: the lower lip comes up under the upper teeth
        p.setPen(pen("lip_soft", 13 * m.bite))
        p.drawPath(path((-w * 0.66, down), (-w * 0.3, down + 5, w * 0.3, down + 5, w * 0.66, down)))


def _draw_inside(p: QPainter, m: Mouth, w: float, up: float, down: float) -> None:
    """Draw tongue and teeth, clipped to the opening."""
    gap = m.up + m.down
    if m.tongue > 0.03:
        top = down - (0.25 + 0.5 * m.tongue) * min(gap, 46)
        p.translate(0, top)
        p.setBrush(radial((0, 14, w * 0.8), (0, "tongue_hi"), (1, "tongue")))
        p.drawEllipse(QRectF(-w * 0.72, 0, w * 1.44, 70))
        p.translate(0, -top)
    if m.low > 0.05:
        p.setBrush(fill("teeth_lo"))
        p.drawRoundedRect(QRectF(-w * 0.7, down - 9 * m.low - 2, w * 1.4, 30), 7, 7)
    if m.top > 0.05:
        height = (6 + 0.26 * min(gap, 44)) * m.top + 4
        together = m.low > 0.3
        if together:
            height = min(height, gap * 0.54)
        p.setBrush(fill("teeth"))
        p.drawRoundedRect(QRectF(-w * 0.90, -up - 30, w * 1.80, 30 + height), 9, 9)
        if together and gap < 34:  # the line between the rows
            p.fillRect(QRectF(-w, -up + height - 1.2, 2 * w, 3), fill("mouth"))
    if m.tip > 0.1:  # the tongue's tip on, or under, the teeth
        height = gap * 0.62 * m.tip + 6
        p.setBrush(fill("tongue_hi"))
        p.drawRoundedRect(QRectF(-w * 0.42, down - height - 1, w * 0.84, height + 16), 15, 15)
