"""The chip that shows how much time is left: a small ring, the time, and why there is no more of it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from app.window.toolkit.look import Look, Role
from app.window.toolkit.painted import Painted, rounded
from app.window.toolkit.shapes import paint_ring
from app.window.toolkit.wrapped_text import WrappedText

RING_OF_S = 60  # the ring is full at one minute, when the chip appears


class TimeChip(Painted):
    """The remaining time; in the colour "coral" during the final countdown."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(look, parent)
        self._text = ""
        self._clock = ""
        self._part = 1.0
        self._urgent = False

    def say(self, text: str, clock: str, *, left_s: int, urgent: bool) -> None:
        """Show the time.

        Args:
            text: All words.
            clock: The part of `text` that gets another colour in the final countdown.
            left_s: Seconds that are left, for the ring.
            urgent: The final countdown.
        """
        part = min(1.0, max(0.0, left_s / RING_OF_S))
        if (text, clock, part, urgent) != (self._text, self._clock, self._part, self._urgent):
            self._text, self._clock, self._part, self._urgent = text, clock, part, urgent
            self.setAccessibleName(text)
            self.canvas.drop()

    def text(self) -> str:
        """Return the text."""
        return self._text

    def natural(self) -> int:
        """Return its width with the text on one line, pixels."""
        return int(self._lines(1e6).widest) + 1 + self._around()

    def height_for(self, width: int) -> int:
        """Return its height at this width, pixels."""
        return round(max(self.look.t, self._lines(width - self._around()).height + 2 * self.look.px(0.4)) + 0.499)

    def fits(self, width: int) -> bool:
        """Return whether no single word is too wide."""
        return not self._lines(width - self._around()).wide

    def paint(self, painter: QPainter) -> None:
        """Paint surface, ring and words."""
        look = self.look
        box = QRectF(self.rect())
        line = look.colour("line") if look.high_contrast else None
        rounded(painter, box, look.g * 1.35, fill=look.colour("ink2"), line=line, pen=look.stroke)
        side, edge = look.px(1.75), look.px(0.55)
        left = box.right() - edge - side if look.rtl else box.left() + edge
        spot = QRectF(left, box.center().y() - side / 2, side, side)
        paint_ring(painter, look, spot, part=self._part, role="coral" if self._urgent else "lamp", share=0.16)
        lines = self._lines(self.width() - self._around())
        start = look.px(1.1) if look.rtl else edge + side + look.px(0.6)
        lines.paint(painter, start, box.center().y() - lines.height / 2, look.colour("paper"))

    def _around(self) -> int:
        return self.look.px(0.55) + self.look.px(1.75) + self.look.px(0.6) + self.look.px(1.1)

    def _lines(self, width: float) -> WrappedText:
        look, role = self.look, Role.BUTTON
        align = Qt.AlignmentFlag.AlignRight if look.rtl else Qt.AlignmentFlag.AlignLeft
        accent = (self._clock, look.colour("coral")) if self._urgent else None
        pitch, room = look.line_height(role), max(1.0, width)
        return WrappedText(self._text, look.font(role), pitch, room, align, accent=accent, rtl=look.rtl)
