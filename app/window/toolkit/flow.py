"""Layout: columns and rows that wrap, mirrored for reading from right to left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QRect, QSize
from PySide6.QtWidgets import QWidget

from app.window.toolkit.look import Look


class Item(Protocol):
    """Anything that a column or a row can place. All lengths are pixels."""

    def natural(self) -> int:
        """Return the width that it takes where there is room."""
        ...

    def height_for(self, width: int, /) -> int:
        """Return the height that it needs at this width."""
        ...

    def fits(self, width: int, /) -> bool:
        """Return whether it can be shown at this width without clipping."""
        ...

    def place(self, rect: QRect, /) -> None:
        """Take this place."""
        ...

    def widgets(self) -> Iterator[QWidget]:
        """Yield the widgets that it places, in reading order."""
        ...


@dataclass(frozen=True, slots=True)
class Grow:
    """Free space in a column.

    Attributes:
        share: Its part of the height that is left over, in relation to the other `Grow`s of the column.
    """

    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Space:
    """A fixed space in a column, in place of the gap.

    Attributes:
        pixels: Its height.
    """

    pixels: int


class Box:
    """Gives an item a fixed size, for example a ring or an icon."""

    def __init__(self, item: Item, size: QSize) -> None:
        self._item, self._size = item, size

    def natural(self) -> int:
        """Return the fixed width."""
        return self._size.width()

    def height_for(self, _width: int, /) -> int:
        """Return the fixed height."""
        return self._size.height()

    def fits(self, width: int, /) -> bool:
        """Return whether the width is enough."""
        return width >= self._size.width()

    def place(self, rect: QRect, /) -> None:
        """Centre the item in this place."""
        left = rect.left() + (rect.width() - self._size.width()) // 2
        top = rect.top() + (rect.height() - self._size.height()) // 2
        self._item.place(QRect(left, top, self._size.width(), self._size.height()))

    def widgets(self) -> Iterator[QWidget]:
        """Yield what the item places."""
        return self._item.widgets()


class Column:
    """Items from top to bottom. `Grow` takes the height that is left over, `Space` replaces a gap.

    Args:
        items: From top to bottom.
        gap: Between two items, pixels.
    """

    def __init__(self, items: Sequence[Item | Grow | Space], gap: int) -> None:
        self._items = list(items)
        self._gap = gap

    def natural(self) -> int:
        """Return the width of its widest item."""
        return max((item.natural() for item in self._solid()), default=0)

    def height_for(self, width: int, /) -> int:
        """Return the height of all items and gaps, without free space."""
        return sum(height for _, height in self._heights(width))

    def fits(self, width: int, /) -> bool:
        """Return whether all items fit."""
        return all(item.fits(width) for item in self._solid())

    def place(self, rect: QRect, /) -> None:
        """Place everything and share out the free space."""
        heights = self._heights(rect.width())
        left_over = max(0, rect.height() - sum(height for _, height in heights))
        shares = sum(item.share for item, _ in heights if isinstance(item, Grow)) or 1.0
        top = float(rect.top())
        for item, height in heights:
            if isinstance(item, Grow):
                top += left_over * item.share / shares
            elif item is not None:
                if not isinstance(item, Space):
                    item.place(QRect(rect.left(), round(top), rect.width(), height))
                top += height
            else:
                top += height

    def widgets(self) -> Iterator[QWidget]:
        """Yield what the items place."""
        for item in self._solid():
            yield from item.widgets()

    def _solid(self) -> list[Item]:
        return [item for item in self._items if not isinstance(item, (Grow, Space))]

    def _heights(self, width: int) -> list[tuple[Item | Grow | Space | None, int]]:
        """Return each item with its height; None stands for a gap."""
        found: list[tuple[Item | Grow | Space | None, int]] = []
        before: Item | None = None
        spaced = True
        for item in self._items:
            if isinstance(item, Space):
                found.append((item, item.pixels))
                spaced = True
            elif isinstance(item, Grow):
                found.append((item, 0))
            else:
                if before is not None and not spaced:
                    found.append((None, self._gap))
                found.append((item, item.height_for(width)))
                before, spaced = item, False
        return found


class Row:
    """Items side by side, wrapped into several rows where they do not fit into one.

    Args:
        look: Tells the reading direction.
        items: In reading order.
        gap: Between two items and between two rows, pixels.
        equal: Columns of the same width, as many as fit; otherwise each item takes its natural width and a share of
            what is left over.
        stretch: The shares, one number for each item; None: all alike. Has no effect with `equal`.
        middle: Items keep their own height and are centred; otherwise they are as high as the row.
        wrap: Items may be wrapped into several rows; has no effect with `equal`.
    """

    def __init__(
        self,
        look: Look,
        items: Sequence[Item],
        gap: int,
        *,
        equal: bool = False,
        stretch: Sequence[float] | None = None,
        middle: bool = False,
        wrap: bool = True,
    ) -> None:
        self._look = look
        self._items = list(items)
        self._gap = gap
        self._equal = equal
        self._stretch = list(stretch) if stretch is not None else [1.0] * len(self._items)
        self._middle = middle
        self._wrap = wrap

    def natural(self) -> int:
        """Return the width of all items on one row."""
        return sum(item.natural() for item in self._items) + self._gap * max(0, len(self._items) - 1)

    def height_for(self, width: int, /) -> int:
        """Return the height of all rows."""
        rows = self._rows(width)
        return sum(self._row_height(row) for row in rows) + self._gap * max(0, len(rows) - 1)

    def fits(self, width: int, /) -> bool:
        """Return whether every item can be shown in the width that it gets."""
        return all(item.fits(taken) for row in self._rows(width) for item, taken in row)

    def place(self, rect: QRect, /) -> None:
        """Place everything, starting at the side where reading starts."""
        top = rect.top()
        for row in self._rows(rect.width()):
            height = self._row_height(row)
            x = 0
            for item, width in row:
                left = rect.left() + (rect.width() - x - width if self._look.rtl else x)
                own = min(height, item.height_for(width)) if self._middle else height
                item.place(QRect(left, top + (height - own) // 2, width, own))
                x += width + self._gap
            top += height + self._gap

    def widgets(self) -> Iterator[QWidget]:
        """Yield what the items place."""
        for item in self._items:
            yield from item.widgets()

    def _row_height(self, row: list[tuple[Item, int]]) -> int:
        return max((item.height_for(width) for item, width in row), default=0)

    def _rows(self, width: int) -> list[list[tuple[Item, int]]]:
        if not self._items:
            return []
        return self._columns(width) if self._equal else self._natural_rows(width)

    def _columns(self, width: int) -> list[list[tuple[Item, int]]]:
        count = len(self._items)
        columns = 1
        for wanted in range(count, 0, -1):
            columns = wanted
            if all(item.fits(self._share(width, wanted)) for item in self._items):
                break
        rows = -(-count // columns)
        # Five become rows of three and two, not of four and one.
        each = -(-count // rows)
        chunks = [self._items[at : at + each] for at in range(0, count, each)]
        return [[(item, self._share(width, len(chunk))) for item in chunk] for chunk in chunks]

    def _share(self, width: int, columns: int) -> int:
        return (width - self._gap * (columns - 1)) // columns

    def _natural_rows(self, width: int) -> list[list[tuple[Item, int]]]:
        rows: list[list[int]] = [[]]
        used = 0
        for at, item in enumerate(self._items):
            wanted = item.natural()
            if rows[-1] and self._wrap and used + self._gap + wanted > width:
                rows.append([])
                used = 0
            used += wanted + (self._gap if rows[-1] else 0)
            rows[-1].append(at)
        return [self._stretched(row, width) for row in self._balanced(rows, width)]

    def _balanced(self, rows: list[list[int]], width: int) -> list[list[int]]:
        """Return as many rows with about the same number of items in each, where their widths allow it."""
        if len(rows) == 1:
            return rows
        count = len(self._items)
        each = -(-count // len(rows))
        even = [list(range(at, min(at + each, count))) for at in range(0, count, each)]

        def wide(row: list[int]) -> int:
            return sum(self._items[at].natural() for at in row) + self._gap * (len(row) - 1)

        return even if len(even) == len(rows) and all(wide(row) <= width for row in even) else rows

    def _stretched(self, row: list[int], width: int) -> list[tuple[Item, int]]:
        natural = [self._items[at].natural() for at in row]
        shares = [self._stretch[at] for at in row]
        left = width - sum(natural) - self._gap * (len(row) - 1)
        if left < 0 and len(row) == 1:
            return [(self._items[row[0]], width)]
        # On a row that cannot wrap, `left` may be negative: items that stretch also shrink, and wrap their words.
        total = sum(shares) or float("inf")
        return [
            (self._items[at], max(1, wide + int(left * share / total)))
            for at, wide, share in zip(row, natural, shares, strict=True)
        ]
