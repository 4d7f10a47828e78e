"""The plate "One moment..." on a picture that stands still, below the face."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget

from app.window.live.ground import Ground
from app.window.toolkit.look import Look, Role
from app.window.toolkit.shapes import Halo
from app.window.toolkit.texts import Texts
from app.window.toolkit.words import Words

ROLES = (Role.MOMENT, Role.STATE, Role.TEXT)  # the first in which no word is wider than the picture
DOWN_PORTRAIT, DOWN_LANDSCAPE = 0.52, 0.58  # share of the picture's height: below the chin


class Moment:
    """A solid plate with a few words and moving circles.

    Attributes:
        halo: The circles.
        words: The words.
    """

    def __init__(self, look: Look, texts: Texts, parent: QWidget) -> None:
        self._look, self._texts = look, texts
        self._ground = Ground(look, parent)
        self.halo = Halo(look, parent)
        self.words = Words(look, parent, Role.MOMENT, centred=True)

    def hide(self) -> None:
        """Hide: the picture moves again."""
        for part in (self._ground, self.halo, self.words):
            part.hide()

    def place(self, picture: QRect, floor: int) -> None:
        """Show it on the picture; circles and words lie side by side where there is room.

        Args:
            picture: The place of the picture, pixels.
            floor: It ends above this, pixels from the top.
        """
        look, words = self._look, self.words
        words.say(self._texts("live.moment"))
        side, gap, across, down = look.px(2.6), look.px(0.9), look.px(1.6), look.px(0.9)
        room = picture.width() - 2 * look.px(0.8)
        for role in ROLES:
            words.restyle(role, "paper")
            wide = min(words.natural(), room)
            if words.fits(wide):
                break
        beside = look.portrait and words.natural() + side + gap + 2 * across <= picture.width()
        tall = words.height_for(wide)
        width = (wide + side + gap if beside else max(wide, side)) + 2 * across
        width = min(width, picture.width())
        height = (max(tall, side) if beside else tall + side + gap) + 2 * down
        top = picture.top() + round(picture.height() * (DOWN_PORTRAIT if look.portrait else DOWN_LANDSCAPE))
        box = QRect(picture.center().x() - width // 2, max(0, min(top, floor - height)), width, height)
        self._ground.place(box)
        if beside:
            start, end = box.left() + across, box.right() + 1 - across
            self.halo.place(QRect(end - side if look.rtl else start, box.center().y() - side // 2, side, side))
            left = start if look.rtl else end - wide
            words.place(QRect(left, box.center().y() - tall // 2, wide, tall))
        else:
            self.halo.place(QRect(box.center().x() - side // 2, box.top() + down, side, side))
            words.place(QRect(box.center().x() - wide // 2, box.top() + down + side + gap, wide, tall))
        self.halo.follow_look()
