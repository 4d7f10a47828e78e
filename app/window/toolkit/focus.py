"""Who has the focus in the window: the ring round it, its name for the status, and the way from one to the next."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from app.vitals import Vitals
from app.window.toolkit.controls import FocusRing
from app.window.toolkit.look import Look


class FocusPath:
    """order: what can have the focus now, in reading order. vitals: `focus` is written here."""

    def __init__(self, look: Look, window: QWidget, vitals: Vitals, order: Callable[[], list[QWidget]]) -> None:
        self.ring = FocusRing(look, window)
        self._window = window
        self._vitals = vitals
        self._order = order

    def give(self, widget: QWidget | None) -> None:
        """Let this widget have the focus; None: nothing has it."""
        if widget is not None:
            widget.setFocus()
        elif (focused := self._window.focusWidget()) is not None:
            focused.clearFocus()

    def follow(self) -> None:
        """Put the ring round what has the focus, and tell its name."""
        focused: QWidget | None = self._window.focusWidget()
        if focused is self._window or (focused is not None and not focused.isVisibleTo(self._window)):
            focused = None
        self._vitals.focus = (focused.objectName() or None) if focused is not None else None
        self.ring.surround(focused)

    def move(self, step: int) -> None:
        """Let the next one have it (step 1), or the one before (-1); round and round."""
        order = self._order()
        if not order:
            return
        focused = self._window.focusWidget()
        before = order.index(focused) if focused in order else (-1 if step > 0 else 0)
        self.give(order[(before + step) % len(order)])
        self.follow()
