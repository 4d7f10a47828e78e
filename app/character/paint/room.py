"""The room around the figure: wall, halo and plinth. Painted once per size, theme and framing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QImage, QPainter

from app.character.paint.tools import colour, linear, path, radial

FORMAT = QImage.Format.Format_ARGB32_Premultiplied
_ANTIALIASED = QPainter.RenderHint.Antialiasing


class RoomLight(StrEnum):
    """The light of the room."""

    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class _Light:
    top: str
    mid: str
    low: str
    glow: str
    halo: str
    halo_alpha: float
    plinth: str
    plinth_lo: str
    shade: str
    plate: str
    plate_text: str


_LIGHTS = {
    RoomLight.LIGHT: _Light(
        "#f8ecd9", "#f1dfc6", "#dfc5a5", "#fffdf6", "#ffffff", 0.26, "#fffaf1", "#dcc7ac", "#7a5a3c", "#d9b063",
        "#3d2a12",
    ),
    RoomLight.DARK: _Light(
        "#141b2b", "#1c2740", "#10151f", "#4a5f8c", "#8db4f0", 0.05, "#3a4662", "#1a2133", "#05070c", "#c39a4e",
        "#241804",
    ),
}  # fmt: skip
# The halo is behind the face: middle and radii in design pixels above the foot.
_HALO_Y, _HALO_RADII = -330, (680, 500, 350)
# Where the foot stands, share of the height; captions may reach up to 62 % of it, and the mouth ends above that.
_FOOT, _SCALE = 0.69, 0.93
_LANDSCAPE_FOOT = 0.86
_PLATE = QRectF(-140, 76, 280, 52)
_PLINTH_R, _PLINTH_TOP, _PLINTH_LOW = 272, -36, 44


@dataclass(frozen=True, slots=True)
class Camera:
    """Where the figure stands in the picture.

    Attributes:
        foot_x: Its foot, pixels.
        foot_y: Its foot, pixels.
        k: Pixels for one design pixel.
    """

    foot_x: float
    foot_y: float
    k: float


def camera(width: int, height: int, free: float) -> Camera:
    """Place the figure in a picture.

    Portrait: in the middle; the more is covered, the smaller and higher it stands, so that eyes and mouth stay visible.
    Landscape: in the left third, captions to its right.

    Args:
        width: Pixels.
        height: Pixels.
        free: Share of the height, from the top, that nothing covers, 0 to 1.
    """
    if width > height:
        shrink = min(1.0, (free + 0.05) / _LANDSCAPE_FOOT)
        return Camera(width * 0.33, height * _LANDSCAPE_FOOT * shrink, height / 1060 * shrink)
    foot = min(_FOOT, free * 1.1)  # the widest open mouth ends a tenth above the foot
    # Narrow pictures (a tall strip) must hold the handles: 600 design pixels with their sway.
    k = min(height / 1280 * _SCALE * foot / _FOOT, width / 600)
    return Camera(width * 0.5, height * foot, k)


def paint_room(size: tuple[int, int], theme: RoomLight, view: Camera, plate: str, family: str) -> QImage:
    """Return the picture without the figure.

    Args:
        size: Width and height, pixels.
        theme: The light of the room.
        view: Where the figure will stand.
        plate: The words on the plinth.
        family: Their font.
    """
    width, height = size
    light = _LIGHTS[theme]
    image = QImage(width, height, FORMAT)
    with QPainter(image) as p:
        p.setRenderHint(_ANTIALIASED)
        p.setPen(Qt.PenStyle.NoPen)
        p.fillRect(0, 0, width, height, linear((0, 0, 0, height), (0, light.top), (0.6, light.mid), (1, light.low)))
        p.translate(view.foot_x, view.foot_y)
        p.scale(view.k, view.k)
        _paint_halo(p, light)
        _paint_plinth(p, light, (height - view.foot_y) / view.k + 10)
        if plate and QGuiApplication.instance() is not None:  # text needs the application object
            _paint_plate(p, light, plate, family)
    return image


def _paint_halo(p: QPainter, light: _Light) -> None:
    glow = radial((0, _HALO_Y - 90, 640), (0, light.glow), (0.45, light.glow, 0.55), (1, light.glow, 0.0))
    p.setBrush(glow)
    p.drawEllipse(QPointF(0, _HALO_Y - 90), 640, 640)
    for radius in _HALO_RADII:
        p.setBrush(colour(light.halo, light.halo_alpha))
        p.drawEllipse(QPointF(0, _HALO_Y), radius, radius)


def _paint_plinth(p: QPainter, light: _Light, low: float) -> None:
    """Draw the plinth: a round drum, its top seen slightly from above, with the shadow of the jar."""
    r = _PLINTH_R
    drum = path((-r, 4), (-r, 56, r, 56, r, 4), (r, low), (-r, low), ())
    side = linear((-r, 0, r, 0), (0, light.plinth_lo), (0.3, light.plinth), (0.55, light.plinth), (1, light.plinth_lo))
    p.setBrush(side)
    p.drawPath(drum)
    p.setBrush(linear((0, 30, 0, low), (0, light.shade, 0.0), (1, light.shade, 0.38)))
    p.drawPath(drum)
    # a narrow bright moulding under the edge
    p.setBrush(colour(light.shade, 0.16))
    p.drawPath(path((-r, 26), (-r, 78, r, 78, r, 26), (r, 34), (r, 86, -r, 86, -r, 34), ()))
    top = QColor(light.plinth)
    rim = linear((0, _PLINTH_TOP, 0, _PLINTH_LOW), (0, top.darker(106).name()), (1, top.lighter(104).name()))
    p.setBrush(rim)
    p.drawEllipse(QRectF(-r, _PLINTH_TOP, 2 * r, _PLINTH_LOW - _PLINTH_TOP))
    p.save()
    p.scale(1, 0.2)
    shadow = radial(
        (18, 0, 205), (0, light.shade, 0.82), (0.5, light.shade, 0.44), (0.76, light.shade, 0.13), (1, light.shade, 0.0)
    )
    p.setBrush(shadow)
    p.drawEllipse(QPointF(18, 0), 205, 175)
    # warm light that the clay reflects onto the stone
    p.setBrush(radial((-40, 120, 130), (0, "clay_hi", 0.22), (1, "clay_hi", 0.0)))
    p.drawEllipse(QPointF(-40, 120), 130, 60)
    p.restore()


def _paint_plate(p: QPainter, light: _Light, words: str, family: str) -> None:
    """Draw a brass plate with its words, which get smaller until they fit."""
    brass = QColor(light.plate)
    p.setBrush(colour(light.shade, 0.4))
    p.drawRoundedRect(_PLATE.translated(0, 3), 9, 9)
    left, right = _PLATE.left(), _PLATE.right()
    p.setBrush(
        linear(
            (left, 76, right, 128), (0, brass.lighter(128).name()), (0.5, brass.name()), (1, brass.darker(114).name())
        )
    )
    p.drawRoundedRect(_PLATE, 9, 9)
    p.setBrush(colour(light.shade, 0.45))
    for x in (left + 13, right - 13):
        p.drawEllipse(QPointF(x, _PLATE.center().y()), 3.2, 3.2)
    font = QFont()
    font.setFamilies([family, "DejaVu Sans"])
    font.setVariableAxis(QFont.Tag("wght"), 700.0)
    size = 25
    font.setPixelSize(size)
    while size > 12 and QFontMetricsF(font).horizontalAdvance(words) > _PLATE.width() - 44:
        size -= 1
        font.setPixelSize(size)
    p.setFont(font)
    p.setPen(colour(light.plate_text))
    p.drawText(_PLATE, Qt.AlignmentFlag.AlignCenter, words)
    p.setPen(Qt.PenStyle.NoPen)
