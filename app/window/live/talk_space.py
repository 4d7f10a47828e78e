"""Where the conversation may be shown: below the chip in portrait, on a panel beside the picture in landscape."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize
from PySide6.QtWidgets import QWidget

from app.window.screens.base import picture_width
from app.window.toolkit.look import Look
from app.window.toolkit.surfaces import Surface

# Share of the height in portrait that plates leave free for the face. Large words need more room.
FREE, FREE_LARGE = 0.62, 0.48


class TalkSpace:
    """The space of the conversation, and the panel under it in landscape.

    Args:
        look: Lengths and the shape of the window.
        parent: The conversation.
    """

    def __init__(self, look: Look, parent: QWidget) -> None:
        self._look = look
        self._panel = Surface(look, parent)

    def cover(self, size: QSize, top_room: int) -> QRect:
        """Show or hide the panel, and return what may be covered.

        Args:
            size: Of the window, pixels.
            top_room: The height at the top that the chip takes, pixels.
        """
        look = self._look
        if look.portrait:
            self._panel.uncover()
            edge = look.px(0.9)
            return QRect(edge, top_room, size.width() - 2 * edge, size.height() - top_room - edge)
        start = picture_width(size)
        self._panel.cover(QRect(0 if look.rtl else start, 0, size.width() - start, size.height()), edged=True)
        side, top = look.px(1.6), look.px(1.4)
        left = side if look.rtl else start + side
        return QRect(left, top, size.width() - start - 2 * side, size.height() - top - look.px(1.2))

    def pad(self) -> int:
        """Return the space around the controls on their surface, pixels; none in landscape, where the panel has it."""
        return self._look.px(0.85) if self._look.portrait else 0

    def gap(self) -> int:
        """Return the space between two rows, pixels."""
        return self._look.px(0.6 if self._look.portrait else 0.75)

    def highest(self, room: QRect, height: int) -> int:
        """Return how high plates may reach, pixels from the top of a window of this height: not up to the face."""
        if not self._look.portrait:
            return room.top()
        return max(room.top(), round(height * (FREE_LARGE if self._look.large else FREE)))
