"""Where the keys of the on-screen keyboard are, and which one is nearest to a finger or next for an arrow key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

from app.window.toolkit.keyboard_layout import Key


@dataclass(frozen=True, slots=True)
class PlacedKey:
    """A key with its place.

    Attributes:
        key: What it types or does.
        box: Where it is, in the keyboard's coordinates, pixels.
        row: Its row, counted from 0 at the top.
        column: Its place in the row, counted from 0 at the left.
    """

    key: Key
    box: QRectF
    row: int
    column: int


class KeyGrid:
    """The places of all keys of one layer.

    The last row fills the width with its long key; in all other rows a key of width 1 is equally wide, and rows are
    centred.

    Args:
        rows: The keys, row by row from the top.
        box: What the keyboard covers, pixels.
        gap: The space between two keys, pixels.
    """

    def __init__(self, rows: Sequence[Sequence[Key]], box: QRectF, gap: float) -> None:
        self.keys: list[PlacedKey] = []
        self._lengths = [len(row) for row in rows]
        tall = (box.height() - gap * (len(rows) - 1)) / len(rows)
        unit = (box.width() + gap) / max(sum(key.width for key in row) for row in rows[:-1])
        for at, row in enumerate(rows):
            whole = sum(key.width for key in row)
            own = (box.width() + gap) / whole if at == len(rows) - 1 else unit
            left = box.left() + (box.width() + gap - own * whole) / 2
            top = box.top() + at * (tall + gap)
            for column, key in enumerate(row):
                self.keys.append(PlacedKey(key, QRectF(left, top, own * key.width - gap, tall), at, column))
                left += own * key.width

    def nearest(self, pos: QPointF, farthest: float) -> Key | None:
        """Return the key nearest to a point, or None when all are further away than `farthest` pixels."""
        best, least = None, farthest**2
        for placed in self.keys:
            across = max(placed.box.left() - pos.x(), 0.0, pos.x() - placed.box.right())
            down = max(placed.box.top() - pos.y(), 0.0, pos.y() - placed.box.bottom())
            away = across**2 + down**2
            if away <= least:
                best, least = placed.key, away
        return best

    def step(self, place: tuple[int, int], rows: int, columns: int) -> tuple[int, int] | None:
        """Return where an arrow key goes.

        Args:
            place: (row, column) of the key to start from.
            rows: -1 is up, 1 is down, 0 stays in the row.
            columns: -1 is left, 1 is right, where `rows` is 0; a row has no end, the first key follows the last.

        Returns:
            (row, column) of the next key, or None beyond the first and the last row.
        """
        row = place[0] + rows
        if not 0 <= row < len(self._lengths):
            return None
        if not rows:
            return row, (place[1] + columns) % self._lengths[row]
        # The nearest key of the other row, by where it is seen.
        centres = {(placed.row, placed.column): placed.box.center().x() for placed in self.keys}
        x = centres[place]
        return row, min(range(self._lengths[row]), key=lambda column: abs(centres[row, column] - x))
