"""Where a picture goes: cropped to fill its area, or whole inside it; and what the painters are asked to draw."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor

from app.picture import Frame

LEAST_SHARE = 0.7  # of the picture must stay visible for it to be cropped
DARK = 0.45  # of the light is left in a darkened picture


@dataclass(frozen=True, slots=True)
class Place:
    """crop: what is shown of the picture, in its pixels. target: where, device pixels. scale: of those to these."""

    crop: QRectF
    target: QRect
    scale: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is to be on the screen. frame and place are None together: background alone."""

    frame: Frame | None
    place: Place | None
    background: QColor
    dark: bool


def place_picture(width: int, height: int, area: QRect) -> Place | None:
    """Place a picture of width x height pixels in `area` (device pixels); None in an empty area.

    It fills the area, never stretched, while at least 70 % of it stays; otherwise it is shown whole, in the middle.
    """
    if area.isEmpty() or width <= 0 or height <= 0:
        return None
    across, down = area.width() / width, area.height() / height
    fill, fit = max(across, down), min(across, down)
    if fit / fill >= LEAST_SHARE:
        shown_w, shown_h = area.width() / fill, area.height() / fill
        # A third above, two thirds below: faces are in the upper half, and heads nearly touch the edge.
        crop = QRectF((width - shown_w) / 2, (height - shown_h) / 3, shown_w, shown_h)
        if fill == 1.0:
            # Whole pixels keep the copy without scaling.
            crop = QRectF(int(crop.x()), int(crop.y()), shown_w, shown_h)
        return Place(crop, area, fill)
    whole = QRect(0, 0, max(round(width * fit), 1), max(round(height * fit), 1))
    whole.moveCenter(area.center())
    return Place(QRectF(0, 0, width, height), whole, fit)
