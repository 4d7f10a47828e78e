"""The staff panel as the window sees it: a widget over everything, made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QWidget


class StaffOverlay(Protocol):
    """What the window asks of the staff panel."""

    def open(self) -> None:
        """Ask for the PIN."""

    def isVisible(self) -> bool:
        """Return whether it is open."""

    def setGeometry(self, rect: QRect, /) -> None:
        """Cover the window."""

    def raise_(self) -> None:
        """Lie on top."""


class StaffLayer:
    """Makes the staff panel at its first use, so that the first picture does not wait for it.

    Args:
        make: Makes the panel; None where the window has none.
    """

    def __init__(self, make: Callable[[], StaffOverlay] | None) -> None:
        self._make = make
        self._panel: StaffOverlay | None = None

    @property
    def panel(self) -> StaffOverlay | None:
        """The panel, made when it is first asked for; None where the window has none."""
        if self._panel is None and self._make is not None:
            self._panel = self._make()
        return self._panel

    @property
    def is_open(self) -> bool:
        """Whether the panel covers the screen."""
        return self._panel is not None and self._panel.isVisible()

    def open(self, rect: QRect) -> bool:
        """Open the panel over `rect` (window's coordinates); False: it is open already, or there is none."""
        panel = self.panel
        if panel is None or panel.isVisible():
            return False
        panel.setGeometry(rect)
        panel.raise_()
        panel.open()
        return True

    def cover(self, rect: QRect) -> None:
        """Follow the window's size."""
        if self._panel is not None:
            self._panel.setGeometry(rect)

    def raise_(self) -> None:
        """Lie above the screens."""
        if self._panel is not None:
            self._panel.raise_()

    def focus_order(self) -> list[QWidget]:
        """Return what can have the focus in the panel, in the order in which it was made."""
        if not isinstance(self._panel, QWidget):
            return []
        parts = self._panel.findChildren(QWidget)
        return [part for part in parts if part.isVisible() and part.focusPolicy() & Qt.FocusPolicy.TabFocus]
