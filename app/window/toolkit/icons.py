"""The icons: strokes of width 2 in a square of 24 units, painted in any colour and size."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtSvg import QSvgRenderer

_MICROPHONE = '<rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3"/>'
SHAPES = {
    "microphone": _MICROPHONE,
    "microphone-off": _MICROPHONE + '<path d="M4 4l16 16"/>',
    "keyboard": '<rect x="2.5" y="6" width="19" height="12" rx="2.5"/>'
    '<path d="M6.5 10h.01M10 10h.01M14 10h.01M17.5 10h.01M8 14h8"/>',
    "goodbye": '<path d="M14 4h4a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-4M4 12h10M10.5 8l4 4-4 4"/>',
    "size": '<path d="M3 18 8 6l5 12M4.8 14h6.4M14.5 18l3.2-8 3.3 8M15.8 15.2h4"/>',
    "contrast": '<circle cx="12" cy="12" r="8.5"/><path d="M12 3.5a8.5 8.5 0 0 1 0 17z" fill="COLOUR"/>',
    "motion": '<circle cx="12" cy="12" r="8.5"/><path d="M10 9v6M14 9v6"/>',
    "settings": '<path d="M4 7h9M18 7h2M4 17h2M11 17h9"/><circle cx="15.5" cy="7" r="2.3"/>'
    '<circle cx="8.5" cy="17" r="2.3"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "minus": '<path d="M5 12h14"/>',
    "close": '<path d="M6 6l12 12M18 6 6 18"/>',
    "check": '<path d="M5 12.5l4.5 4.5L19 7.500"/>',
    "talk": '<path d="M4 12a7.5 7 0 0 1 7.5-7h1A7.5 7 0 0 1 20 12a7.5 7 0 0 1-7.5 7H11l-5 2.3.8-4'
    'A6.8 6.8 0 0 1 4 12z"/><path d="M8.8 12h.01M12 12h.01M15.200 12h.01"/>',
    "backspace": '<path d="M20 6H9l-6 6 6 6h11zM12 9.5l5 5M17 9.5l-5 5"/>',
    "shift": '<path d="M12 4 4.5 12H9v7h6v-7h4.5z"/>',
    "person": '<circle cx="12" cy="7.5" r="3.7"/><path d="M4.8 20.5a7.2 7.2 0 0 1 14.4 0"/>',
    "clock": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7.5V12l3 2"/>',
    "send": '<path d="M12 19V5M6 11l6-6 6 6"/>',
    "next": '<path d="M9 5l7 7-7 7"/>',
    "retry": '<path d="M4 12a8 8 0 1 0 2.6-5.9M4 4v4.5h4.5"/>',
    "globe": '<circle cx="12" cy="12" r="8.5"/>'
    '<path d="M3.5 12h17M12 3.5c3 2.6 3 14.4 0 17M12 3.5c-3 2.6-3 14.400 0 17"/>',
}
# These have a direction: they are mirrored where words are read from the right.
_DIRECTED = {"goodbye", "next", "backspace"}


def paint_icon(painter: QPainter, name: str, box: QRectF, colour: QColor, *, mirrored: bool = False) -> None:
    """Paint an icon.

    Args:
        painter: Paints it.
        name: A key of `SHAPES`.
        box: The square that it fills, pixels.
        colour: Of its strokes.
        mirrored: The window is read from right to left.
    """
    strokes = SHAPES[name].replace("COLOUR", colour.name())
    image = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="{colour.name()}" '
        f'stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{strokes}</svg>'
    )
    renderer = QSvgRenderer(QByteArray(image.encode()))
    painter.save()
    if mirrored and name in _DIRECTED:
        centre = box.center()
        painter.translate(centre)
        painter.scale(-1, 1)
        painter.translate(QPointF(-centre.x(), -centre.y()))
    painter.setPen(Qt.PenStyle.NoPen)
    renderer.render(painter, box)
    painter.restore()
