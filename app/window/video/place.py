"""Where a picture is drawn: cropped to fill its area, or whole inside it; and what the painters get to draw."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor

from app.picture import Frame

LEAST_SHARE = 0.7  # a picture is cropped where at least this share of it stays visible
DARK = 0.45  # brightness of a darkened picture


@dataclass(frozen=True, slots=True)
class Place:
    """Where a picture is drawn.

    Attributes:
        crop: The part of the picture that is shown, in its own pixels.
        target: Where it is drawn, device pixels.
        scale: Device pixels to one pixel of the picture.
    """

    crop: QRectF
    target: QRect
    scale: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a painter draws.

    Attributes:
        frame: The picture; None: the background alone.
        place: Where; None together with `frame`.
        background: Colour where no picture is.
        dark: The picture is darkened.
    """

    frame: Frame | None
    place: Place | None
    background: QColor
    dark: bool


def place_picture(width: int, height: int, area: QRect) -> Place | None:
    """Place a picture in an area.

    It is cropped to fill the area, never stretched, where at least 70 % of it stays visible; otherwise it is shown
    whole, in the middle.

    Args:
        width: Of the picture, pixels.
        height: Of the picture, pixels.
        area: Device pixels.

    Returns:
        The place, or None where area or picture are empty.
    """
    if area.isEmpty() or width <= 0 or height <= 0:
        return None
    across, down = area.width() / width, area.height() / height
    fill, fit = max(across, down), min(across, down)
    if fit / fill >= LEAST_SHARE:
        shown_w, shown_h = area.width() / fill, area.height() / fill
        # One third is cut off above, two thirds below: heads are near the upper edge.
        crop = QRectF((width - shown_w) / 2, (height - shown_h) / 3, shown_w, shown_h)
        if fill == 1.0:
            # Whole pixels keep the copy without scaling.
            crop = QRectF(int(crop.x()), int(crop.y()), shown_w, shown_h)
        return Place(crop, area, fill)
    whole = QRect(0, 0, max(round(width * fit), 1), max(round(height * fit), 1))
    whole.moveCenter(area.center())
    return Place(QRectF(0, 0, width, height), whole, fit)
