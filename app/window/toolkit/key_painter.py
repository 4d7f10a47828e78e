"""What is written on the keys of the on-screen keyboard, and how a key is painted."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from app.window.toolkit.icons import paint_icon
from app.window.toolkit.key_grid import PlacedKey
from app.window.toolkit.keyboard_layout import Act, Key, Layer
from app.window.toolkit.look import Look, Role
from app.window.toolkit.painted import rounded
from app.window.toolkit.texts import Texts
from app.window.toolkit.wrapped_text import WrappedText

_ICONS = {Act.SHIFT: "shift", Act.BACKSPACE: "backspace", Act.LANGUAGE: "globe"}


class KeyPainter:
    """Paints keys. Labels that are too wide for a narrow key are made smaller, by the same factor on all keys."""

    def __init__(self, look: Look, texts: Texts) -> None:
        self._look, self._texts = look, texts
        self._shrink = 1.0

    def fit(self, keys: Sequence[PlacedKey], layer: Layer) -> None:
        """Find the factor with which every label is narrow enough for its key."""
        self._shrink = min((self._factor(placed, layer) for placed in keys), default=1.0)

    def corner(self) -> float:
        """Return the radius of a key's corners, pixels."""
        return 0.65 * self._look.g

    def paint(self, painter: QPainter, placed: PlacedKey, layer: Layer, *, down: bool, chosen: bool) -> None:
        """Paint one key.

        Args:
            painter: Paints in the keyboard's coordinates.
            placed: The key and its place.
            layer: What the keys carry now.
            down: A finger is on it.
            chosen: The arrow keys have reached it.
        """
        look, key = self._look, placed.key
        lit = down or (key.act is Act.SHIFT and layer is Layer.SHIFTED)
        ink = look.colour("ink" if lit else "paper")
        fill = look.colour("paper" if lit else "ink2" if key.act and key.act is not Act.SPACE else "ink3")
        line = look.colour("focus") if chosen else look.colour("line") if look.high_contrast else None
        pen = 0.16 * look.g if chosen else look.stroke
        rounded(painter, placed.box, self.corner(), fill=fill, line=line, pen=pen)
        if key.act in _ICONS:
            side = min(look.px(1.4), placed.box.width() * 0.6)
            spot = QRectF(placed.box.center().x() - side / 2, placed.box.center().y() - side / 2, side, side)
            paint_icon(painter, _ICONS[key.act], spot, ink)
            return
        lines = self._lines(key, layer)
        painter.save()
        painter.translate(placed.box.center())
        painter.scale(self._shrink, self._shrink)
        lines.paint(painter, -5e3, -lines.height / 2, ink)
        painter.restore()

    def spoken(self, key: Key, layer: Layer) -> str:
        """Return what assistive technology says for a key."""
        if key.act in _ICONS:
            return self._texts(f"typed.{key.act}")
        return self._label(key, layer)

    def _label(self, key: Key, layer: Layer) -> str:
        if key.act is Act.SPACE:
            return self._texts("typed.space")
        if key.act is Act.SIGNS:
            return self._texts("typed.letters" if layer is Layer.SIGNS else "typed.signs")
        # A combining mark is shown on a dotted circle (U+25CC): alone it would be drawn on whatever precedes it.
        return f"\u25cc{key.text}" if unicodedata.combining(key.text[0]) else key.text

    def _lines(self, key: Key, layer: Layer) -> WrappedText:
        look, role = self._look, Role.KEY_WORD if key.act else Role.KEY
        return WrappedText(
            self._label(key, layer), look.font(role), look.line_height(role), 1e4, Qt.AlignmentFlag.AlignHCenter
        )

    def _factor(self, placed: PlacedKey, layer: Layer) -> float:
        """Return how large this label can be, as a share of the wanted size."""
        widest = 0.0 if placed.key.act in _ICONS else self._lines(placed.key, layer).widest
        return min(1.0, 0.92 * placed.box.width() / widest) if widest else 1.0
